"""The images of a study: which rows of a label set its design takes."""

from typing import Any

import numpy as np
import pandas as pd

from engine.emfacs import EMOTIONS
from study.design.design import DEFAULT as EVERYTHING
from study.design.design import Design
from study.design.errors import DesignError, refusal
from study.errors import StudyError

RANGES = ("ranks", "margins")
SOFT_COLUMNS = tuple(f"soft_{one.lower()}" for one in EMOTIONS)


def select_images(labels: pd.DataFrame, design: Design, rng: np.random.Generator) -> pd.DataFrame:
    """Take the design's images from a `labels` table, at random where it holds more, in the order of their
    ids.

    Raises StudyError for a table without the needed columns, a repeated image, a score outside 0 to 1, a
    listed image that is not there, or too few images of an emotion.
    """
    chosen = eligible_images(labels, design)
    if not design.images and design.images_per_emotion is not None:
        chosen = _drawn(chosen, design, rng)
    check_people(len(chosen), design)
    return chosen


def check_people(images: int, design: Design) -> None:
    """Refuse more participants than a study of so many images has first-time questions: DesignError."""
    questions = images * len(design.experiments)
    if questions < design.participants:
        raise refusal(
            "participants",
            design.participants,
            f"is more than the {questions} questions that {images} images in"
            f" {len(design.experiments)} experiment(s) make: add images, or lower participants",
        )


def eligible_images(labels: pd.DataFrame, design: Design) -> pd.DataFrame:
    """The images that a design may draw from, in the order of their ids; errors as `select_images`."""
    _check_labels(labels)
    table = labels.assign(image=labels["image"].astype(str)).sort_values("image", ignore_index=True)
    if design.images:
        return _listed(table, design)
    return _filtered(table, design)


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
        raise DesignError(
            "images",
            f"design: {len(absent)} of {len(design.images)} listed images are not in the label set, the first"
            f" {absent[0]!r}",
        )
    chosen = table[table["image"].isin(design.images)].reset_index(drop=True)
    unnamed = chosen["image"][~chosen["hard_label"].isin(EMOTIONS)]
    if len(unnamed):
        raise refusal("images", unnamed.iloc[0], "has no hard-label that is an emotion")
    return chosen


def _filtered(table: pd.DataFrame, design: Design) -> pd.DataFrame:
    """The rows that pass every filter; each emotion needs its number of them."""
    kept = table["hard_label"].isin(design.emotions)
    for key, column in (("subsets", "subset"), ("splits", "split")):
        allowed = getattr(design, key)
        if allowed:
            kept &= _column(table, column, key).isin(allowed)
    for key, column in (("ranks", "rank"), ("margins", "margin")):
        if getattr(design, key) != getattr(EVERYTHING, key):
            kept &= _column(table, column, key).between(*getattr(design, key))
    found = table[kept].reset_index(drop=True)
    for emotion in design.emotions:
        many = int((found["hard_label"] == emotion).sum())
        if many < (design.images_per_emotion or 1):
            raise _too_few(emotion, many, design)
    return found


def _column(table: pd.DataFrame, column: str, key: str) -> pd.Series:
    if column not in table.columns:
        raise DesignError(key, f"labels: column {column!r} is missing, and the design draws by {key}")
    return table[column]


def _drawn(table: pd.DataFrame, design: Design, rng: np.random.Generator) -> pd.DataFrame:
    parts = []
    for emotion in design.emotions:
        members = table[table["hard_label"] == emotion]
        chosen = rng.choice(len(members), design.images_per_emotion, replace=False)
        parts.append(members.iloc[np.sort(chosen)])
    return pd.concat(parts).sort_values("image", ignore_index=True)


def _too_few(emotion: str, found: int, design: Design) -> DesignError:
    filters = ("subsets", "splits", "ranks", "margins", "selection")
    narrowed = [key for key in filters if getattr(design, key) != getattr(EVERYTHING, key)]
    where = " with " + " and ".join(_told(key, getattr(design, key)) for key in narrowed) if narrowed else ""
    wanted = design.images_per_emotion or "some"
    remedy = "lower images_per_emotion, " + ("widen these, " if narrowed else "")
    return DesignError(
        "images_per_emotion",
        f"too few images: the design asks for {wanted} of {emotion}{where} and the label set has {found};"
        f" {remedy}or leave {emotion} out of emotions",
    )


def _told(key: str, value: Any) -> str:
    if isinstance(value, str):
        return f"{key} {value!r}"
    return f"{key} {' to '.join(f'{one:g}' for one in value) if key in RANGES else ' or '.join(value)}"
