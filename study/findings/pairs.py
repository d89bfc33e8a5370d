"""Which pairs of raters met on the same items, and what they said there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from study.findings.intervals import Array
from study.findings.trials import Codes

DENSE_CELLS = 50_000_000
DENSE_SIDE = 5000
ITEM_BLOCK = 2048


@dataclass(frozen=True)
class PairTables:
    """Contingency tables of the pairs that share items: a < b are rater codes (pairs,), tables (pairs, K,
    K).
    """

    a: Codes
    b: Codes
    tables: Array


def pair_tables(rater: Codes, item: Codes, label: Codes, raters: int, categories: int) -> PairTables:
    """Count, for each pair of raters, the items on which the one said i and the other j.

    rater, item, label: codes of shape (readings,), each rater at most once an item. One sparse product of the
    one-hot table of readings with itself; dense where that is small enough, since complete designs are dense.
    """
    size = raters * categories
    items = int(item.max()) + 1 if len(item) else 0
    ones = np.ones(len(rater), dtype=np.float32)
    table = sparse.csr_array((ones, (rater * categories + label, item)), shape=(size, items))
    if size * items <= DENSE_CELLS and size <= DENSE_SIDE and len(rater) > 0.01 * size * items:
        dense = table.toarray()
        together = sparse.coo_array(dense @ dense.T)
    else:
        together = (table @ table.T).tocoo()
    row, column = together.coords[0].astype(np.intp), together.coords[1].astype(np.intp)
    first, second = row // categories, column // categories
    keep = first < second
    pair, at = np.unique(first[keep] * raters + second[keep], return_inverse=True)
    cell = (at * categories + row[keep] % categories) * categories + column[keep] % categories
    counts = np.bincount(cell, weights=together.data[keep], minlength=len(pair) * categories**2)
    return PairTables(pair // raters, pair % raters, counts.reshape(len(pair), categories, categories))


def shared_covariance(rater: Codes, item: Codes, label: Codes, found: PairTables, influence: Array) -> float:
    """Mean covariance of two pairs' statistics through items that both read; 0 where no item has three.

    influence: (pairs, K, K), how a reading in each cell moves the pair's statistic; NaN where undefined.
    The mean over D pairs moves with item i by g_i = sum over its pairs of influence / (D n_d); the sum of
    g_i^2 is its variance over items, and what that exceeds the pairs' own variances by is covariance.
    """
    known = np.isfinite(influence).all(axis=(1, 2))
    pairs = int(known.sum())
    if pairs < 2 or np.bincount(item).max(initial=0) < 3:
        return 0.0
    a, b, tables, moved = found.a[known], found.b[known], found.tables[known], influence[known]
    n = tables.sum(axis=(1, 2))
    own = float(((tables * moved**2).sum(axis=(1, 2)) / n**2).sum()) / pairs**2
    moves = _cells(a, b, moved / (pairs * n)[:, None, None], int(rater.max()) + 1)
    total = float((_item_influence(rater, item, label, moves, influence.shape[-1]) ** 2).sum())
    return max((total - own) * pairs / (pairs - 1), 0.0)


def _cells(a: Codes, b: Codes, values: Array, raters: int) -> Any:
    """Values of (pairs, K, K) as one table between (rater, label) and (rater, label), dense where small."""
    size = values.shape[-1]
    label = np.arange(size)
    row = np.broadcast_to((a * size)[:, None, None] + label[:, None], values.shape)
    column = np.broadcast_to((b * size)[:, None, None] + label, values.shape)
    shape = (raters * size, raters * size)
    table = sparse.csr_array((values.ravel(), (row.ravel(), column.ravel())), shape=shape)
    return table.toarray() if shape[0] <= DENSE_SIDE else table


def _item_influence(rater: Codes, item: Codes, label: Codes, moves: Any, categories: int) -> Array:
    """g_i of each item, (items,), a block of items at a time."""
    items, side = int(item.max()) + 1, moves.shape[0]
    ones = np.ones(len(rater))
    readings = sparse.csc_array((ones, (rater * categories + label, item)), shape=(side, items))
    found = np.zeros(items)
    for start in range(0, items, ITEM_BLOCK):
        block = readings[:, start : start + ITEM_BLOCK].toarray()
        found[start : start + ITEM_BLOCK] = ((moves @ block) * block).sum(axis=0)
    return found


def readings_of_shared_items(rater: Codes, item: Codes) -> NDArray[np.bool_]:
    """Which readings are of items that two or more raters read; a rater's second reading of an item is
    dropped.
    """
    raters = int(rater.max()) + 1 if len(rater) else 1
    once = np.zeros(len(rater), dtype=bool)
    once[np.unique(item * raters + rater, return_index=True)[1]] = True
    seen = np.bincount(item[once], minlength=int(item.max()) + 1 if len(item) else 0)
    return once & (seen[item] > 1)
