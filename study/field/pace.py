"""Pace and forecast: when each participant will have finished, and what is answered by the deadline. Pure.

A participant's future is taken to be like their last days, up to seven whole days counted back from now (days
without an answer are days too): a day brings m answers with standard deviation s, days are independent, and
m is itself known from D days only. What T further days bring then has mean mT and variance s^2 (T + T^2 / D),
the prediction variance of a sum; the interval of T, with Student's t on D - 1 degrees of freedom, are the
roots of (r - mT)^2 = t^2 s^2 (T + T^2 / D) for r answers that are left.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm, t

Array = NDArray[np.float64]

DAYS = 7
LEAST_DAYS = 3
"""Whole days from which a standard deviation, and so an interval, is taken."""
LEVEL = 0.95


@dataclass(frozen=True)
class Pace:
    """Of each participant (people,): whole days looked at, answers a day with their standard deviation, and
    the days until the last answer with their 95 % interval.

    per_day is NaN before a whole day has passed, spread before three have. finish is NaN where nobody can
    say (no pace yet, or none in the last days), 0 where nothing is left; finish_high is infinite where the
    days differ so much that the end cannot be bounded.
    """

    days: Array
    per_day: Array
    spread: Array
    finish: Array
    finish_low: Array
    finish_high: Array


@dataclass(frozen=True)
class Outlook:
    """A study at its deadline: answers expected by then with a 95 % interval, of `total`; how many of the
    `unfinished` participants finish in time at their pace; how many have no pace to go by, and how many
    questions these have left.
    """

    answered: int
    total: int
    expected: float
    low: float
    high: float
    unfinished: int
    in_time: int
    unknown: int
    unknown_left: int
    last_finish: float | None
    """Days until the last of those with a pace has finished; None where none has one."""


def pace(counts: Array, days: Array, left: Array) -> Pace:
    """Pace and finish of each participant.

    Args:
        counts: (people, DAYS) answers of the last 24 hours, of the 24 before, and so on.
        days: (people,) days since the first answer, 0 where there is none.
        left: (people,) answers left.
    """
    whole = np.clip(np.floor(days), 0, DAYS)
    seen = np.arange(DAYS) < whole[:, None]
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(whole > 0, np.where(seen, counts, 0).sum(axis=1) / whole, np.nan)
        squares = np.where(seen, (counts - mean[:, None]) ** 2, 0).sum(axis=1)
        spread = np.where(whole >= LEAST_DAYS, np.sqrt(squares / (whole - 1)), np.nan)
        finish = np.where(mean > 0, left / mean, np.nan)
        finish = np.where(left == 0, 0.0, finish)
        low, high = _interval(mean, spread, whole, left)
    known = np.isfinite(finish)
    return Pace(whole, mean, spread, finish, np.where(known, low, np.nan), np.where(known, high, np.nan))


def _interval(mean: Array, spread: Array, days: Array, left: Array) -> tuple[Array, Array]:
    reach = (t.ppf((1 + LEVEL) / 2, np.maximum(days - 1, 1)) * spread) ** 2
    square, line = mean**2 - reach / days, 2 * left * mean + reach
    root = np.sqrt(np.maximum(line**2 - 4 * square * left**2, 0))
    # 2c / (b +- root) keeps its precision, and its meaning, where the square's factor is about 0.
    low = 2 * left**2 / (line + root)
    high = np.where(square <= 0, np.inf, 2 * left**2 / (line - root))
    nothing = left == 0
    return np.where(nothing, 0.0, low), np.where(nothing, 0.0, high)


def outlook(found: Pace, answered: Array, left: Array, days: float) -> Outlook:
    """What a study will have in `days` days at its participants' paces.

    Each one's answers until then are normal, cut off at 0 and at what is left, with the mean and variance
    above, but that their pace is drawn towards the group's as far as few days can tell it from the group's
    (`_shared_paces`): else of each the noise of few days is cut off on one side, and the sum foretold is too
    low. Who has no pace is expected to answer nothing more.
    """
    days = max(days, 0.0)
    paces = _shared_paces(found, left)
    mean, known = paces.rate * days, np.maximum(found.days, 1)
    deviation = paces.rate * np.sqrt(paces.variation * (days + paces.own * days**2 / known))
    expected, variance = _cut_off(mean, deviation, left)
    # The group's mean is in all of them: an error of it adds up instead of averaging out.
    together = (paces.pooled * _uncut(mean, deviation, left)).sum() * days
    error = np.sqrt(variance.sum() + together**2 * paces.group_error)
    total, reach = float(expected.sum()), float(t.ppf((1 + LEVEL) / 2, paces.df) * error)
    unfinished = left > 0
    done, most = float(answered.sum()), float(left.sum())
    finishes = found.finish[unfinished & np.isfinite(found.finish)]
    without = unfinished & ~np.isfinite(found.finish)
    return Outlook(
        answered=int(done),
        total=int(done + most),
        expected=done + total,
        low=done + max(total - reach, 0.0),
        high=done + min(total + reach, most),
        unfinished=int(unfinished.sum()),
        in_time=int((unfinished & (found.finish <= days)).sum()),
        unknown=int(without.sum()),
        unknown_left=int(left[without].sum()),
        last_finish=float(finishes.max()) if len(finishes) else None,
    )


@dataclass(frozen=True)
class _SharedPaces:
    """Paces of people who are taken to be of one group.

    rate (people,): answers a day, 0 where there is no pace; own, pooled (people,): how much of it is each
    one's own days, and how much the group's mean, whose variance is group_error. variation: the squared
    coefficient of variation of a day's answers, from df degrees of freedom.
    """

    rate: Array
    own: Array
    pooled: Array
    group_error: float
    variation: float
    df: float


def _shared_paces(found: Pace, left: Array) -> _SharedPaces:
    """Empirical Bayes (Morris 1983): a pace known from D days with variance e, of a group whose paces have
    variance v about their mean, is v / (v + e) of the way from that mean to what the days say.

    v is what the paces vary beyond e, by moments. A day varies in proportion to the pace, alike for all; by
    as much as the pace where nobody has three days yet.
    """
    going = (found.days > 0) & (np.nan_to_num(found.per_day) > 0) & (left > 0)
    rate, own = np.where(going, np.nan_to_num(found.per_day), 0.0), np.ones(len(left))
    variation, df = _variation(found, going)
    group, error = rate[going], 0.0
    if len(group) > 1:
        errors = variation * group.mean() ** 2 / found.days[going]
        between = max(0.0, float(group.var(ddof=1) - errors.mean()))
        own[going] = np.where(errors > 0, between / np.maximum(between + errors, 1e-12), 1.0)
        rate = np.where(going, group.mean() + own * (rate - group.mean()), 0.0)
        error = (between + float(errors.mean())) / len(group)
    return _SharedPaces(rate, own, np.where(going, 1 - own, 0.0), error, variation, df)


def _variation(found: Pace, going: NDArray[np.bool_]) -> tuple[float, float]:
    """The squared coefficient of variation of a day's answers, from those of three days or more, and its
    degrees of freedom.
    """
    known = going & np.isfinite(found.spread)
    if not known.any():
        return 1.0, np.inf
    days, squares = found.days[known], found.spread[known] ** 2
    means = np.maximum(found.per_day[known] ** 2 - squares / days, squares / days)
    return float(((days - 1) * squares).sum() / ((days - 1) * means).sum()), float((days - 1).sum())


def _uncut(mean: Array, deviation: Array, most: Array) -> Array:
    """Chance that a normal variable lies between 0 and `most`: by how much its cut-off mean follows it."""
    with np.errstate(invalid="ignore", divide="ignore"):
        between = norm.cdf((most - mean) / deviation) - norm.cdf(-mean / deviation)
    return np.where(deviation > 0, between, mean < most)


def _cut_off(mean: Array, deviation: Array, most: Array) -> tuple[Array, Array]:
    """Mean and variance of normal variables that are cut off at 0 and at `most` (censored, not truncated)."""
    fixed = np.clip(mean, 0, most)
    with np.errstate(invalid="ignore", divide="ignore"):
        low, high = (0 - mean) / deviation, (most - mean) / deviation
        inside = norm.cdf(high) - norm.cdf(low)
        bump = norm.pdf(low) - norm.pdf(high)
        first = mean * inside + deviation * bump + most * norm.sf(high)
        edges: Any = low * norm.pdf(low) - high * norm.pdf(high)
        second = (
            (mean**2 + deviation**2) * inside
            + 2 * mean * deviation * bump
            + deviation**2 * edges
            + most**2 * norm.sf(high)
        )
    there = deviation > 0
    return np.where(there, first, fixed), np.where(there, np.maximum(second - first**2, 0), 0.0)
