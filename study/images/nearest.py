"""The images whose soft-labels are most like an image's."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.tables import LabelFacet
from engine.soft_labels import SOFT_COLUMNS
from study.errors import NotFoundError

_COLUMNS: list[Any] = [getattr(LabelFacet, name) for name in SOFT_COLUMNS]
# A cube of half the edge r around the point holds the ball of radius r: what is nearest in it within r is
# nearest of all. The database looks into the smallest cube first, and mostly that is enough.
_RADII = (0.03, 0.06, 0.12, 0.25, 0.5, float("inf"))


def nearest(session: Session, label_set_id: int, image_id: int, limit: int = 12) -> pd.DataFrame:
    """The images nearest to one by the Euclidean distance of the eight scores, the nearest first.

    Columns: image_id, image, hard_label, subset, the eight soft_*, distance (0 to the root of 8).

    Raises:
        NotFoundError: the label set holds no such image, or has no facets yet.
    """
    own = select(*_COLUMNS).where(LabelFacet.label_set_id == label_set_id, LabelFacet.image_id == image_id)
    point = session.execute(own).one_or_none()
    if point is None:
        raise NotFoundError(f"label set {label_set_id} holds no image {image_id}")
    scores = [float(score) for score in point]
    for radius in _RADII:
        found = _within(session, label_set_id, image_id, scores, radius)
        near = found[found["distance"] <= radius]
        if len(near) >= limit:
            break
    return near.sort_values(["distance", "image_id"]).head(limit).reset_index(drop=True)


def _within(
    session: Session, label_set_id: int, image_id: int, scores: Sequence[float], radius: float
) -> pd.DataFrame:
    """The other images in the cube around the scores, with their distance."""
    columns = {
        "image_id": LabelFacet.image_id,
        "image": LabelFacet.name,
        "hard_label": LabelFacet.hard_label,
        "subset": LabelFacet.subset,
        **dict(zip(SOFT_COLUMNS, _COLUMNS, strict=True)),
    }
    query = select(*columns.values()).where(
        LabelFacet.label_set_id == label_set_id, LabelFacet.image_id != image_id
    )
    if np.isfinite(radius):
        sides = zip(_COLUMNS, scores, strict=True)
        query = query.where(*(column.between(score - radius, score + radius) for column, score in sides))
    frame = pd.DataFrame([tuple(row) for row in session.execute(query)], columns=list(columns))
    apart = frame[list(SOFT_COLUMNS)].to_numpy(float) - np.asarray(scores)
    return frame.assign(distance=np.sqrt((apart**2).sum(axis=1)))
