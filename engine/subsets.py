"""Easy, Challenging and Difficult: how many there are (Table 5), and what would change an image's subset."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.emfacs import EMOTIONS
from engine.soft_labels import SUBSETS, check_scores, subset


def subset_table(labels: pd.DataFrame) -> pd.DataFrame:
    """Table 5 from a label file: subset, emotion, images, percent.

    Subsets All, Easy, Challenging, Difficult; emotions in order, then Overall. `percent` is of the emotion's
    images, NaN where it has none. Images without a hard-label have no subset and are not counted.
    """
    places = pd.MultiIndex.from_product([SUBSETS, EMOTIONS], names=["subset", "emotion"])
    known = labels[["subset", "hard_label"]].dropna()
    counts = (
        known.value_counts().reindex(places, fill_value=0).to_numpy().reshape(len(SUBSETS), len(EMOTIONS))
    )
    counts = np.vstack([counts.sum(axis=0), counts])
    counts = np.column_stack([counts, counts.sum(axis=1)])
    with np.errstate(invalid="ignore"):
        percent = 100 * counts / counts[0]
    rows = pd.MultiIndex.from_product(
        [["All", *SUBSETS], [*EMOTIONS, "Overall"]], names=["subset", "emotion"]
    )
    return pd.DataFrame({"images": counts.ravel(), "percent": percent.ravel()}, index=rows).reset_index()


def subset_by_hard_label(scores: npt.ArrayLike) -> npt.NDArray[np.object_]:
    """Subset (images, 8) that each image would be in were its hard-label each of the eight emotions."""
    array = check_scores(scores)
    ranks = 1 + (array[:, None, :] > array[:, :, None]).sum(axis=2)
    return subset(ranks)


def needed_scores(scores: npt.ArrayLike, hard: npt.ArrayLike) -> pd.DataFrame:
    """Soft score that the hard-label needs for its image to be Easy or Challenging: own, easy, challenging.

    `scores` is (images, 8), `hard` (images,) places in EMOTIONS. Easy needs the best of the other seven
    scores, Challenging the third best; below that the image is Difficult.
    """
    array, own = check_scores(scores), np.asarray(hard, dtype=np.int64)
    rows = np.arange(len(array))
    others = array.copy()
    others[rows, own] = -np.inf
    best = -np.sort(-others, axis=1)
    return pd.DataFrame({"own": array[rows, own], "easy": best[:, 0], "challenging": best[:, 2]})
