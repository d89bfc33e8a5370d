"""Which images an annotation task is about."""

from typing import Any

import numpy as np
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from db.tables import Dataset, Image, LabelSet, Selection, SelectionImage
from engine.emfacs import EMOTIONS
from study.annotation.design import AnnotationDesign
from study.design.errors import DesignError, refusal
from study.errors import NotFoundError, StudyError

_CHUNK = 20_000


def find_dataset(session: Session, name: str | None, design: AnnotationDesign) -> int:
    """The id of the dataset of this name; without one, the selection's, or the only one there is.

    Raises:
        NotFoundError: there is none, or none of this name, or no such selection.
        StudyError: there are several, and nothing says which.
    """
    known = {row[0]: row[1] for row in session.execute(select(Dataset.name, Dataset.id).order_by(Dataset.id))}
    listed = ", ".join(known)
    if not known:
        raise NotFoundError("there is no dataset yet: bring images in first, by python -m study import")
    if name is not None:
        if name not in known:
            raise NotFoundError(f"there is no dataset {name!r}: there are {listed}")
        return known[name]
    if design.selection:
        return _dataset_of(session, design.selection)
    if len(known) > 1:
        raise StudyError(f"there are several datasets ({listed}): say which with --dataset NAME")
    return next(iter(known.values()))


def check_selection(session: Session, dataset_id: int, design: AnnotationDesign) -> None:
    """Refuse a selection of another dataset.

    Raises:
        NotFoundError: there is no such selection.
        DesignError: it is of another dataset.
    """
    if design.selection and _dataset_of(session, design.selection) != dataset_id:
        raise DesignError("selection", f"design: selection = {design.selection!r} is of another dataset")


def count(session: Session, dataset_id: int, design: AnnotationDesign) -> int:
    """How many images the task would have now; fewer than its sample or list where they are not there."""
    if design.images:
        return len(_listed(session, dataset_id, design))
    query = _eligible(dataset_id, design).with_only_columns(func.count(Image.id))
    eligible = int(session.scalar(query) or 0)
    return min(eligible, design.sample) if design.sample else eligible


def task_images(
    session: Session, dataset_id: int, design: AnnotationDesign, rng: np.random.Generator
) -> list[str]:
    """The names of the task's images, in the order of their import (a list in its own).

    Raises:
        NotFoundError: there is no such selection.
        DesignError: a listed image is absent, or there are fewer images than the sample asks for.
    """
    check_selection(session, dataset_id, design)
    if design.images:
        there = _listed(session, dataset_id, design)
        absent = [name for name in design.images if name not in there]
        if absent:
            raise refusal("images", absent[0], f"is not in the dataset ({len(absent)} of the listed are not)")
        return list(design.images)
    query = _eligible(dataset_id, design).with_only_columns(Image.name).order_by(Image.id)
    names = list(session.scalars(query))
    if design.sample > len(names):
        raise refusal(
            "sample", design.sample, f"is more than the {len(names):,} images that pass the filters"
        )
    if not design.sample:
        return names
    return [names[place] for place in np.sort(rng.choice(len(names), design.sample, replace=False))]


def check_qualification(session: Session, dataset_id: int, design: AnnotationDesign) -> None:
    """Refuse a qualification for which the dataset knows too few hard-labels.

    Raises:
        DesignError: there are fewer images with an emotion as hard-label than the qualification asks about.
    """
    known = (Image.dataset_id == dataset_id) & Image.hard_label.in_(EMOTIONS)
    there = session.scalar(select(func.count(Image.id)).where(known)) or 0
    if design.qualification_images > there:
        raise refusal(
            "qualification_images",
            design.qualification_images,
            f"is more than the {there:,} images of the dataset that have an emotion as their hard-label",
        )


def _eligible(dataset_id: int, design: AnnotationDesign) -> Select[Any]:
    query: Select[Any] = select(Image).where(Image.dataset_id == dataset_id)
    if design.hard_labels:
        query = query.where(Image.hard_label.in_(design.hard_labels))
    if design.splits:
        query = query.where(Image.split.in_(design.splits))
    if design.selection:
        chosen = select(SelectionImage.image_id).join(Selection).where(Selection.name == design.selection)
        query = query.where(Image.id.in_(chosen))
    return query


def _listed(session: Session, dataset_id: int, design: AnnotationDesign) -> set[str]:
    there: set[str] = set()
    for start in range(0, len(design.images), _CHUNK):
        some = Image.name.in_(design.images[start : start + _CHUNK])
        there |= set(session.scalars(select(Image.name).where(Image.dataset_id == dataset_id, some)))
    return there


def selection_dataset(session: Session, selection: str) -> str:
    """The name of the dataset that a selection is of.

    Raises:
        NotFoundError: there is no such selection.
    """
    return session.get_one(Dataset, _dataset_of(session, selection)).name


def _dataset_of(session: Session, selection: str) -> int:
    query = select(LabelSet.dataset_id).join(Selection, Selection.label_set_id == LabelSet.id)
    found = session.scalar(query.where(Selection.name == selection))
    if found is None:
        raise NotFoundError(f"there is no selection {selection!r}")
    return found
