"""The confidence score of a one-vs-rest network (Eq. 3)."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from engine.errors import EngineError

Reading = Literal["balanced", "printed"]
"""`balanced`: (TPR + TNR) / 2, what the paper's tables hold. `printed`: (PPV + NPV) / 2, what Eq. 3 says."""


@dataclass(frozen=True)
class BinaryCounts:
    """Confusion counts of a one-vs-rest network."""

    tp: int
    fn: int
    tn: int
    fp: int

    @property
    def balanced_accuracy(self) -> float | None:
        """Mean of sensitivity and specificity; None without a positive or without a negative image."""
        return _mean_of_ratios(self.tp, self.tp + self.fn, self.tn, self.tn + self.fp)

    @property
    def predictive_value(self) -> float | None:
        """Mean of positive and negative predictive value (Eq. 3 as printed); None where one is 0/0."""
        return _mean_of_ratios(self.tp, self.tp + self.fp, self.tn, self.tn + self.fn)

    @property
    def accuracy(self) -> float | None:
        """Share of right answers; None without an image."""
        total = self.tp + self.fn + self.tn + self.fp
        return (self.tp + self.tn) / total if total else None


def _mean_of_ratios(a: int, a_of: int, b: int, b_of: int) -> float | None:
    return (a / a_of + b / b_of) / 2 if a_of and b_of else None


def binary_counts(positive: npt.ArrayLike, probability: npt.ArrayLike) -> BinaryCounts:
    """Confusion counts of `probability` (images,) of being positive, against the truth `positive` (images,).

    A network answers "positive" from 0.5 on, as argmax over its two outputs does with slot 0 positive.
    """
    truth, scores = np.asarray(positive, dtype=bool), np.asarray(probability, dtype=np.float64)
    if truth.shape != scores.shape or truth.ndim != 1:
        raise EngineError(f"truth has shape {truth.shape} and probability {scores.shape}; expected (images,)")
    if not np.isfinite(scores).all():
        row = int(np.flatnonzero(~np.isfinite(scores))[0])
        raise EngineError(f"probability in row {row + 1} is {scores[row]}; it must lie in 0..1")
    said = scores >= 0.5
    return BinaryCounts(
        tp=int((truth & said).sum()),
        fn=int((truth & ~said).sum()),
        tn=int((~truth & ~said).sum()),
        fp=int((~truth & said).sum()),
    )


def confidence_score(counts: BinaryCounts, reading: Reading = "balanced") -> float:
    """Confidence score CS of a network from its counts on test-MAS or on a calibration split (Eq. 3).

    Raises EngineError where the reading is undefined: no positive or no negative image, or, as printed, a
    network that gives every image the same answer.
    """
    if reading not in ("balanced", "printed"):
        raise EngineError(f"unknown reading of Eq. 3 {reading!r}; choose balanced or printed")
    score = counts.balanced_accuracy if reading == "balanced" else counts.predictive_value
    if score is None:
        raise EngineError(
            f"the {reading} confidence score is undefined for {counts}; it needs images of both kinds"
            + (" and answers of both kinds; take the balanced reading" if reading == "printed" else "")
        )
    return score
