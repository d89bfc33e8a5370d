"""Annotators who give one label nearly always: a hint that they hardly looked."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from study.findings.trials import Codes

NEARLY_ALWAYS = 0.9
OTHERS_AT_MOST = 0.5
LEAST_READINGS = 20
CHANCE = 0.001


def commonest_labels(rater: Codes, label: Codes, raters: int, categories: list[str]) -> pd.DataFrame:
    """The label that each rater gave most, how often, how often the others gave it, and whether to wonder.

    rater, label: codes of all readings, (readings,). Returns [commonest, share, others, one_label], a row a
    rater; missing where they read nothing, others where nobody else did. one_label: they gave it in nine of
    ten readings or more (of 20 or more), the others in at most half, and so often by chance (binomial, at
    the others' share) less than once in a thousand.
    """
    size = max(len(categories), 1)
    counts = np.bincount(rater * size + label, minlength=raters * size).reshape(raters, size)
    n, most = counts.sum(axis=1), counts.argmax(axis=1)
    given = counts.max(axis=1)
    of_others = counts.sum(axis=0)[most] - given
    with np.errstate(invalid="ignore"):
        share, others = given / n, of_others / (len(rater) - n)
        nearly = (n >= LEAST_READINGS) & (share >= NEARLY_ALWAYS) & (others <= OTHERS_AT_MOST)
    by_chance = stats.binom.sf(given - 1, n, np.where(nearly, others, 1.0))
    names = [categories[at] if count else None for at, count in zip(most, n, strict=True)]
    return pd.DataFrame(
        {"commonest": names, "share": share, "others": others, "one_label": nearly & (by_chance < CHANCE)}
    )
