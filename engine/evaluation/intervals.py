"""Intervals: Wilson's for a share, Newcombe's for a balanced accuracy, the bootstrap for a mean."""

import math

import numpy as np
import numpy.typing as npt
from scipy import stats

from engine.confidence import BinaryCounts
from engine.emfacs import EMOTIONS

LEVEL = 0.95

Interval = tuple[float, float] | None


def wilson(right: int, of: int) -> Interval:
    """Wilson's 95 % interval of the share `right` / `of`; None where `of` is 0 (Wilson 1927)."""
    if not of:
        return None
    found = stats.binomtest(right, of).proportion_ci(LEVEL, method="wilson")
    return float(found.low), float(found.high)


def balanced_accuracy_interval(counts: BinaryCounts) -> Interval:
    """95 % interval of (TPR + TNR) / 2; None without a positive or without a negative image.

    The two rates come from different images, so their Wilson intervals combine as Newcombe's do for a
    difference (Newcombe 1998, method 10; Zou and Donner 2008): it needs no normality, and never leaves 0..1.
    """
    positives, negatives = counts.tp + counts.fn, counts.tn + counts.fp
    tpr, tnr = wilson(counts.tp, positives), wilson(counts.tn, negatives)
    if tpr is None or tnr is None:
        return None
    rates = counts.tp / positives, counts.tn / negatives
    down = math.hypot(rates[0] - tpr[0], rates[1] - tnr[0])
    up = math.hypot(tpr[1] - rates[0], tnr[1] - rates[1])
    total = sum(rates)
    return (total - down) / 2, (total + up) / 2


def mean_balanced_accuracy(
    said: npt.NDArray[np.bool_],
    truth: npt.NDArray[np.bool_],
    rng: np.random.Generator,
    samples: int = 2000,
) -> tuple[float | None, Interval]:
    """Mean over the emotions of balanced accuracy, and its 95 % bootstrap interval.

    `said` and `truth` are (images, 8): which emotions a system finds in an image, and its label's one. Images
    are drawn anew within each label, all eight answers of an image together, because they are about one face.
    Emotions without a positive or a negative image are left out; None where that leaves nothing.
    """
    measured = np.asarray(truth.any(axis=0) & ~truth.all(axis=0))
    if not measured.any():
        return None, None
    weights = np.ones((1, len(truth)))
    centre = _mean(weights, said, truth, measured)[0]
    drawn = _mean(_resampled(truth, rng, samples), said, truth, measured)
    low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(centre), (float(low), float(high))


def _resampled(
    truth: npt.NDArray[np.bool_], rng: np.random.Generator, samples: int
) -> npt.NDArray[np.float64]:
    """How often each image is drawn, (samples, images), with every label's number of images kept."""
    weights = np.zeros((samples, len(truth)))
    label = np.where(truth.any(axis=1), truth.argmax(axis=1), len(EMOTIONS))
    for place in np.unique(label):
        rows = np.flatnonzero(label == place)
        weights[:, rows] = rng.multinomial(len(rows), np.full(len(rows), 1 / len(rows)), samples)
    return weights


def _mean(
    weights: npt.NDArray[np.float64],
    said: npt.NDArray[np.bool_],
    truth: npt.NDArray[np.bool_],
    measured: npt.NDArray[np.bool_],
) -> npt.NDArray[np.float64]:
    yes, no = truth[:, measured], ~truth[:, measured]
    found = said[:, measured]
    sensitivity = weights @ (yes & found) / (weights @ yes)
    specificity = weights @ (no & ~found) / (weights @ no)
    return np.asarray(((sensitivity + specificity) / 2).mean(axis=1))
