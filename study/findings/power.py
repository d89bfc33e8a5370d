"""How many participants, images and repeats an interval of a wished width takes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from study.errors import StudyError
from study.findings.agreement import inter_agreement
from study.findings.claims import doubted, preferred, recognised
from study.findings.consistency import self_agreement
from study.findings.discrimination import discrimination
from study.findings.estimate import Estimate
from study.findings.intervals import logit_t, wilson
from study.findings.preference import preference
from study.findings.simulation import SCHEMES, Design, Population, preferring, simulate_trials

DIFFERENCES = (0.0, 0.1, 0.2, 0.3)
NEVER_TOLD = 1e9
"""A scale of the psychometric function so large that no foil is told from the own label."""


@dataclass(frozen=True)
class Expected:
    """What is expected of a share: its mean, and the standard deviation of the participants' true shares,
    which cannot be more than sqrt(share (1 - share)).
    """

    share: float
    between: float

    def __post_init__(self) -> None:
        if not 0 < self.share < 1 or self.between < 0:
            said = f"{self.share} and {self.between}"
            raise StudyError(f"an expected share lies between 0 and 1 and varies by 0 or more, not {said}")
        if self.between**2 > self.share * (1 - self.share):
            raise StudyError(f"shares about {self.share} cannot vary by {self.between} between participants")


# The paper prints no deviations: soft's is that of six people of whom one prefers hard-labels, accuracy's
# follows from its range over six (77-84 %, range / 2.53), self-agreement's is that of `simulation.PAPER`.
PAPER = {
    "soft": Expected(0.65, 0.18),
    "accuracy": Expected(0.81, 0.028),
    "self_agreement": Expected(0.80, 0.08),
}


def half_width(participants: int, answers: float, expected: Expected) -> float:
    """Half of the 95 % interval of a participants-equal mean share p, as the findings take it: t on the
    logit scale by the delta method, from the standard error sqrt((between^2 + w / m) / P).

    answers: m, of each participant. The variance of a two-stage sample (Cochran 1977, ch. 10), in which
    the mean of the participants' own p_i (1 - p_i) is w = p (1 - p) - between^2; StudyError under two
    participants or one answer.
    """
    if participants < 2 or answers < 1:
        raise StudyError(
            f"an interval needs two participants and one answer of each, not {participants} and {answers}"
        )
    p, between = expected.share, expected.between**2
    error = math.sqrt((between + (p * (1 - p) - between) / answers) / participants)
    low, high = logit_t(np.array(p), np.array(error), np.array(participants - 1))
    return float(high - low) / 2


def wilson_half_width(share: float, n: int) -> float:
    """Half of Wilson's interval of one participant's share, or one pair's, of n answers."""
    low, high = wilson(share * n, n)
    return float(high - low) / 2


def answers_for(half: float, share: float) -> int:
    """Least n whose Wilson interval of a share is at most half wide on each side, by bisection."""
    if not 0 < half < 0.5:
        raise StudyError(f"a half-width lies between 0 and 0.5, not {half}")
    low, high = 1, 2
    while wilson_half_width(share, high) > half:
        high *= 2
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if wilson_half_width(share, middle) <= half else (middle + 1, high)
    return low


def participants_for(half: float, answers: float, expected: Expected, at_most: int = 10_000) -> int | None:
    """Least number of participants whose mean share has an interval of at most half on each side, by
    bisection; None above at_most.
    """
    if half_width(at_most, answers, expected) > half:
        return None
    low, high = 2, at_most
    while low < high:
        middle = (low + high) // 2
        if half_width(middle, answers, expected) <= half:
            high = middle
        else:
            low = middle + 1
    return low


def needed(design: Design, half: float, expected: dict[str, Expected] | None = None) -> pd.DataFrame:
    """What a half-width takes, [finding, participants, answers]: for the mean over participants how many of
    them, each with the design's load (None where ten thousand do not do), and for one participant's own
    share how many answers.
    """
    expected = PAPER if expected is None else expected
    each = _answers_each(design)
    rows = [
        (name, participants_for(half, each[name], found), answers_for(half, found.share))
        for name, found in expected.items()
        if each[name]
    ]
    columns = ["finding", "participants", "answers"]
    return pd.DataFrame(rows, columns=columns).astype({"participants": "Int64"})


def _answers_each(design: Design) -> dict[str, int]:
    """Answers of one participant that a finding rests on: both of a repeated question, for self-agreement."""
    repeats = round(design.questions * design.self_share)
    return {"soft": design.questions, "accuracy": design.questions, "self_agreement": 2 * repeats}


def closed_form(
    design: Design, expected: dict[str, Expected] | None = None, pair: float = 0.69
) -> pd.DataFrame:
    """Half-widths that a design promises, [finding, n, half_width, method], without simulation.

    Over participants: share of soft, accuracy, self-agreement. Of one participant: the same, and one pair's
    agreement on the questions they share.
    """
    expected = PAPER if expected is None else expected
    shared = shared_by_pair(design)
    each = _answers_each(design)
    rows = []
    for name, found in expected.items():
        n = each[name]
        if n:
            half = half_width(design.participants, n, found)
            rows.append((f"{name}, participants' mean", n * design.participants, half, "t over participants"))
            rows.append((f"{name}, one participant", n, wilson_half_width(found.share, n), "Wilson"))
    if shared >= 1:
        rows.append(
            ("agreement of one pair", round(shared), wilson_half_width(pair, round(shared)), "Wilson")
        )
    return pd.DataFrame(rows, columns=["finding", "n", "half_width", "method"])


def shared_by_pair(design: Design) -> float:
    """Questions that two participants share, in both experiments, where they share any."""
    each, people = round(design.questions * design.overlap_share), design.participants
    if people < 2:
        return 0.0
    if design.scheme == "ring":
        return 2.0 * each * (2 if people == 2 else 1)
    others = people - 1 if design.scheme == "complete" else min(2, people - 1)
    items = 2 * people * max(1, round(each / others)) if each else 0
    return items * (others + 1) * others / (people * (people - 1))


def simulated(design: Design, population: Population, studies: int, rng: np.random.Generator) -> pd.DataFrame:
    """Intervals of simulated studies, [finding, estimate, spread, half_width, defined], one row per finding.

    estimate: mean; spread: standard deviation of the estimates; half_width: mean of half the intervals;
    defined: share of studies in which the interval could be had.
    """
    found: dict[str, list[Estimate]] = {}
    for _ in range(studies):
        for name, one in headline(simulate_trials(design, population, rng)).items():
            found.setdefault(name, []).append(one)
    rows = []
    for name, estimates in found.items():
        values = np.array([np.nan if one.estimate is None else one.estimate for one in estimates])
        halves = np.array(
            [(one.high - one.low) / 2 for one in estimates if one.low is not None and one.high is not None]
        )
        rows.append(
            {
                "finding": name,
                "estimate": float(np.nanmean(values)) if np.isfinite(values).any() else None,
                "spread": float(np.nanstd(values, ddof=1)) if np.isfinite(values).sum() > 1 else None,
                "half_width": float(halves.mean()) if len(halves) else None,
                "defined": len(halves) / studies,
            }
        )
    return pd.DataFrame(rows)


def headline(trials: pd.DataFrame) -> dict[str, Estimate]:
    """The four findings of Fig. 6: soft, accuracy, self-agreement and inter-agreement."""
    return {
        "soft": preference(trials).overall["soft"],
        "accuracy": discrimination(trials).overall,
        "self_agreement": self_agreement(trials).overall,
        "inter_agreement": inter_agreement(trials).overall,
    }


def detected(
    design: Design,
    population: Population,
    studies: int,
    rng: np.random.Generator,
    differences: Sequence[float] = DIFFERENCES,
) -> pd.DataFrame:
    """How often simulated studies find what is planted, [planted, found, opposite, leaning], shares of them.

    planted: soft less hard, each of `differences` and the population's own mean; accuracy, chance and the
    population's own. found: the report says that people prefer soft-labels, or recognise the own one more
    often than chance; opposite: it says the contrary; with no effect planted either is an error. leaning:
    only Fisher's exact test keeps it from saying so.
    """
    once = replace(design, self_share=0.0, overlap_share=0.0)
    own = population.preference[0] - population.preference[1]
    planted = {f"soft less hard {100 * one:.0f} points": preferring(population, one) for one in differences}
    planted[f"soft less hard {100 * own:.0f} points, the population's"] = population
    rows = [
        {"planted": name, **_claimed(_preference, once, people, studies, rng)}
        for name, people in planted.items()
    ]
    for name, people in (("chance", replace(population, scale=NEVER_TOLD)), ("the population's", population)):
        rows.append({"planted": f"accuracy, {name}", **_claimed(_recognition, once, people, studies, rng)})
    return pd.DataFrame(rows)


def _claimed(
    read: Callable[[pd.DataFrame], tuple[int, bool]],
    design: Design,
    population: Population,
    studies: int,
    rng: np.random.Generator,
) -> dict[str, float]:
    """Shares of studies whose report claims what is above 0, the contrary, or leans to either."""
    read_of = [read(simulate_trials(design, population, rng)) for _ in range(studies)]
    sides, doubts = (np.array(one) for one in zip(*read_of, strict=True))
    return {
        "found": float(((sides > 0) & ~doubts).mean()),
        "opposite": float(((sides < 0) & ~doubts).mean()),
        "leaning": float(((sides != 0) & doubts).mean()),
    }


def _preference(trials: pd.DataFrame) -> tuple[int, bool]:
    found = preference(trials)
    return preferred(found), doubted(found.soft_vs_hard)


def _recognition(trials: pd.DataFrame) -> tuple[int, bool]:
    found = discrimination(trials)
    return recognised(found), doubted(found.against_chance)


def compare_schemes(
    design: Design,
    population: Population,
    studies: int,
    rng: np.random.Generator,
    schemes: Iterable[str] = SCHEMES,
) -> pd.DataFrame:
    """Inter-agreement by ring, complete and balanced incomplete blocks, at the same number of answers.

    Returns [scheme, pairs, shared, estimate, spread, half_width, defined]: pairs of participants that share
    questions, and how many each of them shares.
    """
    rows = []
    people = design.participants
    for scheme in schemes:
        chosen = replace(design, scheme=scheme)
        found = simulated(chosen, population, studies, rng)
        row = found[found["finding"] == "inter_agreement"].iloc[0].drop("finding")
        pairs = people if scheme == "ring" and people > 2 else people * (people - 1) // 2
        rows.append({"scheme": scheme, "pairs": pairs, "shared": shared_by_pair(chosen), **row})
    return pd.DataFrame(rows)
