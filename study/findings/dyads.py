"""The mean over pairs of raters, with an interval over the raters that the pairs share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from study.findings.estimate import Estimate, undefined
from study.findings.intervals import Array, logit_t, t_interval, wilson
from study.findings.trials import Codes

# Simulated coverage exceeds 98 % with fewer raters or items a pair, and with items that all read
# (docs/statistics.md).
FEW_RATERS = 5
FEW_ITEMS = 60
ONE_PAIR = "one pair: the interval says nothing of other raters"


@dataclass(frozen=True)
class PairValues:
    """A statistic of each pair, over its items: raters a and b, items n, value, standard error, interval."""

    a: Codes
    b: Codes
    n: Array
    value: Array
    error: Array
    low: Array
    high: Array

    def known(self) -> PairValues:
        """The pairs whose value is defined."""
        keep = np.isfinite(self.value)
        columns = (self.a, self.b, self.n, self.value, self.error, self.low, self.high)
        return PairValues(*(column[keep] for column in columns))


def pair_mean(found: PairValues, what: str, shared: float = 0.0, items: int | None = None) -> Estimate:
    """Mean of a statistic over pairs, pairs equal, with a t interval over raters.

    shared: mean covariance of two pairs through items that both read; 0 where no item has three readings.
    items: how many different ones the pairs read (None: each pair its own).
    Pairs with a rater in common covary as well: under v_ij = mu + a_i + a_j + noise (the social relations
    model; Kenny, Kashy & Cook 2006, ch. 8) the mean of D pairs has variance var(a) sum(degree^2) / D^2 +
    that of the noise. The noise is known from the items; what the pairs vary beyond it is taken as the
    raters', which errs on the wide side. P - 1 degrees of freedom; shares on the logit scale.
    """
    share = what == "percent agreement"
    method = f"mean of the pairs' {what}; 95 % t interval over raters{', logit scale' if share else ''}"
    pairs, n = found.known(), int(found.n.sum())
    if not len(found.value):
        return undefined("no two participants answered the same question", method)
    if not len(pairs.value):
        return undefined(f"{what} is undefined for every pair: each uses one category alone", method, n)
    people, degree = np.unique(np.concatenate([pairs.a, pairs.b]), return_counts=True)
    mean = float(pairs.value.mean())
    if len(pairs.value) == 1:
        return _one_pair(pairs, what)
    if share and mean in (0.0, 1.0):
        # An item on which three agree is one success, not three.
        different = n if items is None else items
        low, high = wilson(mean * different, different)
        alike = "all pairs are alike: the interval is over items, and says nothing of other raters"
        said = f"{what}; Wilson's interval over {different:,} items"
        return Estimate(mean, float(low), float(high), n, said, alike, len(people))
    error = np.sqrt(_variance(pairs, degree.astype(float), shared))
    if error == 0:
        return Estimate(mean, None, None, n, method, "all pairs are alike; no interval", len(people))
    interval = logit_t if share else t_interval
    low, high = interval(np.array([mean]), np.array([error]), np.array([len(people) - 1.0]))
    left_out = len(found.value) - len(pairs.value)
    reason = f"{left_out} pairs left out: {what} undefined" if left_out else None
    few = len(people) < FEW_RATERS or n / len(found.n) < FEW_ITEMS or shared > 0
    ends = max(float(low[0]), -1.0), min(float(high[0]), 1.0)
    return Estimate(mean, *ends, n, method, reason, len(people), few)


def _one_pair(pairs: PairValues, what: str) -> Estimate:
    low, high = float(pairs.low[0]), float(pairs.high[0])
    known = np.isfinite(low)
    return Estimate(
        float(pairs.value[0]),
        low if known else None,
        high if known else None,
        int(pairs.n[0]),
        f"{what} of the one pair; 95 % interval over its items",
        ONE_PAIR,
        2,
        what != "percent agreement" and int(pairs.n[0]) < FEW_ITEMS,
    )


def _variance(pairs: PairValues, degree: Array, shared: float) -> float:
    """Variance of the mean: the noise of items, and the raters' by what the pairs vary beyond it."""
    number = len(pairs.value)
    noise = np.where(np.isfinite(pairs.error), pairs.error, 0) ** 2
    excess = max(float(pairs.value.var(ddof=1) - (noise.mean() - shared)), 0.0)
    squares = float((degree**2).sum())
    seen = (2 * number - squares / number) / (number - 1)
    of_raters = (excess / seen if seen > 0 else excess) * squares / number**2
    return float(noise.mean() / number + shared * (number - 1) / number + of_raters)
