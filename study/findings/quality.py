"""How the answers were given: their times, their course over the study, and who seems not to have looked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from study.findings.consistency import SelfAgreement, pressed_left, self_agreement
from study.findings.estimate import Estimate, undefined
from study.findings.intervals import Array, mean_estimate, participant_means, wilson
from study.findings.retest import participant_slopes
from study.findings.trials import ATTENTION, Codes, codes, factorize, ordinary, require, response_ms

FAST_MS = 300
FAST_SHARE = 0.1
RUN_CHANCE = 0.001
PLAIN_SHARE = 0.1
PLAIN_ACCURACY = 0.75
# Attentive people lapse now and then (Wichmann & Hill 2001 allow .06).
LAPSE = 0.05
LAPSES_CHANCE = 0.01
LEAST_ACCURACY = 50
LEAST_REPEATS = 60
# Above it agreement is at least moderate (Landis & Koch 1977).
FAIR_KAPPA = 0.4
RT_EDGES_MS = (0, 300, 500, 750, 1000, 1500, 2000, 3000, 5000, 10_000, 30_000, np.inf)
FLAGS = {
    "fast": f"more than {FAST_SHARE:.0%} of answers within {FAST_MS} ms of the question",
    "straight-lining": f"a run of one key longer than chance makes once in {1 / RUN_CHANCE:,.0f} studies",
    "at chance": f"accuracy of Experiment 2 not above chance on {LEAST_ACCURACY} or more questions",
    "plain": f"accuracy under {PLAIN_ACCURACY:.0%} on the plainest questions, the most distant foils",
    "attention": f"attention checks failed that lapses of {LAPSE:.0%} explain in under {LAPSES_CHANCE:.0%}",
    "inconsistent": f"kappa with themselves not above 0 and below {FAIR_KAPPA}, {LEAST_REPEATS} repeats",
}


@dataclass(frozen=True)
class Quality:
    """Course and quality of the answers.

    by_participant: [participant, answers, median_rt_ms, p10_rt_ms, p90_rt_ms, fast, longest_run,
    longest_allowed, accuracy, accuracy_n, plain, plain_n, attention_passed, attention_failed, flagged],
    flagged a comma-separated text of FLAGS' keys. Attention checks are counted in answers, runs and their
    own two columns alone. Response times leave out the time in which the page was hidden. rt: histogram,
    [experiment, low_edge, high_edge, n]. speed: accuracy by fifths of each participant's own response
    times, [fifth, rt_ms, n, accuracy, low, high]. course: by tenths of each participant's questions, [part,
    n, median_rt_ms, accuracy, low, high]. fatigue: change of accuracy from first to last question; slowing:
    of log response time.
    """

    by_participant: pd.DataFrame
    rt: pd.DataFrame
    speed: pd.DataFrame
    course: pd.DataFrame
    fatigue: Estimate
    slowing: Estimate

    @property
    def flagged(self) -> list[str]:
        """Participants with a flag."""
        rows = self.by_participant
        return list(map(str, rows.loc[rows["flagged"] != "", "participant"]))


def quality(trials: pd.DataFrame, own: SelfAgreement | None = None) -> Quality:
    """Response times, speed against accuracy, course over the study and flags, from all kinds of answers.

    own: `self_agreement` of these trials, where it is known already; without resamples, by which no flag may
    depend on chance.
    """
    require(trials, "participant", "position", "experiment", "kind", "choice", "rt_ms", "side", "repeats")
    given = trials[trials["choice"].notna()]
    answered = ordinary(given)
    own = self_agreement(answered) if own is None else own
    participant, names = factorize(answered["participant"])
    rt = response_ms(answered)
    right = _right(answered)
    share = _course(answered["position"].to_numpy(float), participant, len(names))
    return Quality(
        _by_participant(given, answered, rt, right, own),
        _histogram(answered, rt),
        _speed(rt, right, participant, len(names)),
        _by_part(share, rt, right, participant),
        _trend(share, right, participant, len(names), "change of accuracy from first to last question"),
        _trend(share, np.log(np.maximum(rt, 1)), participant, len(names), "change of log response time"),
    )


def _right(answered: pd.DataFrame) -> Array:
    """1 for a right choice of Experiment 2, 0 for a wrong one, NaN for Experiment 1."""
    second = (answered["experiment"] == 2).to_numpy(bool)
    return np.where(second, (answered["choice"] == "own").to_numpy(float), np.nan)


def _course(position: Array, participant: Codes, people: int) -> Array:
    """Where in their own study a participant was, 0 at the first answer, 1 at the last."""
    last, first = np.zeros(people), np.full(people, np.inf)
    np.maximum.at(last, participant, position)
    np.minimum.at(first, participant, position)
    span = np.maximum(last - first, 1)
    return np.asarray((position - first[participant]) / span[participant])


def _by_participant(
    given: pd.DataFrame, answered: pd.DataFrame, rt: Array, right: Array, own: SelfAgreement
) -> pd.DataFrame:
    pressed_by, names = factorize(given["participant"])
    people = len(names)
    participant = codes(answered["participant"], names)
    n = np.bincount(pressed_by, minlength=people)
    p10, median, p90 = quantiles(rt, participant, people, (0.1, 0.5, 0.9))
    run, allowed = longest_runs(given, pressed_by, people), np.floor(_allowed_run(n))
    accuracy, accuracy_n, accuracy_low, _ = _shares(right, participant, people)
    plain, plain_n, _, plain_high = _shares(np.where(_plain(answered), right, np.nan), participant, people)
    fast = _shares(np.where(np.isfinite(rt), rt < FAST_MS, np.nan), participant, people)[0]
    kappa_low, kappa_high, repeats = _consistency(own, names)
    passed, failed = _attention(given, pressed_by, people)
    flags = {
        "fast": fast > FAST_SHARE,
        "straight-lining": run > allowed,
        "at chance": (accuracy_low <= 0.5) & (accuracy_n >= LEAST_ACCURACY),
        "plain": plain_high < PLAIN_ACCURACY,
        "attention": (failed > 0) & (stats.binom.sf(failed - 1, passed + failed, LAPSE) < LAPSES_CHANCE),
        "inconsistent": (kappa_low <= 0) & (kappa_high < FAIR_KAPPA) & (repeats >= LEAST_REPEATS),
    }
    said = [", ".join(name for name, raised in flags.items() if raised[at]) for at in range(people)]
    return pd.DataFrame(
        {
            "participant": names,
            "answers": n,
            "median_rt_ms": median,
            "p10_rt_ms": p10,
            "p90_rt_ms": p90,
            "fast": fast,
            "longest_run": run,
            "longest_allowed": allowed.astype(np.int64),
            "accuracy": accuracy,
            "accuracy_n": accuracy_n,
            "plain": plain,
            "plain_n": plain_n,
            "attention_passed": passed,
            "attention_failed": failed,
            "flagged": said,
        }
    )


def _attention(given: pd.DataFrame, participant: Codes, people: int) -> tuple[Codes, Codes]:
    """Attention checks that each participant passed and failed."""
    checked = (given["kind"] == ATTENTION).to_numpy(bool)
    right = (given["choice"] == "own").to_numpy(bool)
    passed = np.bincount(participant[checked & right], minlength=people)
    return passed, np.bincount(participant[checked & ~right], minlength=people)


def _shares(outcome: Array, participant: Codes, people: int) -> tuple[Array, Array, Array, Array]:
    """Share of 1s among the known outcomes of each participant, their number, and Wilson's interval."""
    known = np.isfinite(outcome)
    n = np.bincount(participant[known], minlength=people)
    k = np.bincount(participant[known], weights=outcome[known], minlength=people)
    low, high = wilson(k, n)
    with np.errstate(invalid="ignore"):
        return k / n, n, low, high


def _plain(answered: pd.DataFrame) -> Array:
    """Questions of Experiment 2 whose foil is among the most distant tenth."""
    if "foil_distance" not in answered.columns:
        return np.zeros(len(answered), dtype=bool)
    distance = answered["foil_distance"].to_numpy(float, na_value=np.nan)
    known = distance[np.isfinite(distance)]
    if not len(known):
        return np.zeros(len(answered), dtype=bool)
    with np.errstate(invalid="ignore"):
        return np.asarray(distance >= np.quantile(known, 1 - PLAIN_SHARE))


def _consistency(own: SelfAgreement, names: list[str]) -> tuple[Array, Array, Array]:
    found = own.by_participant.set_index("participant").reindex(names)
    low, high = (found[name].to_numpy(float) for name in ("kappa_low", "kappa_high"))
    return low, high, found["n"].fillna(0).to_numpy(float)


def _allowed_run(n: Array) -> Array:
    """The run of one of two equally likely keys that n presses exceed with chance RUN_CHANCE, about log2(n
    / chance).
    """
    return np.asarray(np.log2(np.maximum(n, 1) / RUN_CHANCE))


def longest_runs(answered: pd.DataFrame, participant: Codes, people: int) -> Array:
    """Longest run of the same key (left, right, both, none) in order of position, (people,)."""
    left = pressed_left(answered)
    key = np.where(np.isfinite(left), left, np.where((answered["choice"] == "both").to_numpy(bool), 2, 3))
    order = np.lexsort((answered["position"].to_numpy(float), participant))
    who, pressed = participant[order], key[order]
    starts = (
        np.flatnonzero(np.r_[True, (who[1:] != who[:-1]) | (pressed[1:] != pressed[:-1])])
        if len(who)
        else who
    )
    longest = np.zeros(people, dtype=np.int64)
    np.maximum.at(longest, who[starts], np.diff(np.r_[starts, len(who)]))
    return longest


def quantiles(values: Array, group: Codes, groups: int, at: tuple[float, ...]) -> Array:
    """Quantiles of each group's values, linear between order statistics, (len(at), groups); NaN where
    empty.
    """
    known = np.isfinite(values)
    values, group = values[known], group[known]
    ordered = values[np.lexsort((values, group))]
    n = np.bincount(group, minlength=groups)
    start = np.cumsum(n) - n
    found = np.full((len(at), groups), np.nan)
    there = n > 0
    for row, share in enumerate(at):
        place = start[there] + share * (n[there] - 1)
        below = np.floor(place).astype(np.intp)
        above = np.minimum(below + 1, start[there] + n[there] - 1)
        found[row, there] = ordered[below] + (place - below) * (ordered[above] - ordered[below])
    return found


def _histogram(answered: pd.DataFrame, rt: Array) -> pd.DataFrame:
    edges = np.array(RT_EDGES_MS)
    band = np.searchsorted(edges, rt, side="right") - 1
    parts = []
    for experiment in (1, 2):
        keep = (answered["experiment"] == experiment).to_numpy(bool) & np.isfinite(rt)
        counts = np.bincount(np.clip(band[keep], 0, len(edges) - 2), minlength=len(edges) - 1)
        parts.append(
            pd.DataFrame(
                {"experiment": experiment, "low_edge": edges[:-1], "high_edge": edges[1:], "n": counts}
            )
        )
    return pd.concat(parts, ignore_index=True)


def _speed(rt: Array, right: Array, participant: Codes, people: int) -> pd.DataFrame:
    known = np.isfinite(right) & np.isfinite(rt)
    rt, right, participant = rt[known], right[known], participant[known]
    cuts = quantiles(rt, participant, people, (0.2, 0.4, 0.6, 0.8))
    fifth = (rt > cuts[:, participant]).sum(axis=0).astype(np.intp)
    means = participant_means(right, participant, None, fifth, 5)
    return pd.DataFrame(
        {
            "fifth": np.arange(1, 6),
            "rt_ms": quantiles(rt, fifth, 5, (0.5,))[0],
            "n": means.n,
            "accuracy": means.mean,
            "low": means.low,
            "high": means.high,
        }
    )


def _by_part(share: Array, rt: Array, right: Array, participant: Codes) -> pd.DataFrame:
    part = np.minimum((share * 10).astype(np.intp), 9)
    known = np.isfinite(right)
    means = participant_means(right[known], participant[known], None, part[known], 10)
    return pd.DataFrame(
        {
            "part": np.arange(1, 11),
            "n": np.bincount(part, minlength=10),
            "median_rt_ms": quantiles(rt, part, 10, (0.5,))[0],
            "accuracy": means.mean,
            "low": means.low,
            "high": means.high,
        }
    )


def _trend(share: Array, outcome: Array, participant: Codes, people: int, what: str) -> Estimate:
    known = np.isfinite(outcome)
    if not known.any():
        return undefined("no answers", f"mean of the participants' {what}")
    slopes = participant_slopes(share[known], outcome[known], participant[known], people)
    return mean_estimate(slopes, what, int(known.sum()))
