"""A label set's images, filtered, sorted and paged by the database."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from db.tables import Image, Label, LabelSet
from engine.emfacs import EMOTIONS
from study.errors import NotFoundError, StudyError

_SOFT: dict[str, Any] = {emotion: getattr(Label, f"soft_{emotion.lower()}") for emotion in EMOTIONS}
_ORDER: dict[str, Any] = {
    "image": Image.name,
    "margin": Label.margin,
    "rank": Label.rank,
    "entropy": Label.entropy,
    "hard_label": Label.hard_label,
    **{emotion.lower(): column for emotion, column in _SOFT.items()},
}
SORTS = tuple(_ORDER)
"""What a gallery can be sorted by: its columns, and each emotion's score by the emotion's name."""

_SHOWN: dict[str, Any] = {
    "image_id": Label.image_id,
    "image": Image.name,
    "path": Image.path,
    "split": Image.split,
    "hard_label": Label.hard_label,
    **{f"soft_{emotion.lower()}": column for emotion, column in _SOFT.items()},
    "rank": Label.rank,
    "margin": Label.margin,
    "subset": Label.subset,
    "entropy": Label.entropy,
}


def gallery(
    session: Session,
    label_set_id: int,
    *,
    emotion: str | None = None,
    subset: str | None = None,
    split: str | None = None,
    minimum: Mapping[str, float] | None = None,
    sort: str = "image",
    descending: bool = False,
    offset: int = 0,
    limit: int = 24,
) -> tuple[pd.DataFrame, int]:
    """One page of a label set's images, and how many there are in all.

    `emotion` is the hard-label; `minimum` holds the least score of any emotions. The frame has image_id,
    image, path, split, hard_label, the eight soft_*, rank, margin, subset and entropy.

    Raises:
        NotFoundError: there is no such label set.
        StudyError: an unknown sort or emotion.
    """
    dataset_id = session.scalar(select(LabelSet.dataset_id).where(LabelSet.id == label_set_id))
    if dataset_id is None:
        raise NotFoundError(f"there is no label set {label_set_id}")
    if sort not in _ORDER:
        raise StudyError(f"a gallery cannot be sorted by {sort!r}: choose of {', '.join(SORTS)}")
    kept: list[ColumnElement[bool]] = [Label.label_set_id == label_set_id]
    if emotion is not None:
        kept.append(Label.hard_label == emotion)
    if subset is not None:
        kept.append(Label.subset == subset)
    kept.extend(_column(name) >= least for name, least in (minimum or {}).items())
    count = select(func.count()).select_from(Label).where(*kept)
    chosen = select(Label.id).where(*kept)
    if split is not None:
        count = count.join(Image, Image.id == Label.image_id).where(Image.split == split)
        chosen = chosen.join(Image, Image.id == Label.image_id).where(Image.split == split)
    elif sort == "image":
        chosen = chosen.join(Image, Image.id == Label.image_id)
    if sort == "image":
        # All images of a label set are of one dataset; saying so lets the index on names give the order.
        chosen = chosen.where(Image.dataset_id == dataset_id)
    order = [_ORDER[sort].desc() if descending else _ORDER[sort], Label.id]
    # The page's ids come first, from the indexes alone; what is shown is looked up for these few.
    page = chosen.order_by(*order).offset(offset).limit(limit).subquery()
    shown = select(*_SHOWN.values()).join(page, page.c.id == Label.id).join(Image, Image.id == Label.image_id)
    rows = session.execute(shown.order_by(*order)).all()
    frame = pd.DataFrame([tuple(row) for row in rows], columns=list(_SHOWN))
    return frame, int(session.scalar(count) or 0)


def _column(emotion: str) -> Any:
    if emotion not in _SOFT:
        raise StudyError(f"unknown emotion {emotion!r}: known are {', '.join(EMOTIONS)}")
    return _SOFT[emotion]


def labelled(session: Session, label_set_id: int, image_id: int) -> bool:
    """Whether a label set holds an image."""
    query = select(Label.id).where(Label.label_set_id == label_set_id, Label.image_id == image_id)
    return session.scalar(query) is not None
