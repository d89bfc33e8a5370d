"""Fusing the two scores into a soft-label, and how the hard-label stands in it (Eq. 14, Sec. 3.5)."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.emfacs import ACTION_UNITS, EMOTIONS
from engine.errors import EngineError

SUBSETS: tuple[str, ...] = ("Easy", "Challenging", "Difficult")
"""The hard-label ranks first; second or third; fourth or lower."""

SOFT_COLUMNS: tuple[str, ...] = tuple(f"soft_{emotion.lower()}" for emotion in EMOTIONS)
EB_COLUMNS: tuple[str, ...] = tuple(f"eb_{emotion.lower()}" for emotion in EMOTIONS)
AU_COLUMNS: tuple[str, ...] = tuple(f"au_{emotion.lower()}" for emotion in EMOTIONS)
AUP_COLUMNS: tuple[str, ...] = tuple(f"aup_{unit}" for unit in ACTION_UNITS)

Scores = npt.NDArray[np.float64]


def fuse(eb: npt.ArrayLike, au: npt.ArrayLike) -> Scores:
    """Soft-labels: the mean of the ensemble's and the action-unit classifier's scores (Eq. 14).

    Both are (images, 8); raises EngineError where a shape differs or a score lies outside [0, 1].
    """
    ensemble, units = check_scores(eb, "eb"), check_scores(au, "au")
    if ensemble.shape != units.shape:
        raise EngineError(f"eb has shape {ensemble.shape} and au {units.shape}; give both the same images")
    return (ensemble + units) / 2


def check_scores(scores: npt.ArrayLike, name: str = "scores") -> Scores:
    """The scores as float64 (images, 8); raises EngineError for another shape or a value not in [0, 1]."""
    array = np.asarray(scores, dtype=np.float64)
    if array.ndim != 2 or array.shape[1] != len(EMOTIONS):
        raise EngineError(f"{name} has shape {array.shape}; expected (images, {len(EMOTIONS)})")
    wrong = ~((array >= 0) & (array <= 1))
    if wrong.any():
        row, column = map(int, np.argwhere(wrong)[0])
        raise EngineError(
            f"{name} of {EMOTIONS[column]} in row {row + 1} is {array[row, column]}; scores lie in 0..1"
        )
    return array


def emotion_indices(labels: Sequence[object] | pd.Series) -> npt.NDArray[np.int64]:
    """Place of each label in `EMOTIONS`, -1 where it is missing; raises EngineError for an unknown label."""
    series = pd.Series(labels, dtype=object).reset_index(drop=True)
    codes = pd.Index(EMOTIONS, dtype=object).get_indexer(pd.Index(series)).astype(np.int64)
    unknown = (codes < 0) & series.notna().to_numpy()
    if unknown.any():
        row = int(np.flatnonzero(unknown)[0])
        raise EngineError(
            f"unknown label {series[row]!r} in row {row + 1}; the emotions are {', '.join(EMOTIONS)}"
        )
    return np.asarray(codes)


def rank(scores: npt.ArrayLike, hard: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Rank of each hard-label in its soft-label: 1 + how many emotions score strictly more.

    `scores` is (images, 8), `hard` (images,) places in `EMOTIONS`.
    """
    array, own = _own_scores(scores, hard)
    return np.asarray(1 + (array > own[:, None]).sum(axis=1), dtype=np.int64)


def margin(scores: npt.ArrayLike, hard: npt.ArrayLike) -> Scores:
    """Soft score of each hard-label minus the best score of any other emotion; negative unless Easy."""
    array, own = _own_scores(scores, hard)
    others = array.copy()
    others[np.arange(len(others)), np.asarray(hard, dtype=np.int64)] = -np.inf
    return np.asarray(own - others.max(axis=1, initial=-np.inf))


def subset(ranks: npt.ArrayLike) -> npt.NDArray[np.object_]:
    """Subset of each rank: Easy 1, Challenging 2 or 3, Difficult 4 and more (Sec. 3.5.1)."""
    array = np.asarray(ranks, dtype=np.int64)
    if ((array < 1) | (array > len(EMOTIONS))).any():
        wrong = array[(array < 1) | (array > len(EMOTIONS))][0]
        raise EngineError(f"rank {wrong} does not exist; ranks go from 1 to {len(EMOTIONS)}")
    return np.array(SUBSETS, dtype=object)[np.digitize(array, [2, 4])]


def label_frame(
    images: Sequence[str] | pd.Series,
    hard_labels: Sequence[object] | pd.Series,
    scores: npt.ArrayLike,
    bundle: str,
    parts: Mapping[Sequence[str], npt.ArrayLike] | None = None,
) -> pd.DataFrame:
    """The `labels` table: image, hard_label, soft_*, the parts, rank, margin, subset, bundle.

    `scores` is (images, 8). `parts` maps column names to (images, columns) arrays, such as
    `{EB_COLUMNS: eb, AU_COLUMNS: au, AUP_COLUMNS: units}`. An image whose hard-label is missing has no rank,
    margin or subset. Raises EngineError for an unknown label or where the lengths differ.
    """
    array, hard = check_scores(scores), emotion_indices(hard_labels)
    names = pd.Series(images, dtype="str").reset_index(drop=True)
    if not len(names) == len(hard) == len(array):
        raise EngineError(f"{len(names)} images, {len(hard)} hard-labels and {len(array)} rows of scores")
    columns: dict[str, object] = {
        "image": names,
        "hard_label": pd.Series(hard_labels, dtype="str").reset_index(drop=True),
    }
    for headings, values in {SOFT_COLUMNS: array, **(parts or {})}.items():
        columns.update(zip(headings, np.asarray(values, dtype=np.float64).T, strict=True))
    return pd.DataFrame({**columns, **_standing(array, hard), "bundle": bundle})


def _standing(scores: Scores, hard: npt.NDArray[np.int64]) -> dict[str, object]:
    known = np.flatnonzero(hard >= 0)
    ranks = pd.array([pd.NA] * len(hard), dtype="Int64")
    margins = np.full(len(hard), np.nan)
    subsets = np.full(len(hard), None, dtype=object)
    own_ranks = rank(scores[known], hard[known])
    ranks[known] = own_ranks
    margins[known] = margin(scores[known], hard[known])
    subsets[known] = subset(own_ranks)
    return {"rank": ranks, "margin": margins, "subset": pd.array(subsets, dtype="str")}


def _own_scores(scores: npt.ArrayLike, hard: npt.ArrayLike) -> tuple[Scores, Scores]:
    array, indices = check_scores(scores), np.asarray(hard, dtype=np.int64)
    if indices.shape != (len(array),):
        raise EngineError(f"{len(array)} rows of scores, but hard-labels of shape {indices.shape}")
    if ((indices < 0) | (indices >= len(EMOTIONS))).any():
        raise EngineError(
            f"hard-labels must be places 0..7 in EMOTIONS, not {indices.min()}..{indices.max()}"
        )
    return array, array[np.arange(len(array)), indices]
