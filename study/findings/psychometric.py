"""Accuracy of Experiment 2 as a function of how far the foil's soft-label is from the image's own."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from scipy import stats

from study.findings.estimate import Estimate, undefined
from study.findings.intervals import Array, participant_means
from study.findings.trials import Codes, factorize, of_experiment, require
from study.findings.weibull import TARGET, bounds, fit, lapse_interval, threshold_of, weibull

FIT_POINTS = 1000
SHOWN_BINS = 10
LEAST_ANSWERS = 40
LEAST_EXPECTED = 5
MOST_TESTED = 20
JACKKNIFE_GROUPS = 24
PROFILE_BINS = 60
FEW_ANSWERS = 4000
FURTHEST = 1.0  # Jensen-Shannon distance, base 2
METHOD = "maximum-likelihood Weibull function, guess rate 1/2; 95 % jackknife t interval over participants"


@dataclass(frozen=True)
class Psychometric:
    """The fitted function p(x) = 1/2 + (1/2 - lapse) (1 - exp(-(x / scale)^slope)) of foil distance x.

    threshold: the distance at which three in four choices are right. bins: [distance, low_edge, high_edge,
    n, accuracy, low, high] of tenths of the answers; curve: [distance, accuracy]. fit_p is Pearson's test of
    the fit (small: the function does not describe the answers). reason says why nothing could be fitted.
    """

    threshold: Estimate
    scale: Estimate
    slope: Estimate
    lapse: Estimate
    bins: pd.DataFrame = field(default_factory=pd.DataFrame)
    curve: pd.DataFrame = field(default_factory=pd.DataFrame)
    fit_p: float | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Binned:
    """Right and all answers of each participant in each bin, (participants, bins), at distances (bins,).

    A bin is one distance; where more than FIT_POINTS differ, a thousandth of the answers.
    """

    distance: Array
    right: Array
    n: Array


def psychometric(trials: pd.DataFrame) -> Psychometric:
    """Fit by maximum likelihood a Weibull function with guess rate 1/2 and lapses (Wichmann & Hill 2001).

    Participants weigh equally. Intervals are the delete-a-participant jackknife's (24 groups of
    participants where there are more), t with groups - 1 degrees of freedom, on the log scale for
    threshold, scale and slope. That of the lapse rate is never within its profile likelihood's.
    """
    require(trials, "foil_distance")
    first = of_experiment(trials, 2)
    first = first[first["foil_distance"].notna()]
    distance = first["foil_distance"].to_numpy(float)
    right = (first["choice"] == "own").to_numpy(float)
    participant, names = factorize(first["participant"])
    reason = _why_not(distance, right)
    bins = _shown_bins(distance, right, participant)
    if reason:
        missing = undefined(reason, "maximum-likelihood Weibull function", len(first), len(names))
        return Psychometric(missing, missing, missing, missing, bins, reason=reason)
    binned = _binned(distance, right, participant, len(names))
    weights = _equal_weights(binned.n)
    best = fit(binned.distance, weights[None] @ binned.right, weights[None] @ binned.n)[0]
    left_out = _jackknife(binned, weights, best)
    found = [
        _estimate(name, best, left_out, len(first), len(names), distance)
        for name in ("threshold", "scale", "slope", "lapse")
    ]
    found[3] = _profiled(found[3], distance, right, weights[participant], best)
    at = np.linspace(distance.min(), distance.max(), 60)
    curve = pd.DataFrame({"distance": at, "accuracy": weibull(at, best)})
    return Psychometric(found[0], found[1], found[2], found[3], bins, curve, _fit_p(binned, best))


def _why_not(distance: Array, right: Array) -> str | None:
    if len(right) < LEAST_ANSWERS:
        return f"{len(right)} answers with a foil's distance; a curve needs {LEAST_ANSWERS}"
    if right.all() or not right.any():
        return "all choices are right" if right.all() else "no choice is right"
    if np.ptp(distance) < 0.05:
        return "the foils' distances hardly differ"
    return None


def _quantile_bins(distance: Array, bins: int) -> tuple[Codes, Array]:
    edges = np.unique(np.quantile(distance, np.linspace(0, 1, bins + 1)))
    code = np.clip(np.searchsorted(edges, distance, side="right") - 1, 0, max(len(edges) - 2, 0))
    return code, edges


def _shown_bins(distance: Array, right: Array, participant: Codes) -> pd.DataFrame:
    if not len(distance):
        return pd.DataFrame(columns=["distance", "low_edge", "high_edge", "n", "accuracy", "low", "high"])
    code, edges = _quantile_bins(distance, SHOWN_BINS)
    bins = max(len(edges) - 1, 1)
    means = participant_means(right, participant, None, code, bins)
    middle = np.bincount(code, weights=distance, minlength=bins) / np.maximum(means.n, 1)
    return pd.DataFrame(
        {
            "distance": middle,
            "low_edge": edges[:bins],
            "high_edge": edges[-bins:],
            "n": means.n,
            "accuracy": means.mean,
            "low": means.low,
            "high": means.high,
        }
    )


def _binned(distance: Array, right: Array, participant: Codes, people: int) -> Binned:
    known, code = np.unique(distance, return_inverse=True)
    bins = len(known)
    if bins > FIT_POINTS:
        code, edges = _quantile_bins(distance, FIT_POINTS)
        bins = len(edges) - 1
    cell = participant * bins + code
    size = people * bins
    middle = np.bincount(code, weights=distance, minlength=bins) / np.maximum(
        np.bincount(code, minlength=bins), 1
    )
    return Binned(
        middle,
        np.bincount(cell, weights=right, minlength=size).reshape(people, bins),
        np.bincount(cell, minlength=size).reshape(people, bins).astype(float),
    )


def _equal_weights(n: Array) -> Array:
    answers = n.sum(axis=1)
    return np.asarray(answers.mean() / np.maximum(answers, 1))


def _jackknife(binned: Binned, weights: Array, best: Array) -> Array:
    """Parameters with each group of participants left out, (groups, 3)."""
    people = len(weights)
    groups = min(people, JACKKNIFE_GROUPS)
    if groups < 2:
        return np.zeros((0, 3))
    kept = np.where(np.arange(people) % groups == np.arange(groups)[:, None], 0.0, weights)
    return fit(binned.distance, kept @ binned.right, kept @ binned.n, best)


def _estimate(name: str, best: Array, left_out: Array, n: int, people: int, distance: Array) -> Estimate:
    value = _scaled(name, best)
    if name == "threshold" and not (np.isfinite(value) and distance.min() <= np.exp(value) <= distance.max()):
        return undefined(_no_threshold(best, distance), METHOD, n, people)
    if len(left_out) < 2:
        return Estimate(
            _back(name, value),
            None,
            None,
            n,
            METHOD,
            "one participant: no interval over participants",
            people,
        )
    others = np.array([_scaled(name, row) for row in left_out])
    if name != "lapse" and _at_bound(best, distance):
        reason = "the fit lies at the bound of the slopes and scales that are searched: no interval"
        return Estimate(_back(name, value), None, None, n, METHOD, reason, people)
    if not np.isfinite(others).all():
        reason = "the interval is undefined: it hangs on one participant"
        return Estimate(_back(name, value), None, None, n, METHOD, reason, people)
    groups = len(others)
    error = np.sqrt((groups - 1) / groups * ((others - others.mean()) ** 2).sum())
    half = float(stats.t.ppf(0.975, groups - 1) * error)
    low, high = _back(name, value - half), _back(name, value + half)
    least, most = 0.0, FURTHEST
    if name != "threshold":
        least, most = (
            _back(name, one) for one in bounds(distance)[:, ("scale", "slope", "lapse").index(name)]
        )
    low, high = max(low, least), min(high, most)
    # With fewer answers the jackknife of the scale is too narrow (docs/statistics.md).
    few = name == "scale" and n < FEW_ANSWERS
    return Estimate(_back(name, value), low, high, n, METHOD, None, people, few)


def _at_bound(best: Array, distance: Array) -> bool:
    """Whether scale or slope is as small or large as any that is searched."""
    return bool(np.isclose(best[:2], bounds(distance)[:, :2], atol=1e-6).any())


def _profiled(lapse: Estimate, distance: Array, right: Array, weight: Array, best: Array) -> Estimate:
    """The lapse rate's interval, widened to that of its profile likelihood."""
    if lapse.low is None or lapse.high is None:
        return lapse
    code, edges = _quantile_bins(distance, PROFILE_BINS)
    bins = len(edges) - 1
    n = np.bincount(code, weights=weight, minlength=bins)
    middle = np.bincount(code, weights=weight * distance, minlength=bins) / np.maximum(n, 1e-12)
    low, high = lapse_interval(middle, np.bincount(code, weights=weight * right, minlength=bins), n, best)
    method = f"{METHOD}, or the profile likelihood's where that is wider"
    return replace(lapse, low=min(low, lapse.low), high=max(high, lapse.high), method=method)


def _scaled(name: str, parameters: Array) -> float:
    """The named parameter on the scale its interval is made on: logarithms, but for the lapse rate."""
    if name == "threshold":
        return float(np.log(threshold_of(parameters)))
    return float(parameters[("scale", "slope", "lapse").index(name)])


def _back(name: str, value: float) -> float:
    return value if name == "lapse" else float(np.exp(value))


def _no_threshold(best: Array, distance: Array) -> str:
    at_least = float(weibull(np.array([distance.min()]), best)[0])
    where = "above" if at_least > TARGET else "below"
    return f"the fitted accuracy is {where} {TARGET:.0%} at every distance asked"


def _fit_p(binned: Binned, best: Array) -> float | None:
    """Pearson's chi-squared test of the fitted function, answers equal; None with too few for a test.

    Neighbouring distances are put together until the function expects five right and five wrong answers
    (Cochran 1954), and a twentieth of the answers, in each of the groups.
    """
    right, n = binned.right.sum(axis=0), binned.n.sum(axis=0)
    expected = n * weibull(binned.distance, best)
    least = max(n.sum() / MOST_TESTED, 2.0 * LEAST_EXPECTED)
    starts, group = [], np.zeros(3)
    for at, one in enumerate(np.column_stack([n, expected, n - expected])):
        if not group.any():
            starts.append(at)
        group = group + one
        if group[0] >= least and group[1:].min() >= LEAST_EXPECTED:
            group = np.zeros(3)
    if group.any():
        starts.pop()
    freedom = len(starts) - 3
    if freedom < 1:
        return None
    n, right, expected = (np.add.reduceat(values, starts) for values in (n, right, expected))
    return float(stats.chi2.sf(((right - expected) ** 2 * n / (expected * (n - expected))).sum(), freedom))
