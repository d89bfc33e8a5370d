"""Accuracy of Experiment 2 as a function of how far the foil's soft-label is from the image's own."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy import stats

from study.findings.estimate import Estimate, undefined
from study.findings.intervals import Array, participant_means
from study.findings.trials import Codes, factorize, of_experiment, require

GUESS = 0.5
TARGET = 0.75
LARGEST_LAPSE = 0.2
FIT_BINS = 60
SHOWN_BINS = 10
LEAST_ANSWERS = 40
JACKKNIFE_GROUPS = 24
STEPS = 100


@dataclass(frozen=True)
class Psychometric:
    """The fitted function p(x) = 1/2 + (1/2 - lapse) (1 - exp(-(x / scale)^slope)) of foil distance x.

    threshold: the distance at which three in four choices are right. bins: [distance, low_edge, high_edge,
    n, accuracy, low, high] of tenths of the answers; curve: [distance, accuracy]. fit_p is the deviance
    test of the binned fit (small: the function does not describe the answers). reason says why nothing
    could be fitted.
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
    """Right and all answers of each participant in each bin, (participants, bins), at distances (bins,)."""

    distance: Array
    right: Array
    n: Array


def psychometric(trials: pd.DataFrame) -> Psychometric:
    """Fit by maximum likelihood a Weibull function with guess rate 1/2 and lapses (Wichmann & Hill 2001).

    Participants weigh equally. Intervals are the delete-a-participant jackknife's (24 groups of
    participants where there are more), t with groups - 1 degrees of freedom, on the log scale for
    threshold, scale and slope.
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
    at = np.linspace(distance.min(), distance.max(), 60)
    curve = pd.DataFrame({"distance": at, "accuracy": weibull(at, best)})
    return Psychometric(found[0], found[1], found[2], found[3], bins, curve, _fit_p(binned, best))


def weibull(distance: Array, parameters: Array) -> Array:
    """p(right) at distances, for parameters (log scale, log slope, lapse) in the first axis; shapes
    broadcast.
    """
    log_scale, log_slope, lapse = parameters
    with np.errstate(over="ignore"):
        reached = -np.expm1(-((np.maximum(distance, 1e-12) / np.exp(log_scale)) ** np.exp(log_slope)))
    return np.asarray(GUESS + (1 - GUESS - lapse) * reached)


def threshold_of(parameters: Array, target: float = TARGET) -> float:
    """The distance at which p(right) is the target; NaN where the lapses keep it from ever being."""
    log_scale, log_slope, lapse = (float(value) for value in parameters)
    share = (target - GUESS) / (1 - GUESS - lapse)
    if share >= 1:
        return float("nan")
    return float(np.exp(log_scale) * (-np.log1p(-share)) ** np.exp(-log_slope))


def fit(distance: Array, right: Array, n: Array, start: Array | None = None) -> Array:
    """Maximum-likelihood (log scale, log slope, lapse) of counts at distances, for many data sets at once.

    distance: (bins,); right, n: (sets, bins); start: (3,) or none; returns (sets, 3). Fisher's scoring with
    Levenberg's damping, the parameters held within bounds.
    """
    low = np.array([np.log(max(distance.min(), 1e-6)) - 3, np.log(0.2), 0.0])
    high = np.array([np.log(max(distance.max(), 1e-6)) + 3, np.log(20), LARGEST_LAPSE])
    if start is None:
        start = np.array([np.log(max(float(distance.mean()), 1e-6)), 0.7, 0.02])
    at = np.tile(start, (len(n), 1))
    best, damping = _likelihood(distance, right, n, at), np.full(len(n), 1e-3)
    for _ in range(STEPS):
        candidate = np.clip(at + _step(distance, right, n, at, damping, low, high), low, high)
        reached = _likelihood(distance, right, n, candidate)
        better = reached > best
        gained = np.where(better, reached - best, 0)
        at, best = np.where(better[:, None], candidate, at), np.maximum(best, reached)
        damping = np.where(better, damping / 10, damping * 10).clip(1e-9, 1e9)
        if (gained < 1e-9).all() and ((damping > 1e6) | (gained > 0) | (damping <= 1e-8)).all():
            break
    return at


def _likelihood(distance: Array, right: Array, n: Array, at: Array) -> Array:
    p = np.clip(weibull(distance, at.T[:, :, None]), 1e-9, 1 - 1e-9)
    return np.asarray((right * np.log(p) + (n - right) * np.log1p(-p)).sum(axis=1))


def _step(
    distance: Array, right: Array, n: Array, at: Array, damping: Array, low: Array, high: Array
) -> Array:
    """Scoring steps of all sets, (sets, 3); a parameter at its bound that would leave it stays."""
    p = np.clip(weibull(distance, at.T[:, :, None]), 1e-9, 1 - 1e-9)
    slopes = _gradient(distance, at)
    score = np.einsum("spb,sb->sp", slopes, (right - n * p) / (p * (1 - p)))
    information = np.einsum("spb,sqb,sb->spq", slopes, slopes, n / (p * (1 - p)))
    stuck = ((at <= low) & (score < 0)) | ((at >= high) & (score > 0))
    free = ~stuck
    information = information * free[:, :, None] * free[:, None, :]
    diagonal = np.einsum("spp->sp", information)
    diagonal += diagonal * damping[:, None] + 1e-9 + stuck
    return np.asarray(np.linalg.solve(information, (score * free)[:, :, None])[:, :, 0])


def _gradient(distance: Array, at: Array) -> Array:
    """Derivatives of p by the three parameters, (sets, 3, bins)."""
    log_scale, log_slope, lapse = at.T[:, :, None]
    slope = np.exp(log_slope)
    ratio = np.log(np.maximum(distance, 1e-12)) - log_scale
    power = np.exp(np.clip(slope * ratio, -50, 50))
    stay = np.exp(-power)
    change = (1 - GUESS - lapse) * stay * power
    return np.stack([-slope * change, slope * ratio * change, -(1 - stay)], axis=1)


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
    code, edges = _quantile_bins(distance, FIT_BINS)
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
    method = (
        "maximum-likelihood Weibull function, guess rate 1/2; 95 % jackknife t interval over participants"
    )
    value = _scaled(name, best)
    if name == "threshold" and not (np.isfinite(value) and distance.min() <= np.exp(value) <= distance.max()):
        return undefined(_no_threshold(best, distance), method, n, people)
    if len(left_out) < 2:
        return Estimate(
            _back(name, value),
            None,
            None,
            n,
            method,
            "one participant: no interval over participants",
            people,
        )
    others = np.array([_scaled(name, row) for row in left_out])
    if not np.isfinite(others).all():
        reason = "the interval is undefined: it hangs on one participant"
        return Estimate(_back(name, value), None, None, n, method, reason, people)
    groups = len(others)
    error = np.sqrt((groups - 1) / groups * ((others - others.mean()) ** 2).sum())
    half = float(stats.t.ppf(0.975, groups - 1) * error)
    low, high = _back(name, value - half), _back(name, value + half)
    if name == "lapse":
        low, high = max(low, 0.0), min(high, 0.5)
    # The lapse rate lies near its bound of 0, where the jackknife is too narrow (docs/statistics.md).
    return Estimate(_back(name, value), low, high, n, method, None, people, name == "lapse")


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
    right, n = binned.right.sum(axis=0), binned.n.sum(axis=0)
    known = n > 0
    right, n, p = right[known], n[known], weibull(binned.distance[known], best)
    freedom = int(known.sum()) - 3
    if freedom < 1:
        return None
    with np.errstate(divide="ignore", invalid="ignore"):
        hit = np.where(right > 0, right * np.log(right / (n * p)), 0)
        miss = np.where(right < n, (n - right) * np.log((n - right) / (n * (1 - p))), 0)
    return float(stats.chi2.sf(2 * (hit + miss).sum(), freedom))
