"""Two label files of the same images: which changed their subset, whereto, and how far scores moved."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from engine.emfacs import EMOTIONS
from engine.errors import EngineError
from engine.evaluation.label_sets import check_labels
from engine.soft_labels import SOFT_COLUMNS, SUBSETS


@dataclass(frozen=True)
class LabelComparison:
    """What two label sets of the same images differ in.

    `images`: a row for each image in both: image, hard_label, subset_before, subset_after, changed,
    rank_before, rank_after, margin_before, margin_after, largest (the largest difference of a soft score) and
    its emotion. `moves`: subset_before, subset_after, images. `scores`: emotion, mean (after - before),
    mean_absolute, largest. `changed` of `ranked` images (those with a subset in both) changed it.
    """

    images: pd.DataFrame
    moves: pd.DataFrame
    scores: pd.DataFrame
    changed: int
    ranked: int
    only_before: int
    only_after: int

    @property
    def share_changed(self) -> float | None:
        """Share of the ranked images that changed their subset; None where no image has one in both."""
        return self.changed / self.ranked if self.ranked else None


def compare(before: pd.DataFrame, after: pd.DataFrame) -> LabelComparison:
    """Compare two `labels` tables over the images that both hold.

    Raises EngineError where a column is missing, no image is in both, or an image has two hard-labels.
    """
    check_labels(before, "the first label file")
    check_labels(after, "the second label file")
    both = before.merge(after, on="image", suffixes=("_before", "_after"), validate="one_to_one")
    if both.empty:
        raise EngineError(f"no image is in both label files ({len(before)} and {len(after)} images)")
    _check_same_labels(both)
    difference = _difference(both)
    place = np.abs(difference).argmax(axis=1)
    columns = [f"{name}_{when}" for name in ("subset", "rank", "margin") for when in ("before", "after")]
    images = pd.DataFrame({"image": both["image"], "hard_label": both["hard_label_before"]})
    images[columns] = both.reindex(columns=columns)
    known = images["subset_before"].notna() & images["subset_after"].notna()
    images["changed"] = known & (images["subset_before"] != images["subset_after"])
    images["largest"] = difference[np.arange(len(both)), place]
    images["emotion"] = np.array(EMOTIONS, dtype=object)[place]
    return LabelComparison(
        images=images,
        moves=_moves(images[known]),
        scores=_scores(difference),
        changed=int(images["changed"].sum()),
        ranked=int(known.sum()),
        only_before=len(before) - len(both),
        only_after=len(after) - len(both),
    )


def _check_same_labels(both: pd.DataFrame) -> None:
    one, other = both["hard_label_before"], both["hard_label_after"]
    differ = one.notna() & other.notna() & (one != other)
    if differ.any():
        row = both[differ].iloc[0]
        raise EngineError(
            f"image {row['image']!r} is {row['hard_label_before']} in the first label file and "
            f"{row['hard_label_after']} in the second ({int(differ.sum())} such images); their subsets "
            f"can only be compared where the hard-labels are the same"
        )


def _difference(both: pd.DataFrame) -> np.ndarray:
    before, after = (
        both[[f"{column}_{when}" for column in SOFT_COLUMNS]].to_numpy(np.float64)
        for when in ("before", "after")
    )
    return np.asarray(after - before)


def _moves(images: pd.DataFrame) -> pd.DataFrame:
    names = ["subset_before", "subset_after"]
    every = pd.MultiIndex.from_product([SUBSETS, SUBSETS], names=names)
    return images[names].value_counts().reindex(every, fill_value=0).rename("images").reset_index()


def _scores(difference: np.ndarray) -> pd.DataFrame:
    size = np.abs(difference)
    columns = {
        "mean": difference.mean(axis=0),
        "mean_absolute": size.mean(axis=0),
        "largest": size.max(axis=0),
    }
    return pd.DataFrame({"emotion": EMOTIONS, **columns})
