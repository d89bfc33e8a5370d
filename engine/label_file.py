"""Reading label files: the `labels` table, checked."""

from pathlib import Path

import pandas as pd

from engine.emfacs import EMOTIONS
from engine.errors import EngineError
from engine.images import read_table
from engine.soft_labels import SOFT_COLUMNS, SUBSETS, check_scores, emotion_indices


class LabelFileError(EngineError):
    """A label file that cannot be used."""


def read_labels(path: str | Path, *, soft: bool = True) -> pd.DataFrame:
    """The label file in a .csv or .parquet; `soft` says whether its soft-labels are needed.

    Raises LabelFileError for a missing column, a repeated image, an unknown hard-label or subset, and a score
    outside 0..1.
    """
    frame = read_table(path)
    needed = ["image", "hard_label", *(SOFT_COLUMNS if soft else ())]
    absent = [name for name in needed if name not in frame.columns]
    if absent:
        raise LabelFileError(f"{path} has no column {', '.join(map(repr, absent))}; a label file needs it")
    again = frame["image"].duplicated()
    if again.any():
        raise LabelFileError(f"{path} has image {frame.loc[again, 'image'].iloc[0]!r} more than once")
    try:
        emotion_indices(frame["hard_label"])
        if has_soft(frame):
            check_scores(frame[list(SOFT_COLUMNS)].to_numpy(), "soft score")
    except EngineError as problem:
        raise LabelFileError(f"{path}: {problem}") from problem
    if "subset" in frame.columns and not frame["subset"].dropna().isin(SUBSETS).all():
        wrong = frame["subset"][frame["subset"].notna() & ~frame["subset"].isin(SUBSETS)].iloc[0]
        raise LabelFileError(f"{path} has an unknown subset {wrong!r}; known are {', '.join(SUBSETS)}")
    return frame


def has_soft(frame: pd.DataFrame) -> bool:
    """Whether the label file holds all eight soft scores; raises LabelFileError where it holds only some."""
    present = [name in frame.columns for name in SOFT_COLUMNS]
    if any(present) and not all(present):
        absent = [name for name in SOFT_COLUMNS if name not in frame.columns]
        raise LabelFileError(
            f"a label file has all {len(EMOTIONS)} soft scores or none; {absent[0]} is missing"
        )
    return all(present)
