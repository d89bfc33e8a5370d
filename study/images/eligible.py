"""Which images of a label set a study may draw from: the set as a table, and how many of each emotion."""

from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session

from db.tables import Image, Label, LabelFacet, LabelSet, Selection, SelectionImage
from engine.emfacs import EMOTIONS
from study.design.design import DEFAULT, Design
from study.design.errors import DesignError
from study.errors import NotFoundError, StudyError
from study.images.selections import selection_images
from study.images.view import scanned
from study.planning.images import SOFT_COLUMNS


def find_label_set(session: Session, name: str | None) -> int:
    """The id of the label set of this name; without a name, of the only one there is.

    Raises:
        NotFoundError: there is none, or none of this name.
        StudyError: there are several, and no name.
    """
    rows = session.execute(select(LabelSet.name, LabelSet.id).order_by(LabelSet.id))
    known = {row[0]: row[1] for row in rows}
    listed = ", ".join(known)
    if not known:
        raise NotFoundError("there is no label set yet: label images and import them first")
    if name is None:
        if len(known) > 1:
            raise StudyError(f"there are several label sets ({listed}): say which with --labels NAME")
        return next(iter(known.values()))
    if name not in known:
        raise NotFoundError(f"there is no label set {name!r}: there are {listed}")
    return known[name]


def study_labels(session: Session, label_set_id: int, design: Design) -> pd.DataFrame:
    """What planning needs of a label set, narrowed to the design's selection, in the order of the names.

    Columns: image, split, hard_label, soft_*, rank, margin, subset; of the `labels` contract without the
    parts of the scores and the action units, which are most of its bytes.

    Raises:
        NotFoundError: there is no such label set or selection.
        DesignError: the selection is of another label set.
    """
    if session.get(LabelSet, label_set_id) is None:
        raise NotFoundError(f"there is no label set {label_set_id}")
    columns = ["hard_label", *SOFT_COLUMNS, "rank", "margin", "subset"]
    query = (
        select(Image.name, Image.split, *(getattr(Label, column) for column in columns))
        .join(Image, Image.id == Label.image_id)
        .where(Label.label_set_id == label_set_id)
    )
    if design.selection:
        check_selection(session, label_set_id, design)
        query = query.where(Label.image_id.in_(_selected(design)))
    # From the driver's cursor: these columns need no conversion, and row objects take as long again.
    rows = session.connection().execute(query).cursor.fetchall()
    labels = pd.DataFrame(rows, columns=["image", "split", *columns])
    return labels.sort_values("image", ignore_index=True)


def check_selection(session: Session, label_set_id: int, design: Design) -> None:
    """Refuse a selection of another label set.

    Raises:
        NotFoundError: there is no such selection.
        DesignError: it is of another label set.
    """
    if design.selection and selection_images(session, design.selection)[0] != label_set_id:
        raise DesignError("selection", f"design: selection = {design.selection!r} is of another label set")


def eligible_counts(session: Session, label_set_id: int, design: Design) -> dict[str, int]:
    """How many images of each of the design's emotions pass its filters; of a list, how many are there."""
    label_set = session.get(LabelSet, label_set_id)
    prepared = label_set is not None and label_set.summary is not None
    # The facets hold all that is asked for in a tenth of the bytes, but no index by hard-label alone.
    source: type[LabelFacet] | type[Label] = LabelFacet if prepared else Label
    kept = filters(design, source)
    if kept:
        counts = [func.sum(case((source.hard_label == emotion, 1), else_=0)) for emotion in EMOTIONS]
        query = select(*counts).select_from(source)
        if not prepared:
            query = query.join(Image, Image.id == Label.image_id)
        row = session.execute(query.where(source.label_set_id == label_set_id, *kept)).one()
        found = {emotion: int(n) for emotion, n in zip(EMOTIONS, row, strict=True) if n}
    else:
        every = select(Label.hard_label, func.count()).where(Label.label_set_id == label_set_id)
        found = {one[0]: one[1] for one in session.execute(every.group_by(Label.hard_label))}
    return {emotion: found.get(emotion, 0) for emotion in (found if design.images else design.emotions)}


def filters(design: Design, source: type[LabelFacet] | type[Label]) -> list[ColumnElement[bool]]:
    """What a design asks of its images, as conditions on `source`; a label's need its image joined."""
    of_image: Any = LabelFacet if source is LabelFacet else Image
    if design.images:
        return [of_image.name.in_(design.images)]
    kept: list[ColumnElement[bool]] = []
    if design.subsets:
        kept.append(source.subset.in_(design.subsets))
    if design.splits:
        kept.append(of_image.split.in_(design.splits))
    if design.ranks != DEFAULT.ranks:
        kept.append(scanned(source.rank).between(*design.ranks))
    if design.margins != DEFAULT.margins:
        kept.append(scanned(source.margin).between(*design.margins))
    if design.selection:
        kept.append(source.image_id.in_(_selected(design)))
    return kept


def _selected(design: Design) -> Select[int]:
    return select(SelectionImage.image_id).join(Selection).where(Selection.name == design.selection)


def shortfalls(counts: dict[str, int], design: Design) -> list[DesignError]:
    """Where a label set, by its `eligible_counts`, holds fewer images than the design asks for."""
    if design.images:
        there, listed = sum(counts.values()), len(design.images)
        problem = DesignError(
            "images", f"{listed - there} of {listed} listed images are not in the label set"
        )
        return [problem] if there < listed else []
    wanted = design.images_per_emotion or 1
    short = [f"{emotion} has {count:,}" for emotion, count in counts.items() if count < wanted]
    if not short:
        return []
    return [
        DesignError(
            "images_per_emotion",
            f"too few images for {wanted:,} of each: {', '.join(short)}; lower it, leave these "
            "emotions out, or take all that pass the filters",
        )
    ]
