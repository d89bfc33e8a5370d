"""Agreement in any table of annotations: who said what of which item."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from study.errors import StudyError
from study.findings.agreement import all_raters, pair_means
from study.findings.estimate import Estimate, undefined
from study.findings.intervals import Array, participant_means, share_estimates, wilson
from study.findings.one_label import commonest_labels
from study.findings.pairs import PairTables, pair_tables, readings_of_shared_items
from study.findings.table_columns import shown, table_columns
from study.findings.trials import Codes
from study.findings.units import LEVELS, estimate, krippendorff_alpha, units

ALL_PAIRS_UP_TO = 200
STATISTICS = (
    "percent_agreement",
    "cohen_kappa_mean",
    "fleiss_kappa",
    "gwet_ac1",
    "krippendorff_alpha",
    "self_agreement",
)


@dataclass(frozen=True)
class AnnotatorAgreement:
    """Agreement of the raters of a table.

    overall: an Estimate for each of STATISTICS. pairs: [a, b, n, percent, low, high, kappa, kappa_low,
    kappa_high, ac1, ac1_low, ac1_high]; every unordered pair for up to 200 raters, else those that share
    items. by_rater: [rater, readings, n, percent, low, high, commonest, share, others, one_label], n their
    items read more than once; the last four are `study.findings.one_label`'s. left_out: rows without a label.
    """

    overall: dict[str, Estimate]
    pairs: pd.DataFrame
    by_rater: pd.DataFrame
    items: int
    raters: int
    categories: list[str]
    left_out: int


def annotator_agreement(
    table: pd.DataFrame,
    item: str,
    rater: str,
    label: str,
    level: str = "nominal",
    resamples: int = 0,
    rng: np.random.Generator | None = None,
) -> AnnotatorAgreement:
    """Percent agreement, Cohen's kappa, Fleiss' kappa, AC1, alpha and self-agreement of a long table.

    item, rater, label name its columns; one row is one reading. Rows without a label are left out. Where a
    rater meets an item again, the first reading counts between raters, and each reading is set against the
    one before it for self-agreement. level is alpha's: nominal, or ordinal and interval for labels that are
    numbers. StudyError for a missing column, a row without item or rater, or labels that are not numbers
    where they must be.
    """
    rows, left_out = _readings(table, item, rater, label)
    items, raters, categories = (_categories(rows[name]) for name in (item, rater, label))
    of_item, of_rater, of_label = (
        _codes(rows[name], known)
        for name, known in zip((item, rater, label), (items, raters, categories), strict=True)
    )
    values = _numbers(categories, level)
    first = ~pd.DataFrame({"item": of_item, "rater": of_rater}).duplicated().to_numpy()
    overall, pairs = _between(of_item[first], of_rater[first], of_label[first], raters, len(categories))
    size = len(categories)
    overall |= all_raters(of_item[first], of_label[first], size, resamples, rng)
    if level != "nominal":
        counted = units(of_item[first], of_label[first], size)
        overall["krippendorff_alpha"] = estimate(counted, krippendorff_alpha(level, values), resamples, rng)
    overall["self_agreement"], by_rater = _self(of_item, of_rater, of_label, raters)
    by_rater = by_rater.join(commonest_labels(of_rater, of_label, len(raters), categories))
    ordered = {name: overall[name] for name in STATISTICS}
    return AnnotatorAgreement(ordered, pairs, by_rater, len(items), len(raters), categories, left_out)


def _readings(table: pd.DataFrame, item: str, rater: str, label: str) -> tuple[pd.DataFrame, int]:
    missing = [name for name in (item, rater, label) if name not in table.columns]
    if missing:
        have = ", ".join(map(str, table.columns)) or "none"
        raise StudyError(f"the table has no column {', '.join(map(repr, missing))}; its columns are: {have}")
    if len({item, rater, label}) < 3:
        raise StudyError(f"item, rater and label must be three columns, not {item!r}, {rater!r}, {label!r}")
    labelled = table[table[label].notna()]
    for name in (item, rater):
        empty = labelled[name].isna().to_numpy()
        if empty.any():
            raise StudyError(f"reading {int(np.flatnonzero(empty)[0]) + 1} has a label but no {name!r}")
    kept = labelled[[item, rater, label]]
    if pd.api.types.is_float_dtype(kept[label]):
        kept = kept.assign(**{label: kept[label] + 0.0})  # -0.0 is 0.0
    return kept, len(table) - len(labelled)


def _categories(values: pd.Series) -> list[str]:
    """Distinct values as text; in order of number where all are numbers."""
    found = sorted({str(value) for value in values.unique()})
    try:
        return sorted(found, key=float)
    except ValueError:
        return found


def _codes(values: pd.Series, known: list[str]) -> Codes:
    return np.asarray(pd.Categorical(values.astype(str), categories=known).codes, dtype=np.intp)


def _numbers(categories: list[str], level: str) -> Array | None:
    if level not in LEVELS:
        raise StudyError(f"alpha has no level {level!r}; it may be {', '.join(LEVELS)}")
    if level == "nominal":
        return None
    try:
        return np.array([float(name) for name in categories])
    except ValueError:
        raise StudyError(f"{level} agreement needs labels that are numbers, not {categories[-1]!r}") from None


def _between(
    item: Codes, rater: Codes, label: Codes, raters: list[str], categories: int
) -> tuple[dict[str, Estimate], pd.DataFrame]:
    shared = readings_of_shared_items(rater, item)
    item, rater, label = item[shared], rater[shared], label[shared]
    found = pair_tables(rater, item, label, max(len(raters), 1), max(categories, 1))
    columns = table_columns(found.tables, None)
    means = pair_means(rater, item, label, found, columns)
    overall = {"percent_agreement": means["percent"], "cohen_kappa_mean": means["kappa"]}
    if len(raters) < 2 or not len(found.a):
        alone = f"{len(raters)} rater; agreement between raters needs two"
        reason = alone if len(raters) < 2 else "no two raters labelled the same item"
        overall = {name: undefined(reason, found.method) for name, found in overall.items()}
    return overall, _pair_rows(raters, found, columns)


def _pair_rows(raters: list[str], found: PairTables, columns: dict[str, Array]) -> pd.DataFrame:
    named = np.array(raters, dtype=object)
    rows = pd.DataFrame({"a": named[found.a], "b": named[found.b], **shown(columns)})
    if len(raters) <= ALL_PAIRS_UP_TO:
        first, second = np.triu_indices(len(raters), 1)
        rows = pd.DataFrame({"a": named[first], "b": named[second]}).merge(rows, on=["a", "b"], how="left")
    rows["n"] = rows["n"].fillna(0).astype(np.int64)
    return rows


def _self(item: Codes, rater: Codes, label: Codes, raters: list[str]) -> tuple[Estimate, pd.DataFrame]:
    """Each reading of an item against the same rater's reading before it."""
    order = np.lexsort((np.arange(len(item)), item, rater))
    item, rater, label = item[order], rater[order], label[order]
    again = np.flatnonzero((item[1:] == item[:-1]) & (rater[1:] == rater[:-1])) + 1
    alike = (label[again] == label[again - 1]).astype(float)
    people = len(raters)
    readings, n = np.bincount(rater, minlength=people), np.bincount(rater[again], minlength=people)
    agreed = np.bincount(rater[again], weights=alike, minlength=people)
    low, high = wilson(agreed, n)
    with np.errstate(invalid="ignore"):
        percent = agreed / n
    by_rater = pd.DataFrame(
        {"rater": raters, "readings": readings, "n": n, "percent": percent, "low": low, "high": high}
    )
    overall = share_estimates(participant_means(alike, rater[again]), "self-agreement")[0]
    if not len(again):
        return undefined("no rater read an item twice", overall.method, 0), by_rater
    return overall, by_rater
