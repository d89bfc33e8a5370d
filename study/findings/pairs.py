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
MEETINGS_AT_ONCE = 2_000_000
# Looking up one meeting of two raters takes as long as about so many additions of the table's product.
MEETING_COST = 1000


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
    known: NDArray[np.bool_] = np.asarray(np.isfinite(influence).all(axis=(1, 2)))
    pairs = int(known.sum())
    if pairs < 2 or np.bincount(item).max(initial=0) < 3:
        return 0.0
    n = found.tables.sum(axis=(1, 2))
    moves = np.where(known[:, None, None], influence, 0.0) / (pairs * n)[:, None, None]
    own = float((found.tables * moves**2).sum())
    raters, met = int(rater.max()) + 1, np.bincount(item)
    table_cost = float(raters * influence.shape[-1]) ** 2 * len(met)
    by_item = _by_meeting if MEETING_COST * (met * (met - 1) // 2).sum() < table_cost else _by_table
    total = float((by_item(rater, item, label, found, moves) ** 2).sum())
    return max((total - own) * pairs / (pairs - 1), 0.0)


def _by_meeting(rater: Codes, item: Codes, label: Codes, found: PairTables, moves: Array) -> Array:
    """g_i of each item, (items,), where few raters met at an item: each meeting's move looked up."""
    order = np.lexsort((rater, item))
    rater, label, met = rater[order], label[order], np.bincount(item)
    raters, begin, sums = int(rater.max()) + 1, np.cumsum(met) - met, np.zeros(len(met))
    known = found.a * raters + found.b
    for size in np.unique(met[met > 1]).tolist():
        first, second = np.triu_indices(size, 1)
        items = np.flatnonzero(met == size)
        for some in np.array_split(items, -(-len(items) * len(first) // MEETINGS_AT_ONCE)):
            at = begin[some][:, None] + np.arange(size)
            who, said = rater[at], label[at]
            pair = np.searchsorted(known, who[:, first] * raters + who[:, second])
            sums[some] = moves[pair, said[:, first], said[:, second]].sum(axis=1)
    return sums


def _by_table(rater: Codes, item: Codes, label: Codes, found: PairTables, moves: Array) -> Array:
    """g_i of each item, (items,), where many raters met at an item: products with a table of all moves."""
    size, items = moves.shape[-1], int(item.max()) + 1
    side, categories = size * (int(rater.max()) + 1), np.arange(size)
    row = np.broadcast_to((found.a * size)[:, None, None] + categories[:, None], moves.shape)
    column = np.broadcast_to((found.b * size)[:, None, None] + categories, moves.shape)
    table: Any = sparse.csr_array((moves.ravel(), (row.ravel(), column.ravel())), shape=(side, side))
    table = table.toarray() if side <= DENSE_SIDE else table
    readings = sparse.csc_array((np.ones(len(rater)), (rater * size + label, item)), shape=(side, items))
    sums = np.zeros(items)
    for start in range(0, items, ITEM_BLOCK):
        block = readings[:, start : start + ITEM_BLOCK].toarray()
        sums[start : start + ITEM_BLOCK] = ((table @ block) * block).sum(axis=0)
    return sums


def readings_of_shared_items(rater: Codes, item: Codes) -> NDArray[np.bool_]:
    """Which readings are of items that two or more raters read; a rater's second reading of an item is
    dropped.
    """
    raters = int(rater.max()) + 1 if len(rater) else 1
    once = np.zeros(len(rater), dtype=bool)
    once[np.unique(item * raters + rater, return_index=True)[1]] = True
    seen = np.bincount(item[once], minlength=int(item.max()) + 1 if len(item) else 0)
    return once & (seen[item] > 1)
