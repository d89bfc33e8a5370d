"""Which pairs of raters met on the same items, and what they said there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from study.findings.intervals import Array
from study.findings.trials import Codes

DENSE_CELLS = 50_000_000
ITEM_BLOCK = 4096


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
    if size * items <= DENSE_CELLS and size <= 5000 and len(rater) > 0.01 * size * items:
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


def shared_covariance(rater: Codes, item: Codes, label: Codes, found: PairTables) -> float:
    """Mean covariance of two pairs' percent agreement through items that both read, 0 where none has three.

    The mean over D pairs moves with item i by g_i = sum over its pairs of (agree - p_d) / (D n_d); the sum
    of g_i^2 is its variance over items, and what that exceeds the pairs' own variances by is covariance.
    """
    pairs = len(found.a)
    if pairs < 2 or np.bincount(item).max(initial=0) < 3:
        return 0.0
    n = found.tables.sum(axis=(1, 2))
    agreed = np.trace(found.tables, axis1=1, axis2=2)
    size = int(rater.max()) + 1
    weight, expected = np.zeros((size, size)), np.zeros((size, size))
    weight[found.a, found.b] = weight[found.b, found.a] = 1 / (pairs * n)
    expected[found.a, found.b] = expected[found.b, found.a] = agreed / n / (pairs * n)
    total = float((_item_influence(rater, item, label, weight, expected) ** 2).sum())
    own = float((agreed / n * (1 - agreed / n) / n).sum()) / pairs**2
    return max((total - own) * pairs / (pairs - 1), 0.0)


def _item_influence(rater: Codes, item: Codes, label: Codes, weight: Array, expected: Array) -> Array:
    """g_i of each item, (items,), a block of items at a time."""
    size, items = len(weight), int(item.max()) + 1
    found = np.zeros(items)
    readings = sparse.csc_array((label + 1.0, (rater, item)), shape=(size, items))
    for start in range(0, items, ITEM_BLOCK):
        block = readings[:, start : start + ITEM_BLOCK].toarray()
        present = (block > 0).astype(float)
        part = -((expected @ present) * present).sum(axis=0)
        for category in range(1, int(label.max()) + 2):
            chosen = (block == category).astype(float)
            part += ((weight @ chosen) * chosen).sum(axis=0)
        found[start : start + ITEM_BLOCK] = part / 2
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
