"""Do different participants answer the same question alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from study.findings.consistency import STRATA
from study.findings.dyads import PairValues, pair_mean
from study.findings.estimate import Estimate
from study.findings.intervals import Array
from study.findings.pairs import PairTables, pair_tables, readings_of_shared_items, shared_covariance
from study.findings.table_columns import shown, table_columns
from study.findings.trials import ATTENTION, CHOICES, SCALE, Codes, codes, everyone, require
from study.findings.units import (
    estimate,
    fleiss_kappa,
    gwet_ac1_of_many,
    krippendorff_alpha,
    units,
)

MEANS = {"percent": "percent agreement", "kappa": "Cohen's kappa", "ac1": "Gwet's AC1"}


@dataclass(frozen=True)
class InterAgreement:
    """Agreement between participants on questions that both answered (Fig. 6-c, edges).

    by_pair: every unordered pair, [a, b, n, percent, low, high, kappa, kappa_low, kappa_high, ac1, ac1_low,
    ac1_high]; percent is a share, 0-1; n is 0 and the rest NaN where the pair shares nothing. overall,
    kappa, ac1: means over pairs, pairs equal. of_all: for each experiment the coefficients of all
    participants at once, keyed fleiss_kappa, gwet_ac1 and krippendorff_alpha.
    """

    by_pair: pd.DataFrame
    overall: Estimate
    kappa: Estimate
    ac1: Estimate
    of_all: dict[int, dict[str, Estimate]] = field(default_factory=dict)


def inter_agreement(
    trials: pd.DataFrame,
    participants: Sequence[str] | None = None,
    resamples: int = 0,
    rng: np.random.Generator | None = None,
) -> InterAgreement:
    """Percent agreement, kappa and AC1 of every pair, and coefficients of all participants together.

    participants default to those who answered. A question is the same where experiment, image and foil are;
    self-repeats and attention checks are left out. With resamples and rng the coefficients of all have
    bootstrap intervals over questions.
    """
    names = everyone(trials) if participants is None else list(participants)
    rater, item, label = shared_readings(trials, names)
    found = pair_tables(rater, item, label, max(len(names), 1), len(SCALE))
    columns = table_columns(found.tables, STRATA, resamples, rng)
    of_all = {}
    for experiment, choices in CHOICES.items():
        start = SCALE.index(choices[0])
        own = (label >= start) & (label < start + len(choices))
        of_all[experiment] = all_raters(item[own], label[own] - start, len(choices), resamples, rng)
    means = pair_means(rater, item, label, found, columns)
    return InterAgreement(
        _by_pair(names, found, columns), means["percent"], means["kappa"], means["ac1"], of_all
    )


def pair_means(
    rater: Codes, item: Codes, label: Codes, found: PairTables, columns: dict[str, Array]
) -> dict[str, Estimate]:
    """Means over pairs of percent agreement, kappa and AC1, whose tables and columns are given."""
    means, items = {}, len(np.unique(item))
    for name, what in MEANS.items():
        low, high = ("low", "high") if name == "percent" else (f"{name}_low", f"{name}_high")
        picked = (columns[key] for key in ("n", name, f"{name}_error", low, high))
        shared = shared_covariance(rater, item, label, found, columns[f"{name}_influence"])
        means[name] = pair_mean(PairValues(found.a, found.b, *picked), what, shared, items)
    return means


def all_raters(
    item: Codes, label: Codes, categories: int, resamples: int = 0, rng: np.random.Generator | None = None
) -> dict[str, Estimate]:
    """Fleiss' kappa where every item has as many readings, Gwet's AC1 and Krippendorff's alpha of all
    raters.
    """
    found = units(item, label, categories)
    sizes = found.counts.sum(axis=1)
    complete = len(sizes) > 0 and float(sizes.min()) == float(sizes.max())
    return {
        "fleiss_kappa": estimate(found, fleiss_kappa(), resamples, rng) if complete else unequal(sizes),
        "gwet_ac1": estimate(found, gwet_ac1_of_many(), resamples, rng),
        "krippendorff_alpha": estimate(found, krippendorff_alpha(), resamples, rng),
    }


def unequal(sizes: Array) -> Estimate:
    """Fleiss' kappa is undefined where items have different numbers of readings."""
    if not len(sizes):
        return Estimate(None, None, None, 0, "Fleiss' kappa", "no item has two readings")
    span = f"{sizes.min():.0f} to {sizes.max():.0f}"
    reason = f"items have {span} readings; Fleiss' kappa needs the same number for all"
    return Estimate(None, None, None, 0, "Fleiss' kappa", reason)


def shared_readings(trials: pd.DataFrame, participants: Sequence[str]) -> tuple[Codes, Codes, Codes]:
    """Rater, item and label codes of answers to questions that two or more of the participants answered."""
    require(trials, "participant", "experiment", "image", "kind", "choice")
    rows = trials[~trials["kind"].isin(("self_repeat", ATTENTION)) & trials["choice"].notna()]
    rater = codes(rows["participant"], participants)
    label = codes(rows["choice"], SCALE)
    item = _items(rows)
    keep = np.flatnonzero((rater >= 0) & (label >= 0))
    keep = keep[readings_of_shared_items(rater[keep], item[keep])]
    _, dense = np.unique(item[keep], return_inverse=True)
    return rater[keep], dense.astype(np.intp), label[keep]


def _items(rows: pd.DataFrame) -> Codes:
    """One code per (experiment, image, foil)."""
    image = pd.factorize(rows["image"])[0].astype(np.int64)
    foil = np.zeros_like(image)
    if "foil" in rows.columns:
        foil = np.where(rows["experiment"] == 2, pd.factorize(rows["foil"])[0].astype(np.int64) + 1, 0)
    key = (image * (int(foil.max(initial=0)) + 1) + foil) * 2 + (rows["experiment"].to_numpy() == 2)
    return np.asarray(pd.factorize(key)[0], dtype=np.intp)


def _by_pair(names: Sequence[str], found: PairTables, columns: dict[str, Array]) -> pd.DataFrame:
    """All unordered pairs in order of the names, with what the pairs that share questions said."""
    first, second = np.triu_indices(len(names), 1)
    named = np.array(names, dtype=object)
    rows = pd.DataFrame({"a": named[first], "b": named[second]})
    at = found.a * (2 * len(names) - found.a - 1) // 2 + found.b - found.a - 1
    for column, values in shown(columns).items():
        if column == "n" or values.dtype == bool:
            full: Array = np.zeros(len(rows), dtype=np.int64 if column == "n" else bool)
        else:
            full = np.full(len(rows), np.nan)
        full[at] = values
        rows[column] = full
    return rows
