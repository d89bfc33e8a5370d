"""Agreement of any number of raters, from how often each item was given each label.

Every coefficient here is a function of sums over items, so that one pass gives the estimate, the jackknife
(the sums less one item) and the bootstrap (the sums of items drawn again); items with the same counts are
one pattern.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import stats

from study.errors import StudyError
from study.findings.estimate import Estimate, undefined
from study.findings.intervals import Array, holding

LEVELS = ("nominal", "ordinal", "interval")
CHUNK_CELLS = 20_000_000
# Coverage was simulated with 36 items and more (docs/statistics.md).
FEW_ITEMS = 30


@dataclass(frozen=True)
class Units:
    """Patterns of label counts: counts (patterns, K), and how many items show each, items (patterns,)."""

    counts: Array
    items: Array

    @property
    def paired(self) -> int:
        """Items with two or more readings."""
        return int(self.items[self.counts.sum(axis=1) >= 2].sum())


def units(item: Array, label: Array, categories: int) -> Units:
    """Count the readings of each item by label; item and label are codes of shape (readings,)."""
    items = int(item.max()) + 1 if len(item) else 0
    table = np.bincount(item * categories + label, minlength=items * categories).reshape(items, categories)
    table = table[table.sum(axis=1) > 0]
    if not len(table):
        return Units(np.zeros((0, categories)), np.zeros(0))
    first, number = _patterns(table)
    return Units(table[first].astype(float), number.astype(float))


def _patterns(table: Array) -> tuple[Array, Array]:
    """One row of each pattern, and how many show it; as single numbers where that is exact, for speed."""
    base = int(table.max()) + 1
    if base ** table.shape[1] < 2**62:
        key = table @ base ** np.arange(table.shape[1])
        return np.unique(key, return_index=True, return_counts=True)[1:]
    return np.unique(table, axis=0, return_index=True, return_counts=True)[1:]


@dataclass(frozen=True)
class Statistic:
    """A coefficient: its features of each item, (patterns, F), and its value from their sums, (…, F) to
    (…,).
    """

    name: str
    features: Callable[[Array], Array]
    value: Callable[[Array], Array]


def item_agreement() -> Statistic:
    """Mean over items of the share of agreeing pairs of readings (Fleiss 1971's P bar)."""
    return Statistic("percent agreement", _pair_shares, lambda sums: _ratio(sums[..., 1], sums[..., 0]))


def fleiss_kappa() -> Statistic:
    """Fleiss' kappa (Fleiss 1971); all items must have the same number of readings."""

    def value(sums: Array) -> Array:
        observed = _ratio(sums[..., 1], sums[..., 0])
        return _corrected(observed, np.sum(_ratio(sums[..., 3:], sums[..., 2:3]) ** 2, axis=-1))

    return Statistic("Fleiss' kappa", _pair_shares, value)


def gwet_ac1_of_many() -> Statistic:
    """Gwet's AC1 for any number of raters, and readings that are missing (Gwet 2008; 2014, ch. 3)."""

    def value(sums: Array) -> Array:
        observed = _ratio(sums[..., 1], sums[..., 0])
        mean = _ratio(sums[..., 3:], sums[..., 2:3])
        return _corrected(observed, _ratio((mean * (1 - mean)).sum(axis=-1), mean.shape[-1] - 1))

    return Statistic("Gwet's AC1", _pair_shares, value)


def krippendorff_alpha(level: str = "nominal", values: Array | None = None) -> Statistic:
    """Krippendorff's alpha (Krippendorff 2011): 1 - observed over expected disagreement.

    level: nominal, ordinal (categories in the order of their codes) or interval (values of shape (K,) in
    numbers). Items with one reading are left out. StudyError for another level.
    """
    if level not in LEVELS:
        raise StudyError(f"alpha has no level {level!r}; it may be {', '.join(LEVELS)}")

    def value(sums: Array) -> Array:
        size = round(sums.shape[-1] ** 0.5)
        coincidences = sums.reshape(*sums.shape[:-1], size, size)
        margin = coincidences.sum(axis=-1)
        total = margin.sum(axis=-1)
        delta = _distances(level, margin, values)
        observed = (coincidences * delta).sum(axis=(-2, -1))
        expected = (margin[..., :, None] * margin[..., None, :] * delta).sum(axis=(-2, -1))
        return 1 - _ratio(observed * (total - 1), expected)

    if level == "nominal":
        return Statistic("Krippendorff's alpha, nominal", _nominal_features, _nominal_alpha)
    return Statistic(f"Krippendorff's alpha, {level}", _coincidences, value)


def _pair_shares(counts: Array) -> Array:
    """Per pattern: has two readings, share of agreeing pairs, 1, and the share of each label."""
    size = counts.sum(axis=1)
    paired = size >= 2
    agreeing = (counts * (counts - 1)).sum(axis=1)
    share = np.where(paired, agreeing / np.where(paired, size * (size - 1), 1), 0)
    return np.column_stack([paired, share, np.ones(len(counts)), counts / size[:, None]])


def _nominal_features(counts: Array) -> Array:
    """Per pattern of two or more readings: its disagreeing pairs over (size - 1), and its label counts."""
    size = counts.sum(axis=1)
    paired = size >= 2
    disagreeing = (size**2 - (counts**2).sum(axis=1)) / np.where(paired, size - 1, 1)
    return np.asarray(np.column_stack([disagreeing, counts]) * paired[:, None])


def _nominal_alpha(sums: Array) -> Array:
    total = sums[..., 1:].sum(axis=-1)
    expected = total**2 - (sums[..., 1:] ** 2).sum(axis=-1)
    return 1 - _ratio(sums[..., 0] * (total - 1), expected)


def _coincidences(counts: Array) -> Array:
    size = counts.sum(axis=1)
    paired = size >= 2
    pairs = counts[:, :, None] * counts[:, None, :]
    at = np.arange(counts.shape[1])
    pairs[:, at, at] -= counts
    weighted = pairs * (paired / np.where(paired, size - 1, 1))[:, None, None]
    return np.asarray(weighted.reshape(len(counts), -1))


def _distances(level: str, margin: Array, values: Array | None) -> Array:
    """Squared distances of the categories; ordinal ones are between mid-ranks (Krippendorff 2011, §5)."""
    if level == "ordinal":
        place = np.cumsum(margin, axis=-1) - margin / 2
    else:
        place = (
            np.arange(margin.shape[-1], dtype=float) if values is None else np.asarray(values, dtype=float)
        )
    return np.asarray((place[..., :, None] - place[..., None, :]) ** 2)


def _ratio(top: Array, bottom: Array | float) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(np.asarray(bottom) > 1e-12, top / np.asarray(bottom, dtype=float), np.nan))


def _corrected(observed: Array, chance: Array) -> Array:
    return _ratio(observed - chance, 1 - chance)


def estimate(
    found: Units, statistic: Statistic, resamples: int = 0, rng: np.random.Generator | None = None
) -> Estimate:
    """The statistic with a 95 % interval over items, for these raters.

    With resamples and rng: the BCa bootstrap (Efron 1987) of items; else the jackknife's t interval (Tukey
    1958).
    """
    method = f"{statistic.name}; these raters, 95 % "
    method += (
        f"BCa bootstrap interval of {resamples:,} draws of items"
        if resamples
        else "jackknife t interval over items"
    )
    n = found.paired
    if n == 0:
        return undefined("no item has two readings", method)
    features = statistic.features(found.counts)
    sums = found.items @ features
    value = float(statistic.value(sums))
    if not np.isfinite(value):
        return undefined("all readings are of one category: chance agreement is complete", method, n)
    if n == 1:
        return Estimate(value, None, None, n, method, "one item with two readings: no interval over items")
    left_out = statistic.value(sums - features)
    influence, error = _jackknife(left_out, found.items)
    if not np.isfinite(error) or error < 1e-12:
        reason = "all items are alike, or one decides: resampling items cannot tell the interval"
        return Estimate(value, None, None, n, method, reason)
    if resamples and rng is not None:
        draws = _draws(found.items, features, statistic, resamples, rng)
        low, high = holding(value, *_bca(draws, value, influence, found.items))
    else:
        half = float(stats.t.ppf(0.975, n - 1)) * error
        low, high = value - half, value + half
    return Estimate(value, max(low, -1.0), min(high, 1.0), n, method, approximate=n < FEW_ITEMS)


def _jackknife(left_out: Array, items: Array) -> tuple[Array, float]:
    """Influence of one item of each pattern, and the standard error; NaN where no item can be left out."""
    known = np.isfinite(left_out)
    weight = np.where(known, items, 0)
    total = weight.sum()
    if total == 0:
        return np.zeros_like(left_out), float("nan")
    mean = (weight * np.where(known, left_out, 0)).sum() / total
    influence = np.where(known, mean - left_out, 0)
    return influence, float(np.sqrt((total - 1) / total * (weight * influence**2).sum()))


def _draws(
    items: Array, features: Array, statistic: Statistic, resamples: int, rng: np.random.Generator
) -> Array:
    """The statistic of resampled items, (resamples,): each draw is a multinomial count of the patterns."""
    total = int(items.sum())
    step = max(1, CHUNK_CELLS // max(len(items), features.shape[1]))
    parts = []
    for start in range(0, resamples, step):
        drawn = rng.multinomial(total, items / total, size=min(step, resamples - start))
        parts.append(statistic.value(drawn @ features))
    return np.concatenate(parts)


def _bca(draws: Array, value: float, influence: Array, items: Array) -> tuple[float, float]:
    """Bias-corrected and accelerated percentiles (Efron 1987, eq. 6.8); undefined draws are left out."""
    draws = draws[np.isfinite(draws)]
    below = ((draws < value).sum() + 0.5 * (draws == value).sum()) / len(draws)
    shift = stats.norm.ppf(np.clip(below, 1 / len(draws), 1 - 1 / len(draws)))
    spread = (items * influence**2).sum() ** 1.5
    acceleration = (items * influence**3).sum() / (6 * spread)
    z = shift + stats.norm.ppf([0.025, 0.975])
    at = stats.norm.cdf(shift + z / (1 - acceleration * z))
    low, high = np.quantile(draws, at)
    return float(low), float(high)
