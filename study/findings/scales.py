"""Agreement of annotators who answer in numbers: the scores of a soft-label, or valence and arousal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from study.errors import StudyError
from study.findings.annotators import annotator_agreement
from study.findings.estimate import Estimate
from study.findings.intervals import Array, mean_estimate
from study.findings.votes import image_mean

NO_TWO = "no image has readings of two annotators"


@dataclass(frozen=True)
class ScaleAgreement:
    """Agreement on one scale, in its own unit.

    alpha: Krippendorff's, interval level, of each annotator's first reading. between: mean over images of
    the mean absolute difference of two annotators. within: mean over annotators of the mean absolute
    difference between a reading and the one before it of the same image. Intervals end at 0.
    """

    scale: str
    alpha: Estimate
    between: Estimate
    within: Estimate


def scale_agreement(table: pd.DataFrame, scales: Sequence[str]) -> tuple[ScaleAgreement, ...]:
    """Agreement on each scale of a table of readings (image, annotator, the scales), one row a reading.

    Rows are in the order in which they were given. StudyError for a missing column.
    """
    missing = [name for name in ("image", "annotator", *scales) if name not in table.columns]
    if missing:
        raise StudyError(f"the readings have no column {missing[0]!r}")
    first = table[~table.duplicated(["image", "annotator"])]
    return tuple(
        ScaleAgreement(
            scale,
            annotator_agreement(table, "image", "annotator", scale, level="interval").overall[
                "krippendorff_alpha"
            ],
            image_mean(_between(first, scale), "absolute difference of two annotators", (0, np.inf), NO_TWO),
            _not_below_0(_within(table, scale)),
        )
        for scale in scales
    )


def _not_below_0(found: Estimate) -> Estimate:
    """No difference is negative, so neither is the end of its mean's interval."""
    return found if found.low is None else replace(found, low=max(found.low, 0.0))


def _between(first: pd.DataFrame, scale: str) -> Array:
    """Of each image the mean absolute difference of its readings, two by two; NaN where there is one."""
    ordered = first.sort_values(["image", scale])
    rank = ordered.groupby("image").cumcount().to_numpy(float)
    size = ordered.groupby("image")[scale].transform("size").to_numpy(float)
    # The sum over pairs of |x - y| is that of each value times (values below it - values above it).
    weighted = ordered[scale].to_numpy(float) * (2 * rank - size + 1)
    sums = pd.Series(weighted).groupby(ordered["image"].to_numpy()).sum().to_numpy(float)
    sizes = ordered.groupby("image").size().to_numpy(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(sums / (sizes * (sizes - 1) / 2))


def _within(table: pd.DataFrame, scale: str) -> Estimate:
    change = table.groupby(["annotator", "image"], sort=False)[scale].diff().abs()
    again = change.notna()
    by_annotator = change[again].groupby(table["annotator"][again]).mean()
    return mean_estimate(by_annotator.to_numpy(float), "absolute difference of repeats", int(again.sum()))
