"""Do answers follow the side on which a label stood."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from study.findings.consistency import pressed_left
from study.findings.estimate import Estimate
from study.findings.intervals import Array, mean_estimate, participant_means, share_estimates, wilson
from study.findings.trials import CHOICES, Codes, factorize, of_experiment, require


@dataclass(frozen=True)
class SideBias:
    """Side and order bias of one experiment, among answers that chose a side.

    left: share of them that chose left. order_effect: share choosing the first of the choices (soft, own)
    where it stood left, less where it stood right, within participants: 0 without bias. by_participant:
    [participant, n, left, low, high, target_left, target_right, order_effect].
    """

    experiment: int
    left: Estimate
    order_effect: Estimate
    by_participant: pd.DataFrame


def side_bias(trials: pd.DataFrame, experiment: int) -> SideBias:
    """Side bias among first-time answers of an experiment; both and none choose no side and are left out."""
    require(trials, "side")
    first = of_experiment(trials, experiment)
    left = pressed_left(first)
    chose = np.isfinite(left)
    first, left = first[chose], left[chose]
    participant, names = factorize(first["participant"])
    target = (first["choice"] == CHOICES[experiment][0]).to_numpy(float)
    stood_left = (first["side"] == "left").to_numpy(bool)
    rows = _rows(left, target, stood_left, participant, names)
    what = f"{CHOICES[experiment][0]} where it stood left less where it stood right"
    return SideBias(
        experiment,
        share_estimates(participant_means(left, participant), "share of left among sides chosen")[0],
        mean_estimate(rows["order_effect"].to_numpy(float), f"share of {what}", len(first), 1),
        rows,
    )


def _rows(
    left: Array, target: Array, stood_left: Array, participant: Codes, names: list[str]
) -> pd.DataFrame:
    people = len(names)
    n = np.bincount(participant, minlength=people)
    chosen = np.bincount(participant, weights=left, minlength=people)
    low, high = wilson(chosen, n)
    shares = []
    for keep in (stood_left, ~stood_left):
        shown = np.bincount(participant[keep], minlength=people)
        with np.errstate(invalid="ignore"):
            shares.append(np.bincount(participant[keep], weights=target[keep], minlength=people) / shown)
    return pd.DataFrame(
        {
            "participant": names,
            "n": n,
            "left": chosen / n,
            "low": low,
            "high": high,
            "target_left": shares[0],
            "target_right": shares[1],
            "order_effect": shares[0] - shares[1],
        }
    )
