"""Chance-corrected agreement of two readings of the same items, for many contingency tables at once.

A table counts items: rows the first reading, columns the second; shape (…, K, K). `strata` gives each
category its stratum, for tables that hold two experiments with disjoint categories: chance agreement is
then computed within each stratum (Barlow, Lai & Azen 1991), since agreeing on which experiment a question
belongs to is no agreement.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from study.findings.intervals import Z95, Array

Strata = NDArray[np.intp]


@dataclass(frozen=True)
class Coefficient:
    """Value and asymptotic standard error per table, shape (…,); NaN where undefined.

    influence, (…, K, K), is how much an item in each cell moves the value, as a share of all items.
    """

    value: Array
    error: Array
    influence: Array

    def interval(self) -> tuple[Array, Array]:
        """Value -+ 1.96 standard errors, held within [-1, 1]; NaN where no error can be had, as at full
        agreement.
        """
        error = np.where(self.error > 1e-9, self.error, np.nan)
        return np.clip(self.value - Z95 * error, -1, 1), np.clip(self.value + Z95 * error, -1, 1)


def percent_agreement(tables: Array) -> Array:
    """Share of items on the diagonal, 0-1; NaN for an empty table."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.trace(tables, axis1=-2, axis2=-1) / tables.sum(axis=(-2, -1)))


def percent_influence(tables: Array) -> Array:
    """How much an item in each cell moves the percent agreement, (…, K, K)."""
    return np.eye(tables.shape[-1]) - percent_agreement(tables)[..., None, None]


def cohen_kappa(tables: Array, strata: Strata | None = None, errors: bool = True) -> Coefficient:
    """Cohen's kappa (Cohen 1960), standard error after Fleiss, Cohen & Everitt (1969).

    kappa = (po - pe) / (1 - pe); pe is the sum over categories of the product of the two readings' shares.
    Undefined where both readings use one and the same category.
    """
    share, member = _shares(tables, strata)
    rows, columns = _within(share.sum(axis=-1), member), _within(share.sum(axis=-2), member)
    chance = _of_stratum(rows * columns, member)
    expected = (chance * share.sum(axis=-1)).sum(axis=-1)
    if not errors:
        return _without_error(share, expected)
    slope = columns[..., :, None] + rows[..., None, :] - chance[..., :, None]
    return _chance_corrected(tables, share, expected, slope)


def gwet_ac1(tables: Array, strata: Strata | None = None, errors: bool = True) -> Coefficient:
    """Gwet's AC1 (Gwet 2008), which stays defined and steady where one category prevails.

    pe = sum of q (1 - q) / (K - 1); q is the mean of the two readings' shares of a category, K the
    categories of the scale. Undefined for a scale of one category.
    """
    share, member = _shares(tables, strata)
    mean = _within((share.sum(axis=-1) + share.sum(axis=-2)) / 2, member)
    freedom = (member.sum(axis=1) - 1) @ member
    with np.errstate(divide="ignore", invalid="ignore"):
        part = mean * (1 - mean) / freedom
        each = (1 - 2 * mean) / freedom
    chance = _of_stratum(part, member)
    expected = (chance * share.sum(axis=-1)).sum(axis=-1)
    if not errors:
        return _without_error(share, expected)
    own = chance - _of_stratum(each * mean, member)
    slope = (each[..., :, None] + each[..., None, :]) / 2 + own[..., :, None]
    return _chance_corrected(tables, share, expected, slope)


def pair_alpha(tables: Array, strata: Strata | None = None, errors: bool = True) -> Coefficient:
    """Krippendorff's nominal alpha of two readings without gaps (Krippendorff 2011), large-sample error.

    Disagreement expected by chance is that of drawing two of the 2n readings without replacement. Undefined
    where all readings are of one category.
    """
    share, member = _shares(tables, strata)
    mean = _within((share.sum(axis=-1) + share.sum(axis=-2)) / 2, member)
    weight = share.sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        readings = 2 * _of_stratum((tables.sum(axis=-1) + tables.sum(axis=-2)) / 2, member)
        chance = (readings * _of_stratum(mean**2, member) - 1) / np.where(readings > 1, readings - 1, np.nan)
    expected = np.where(weight > 0, chance * weight, 0).sum(axis=-1)
    if not errors:
        return _without_error(share, expected)
    square = _of_stratum(mean**2, member)
    slope = mean[..., :, None] + mean[..., None, :] - square[..., :, None]
    return _chance_corrected(tables, share, expected, slope)


def _shares(tables: Array, strata: Strata | None) -> tuple[Array, Array]:
    """Cell shares (…, K, K), and the 0/1 membership of categories in strata, (strata, K)."""
    categories = tables.shape[-1]
    strata = np.zeros(categories, dtype=np.intp) if strata is None else strata
    member = (np.arange(strata.max() + 1)[:, None] == strata).astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        return tables / tables.sum(axis=(-2, -1), keepdims=True), member


def _of_stratum(values: Array, member: Array) -> Array:
    """Each category's stratum total of the values, (…, K)."""
    return np.asarray((values @ member.T) @ member)


def _within(marginal: Array, member: Array) -> Array:
    """Shares of the categories within their stratum, 0 where a stratum is empty."""
    weight = _of_stratum(marginal, member)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(weight > 0, marginal / weight, np.where(np.isnan(weight), np.nan, 0))


def _without_error(share: Array, expected: Array) -> Coefficient:
    """The value alone, for many resampled tables."""
    observed = np.trace(share, axis1=-2, axis2=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = (observed - expected) / np.where(1 - expected > 1e-12, 1 - expected, np.nan)
    return Coefficient(value, np.full_like(value, np.nan), np.zeros(0))


def _chance_corrected(tables: Array, share: Array, expected: Array, slope: Array) -> Coefficient:
    """(po - pe) / (1 - pe) and its delta-method standard error; slope is d pe / d share of each cell."""
    n = tables.sum(axis=(-2, -1))
    observed = percent_agreement(tables)
    diagonal = np.eye(tables.shape[-1])
    with np.errstate(divide="ignore", invalid="ignore"):
        room = np.where(1 - expected > 1e-12, 1 - expected, np.nan)
        value = (observed - expected) / room
        lost = ((1 - observed) / room**2)[..., None, None]
        gradient = diagonal / room[..., None, None] - lost * slope
        influence = gradient - (share * gradient).sum(axis=(-2, -1), keepdims=True)
        variance = (share * influence**2).sum(axis=(-2, -1))
        return Coefficient(value, np.sqrt(variance / n), influence)
