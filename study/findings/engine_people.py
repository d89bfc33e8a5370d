"""People against the engine: do its margins tell where people prefer its labels and recognise them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from study.findings.estimate import Estimate, undefined
from study.findings.intervals import Array, mean_estimate, participant_means
from study.findings.preference import margin_bands
from study.findings.retest import participant_slopes
from study.findings.trials import SUBSETS, Codes, codes, factorize, of_experiment

OUTCOMES = {"soft": (1, "soft"), "accuracy": (2, "own")}


@dataclass(frozen=True)
class EnginePeople:
    """Share of soft (Experiment 1) and accuracy (Experiment 2) by the engine's subset and margin.

    by_subset, by_margin: [group, soft_n, soft, soft_low, soft_high, accuracy_n, accuracy, accuracy_low,
    accuracy_high]. soft_slope, accuracy_slope: change of the share as the margin goes from 0 to 1, mean of
    the participants' slopes.
    """

    by_subset: pd.DataFrame
    by_margin: pd.DataFrame
    soft_slope: Estimate
    accuracy_slope: Estimate


def engine_people(trials: pd.DataFrame) -> EnginePeople:
    """Preference and accuracy of first-time answers against what the engine made of their images."""
    subsets: dict[str, object] = {"subset": list(SUBSETS)}
    margins: dict[str, object] = {"margin": margin_bands(pd.Series([], dtype=float))[1]}
    slopes = {}
    for name, (experiment, target) in OUTCOMES.items():
        first = of_experiment(trials, experiment)
        hit = (first["choice"] == target).to_numpy(float)
        participant, names = factorize(first["participant"])
        if "subset" in first.columns:
            subsets |= _columns(name, hit, participant, codes(first["subset"], SUBSETS), len(SUBSETS))
        what = f"slope of {name} on the engine's margin"
        if "margin" not in first.columns:
            slopes[name] = undefined("the trials have no margin", what)
            continue
        band, labels = margin_bands(first["margin"])
        margins |= _columns(name, hit, participant, band, len(labels))
        margin = first["margin"].to_numpy(float, na_value=np.nan)
        known = np.isfinite(margin)
        found = participant_slopes(margin[known], hit[known], participant[known], len(names))
        slopes[name] = mean_estimate(found, what, int(known.sum()))
    return EnginePeople(pd.DataFrame(subsets), pd.DataFrame(margins), slopes["soft"], slopes["accuracy"])


def _columns(name: str, hit: Array, participant: Codes, group: Codes, groups: int) -> dict[str, object]:
    known = group >= 0
    means = participant_means(hit[known], participant[known], None, group[known], groups)
    return {f"{name}_n": means.n, name: means.mean, f"{name}_low": means.low, f"{name}_high": means.high}
