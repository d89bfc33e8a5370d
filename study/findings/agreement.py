"""Do different participants answer the same question alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from study.findings.coefficients import cohen_kappa, gwet_ac1, percent_agreement
from study.findings.consistency import STRATA
from study.findings.dyads import pair_mean
from study.findings.estimate import Estimate
from study.findings.intervals import Array, wilson
from study.findings.pairs import PairTables, pair_tables, readings_of_shared_items
from study.findings.trials import SCALE, Codes, codes, everyone, require


@dataclass(frozen=True)
class InterAgreement:
    """Agreement between participants on questions that both answered (Fig. 6-c, edges).

    by_pair: every unordered pair, [a, b, n, percent, low, high, kappa, kappa_low, kappa_high, ac1, ac1_low,
    ac1_high]; percent is a share, 0-1; n is 0 and the rest NaN where the pair shares nothing.
    """

    by_pair: pd.DataFrame
    overall: Estimate


def inter_agreement(trials: pd.DataFrame, participants: Sequence[str] | None = None) -> InterAgreement:
    """Percent agreement, kappa and AC1 of every pair; participants default to those who answered.

    A question is the same where experiment, image and foil are; self-repeats are left out.
    """
    names = everyone(trials) if participants is None else list(participants)
    rater, item, label = shared_readings(trials, names)
    found = pair_tables(rater, item, label, max(len(names), 1), len(SCALE))
    n = found.tables.sum(axis=(1, 2))
    overall = pair_mean(np.trace(found.tables, axis1=1, axis2=2), n, found.a, found.b)
    return InterAgreement(_by_pair(names, found), overall)


def shared_readings(trials: pd.DataFrame, participants: Sequence[str]) -> tuple[Codes, Codes, Codes]:
    """Rater, item and label codes of the answers to questions that at least two of the participants
    answered.
    """
    require(trials, "participant", "experiment", "image", "kind", "choice")
    rows = trials[(trials["kind"] != "self_repeat") & trials["choice"].notna()]
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
    foil = (
        pd.factorize(rows["foil"])[0].astype(np.int64) + 1 if "foil" in rows.columns else np.zeros_like(image)
    )
    key = (image * (int(foil.max(initial=0)) + 1) + foil) * 2 + (rows["experiment"].to_numpy() == 2)
    return np.asarray(pd.factorize(key)[0], dtype=np.intp)


def _by_pair(names: Sequence[str], found: PairTables) -> pd.DataFrame:
    """All unordered pairs in order of the names, with what the pairs that share questions said."""
    first, second = np.triu_indices(len(names), 1)
    rows = pd.DataFrame(
        {"a": np.array(names, dtype=object)[first], "b": np.array(names, dtype=object)[second]}
    )
    at = found.a * (2 * len(names) - found.a - 1) // 2 + found.b - found.a - 1
    for column, values in pair_columns(found.tables, STRATA).items():
        full: Array = np.full(len(rows), 0.0 if column == "n" else np.nan)
        full[at] = values
        rows[column] = full.astype(np.int64) if column == "n" else full
    return rows


def pair_columns(tables: Array, strata: Codes | None) -> dict[str, Array]:
    """n, percent agreement (Wilson), kappa and AC1 (asymptotic intervals) of each table, (pairs,) each."""
    n = tables.sum(axis=(1, 2))
    low, high = wilson(np.trace(tables, axis1=1, axis2=2), n)
    columns = {"n": n, "percent": percent_agreement(tables), "low": low, "high": high}
    for name, found in (("kappa", cohen_kappa(tables, strata)), ("ac1", gwet_ac1(tables, strata))):
        bottom, top = found.interval()
        columns |= {name: found.value, f"{name}_low": bottom, f"{name}_high": top}
    return columns
