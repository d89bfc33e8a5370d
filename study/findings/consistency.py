"""Test-retest: does a participant answer a repeated question as before."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from study.findings.estimate import Estimate
from study.findings.intervals import Array, mean_estimate, participant_means, share_estimates
from study.findings.table_columns import shown, table_columns
from study.findings.trials import SCALE, Codes, codes, factorize, image_codes, require, unique_questions

STRATA = np.array([0, 0, 0, 0, 1, 1])
FEW_REPEATS = 12

NO_REPEATS = "no participant has answered a question again"


@dataclass(frozen=True)
class SelfAgreement:
    """Agreement of each participant with themselves on repeated questions (Fig. 6-c, nodes).

    by_participant: [participant, n, percent, low, high, kappa, kappa_low, kappa_high, ac1, ac1_low,
    ac1_high]; percent is a share, 0-1. by_experiment: the same per participant and experiment. Kappa and
    AC1 over both experiments take chance within each.
    """

    by_participant: pd.DataFrame
    overall: Estimate
    kappa: Estimate
    ac1: Estimate
    by_experiment: pd.DataFrame = field(default_factory=pd.DataFrame)


def self_agreement(
    trials: pd.DataFrame, resamples: int = 0, rng: np.random.Generator | None = None
) -> SelfAgreement:
    """Percent agreement, Cohen's kappa and Gwet's AC1 between first and second answers, per participant."""
    pairs = repeated(trials)
    participant, names = factorize(pairs["participant"])
    tables = _tables(pairs, participant, len(names))
    by_participant = _table_rows(names, tables, STRATA, resamples, rng)
    same = (pairs["choice"] == pairs["again"]).to_numpy(float)
    overall = share_estimates(participant_means(same, participant, image_codes(pairs)), "self-agreement")[0]
    kappa = _mean_kappa(by_participant["kappa"].to_numpy(float), len(pairs))
    ac1 = mean_estimate(by_participant["ac1"].to_numpy(float), "AC1", len(pairs), 1)
    if not len(pairs):
        overall, kappa, ac1 = (replace(one, reason=NO_REPEATS) for one in (overall, kappa, ac1))
    return SelfAgreement(by_participant, overall, kappa, ac1, _by_experiment(names, tables))


def _mean_kappa(kappa: Array, n: int) -> Estimate:
    """The participants' mean kappa; approximate where repeats are few for the participants' number.

    Kappa of few repeats is too low, and the mean of many such has a narrow interval beside the truth
    (docs/statistics.md).
    """
    found = mean_estimate(kappa, "kappa", n, 1)
    few = n < len(kappa) * max(len(kappa), FEW_REPEATS)
    return replace(found, approximate=few and found.low is not None)


def repeated(trials: pd.DataFrame) -> pd.DataFrame:
    """Each self-repeat beside its first answer.

    Columns: participant, experiment, choice, again; image where the trials hold it; where the trials hold
    position, lag in questions; where they hold side, swapped (the sides were exchanged), left_before and
    left_again (left was pressed; NaN for both and none).

    Repeats whose first answer is not among the trials are left out. StudyError where question ids repeat.
    """
    require(trials, "question", "participant", "experiment", "kind", "repeats", "choice")
    again = trials[(trials["kind"] == "self_repeat") & trials["choice"].notna()]
    at = unique_questions(trials).get_indexer(pd.Index(again["repeats"]))
    again, before = again[at >= 0], trials.iloc[at[at >= 0]]
    own = again["participant"].to_numpy() == before["participant"].to_numpy()
    again, before = again[own], before[own]
    columns: dict[str, object] = {
        "participant": again["participant"].to_numpy(),
        "experiment": again["experiment"].to_numpy(),
        "choice": before["choice"].to_numpy(),
        "again": again["choice"].to_numpy(),
    }
    if "image" in trials.columns:
        columns["image"] = again["image"].to_numpy()
    if "position" in trials.columns:
        columns["lag"] = again["position"].to_numpy(float) - before["position"].to_numpy(float)
    if "side" in trials.columns:
        columns |= _sides(before, again)
    pairs = pd.DataFrame(columns)
    return pairs[pairs["choice"].notna()].reset_index(drop=True)


def _sides(before: pd.DataFrame, again: pd.DataFrame) -> dict[str, object]:
    return {
        "swapped": before["side"].to_numpy() != again["side"].to_numpy(),
        "left_before": pressed_left(before),
        "left_again": pressed_left(again),
    }


def pressed_left(trials: pd.DataFrame) -> Array:
    """1 where left was pressed, 0 where right, NaN for both and none; shape (rows,)."""
    toward = trials["choice"].isin(["soft", "own"]).to_numpy()
    away = trials["choice"].isin(["hard", "foil"]).to_numpy()
    left = (trials["side"] == "left").to_numpy()
    return np.where(toward | away, (toward & left) | (away & ~left), np.nan)


def _tables(pairs: pd.DataFrame, participant: Codes, people: int) -> Array:
    size = len(SCALE)
    before, again = codes(pairs["choice"], SCALE), codes(pairs["again"], SCALE)
    known = (before >= 0) & (again >= 0)
    cell = ((participant * size + before) * size + again)[known]
    return np.bincount(cell, minlength=people * size * size).reshape(people, size, size).astype(float)


def _table_rows(
    names: list[str],
    tables: Array,
    strata: Codes | None,
    resamples: int = 0,
    rng: np.random.Generator | None = None,
) -> pd.DataFrame:
    columns = shown(table_columns(tables, strata, resamples, rng))
    return pd.DataFrame({"participant": names, **columns, "n": columns["n"].astype(np.int64)})


def _by_experiment(names: list[str], tables: Array) -> pd.DataFrame:
    parts = []
    for experiment, span in ((1, slice(0, 4)), (2, slice(4, 6))):
        rows = _table_rows(names, tables[:, span, span], None)
        rows.insert(1, "experiment", experiment)
        parts.append(rows)
    return pd.concat(parts, ignore_index=True)
