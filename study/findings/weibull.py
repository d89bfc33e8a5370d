"""The Weibull psychometric function of two-alternative forced choice, and its fit by maximum likelihood."""

from __future__ import annotations

import numpy as np

from study.findings.intervals import Z95, Array

GUESS = 0.5
TARGET = 0.75
LARGEST_LAPSE = 0.2
STEPS = 100
PROFILE_STEPS = 21
PROFILE_ZOOMS = 3


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


def bounds(distance: Array) -> Array:
    """Least and largest (log scale, log slope, lapse) that are searched, (2, 3)."""
    low = [np.log(max(distance.min(), 1e-6)) - 3, np.log(0.2), 0.0]
    return np.array([low, [np.log(max(distance.max(), 1e-6)) + 3, np.log(20), LARGEST_LAPSE]])


def fit(
    distance: Array, right: Array, n: Array, start: Array | None = None, lapse: Array | None = None
) -> Array:
    """Maximum-likelihood (log scale, log slope, lapse) of counts at distances, for many data sets at once.

    distance: (bins,); right, n: (sets, bins); start: (3,) or none; lapse: (sets,), lapse rates to be kept to,
    or none; returns (sets, 3). Fisher's scoring with Levenberg's damping, the parameters held within bounds.
    """
    low, high = (np.tile(bound, (len(n), 1)) for bound in bounds(distance))
    if lapse is not None:
        low[:, 2] = high[:, 2] = lapse
    if start is None:
        start = np.array([np.log(max(float(distance.mean()), 1e-6)), 0.7, 0.02])
    at = np.clip(np.tile(start, (len(n), 1)), low, high)
    best, damping = likelihood(distance, right, n, at), np.full(len(n), 1e-3)
    for _ in range(STEPS):
        candidate = np.clip(at + _step(distance, right, n, at, damping, low, high), low, high)
        reached = likelihood(distance, right, n, candidate)
        better = reached > best
        gained = np.where(better, reached - best, 0)
        at, best = np.where(better[:, None], candidate, at), np.maximum(best, reached)
        damping = np.where(better, damping / 10, damping * 10).clip(1e-9, 1e9)
        if (gained < 1e-9).all() and ((damping > 1e6) | (gained > 0) | (damping <= 1e-8)).all():
            break
    return np.asarray(at)


def likelihood(distance: Array, right: Array, n: Array, at: Array) -> Array:
    """Log-likelihood of each set's counts, (sets,), at its parameters; shapes as in `fit`."""
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


def lapse_interval(distance: Array, right: Array, n: Array, best: Array) -> tuple[float, float]:
    """95 % profile-likelihood interval of the lapse rate of one data set, whose fit is best (3,).

    The lapse rate lies near its bound of 0, where a standard error says nothing. distance, right, n: (bins,).
    """
    right, n = (np.broadcast_to(values, (PROFILE_STEPS, len(distance))) for values in (right, n))
    top = float(likelihood(distance, right[:1], n[:1], best[None])[0])
    low, high = 0.0, LARGEST_LAPSE
    for _ in range(PROFILE_ZOOMS):
        lapses = np.linspace(low, high, PROFILE_STEPS)
        reached = likelihood(distance, right, n, fit(distance, right, n, best, lapses))
        top = max(top, float(reached.max()))
        fallen = np.sqrt(2 * (top - reached))
        within = np.flatnonzero(fallen <= np.maximum(Z95, fallen.min()))
        first, last = max(within[0] - 1, 0), min(within[-1] + 1, PROFILE_STEPS - 1)
        low, high = float(lapses[first]), float(lapses[last])
    return _crossing(lapses, fallen, within[0], first), _crossing(lapses, fallen, within[-1], last)


def _crossing(lapses: Array, fallen: Array, inside: int, outside: int) -> float:
    """Where the root of twice the fall of the log-likelihood, which is nearly a line, passes 1.96."""
    if fallen[outside] <= Z95:
        return float(lapses[outside])
    share = max(Z95 - fallen[inside], 0.0) / (fallen[outside] - fallen[inside])
    return float(lapses[inside] + share * (lapses[outside] - lapses[inside]))


def _gradient(distance: Array, at: Array) -> Array:
    """Derivatives of p by the three parameters, (sets, 3, bins)."""
    log_scale, log_slope, lapse = at.T[:, :, None]
    slope = np.exp(log_slope)
    ratio = np.log(np.maximum(distance, 1e-12)) - log_scale
    power = np.exp(np.clip(slope * ratio, -50, 50))
    stay = np.exp(-power)
    change = (1 - GUESS - lapse) * stay * power
    return np.stack([-slope * change, slope * ratio * change, -(1 - stay)], axis=1)
