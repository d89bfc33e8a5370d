"""The images whose soft-labels are most like an image's."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from db.tables import LabelFacet
from engine.soft_labels import SOFT_COLUMNS
from study.errors import NotFoundError
from study.images.view import scanned

_COLUMNS: list[Any] = [getattr(LabelFacet, name) for name in SOFT_COLUMNS]
_KNOWN: dict[str, Any] = {
    "image_id": LabelFacet.image_id,
    "image": LabelFacet.name,
    "hard_label": LabelFacet.hard_label,
    "subset": LabelFacet.subset,
    **dict(zip(SOFT_COLUMNS, _COLUMNS, strict=True)),
}
_BESIDE = 3_000


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
    others = select(*_KNOWN.values()).where(
        LabelFacet.label_set_id == label_set_id, LabelFacet.image_id != image_id
    )
    # Among the images whose highest score is most like this one's, the nearest are found at once. No nearer
    # one of all others lies outside the cube that their distance spans, so one look into that is enough.
    beside = pd.concat([_with_distance(session, query, scores) for query in _beside(others, scores)])
    reach = beside["distance"].nsmallest(limit).max() if len(beside) >= limit else float("inf")
    if np.isfinite(reach):
        sides = zip(_COLUMNS, scores, strict=True)
        others = others.where(*(scanned(column).between(at - reach, at + reach) for column, at in sides))
    found = _with_distance(session, others, scores)
    return found.sort_values(["distance", "image_id"]).head(limit).reset_index(drop=True)


def _beside(others: Select[Any], scores: Sequence[float]) -> list[Select[Any]]:
    """The others just above and just below in the highest of the scores."""
    place = int(np.argmax(scores))
    column, score = _COLUMNS[place], scores[place]
    above = others.where(column >= score).order_by(column, LabelFacet.image_id)
    below = others.where(column < score).order_by(column.desc(), LabelFacet.image_id.desc())
    return [query.limit(_BESIDE) for query in (above, below)]


def _with_distance(session: Session, query: Select[Any], scores: Sequence[float]) -> pd.DataFrame:
    frame = pd.DataFrame([tuple(row) for row in session.execute(query)], columns=list(_KNOWN))
    apart = frame[list(SOFT_COLUMNS)].to_numpy(float) - np.asarray(scores)
    return frame.assign(distance=np.sqrt((apart**2).sum(axis=1)))
