"""What self-agreement hangs on: how long ago the question was, and whether the sides were exchanged."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from study.findings.consistency import repeated
from study.findings.estimate import Estimate, undefined
from study.findings.intervals import Array, mean_estimate, participant_means, share_estimates
from study.findings.trials import Codes, factorize

LAG_BANDS = 6


@dataclass(frozen=True)
class Retest:
    """Self-agreement by lag and by side.

    by_lag: [lag, low_edge, high_edge, n, percent, low, high], bands of equally many repeats. lag_effect:
    change of the share for each doubling of the lag, mean of the participants' slopes. same, swapped: self-
    agreement where the labels stood on the same sides again and where they had been exchanged. side_effect:
    same less swapped, within participants; above 0 means that some answers follow the side and not the
    face, so that what is left of disagreement is noise.
    """

    by_lag: pd.DataFrame
    lag_effect: Estimate
    same: Estimate
    swapped: Estimate
    side_effect: Estimate
    by_participant: pd.DataFrame = field(default_factory=pd.DataFrame)


def retest(trials: pd.DataFrame) -> Retest:
    """Self-agreement against lag and side; what needs a column that the trials lack is undefined."""
    pairs = repeated(trials)
    same = (pairs["choice"] == pairs["again"]).to_numpy(float)
    participant, names = factorize(pairs["participant"])
    lag = pairs["lag"].to_numpy(float) if "lag" in pairs.columns else np.full(len(pairs), np.nan)
    by_lag, lag_effect = _by_lag(same, participant, lag, len(names))
    if "swapped" not in pairs.columns:
        missing = undefined("the trials have no side", "self-agreement by side", len(pairs))
        return Retest(by_lag, lag_effect, missing, missing, missing)
    swapped = pairs["swapped"].to_numpy(bool)
    stayed = _share(same[~swapped], participant[~swapped], "self-agreement with sides as before")
    moved = _share(same[swapped], participant[swapped], "self-agreement with sides exchanged")
    rows = _sides(same, participant, swapped, names)
    difference = (rows["same"] - rows["swapped"]).to_numpy(float)
    effect = mean_estimate(difference, "self-agreement with sides as before less exchanged", len(pairs), 1)
    return Retest(by_lag, lag_effect, stayed, moved, effect, rows)


def _share(same: Array, participant: Codes, what: str) -> Estimate:
    return share_estimates(participant_means(same, participant), what)[0]


def _sides(same: Array, participant: Codes, swapped: Array, names: list[str]) -> pd.DataFrame:
    columns: dict[str, object] = {"participant": names}
    for name, keep in (("same", ~swapped), ("swapped", swapped)):
        n = np.bincount(participant[keep], minlength=len(names))
        with np.errstate(invalid="ignore"):
            share = np.bincount(participant[keep], weights=same[keep], minlength=len(names)) / n
        columns |= {name: share, f"{name}_n": n}
    return pd.DataFrame(columns)


def _by_lag(same: Array, participant: Codes, lag: Array, people: int) -> tuple[pd.DataFrame, Estimate]:
    known = np.isfinite(lag) & (lag > 0)
    same, participant, lag = same[known], participant[known], lag[known]
    if not len(lag):
        empty = pd.DataFrame(columns=["lag", "low_edge", "high_edge", "n", "percent", "low", "high"])
        return empty, undefined("no repeat with a known lag", "change of self-agreement per doubling of lag")
    edges = np.unique(np.quantile(lag, np.linspace(0, 1, LAG_BANDS + 1)))
    bands = max(len(edges) - 1, 1)
    band = np.clip(np.searchsorted(edges, lag, side="right") - 1, 0, bands - 1)
    means = participant_means(same, participant, None, band, bands)
    rows = pd.DataFrame(
        {
            "lag": np.bincount(band, weights=lag, minlength=bands) / np.maximum(means.n, 1),
            "low_edge": edges[:bands],
            "high_edge": edges[-bands:],
            "n": means.n,
            "percent": means.mean,
            "low": means.low,
            "high": means.high,
        }
    )
    slopes = participant_slopes(np.log2(lag), same, participant, people)
    return rows, mean_estimate(slopes, "change of self-agreement per doubling of lag", len(lag))


def participant_slopes(x: Array, y: Array, participant: Codes, people: int) -> Array:
    """Least-squares slope of y on x within each participant, (people,); NaN where x does not vary."""
    n = np.bincount(participant, minlength=people)

    def total(values: Array) -> Array:
        return np.asarray(np.bincount(participant, weights=values, minlength=people))

    with np.errstate(divide="ignore", invalid="ignore"):
        centred = x - (total(x) / n)[participant]
        spread = total(centred**2)
        return np.asarray(np.where(spread > 1e-12, total(centred * y) / spread, np.nan))
