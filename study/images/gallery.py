"""A label set's images, counted, filtered, sorted and paged by the database."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
from sqlalchemy import Select, and_, case, func, select, true
from sqlalchemy.orm import Session

from db.tables import Image, Label, LabelFacet, LabelSet
from engine.soft_labels import SOFT_COLUMNS
from study.errors import NotFoundError
from study.images.view import SORTS, View

SHOWN: dict[str, Any] = {
    "image_id": LabelFacet.image_id,
    "image": LabelFacet.name,
    "path": Image.path,
    "split": LabelFacet.split,
    "hard_label": LabelFacet.hard_label,
    **{column: getattr(LabelFacet, column) for column in SOFT_COLUMNS},
    **{name: getattr(LabelFacet, name) for name in ("rank", "margin", "subset", "entropy", "top")},
    **{name: getattr(LabelFacet, name) for name in ("votes", "majority", "agreement", "divergence")},
    **{name: getattr(LabelFacet, name) for name in ("age", "gender", "ethnicity", "yaw", "pitch", "roll")},
    **{name: getattr(LabelFacet, name) for name in ("valence", "arousal")},
}
"""The columns of a page."""
_IN_ORDER = frozenset(
    {"image", "rank", "margin", "entropy", *(c.removeprefix("soft_") for c in SOFT_COLUMNS)}
)
# Stepping along the index of the order, and looking each image up, costs this many times a scan's step.
_STEP = 4


def summary_of(session: Session, label_set_id: int) -> dict[str, Any]:
    """What is in a label set: images, subsets, words and ranges of its facets (`facets.write_facets`).

    Raises:
        NotFoundError: there is no such label set, or it has no facets yet.
    """
    found = session.execute(select(LabelSet.summary).where(LabelSet.id == label_set_id)).one_or_none()
    if found is None:
        raise NotFoundError(f"there is no label set {label_set_id}")
    if found.summary is None:
        raise NotFoundError(f"the label set {label_set_id} has no facets yet: open it in the gallery")
    return dict(found.summary)


def count(session: Session, view: View) -> int:
    """How many images a view keeps.

    Raises:
        NotFoundError: there is no such label set, or it has no facets yet.
    """
    summary = summary_of(session, view.label_set_id)
    if not view.filters:
        return int(summary["images"])
    query = select(func.count()).select_from(LabelFacet).where(*_kept(view))
    return int(session.scalar(query) or 0)


def gallery(
    session: Session, view: View, *, offset: int = 0, limit: int = 24, total: int | None = None
) -> tuple[pd.DataFrame, int]:
    """A page of a view (columns `SHOWN`), and how many images the view keeps, which is counted if not given.

    Raises:
        NotFoundError: there is no such label set, or it has no facets yet.
    """
    known = count(session, view) if total is None else total
    ids = page_ids(session, view, offset=offset, limit=limit, total=known)
    return rows_of(session, view.label_set_id, ids), known


def rows_of(session: Session, label_set_id: int, ids: Sequence[int]) -> pd.DataFrame:
    """Images of a label set in the order of their ids as given (columns `SHOWN`)."""
    query = (
        select(*SHOWN.values())
        .join(Image, Image.id == LabelFacet.image_id)
        .where(LabelFacet.label_set_id == label_set_id, LabelFacet.image_id.in_(ids))
    )
    frame = pd.DataFrame([tuple(row) for row in session.execute(query)], columns=list(SHOWN))
    return frame.set_index("image_id").loc[list(ids)].reset_index()


def page_ids(session: Session, view: View, *, offset: int, limit: int, total: int) -> list[int]:
    """The image ids of a page of a view, in its order; `total` is the view's count."""
    summary = summary_of(session, view.label_set_id)
    limit = max(0, min(limit, total - offset))
    if limit == 0:
        return []
    # A page of the second half is reached sooner from the end.
    backwards = offset > total - offset - limit
    start = total - offset - limit if backwards else offset
    in_order = view.sort in _IN_ORDER and _worth_stepping(start + limit, total, int(summary["images"]))
    ids = list(session.scalars(_ids(view, backwards, in_order).offset(start).limit(limit)))
    return ids[::-1] if backwards else ids


def all_ids(session: Session, view: View) -> list[int]:
    """The image ids of all that a view keeps, by id."""
    query = select(LabelFacet.image_id).where(*_kept(view)).order_by(LabelFacet.image_id)
    return list(session.scalars(query))


def relaxed(session: Session, view: View) -> dict[str, int]:
    """How many images there would be without one of the view's filters, by the filter's name."""
    filters = view.filters
    counted = [
        func.sum(case((and_(true(), *(filters[name] for name in filters if name != left_out)), 1), else_=0))
        for left_out in filters
    ]
    if not counted:
        return {}
    query = select(*counted).where(LabelFacet.label_set_id == view.label_set_id)
    found = session.execute(query).one()
    return {name: int(n or 0) for name, n in zip(filters, found, strict=True)}


def _worth_stepping(wanted: int, total: int, images: int) -> bool:
    """Whether to find the first `wanted` of `total` kept images by an index that holds all in order.

    Without a filter always. With one the steps are those to the wanted and past what is left out: not more
    than half of all, so that a filter against the grain of the order costs little.
    """
    return total == images or (2 * total >= images and _STEP * wanted <= total)


def _kept(view: View) -> list[Any]:
    return [LabelFacet.label_set_id == view.label_set_id, *view.filters.values()]


def _ids(view: View, backwards: bool, in_order: bool) -> Select[Any]:
    """The ids in the view's order, or in the reverse of it; `in_order` steps along the index of the sort."""
    column, downwards = SORTS[view.sort], view.descending != backwards
    value: Any = column
    image_id: Any = LabelFacet.image_id
    query: Select[Any]
    if in_order:
        query = select(image_id).where(*_kept(view))
    else:
        # Kept apart from its order, because a database is tempted to step along the index of the order
        # through everything that the filters keep away.
        kept = select(image_id, column.label("value")).where(*_kept(view)).cte("kept")
        kept = kept.prefix_with("MATERIALIZED")
        query, value, image_id = select(kept.c.image_id), kept.c.value, kept.c.image_id
    order = [value.desc(), image_id.desc()] if downwards else [value, image_id]
    if view.sort not in _IN_ORDER:
        order[0] = order[0].nulls_first() if backwards else order[0].nulls_last()
    return query.order_by(*order)


def labelled(session: Session, label_set_id: int, image_id: int) -> bool:
    """Whether a label set holds an image."""
    query = select(Label.id).where(Label.label_set_id == label_set_id, Label.image_id == image_id)
    return session.scalar(query) is not None
