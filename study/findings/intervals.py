"""Intervals for shares and means of answers that cluster in participants and images.

A participant's own share has the Wilson score interval (Wilson 1927): their answers are about different
images. The share of a population of participants is the mean of the participants' shares, with Student's t
on P - 1 degrees of freedom, since the participants and not the answers are the sample: it is honest with
six people, where a bootstrap of people or an asymptotic mixed model is too narrow (docs/statistics.md has
the simulated coverage). Images that several participants answered make their shares covary; that covariance
is added.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from study.findings.estimate import Estimate, defined, undefined
from study.findings.trials import Codes

Array = NDArray[Any]
Z95 = float(stats.norm.ppf(0.975))
NO_SPREAD = 1e-9
SAME_SHARES = "the participants' shares are the same; Wilson's interval over answers"


def wilson(successes: Array | float, n: Array | float) -> tuple[Array, Array]:
    """Wilson's 95 % score interval of a share (Wilson 1927, JASA 22:209); NaN where n is 0. Shapes
    broadcast.
    """
    k, size = np.broadcast_arrays(np.asarray(successes, dtype=float), np.asarray(n, dtype=float))
    with np.errstate(divide="ignore", invalid="ignore"):
        share = k / size
        centre = (share + Z95**2 / (2 * size)) / (1 + Z95**2 / size)
        half = Z95 / (1 + Z95**2 / size) * np.sqrt(share * (1 - share) / size + Z95**2 / (4 * size**2))
    return np.where(k == 0, 0.0 * half, centre - half), np.where(k == size, 1.0 + 0.0 * half, centre + half)


@dataclass(frozen=True)
class Means:
    """Participants-equal means of a 0/1 outcome in each group; every array has shape (groups,)."""

    mean: Array
    low: Array
    high: Array
    error: Array
    df: Array
    n: NDArray[np.int64]
    participants: NDArray[np.int64]


def participant_means(
    outcome: Array,
    participant: Codes,
    image: Codes | None = None,
    group: Codes | None = None,
    groups: int = 1,
) -> Means:
    """Mean over participants of their shares, per group, with t intervals on the logit scale.

    outcome: (rows,) of 0/1; participant, image, group: (rows,) codes from 0. Variance: s2 / P of the
    participants' shares, plus P / (P - 1) times their covariance through shared images; degrees of freedom
    after Satterthwaite (1946). The interval is NaN for fewer than two participants. Where all shares are the
    same the spread says nothing, and Wilson's interval of the mean share over the answers stands in.
    """
    group = np.zeros(len(participant), dtype=np.intp) if group is None else group
    people = int(participant.max()) + 1 if len(participant) else 1
    cell = group * people + participant
    n = np.bincount(cell, minlength=groups * people).reshape(groups, people)
    k = np.bincount(cell, weights=outcome, minlength=groups * people).reshape(groups, people)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(n > 0, k / n, np.nan)
        present = (n > 0).sum(axis=1).astype(float)
        mean = np.nansum(share, axis=1) / present
        spread = np.nansum((share - mean[:, None]) ** 2, axis=1) / (present - 1) / present
    shared = _image_covariance(outcome - share.ravel()[cell], n, cell, present, image, group)
    error, df = _combine(spread, shared, present)
    low, high = logit_t(mean, error, df)
    flat = (present > 1) & (error < NO_SPREAD)
    flat_low, flat_high = wilson(mean * n.sum(axis=1), n.sum(axis=1))
    return Means(
        mean,
        np.where(flat, flat_low, low),
        np.where(flat, flat_high, high),
        error,
        df,
        n.sum(axis=1),
        present.astype(np.int64),
    )


def _image_covariance(
    residual: Array, n: NDArray[np.int64], cell: Codes, present: Array, image: Codes | None, group: Codes
) -> Array:
    """Variance of each group's mean that comes from images shared between participants; shape (groups,)."""
    groups = len(present)
    if image is None or not len(image):
        return np.zeros(groups)
    images = int(image.max()) + 1
    key = group * images + image
    seen = np.bincount(key, minlength=groups * images)
    if seen.max() < 2:
        return np.zeros(groups)
    score = residual / (n.ravel()[cell] * present[group])
    total = np.bincount(key, weights=score, minlength=groups * images)
    own = np.bincount(key, weights=score**2, minlength=groups * images)
    covariance = (total**2 - own).reshape(groups, images).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(present > 1, np.maximum(covariance, 0) * present / (present - 1), 0)


def _combine(spread: Array, shared: Array, present: Array) -> tuple[Array, Array]:
    """Standard error and Satterthwaite's degrees of freedom of the two variance parts."""
    with np.errstate(divide="ignore", invalid="ignore"):
        df = (spread + shared) ** 2 * (present - 1) / spread**2
    return np.sqrt(spread + shared), np.where(spread > 0, df, present - 1)


def logit_t(mean: Array, error: Array, df: Array) -> tuple[Array, Array]:
    """A t interval on the logit scale by the delta method, so that it stays between 0 and 1."""
    with np.errstate(divide="ignore", invalid="ignore"):
        half = stats.t.ppf(0.975, np.where(df > 0, df, np.nan)) * error / (mean * (1 - mean))
        centre = np.log(mean / (1 - mean))
        return 1 / (1 + np.exp(half - centre)), 1 / (1 + np.exp(-half - centre))


def t_interval(mean: Array, error: Array, df: Array) -> tuple[Array, Array]:
    """Student's t interval."""
    half = stats.t.ppf(0.975, np.where(df > 0, df, np.nan)) * error
    return mean - half, mean + half


def holding(value: float, low: float, high: float) -> tuple[float, float]:
    """The interval, widened where it leaves its own estimate out.

    Percentiles of few distinct draws can: those of a bias-corrected bootstrap by design, any by rounding.
    """
    return min(low, value), max(high, value)


def share_estimates(means: Means, what: str) -> list[Estimate]:
    """The groups' means as estimates; those without answers or with one participant say so."""
    method = f"mean of the participants' {what}; 95 % t interval over participants, logit scale"
    found = []
    for at in range(len(means.mean)):
        n, people = int(means.n[at]), int(means.participants[at])
        if people == 0:
            found.append(undefined("no answers", method, 0, 0))
            continue
        reason = None if people > 1 else "one participant: an interval over participants needs at least two"
        low, high = defined(float(means.low[at])), defined(float(means.high[at]))
        if people > 1 and means.error[at] < NO_SPREAD:
            reason = SAME_SHARES
        found.append(Estimate(float(means.mean[at]), low, high, n, method, reason, people))
    return found


def mean_estimate(values: Array, what: str, n: int, most: float = np.inf) -> Estimate:
    """Mean of one value per participant with Student's t interval; NaN values are left out.

    values: (participants,), none of which can be beyond -+most: nor is the interval's end. Undefined values
    are counted in the reason, never taken as 0. Where the values are all the same there is no interval.
    """
    method = f"mean of the participants' {what}; 95 % t interval over participants"
    known = values[np.isfinite(values)]
    if not len(known):
        return undefined(
            f"{what} is undefined for every participant" if len(values) else "no answers", method, n, 0
        )
    left_out = len(values) - len(known)
    reason = f"{left_out} participants left out: {what} undefined" if left_out else None
    if len(known) == 1:
        return Estimate(
            float(known[0]), None, None, n, method, "one participant: an interval needs at least two", 1
        )
    mean, error = float(known.mean()), float(known.std(ddof=1) / np.sqrt(len(known)))
    if error < NO_SPREAD:
        reason = "the participants' values are the same: no interval over participants"
        mean = 0.0 if abs(mean) < NO_SPREAD else mean
        return Estimate(mean, None, None, n, method, reason, len(known))
    half = float(stats.t.ppf(0.975, len(known) - 1)) * error
    low, high = max(mean - half, -most), min(mean + half, most)
    return Estimate(mean, low, high, n, method, reason, len(known))
