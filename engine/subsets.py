"""Easy, Challenging and Difficult: how many images are in each (Table 5)."""

import numpy as np
import pandas as pd

from engine.emfacs import EMOTIONS
from engine.soft_labels import SUBSETS


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
