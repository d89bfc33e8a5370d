"""Choosing the negatives of a one-vs-rest network (Sec. 3.2)."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.emfacs import EMOTIONS, overlap
from engine.errors import EngineError

RANDOM_SHARE = 0.2
"""Share of the negatives drawn evenly over all other emotions; the rest follows the action-unit overlap."""


def negative_counts(
    emotion: str,
    available: Mapping[str, int],
    total: int,
    *,
    random_share: float = RANDOM_SHARE,
) -> dict[str, int]:
    """How many negatives the network of `emotion` takes from each other label.

    `available` counts the images of each label. 1 - `random_share` of `total` is shared in proportion to the
    action-unit overlap (Table 3), the rest evenly over all other labels; what a label cannot give spills to
    the even part. Neutral overlaps nothing, so all of its negatives are even. The sum is `total`, or
    everything that there is.
    """
    if emotion not in EMOTIONS:
        raise EngineError(f"unknown emotion {emotion!r}; the emotions are {', '.join(EMOTIONS)}")
    if not 0 <= random_share <= 1:
        raise EngineError(f"random_share is {random_share}; it must lie in 0..1")
    if total < 0:
        raise EngineError(f"{total} negatives asked for; ask for 0 or more")
    others = [label for label in available if label != emotion]
    room = np.array([available[label] for label in others], dtype=np.int64)
    common = overlap()[emotion]
    weights = np.array([common.get(label, 0) for label in others], dtype=np.float64)
    by_overlap = round(total * (1 - random_share)) if weights.sum() > 0 else 0
    taken = np.minimum(_in_proportion(by_overlap, weights), room)
    taken += _evenly(total - int(taken.sum()), room - taken)
    return {label: int(count) for label, count in zip(others, taken, strict=True)}


def negative_rows(
    emotion: str,
    labels: Sequence[str] | pd.Series,
    rng: np.random.Generator,
    *,
    ratio: float = 1.0,
    random_share: float = RANDOM_SHARE,
) -> npt.NDArray[np.int64]:
    """Sorted rows of `labels` that are the negatives of `emotion`: `ratio` for each positive, without
    replacement.

    Labels beside the eight emotions (None, Uncertain, Non-Face) take part in the even share where `labels`
    holds them. Raises EngineError where there is no positive or no negative.
    """
    array = np.asarray(labels, dtype=object)
    positives = int((array == emotion).sum())
    names, counts = np.unique(array[array != emotion].astype(str), return_counts=True)
    if not positives or not len(names):
        raise EngineError(
            f"{emotion} has {positives} images and the other labels {int(counts.sum())}; both are needed"
        )
    wanted = negative_counts(
        emotion,
        dict(zip(map(str, names), map(int, counts), strict=True)),
        round(positives * ratio),
        random_share=random_share,
    )
    drawn = [
        rng.choice(np.flatnonzero(array == label), count, replace=False) for label, count in wanted.items()
    ]
    return np.sort(np.concatenate(drawn)).astype(np.int64)


def _in_proportion(total: int, weights: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """`total` in whole parts proportional to `weights` (largest remainders); zeros without a weight."""
    if total == 0 or not weights.sum() > 0:
        return np.zeros(len(weights), dtype=np.int64)
    exact = total * weights / weights.sum()
    parts: npt.NDArray[np.int64] = np.floor(exact).astype(np.int64)
    largest = np.argsort(-(exact - parts), kind="stable")[: total - int(parts.sum())]
    parts[largest] += 1
    return parts


def _evenly(total: int, room: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """`total` in parts as even as `room` allows; all of `room` where it holds less than `total`."""
    parts = np.zeros_like(room)
    total = min(total, int(room.sum()))
    while total > 0:
        roomy = (room > parts).astype(np.float64)
        step = np.minimum(_in_proportion(total, roomy), room - parts)
        parts += step
        total -= int(step.sum())
    return parts
