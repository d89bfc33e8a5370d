"""Metrics of soft-labels (Eq. 15, Sec. 4.3) and of hard-labels (Tables 8 and 9)."""

from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.emfacs import EMOTIONS
from engine.errors import EngineError
from engine.soft_labels import check_scores

FAILURE_THRESHOLD = 0.3
"""An image fails where its weighted error exceeds this (epsilon of Sec. 4.3)."""

Reading = Literal["weighted", "printed"]
"""`weighted`: an image's error is sum(w |d|) / sum(w). `printed`: sum(w |d|) / 8, as Eq. 15 says.

The printed reading cannot exceed sum(w) / 8 = 0.34, so that the paper's failure rates beyond 0.3 cannot come
of it.
"""

FloatArray = npt.NDArray[np.float64]

_RANK_WEIGHTS = 1 / np.arange(1, len(EMOTIONS) + 1)


def rank_weights(true: npt.ArrayLike) -> FloatArray:
    """Weights (images, 8) of Eq. 15: 1 for the largest score of the true soft-label, then 1/2 … 1/8.

    Tied scores share the mean of their weights, so that the order of the emotions does not matter.
    """
    scores = check_scores(true, "true soft-labels")
    order = np.argsort(-scores, axis=1, kind="stable")
    ranked = np.take_along_axis(scores, order, axis=1)
    weights = np.empty_like(scores)
    np.put_along_axis(weights, order, _shared_over_ties(ranked), axis=1)
    return weights


def _shared_over_ties(ranked: FloatArray) -> FloatArray:
    """Weight of each place in rows of descending scores; equal scores get the mean of their weights."""
    begins = np.ones(ranked.shape, dtype=bool)
    begins[:, 1:] = ranked[:, 1:] != ranked[:, :-1]
    groups = np.cumsum(begins.ravel()) - 1
    weights = np.tile(_RANK_WEIGHTS, len(ranked))
    means = np.bincount(groups, weights) / np.bincount(groups) if len(groups) else weights
    return np.asarray(means[groups]).reshape(ranked.shape)


def weighted_errors(
    true: npt.ArrayLike, predicted: npt.ArrayLike, reading: Reading = "weighted"
) -> FloatArray:
    """Weighted error of each image (images,) between two (images, 8) soft-labels (Eq. 15), in 0..1."""
    if reading not in ("weighted", "printed"):
        raise EngineError(f"unknown reading of Eq. 15 {reading!r}; choose weighted or printed")
    truth, guess = check_scores(true, "true soft-labels"), check_scores(predicted, "predicted soft-labels")
    if truth.shape != guess.shape:
        raise EngineError(f"true soft-labels have shape {truth.shape}, predicted ones {guess.shape}")
    divisor = _RANK_WEIGHTS.sum() if reading == "weighted" else len(EMOTIONS)
    return np.asarray((rank_weights(truth) * np.abs(truth - guess)).sum(axis=1) / divisor)


def mean_error(errors: npt.ArrayLike) -> float | None:
    """W-MAE, the mean of weighted errors, as a fraction (the paper prints percent); None without an image."""
    array = np.asarray(errors, dtype=np.float64)
    return float(array.mean()) if array.size else None


def failure_rate(errors: npt.ArrayLike, threshold: float = FAILURE_THRESHOLD) -> float | None:
    """W-FR, the share of images whose weighted error exceeds the threshold; None without an image."""
    array = np.asarray(errors, dtype=np.float64)
    return float((array > threshold).mean()) if array.size else None


def ced_area(errors: npt.ArrayLike, limit: float = FAILURE_THRESHOLD) -> float | None:
    """Area under the cumulative error distribution from 0 to `limit`, divided by `limit`: 1 is faultless.

    Exact, not by trapezoids: the integral of a step function. None without an image.
    """
    array = _checked_limit(errors, limit)
    return float(np.clip(limit - array, 0, None).mean() / limit) if array.size else None


def ced_curve(errors: npt.ArrayLike, limit: float = FAILURE_THRESHOLD, points: int = 101) -> pd.DataFrame:
    """The cumulative error distribution: error (0 … limit) and share of images with an error at most that."""
    array = np.sort(_checked_limit(errors, limit))
    at = np.linspace(0, limit, points)
    shares = np.searchsorted(array, at, side="right") / len(array) if len(array) else np.full(points, np.nan)
    return pd.DataFrame({"error": at, "share": shares})


def _checked_limit(errors: npt.ArrayLike, limit: float) -> FloatArray:
    if not 0 < limit <= 1:
        raise EngineError(f"limit of the cumulative error distribution is {limit}; it must lie in 0..1")
    return np.asarray(errors, dtype=np.float64)


def confusion(true: npt.ArrayLike, predicted: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Counts (8, 8): rows the true emotion, columns the predicted one; both (images,) places in EMOTIONS."""
    truth, guess = np.asarray(true, dtype=np.int64), np.asarray(predicted, dtype=np.int64)
    if truth.shape != guess.shape or truth.ndim != 1:
        raise EngineError(f"true labels have shape {truth.shape}, predicted ones {guess.shape}")
    for name, labels in (("true", truth), ("predicted", guess)):
        if ((labels < 0) | (labels >= len(EMOTIONS))).any():
            raise EngineError(f"a {name} label is no place in EMOTIONS (0..{len(EMOTIONS) - 1})")
    counts = np.bincount(truth * len(EMOTIONS) + guess, minlength=len(EMOTIONS) ** 2)
    return counts.reshape(len(EMOTIONS), len(EMOTIONS)).astype(np.int64)


def accuracy(counts: npt.NDArray[np.int64]) -> float | None:
    """Share of images on the diagonal of a confusion matrix; None without an image."""
    total = int(counts.sum())
    return float(np.trace(counts) / total) if total else None


def macro_recall(counts: npt.NDArray[np.int64]) -> float | None:
    """Mean recall of the emotions that have images (the paper's average accuracy); None without an image."""
    rows = counts.sum(axis=1)
    present = rows > 0
    return float((np.diag(counts)[present] / rows[present]).mean()) if present.any() else None


def by_class(counts: npt.NDArray[np.int64]) -> pd.DataFrame:
    """Precision, recall and F1 of each emotion (Table 9): emotion, images, precision, recall, f1.

    NaN where undefined: precision of an emotion never predicted, recall of one without an image.
    """
    right, true, predicted = np.diag(counts), counts.sum(axis=1), counts.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        scores = {
            "precision": right / predicted,
            "recall": right / true,
            "f1": 2 * right / (true + predicted),
        }
    return pd.DataFrame({"emotion": EMOTIONS, "images": true, **scores})
