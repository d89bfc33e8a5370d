"""Stand-in images: seeded soft-labels for planning and simulating before there are any labels."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from engine.emfacs import EMOTIONS
from engine.soft_labels import label_frame

# Share of images whose hard label ranks 1, 2-3, 4 or lower (AffectNet+ train set: Easy, Challenging,
# Difficult).
SUBSET_SHARES = (0.675, 0.200, 0.125)
BUNDLE = "stand-in"


def stand_in_labels(
    images_per_emotion: int, rng: np.random.Generator, emotions: Sequence[str] = EMOTIONS
) -> pd.DataFrame:
    """Make a `labels` table of images `happy-0001` …, which do not exist, with plausible soft-labels.

    Seven scores are small, one to three stand out, and the hard label's rank falls into the three subsets
    as often as in AffectNet+ (digest, section 7). The bundle is named `stand-in`. They are for planning,
    tests and simulation; they say nothing about any face.
    """
    names = [f"{one.lower()}-{number:04d}" for one in emotions for number in range(1, images_per_emotion + 1)]
    hard = np.repeat(np.array(emotions, dtype=object), images_per_emotion)
    column = np.array([EMOTIONS.index(one) for one in hard])
    scores = np.sort(_scores(len(names), rng), axis=1)[:, ::-1]
    rank = _ranks(len(names), rng)
    order = np.argsort(rng.random(scores.shape), axis=1)
    rows = np.arange(len(names))
    # The hard label's emotion takes the score of its rank, from whichever emotion had that.
    at = (order == column[:, None]).argmax(axis=1)
    order[rows, at], order[rows, rank - 1] = order[rows, rank - 1], column
    soft = np.empty_like(scores)
    np.put_along_axis(soft, order, scores, axis=1)
    return label_frame(names, hard.tolist(), soft, BUNDLE)


def _scores(count: int, rng: np.random.Generator) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    scores = rng.beta(2, 12, size=(count, len(EMOTIONS)))
    scores[:, 0] = rng.beta(8, 2, size=count)
    second = rng.random(count) < 0.6
    scores[:, 1] = np.where(second, rng.beta(4, 5, size=count), scores[:, 1])
    third = second & (rng.random(count) < 0.4)
    scores[:, 2] = np.where(third, rng.beta(3, 7, size=count), scores[:, 2])
    return scores


def _ranks(count: int, rng: np.random.Generator) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    groups = rng.choice(3, size=count, p=SUBSET_SHARES)
    return np.select([groups == 0, groups == 1], [1, rng.integers(2, 4, count)], rng.integers(4, 9, count))
