"""All that is known about one labelled image."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.tables import Image, Label, LabelSet
from engine.emfacs import EMOTIONS
from study.errors import NotFoundError
from study.images.opinions import votes

_METADATA = ("keyword", "age", "gender", "ethnicity", "yaw", "pitch", "roll", "valence", "arousal")

Point = tuple[float, float]


@dataclass(frozen=True)
class Geometry:
    """Where the face is: points and box (x, y, width, height) in pixels of the file, the pose in degrees.

    Each is None, or empty, where the manifest does not know it; `pose` is yaw, pitch and roll.
    """

    landmarks_68: tuple[Point, ...]
    landmarks_28: tuple[Point, ...]
    box: tuple[float, float, float, float] | None
    pose: tuple[float, float, float] | None

    @property
    def known(self) -> bool:
        """Whether there is anything to draw."""
        return bool(self.landmarks_68 or self.landmarks_28 or self.box or self.pose)


@dataclass(frozen=True)
class Portrait:
    """One image with its labels, the parts they were made of, and what people said.

    `soft`, `ensemble` and `unit_scores` are eight scores in the order of EMOTIONS (the two parts None where
    the label set holds none, Eq. 14); `action_units` maps a unit to its predicted probability; `votes` has
    label and n, the most frequent first. `label_set` and `bundle` are names, `path` is that in the dataset.
    """

    image_id: int
    image: str
    path: str
    dataset_id: int
    label_set: str
    bundle: str | None
    split: str | None
    hard_label: str
    soft: tuple[float, ...]
    ensemble: tuple[float, ...] | None
    unit_scores: tuple[float, ...] | None
    action_units: Mapping[str, float]
    rank: int
    margin: float
    subset: str
    metadata: Mapping[str, str]
    geometry: Geometry
    votes: pd.DataFrame


def portrait(session: Session, label_set_id: int, image_id: int) -> Portrait:
    """Read one image of a label set.

    Raises:
        NotFoundError: the label set holds no such image.
    """
    query = select(Label, Image, LabelSet).join(Image, Image.id == Label.image_id)
    query = query.join(LabelSet, LabelSet.id == Label.label_set_id)
    found = session.execute(
        query.where(Label.label_set_id == label_set_id, Label.image_id == image_id)
    ).one_or_none()
    if found is None:
        raise NotFoundError(f"label set {label_set_id} holds no image {image_id}")
    label, image, label_set = found
    return Portrait(
        image_id=image.id,
        image=image.name,
        path=image.path,
        dataset_id=image.dataset_id,
        label_set=label_set.name,
        bundle=label_set.bundle,
        split=image.split,
        hard_label=label.hard_label,
        soft=_scores(label, "soft") or (),
        ensemble=_scores(label, "eb"),
        unit_scores=_scores(label, "au"),
        action_units=label.action_units or {},
        rank=label.rank,
        margin=label.margin,
        subset=label.subset,
        metadata=_metadata(image),
        geometry=_geometry(image),
        votes=votes(session, image_id),
    )


def _scores(label: Label, part: str) -> tuple[float, ...] | None:
    values = [getattr(label, f"{part}_{emotion.lower()}") for emotion in EMOTIONS]
    return None if None in values else tuple(float(value) for value in values)


def _metadata(image: Image) -> dict[str, str]:
    known = {name: getattr(image, name) for name in _METADATA}
    return {
        name: f"{value:.3g}" if isinstance(value, float) else str(value)
        for name, value in known.items()
        if value is not None
    }


def _geometry(image: Image) -> Geometry:
    box = (image.face_x, image.face_y, image.face_width, image.face_height)
    pose = (image.yaw, image.pitch, image.roll)
    return Geometry(
        landmarks_68=_points(image.landmarks_68),
        landmarks_28=_points(image.landmarks_28),
        box=None if None in box else box,  # type: ignore[arg-type]
        pose=None if None in pose else pose,  # type: ignore[arg-type]
    )


def _points(stored: Any) -> tuple[Point, ...]:
    """Points of any of the forms in the wild: pairs, or x and y by turns."""
    values = np.asarray(stored if stored is not None else [], dtype=float).ravel()
    return tuple((float(x), float(y)) for x, y in values[: len(values) // 2 * 2].reshape(-1, 2))
