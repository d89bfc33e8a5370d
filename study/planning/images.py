"""The images of a study: which rows of a label set its design takes."""

import numpy as np
import pandas as pd

from engine.emfacs import EMOTIONS
from study.design.design import Design
from study.errors import StudyError

SOFT_COLUMNS = tuple(f"soft_{one.lower()}" for one in EMOTIONS)


def select_images(labels: pd.DataFrame, design: Design, rng: np.random.Generator) -> pd.DataFrame:
    """Take the design's images from a `labels` table, at random where it holds more, in the order of their
    ids.

    Raises StudyError for a table without the needed columns, a repeated image, a score outside 0 to 1, a
    listed image that is not there, or too few images of an emotion.
    """
    _check_labels(labels)
    table = labels.assign(image=labels["image"].astype(str)).sort_values("image", ignore_index=True)
    chosen = _listed(table, design) if design.images else _drawn(table, design, rng)
    chosen = chosen.sort_values("image", ignore_index=True)
    people = design.participants
    if len(chosen) * len(design.experiments) < people:
        raise StudyError(
            f"{len(chosen)} images in {len(design.experiments)} experiment(s) are too few questions for"
            f" {people} participants: add images, or lower participants"
        )
    return chosen


def _check_labels(labels: pd.DataFrame) -> None:
    missing = [name for name in ("image", "hard_label", *SOFT_COLUMNS) if name not in labels.columns]
    if missing:
        raise StudyError(f"labels: column {missing[0]!r} is missing; a label set has one row an image")
    twice = labels["image"][labels["image"].duplicated()]
    if len(twice):
        raise StudyError(f"labels: image {twice.iloc[0]!r} stands in more than one row")
    try:
        scores = labels[list(SOFT_COLUMNS)].to_numpy(dtype=np.float64)
    except (TypeError, ValueError) as problem:
        raise StudyError(f"labels: the soft_* columns must be numbers: {problem}") from problem
    wrong = ~((scores >= 0) & (scores <= 1)).all(axis=1)
    if wrong.any():
        name = labels["image"].iloc[int(wrong.argmax())]
        raise StudyError(f"labels: a soft-label score of image {name!r} is not a number from 0 to 1")


def _listed(table: pd.DataFrame, design: Design) -> pd.DataFrame:
    known = set(table["image"])
    absent = [name for name in design.images if name not in known]
    if absent:
        raise StudyError(
            f"design: {len(absent)} of {len(design.images)} listed images are not in the label set, the first"
            f" {absent[0]!r}"
        )
    chosen = table[table["image"].isin(design.images)]
    unnamed = chosen["image"][~chosen["hard_label"].isin(EMOTIONS)]
    if len(unnamed):
        raise StudyError(f"design: listed image {unnamed.iloc[0]!r} has no hard-label that is an emotion")
    return chosen


def _drawn(table: pd.DataFrame, design: Design, rng: np.random.Generator) -> pd.DataFrame:
    if design.subsets:
        if "subset" not in table.columns:
            raise StudyError("labels: column 'subset' is missing, and the design draws by subset")
        table = table[table["subset"].isin(design.subsets)]
    parts = []
    for emotion in design.emotions:
        members = table[table["hard_label"] == emotion]
        wanted = design.images_per_emotion
        if len(members) < (wanted or 1):
            raise StudyError(_too_few(emotion, len(members), design))
        if wanted is not None:
            members = members.iloc[np.sort(rng.choice(len(members), wanted, replace=False))]
        parts.append(members)
    return pd.concat(parts)


def _too_few(emotion: str, found: int, design: Design) -> str:
    where = f" in subset {' or '.join(design.subsets)}" if design.subsets else ""
    wanted = design.images_per_emotion or "some"
    return (
        f"too few images: the design asks for {wanted} of {emotion}{where} and the label set has {found};"
        f" lower images_per_emotion, or leave {emotion} out of emotions"
    )
