"""What a study would find of simulated participants: the findings table of a preregistration."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd

from study.findings.estimate import Estimate
from study.findings.summary import findings
from study.simulation.respondents import PAPER, Truth, simulate_answers

START = datetime(2026, 1, 5, 9, tzinfo=UTC)  # the simulated first sitting; no finding depends on it
SIGNIFICANT = 6
_OF_IMAGE = ["image", "hard_label", "subset", "margin", "entropy"]


def simulation_seed(seed: int) -> list[int]:
    """The seed of the simulated answers, another than the plan's own."""
    return [seed, 1]


def expected_findings(
    questions: pd.DataFrame, labels: pd.DataFrame, seed: int, truth: Truth = PAPER
) -> pd.DataFrame:
    """Let simulated participants answer a plan, and compute every finding of their answers.

    questions: the `questions` contract; labels: the `labels` of its images. Numbers are rounded to six
    significant digits, so that they are the same on machines that sum in another order. Columns: finding,
    estimate, low, high, n, method, reason.
    """
    rng = np.random.default_rng(simulation_seed(seed))
    answers = simulate_answers(questions, labels, truth, rng, START)
    given = answers[["question", "choice", "correct", "rt_ms", "answered_at"]]
    table = questions.merge(given, on="question", how="inner", validate="one_to_one")
    known = [name for name in _OF_IMAGE if name in labels.columns]
    trials = table.merge(labels[known], on="image", how="left", validate="many_to_one")
    found = findings(trials, sorted(questions["participant"].unique())).estimates()
    return pd.DataFrame([_row(name, one) for name, one in found.items()])


def _row(name: str, one: Estimate) -> dict[str, object]:
    numbers = {key: _rounded(getattr(one, key)) for key in ("estimate", "low", "high")}
    return {"finding": name, **numbers, "n": one.n, "method": one.method, "reason": one.reason}


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.{SIGNIFICANT}g}")
