"""All that is known about one labelled image."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.tables import Annotation, Image, Label
from engine.emfacs import EMOTIONS
from study.errors import NotFoundError

_METADATA = ("keyword", "age", "gender", "ethnicity", "yaw", "pitch", "roll", "valence", "arousal")


@dataclass(frozen=True)
class Portrait:
    """One image with its labels, the parts they were made of, and what people said.

    `soft`, `ensemble` and `unit_scores` are eight scores in the order of EMOTIONS (the two parts None where
    the label set holds none, Eq. 14); `action_units` maps a unit to its predicted probability; `votes` has
    label and n, the most frequent first.
    """

    image_id: int
    image: str
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
    votes: pd.DataFrame


def portrait(session: Session, label_set_id: int, image_id: int) -> Portrait:
    """Read one image of a label set.

    Raises:
        NotFoundError: the label set holds no such image.
    """
    query = select(Label, Image).join(Image, Image.id == Label.image_id)
    found = session.execute(
        query.where(Label.label_set_id == label_set_id, Label.image_id == image_id)
    ).one_or_none()
    if found is None:
        raise NotFoundError(f"label set {label_set_id} holds no image {image_id}")
    label, image = found
    return Portrait(
        image_id=image.id,
        image=image.name,
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
        votes=_votes(session, image_id),
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


def _votes(session: Session, image_id: int) -> pd.DataFrame:
    count = func.count().label("n")
    query = select(Annotation.label, count).where(Annotation.image_id == image_id).group_by(Annotation.label)
    rows = session.execute(query.order_by(count.desc(), Annotation.label)).all()
    return pd.DataFrame([tuple(row) for row in rows], columns=["label", "n"])
