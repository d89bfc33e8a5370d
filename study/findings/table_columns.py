"""What a contingency table of two readings says, as columns of a finding's rows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from study.findings.coefficients import (
    Coefficient,
    cohen_kappa,
    gwet_ac1,
    pair_alpha,
    percent_agreement,
    percent_influence,
)
from study.findings.intervals import Array, holding, wilson
from study.findings.trials import Codes

COEFFICIENTS: dict[str, Callable[..., Coefficient]] = {
    "kappa": cohen_kappa,
    "ac1": gwet_ac1,
    "alpha": pair_alpha,
}
RESAMPLED_TABLES = 66
LEAST_ITEMS = 60
HIGH_AGREEMENT = 0.7
MISLED_BY = 0.2


def table_columns(
    tables: Array, strata: Codes | None, resamples: int = 0, rng: np.random.Generator | None = None
) -> dict[str, Array]:
    """Columns n, percent, low, high; kappa, ac1, alpha with _low and _high; kappa_misleads, approximate …

    tables: (tables, K, K). Percent has Wilson's interval. The coefficients have asymptotic intervals, or
    percentiles of resampled items with resamples and rng, for up to 66 tables (twelve participants' pairs).
    kappa_misleads: percent is 70 % or more, yet kappa 0.2 or more below AC1, as one prevailing category
    makes it (Feinstein & Cicchetti 1990; Byrt, Bishop & Carlin 1993). approximate: under 60 items, where
    the coefficients' intervals hold the truth in fewer than 92 % of simulated studies (docs/statistics.md).
    Besides, _error (tables,) and _influence (tables, K, K) of percent and each coefficient.
    """
    n = tables.sum(axis=(1, 2))
    agreed = np.trace(tables, axis1=1, axis2=2)
    low, high = wilson(agreed, n)
    smooth = (agreed + 1) / (n + 2)
    columns = {"n": n, "percent": percent_agreement(tables), "low": low, "high": high}
    with np.errstate(divide="ignore"):
        columns["percent_error"] = np.sqrt(smooth * (1 - smooth) / n)
    columns["percent_influence"] = percent_influence(tables)
    for name, coefficient in COEFFICIENTS.items():
        found = coefficient(tables, strata)
        bottom, top = found.interval()
        columns |= {name: found.value, f"{name}_low": bottom, f"{name}_high": top}
        columns |= {f"{name}_error": found.error, f"{name}_influence": found.influence}
    if resamples and rng is not None and len(tables) <= RESAMPLED_TABLES:
        _resample(columns, tables, strata, resamples, rng)
    with np.errstate(invalid="ignore"):
        apart = columns["ac1"] - columns["kappa"] >= MISLED_BY
    columns["kappa_misleads"] = (columns["percent"] >= HIGH_AGREEMENT) & apart
    columns["approximate"] = (n > 0) & (n < LEAST_ITEMS)
    return columns


def shown(columns: dict[str, Array]) -> dict[str, Array]:
    """The columns that are shown: all but the standard errors and influences."""
    return {name: values for name, values in columns.items() if not name.endswith(("_error", "_influence"))}


def _resample(
    columns: dict[str, Array], tables: Array, strata: Codes | None, resamples: int, rng: np.random.Generator
) -> None:
    """Replace the coefficients' intervals by percentiles of tables whose items are drawn again."""
    size = tables.shape[-1]
    for at, table in enumerate(tables):
        total, cells = int(table.sum()), np.flatnonzero(table)
        if total < 2 or len(cells) < 2:
            continue
        drawn = np.zeros((resamples, size * size))
        drawn[:, cells] = rng.multinomial(total, table.ravel()[cells] / total, size=resamples)
        for name, coefficient in COEFFICIENTS.items():
            values = coefficient(drawn.reshape(-1, size, size), strata, False).value
            values = values[np.isfinite(values)]
            if np.isfinite(columns[f"{name}_low"][at]) and len(values) > resamples / 2:
                ends = holding(columns[name][at], *np.quantile(values, [0.025, 0.975]))
                columns[f"{name}_low"][at], columns[f"{name}_high"][at] = ends
