"""Selections: images that a researcher picked, kept under a name, and what can be made of them."""

from collections.abc import Sequence
from datetime import datetime

import pandas as pd
from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from db.settings import Settings
from db.tables import Dataset, Image, Label, LabelSet, Selection, SelectionImage
from engine.soft_labels import SOFT_COLUMNS
from study.access.acts import Act
from study.access.audit import note
from study.errors import NotFoundError, StudyError

LONGEST_NAME = 200
_CHUNK = 20_000


class SelectionError(StudyError):
    """A selection that cannot be kept."""


def save_selection(
    session: Session,
    name: str,
    label_set_id: int,
    image_ids: Sequence[int],
    *,
    researcher_id: int | None = None,
    now: datetime,
) -> Selection:
    """Keep images of a label set under a name.

    Raises:
        SelectionError: the name is empty, too long or taken, or an image is none of the label set's.
    """
    called = name.strip()
    if not called or len(called) > LONGEST_NAME:
        raise SelectionError(f"a selection needs a name of 1 to {LONGEST_NAME} characters")
    if session.scalar(select(Selection.id).where(Selection.name == called)) is not None:
        raise SelectionError(f"there is a selection {called!r} already: give this one another name")
    ids = sorted(set(image_ids))
    if not ids:
        raise SelectionError("nothing is selected: select images first")
    _require_labelled(session, label_set_id, ids)
    chosen = Selection(name=called, label_set_id=label_set_id, created_by=researcher_id, created_at=now)
    session.add(chosen)
    session.flush()
    for start in range(0, len(ids), _CHUNK):
        rows = [{"selection_id": chosen.id, "image_id": one} for one in ids[start : start + _CHUNK]]
        session.execute(insert(SelectionImage), rows)
    note(session, researcher_id, Act.SELECTION_SAVED, called, {"images": len(ids)}, now=now)
    return chosen


def selections(session: Session, label_set_id: int | None = None) -> pd.DataFrame:
    """The selections, newest first: selection_id, name, label_set_id, label_set, images, created_at."""
    size = select(func.count()).where(SelectionImage.selection_id == Selection.id).scalar_subquery()
    query = (
        select(Selection.id, Selection.name, LabelSet.id, LabelSet.name, size, Selection.created_at)
        .join(LabelSet, LabelSet.id == Selection.label_set_id)
        .order_by(Selection.id.desc())
    )
    if label_set_id is not None:
        query = query.where(Selection.label_set_id == label_set_id)
    columns = ["selection_id", "name", "label_set_id", "label_set", "images", "created_at"]
    return pd.DataFrame([tuple(row) for row in session.execute(query)], columns=columns)


def selection_images(session: Session, name: str) -> tuple[int, list[int]]:
    """The label set and the image ids of the selection with this name.

    Raises:
        NotFoundError: there is none.
    """
    chosen = _named(session, name)
    query = select(SelectionImage.image_id).where(SelectionImage.selection_id == chosen.id)
    return chosen.label_set_id, list(session.scalars(query.order_by(SelectionImage.image_id)))


def delete_selection(session: Session, name: str, *, researcher_id: int | None = None, now: datetime) -> None:
    """Forget a selection; the images and labels stay.

    Raises:
        NotFoundError: there is none with this name.
    """
    chosen = _named(session, name)
    session.execute(delete(SelectionImage).where(SelectionImage.selection_id == chosen.id))
    session.delete(chosen)
    note(session, researcher_id, Act.SELECTION_DELETED, name, now=now)
    session.flush()


def chosen_labels(session: Session, label_set_id: int, image_ids: Sequence[int]) -> pd.DataFrame:
    """The labels of some images, by id: image, hard_label, the eight soft_*, rank, margin, subset, bundle."""
    columns = ["hard_label", *SOFT_COLUMNS, "rank", "margin", "subset"]
    query = select(Image.name, *(getattr(Label, name) for name in columns), LabelSet.bundle).join(
        Image, Image.id == Label.image_id
    )
    query = query.join(LabelSet, LabelSet.id == Label.label_set_id).where(Label.label_set_id == label_set_id)
    rows: list[tuple[object, ...]] = []
    for start in range(0, len(image_ids), _CHUNK):
        part = query.where(Label.image_id.in_(image_ids[start : start + _CHUNK])).order_by(Label.image_id)
        rows.extend(tuple(row) for row in session.execute(part))
    return pd.DataFrame(rows, columns=["image", *columns, "bundle"])


def chosen_manifest(
    session: Session, settings: Settings, label_set_id: int, image_ids: Sequence[int]
) -> pd.DataFrame:
    """A manifest of some images of a label set with whole paths, for `python -m engine label`.

    Columns: image, path, hard_label (of the dataset), split.
    """
    root = session.scalar(
        select(Dataset.root)
        .join(LabelSet, LabelSet.dataset_id == Dataset.id)
        .where(LabelSet.id == label_set_id)
    )
    if root is None:
        raise NotFoundError(f"there is no label set {label_set_id}")
    rows: list[tuple[object, ...]] = []
    for start in range(0, len(image_ids), _CHUNK):
        part = Image.id.in_(image_ids[start : start + _CHUNK])
        query = select(Image.name, Image.path, Image.hard_label, Image.split).where(part).order_by(Image.id)
        rows.extend(tuple(row) for row in session.execute(query))
    frame = pd.DataFrame(rows, columns=["image", "path", "hard_label", "split"])
    folder = settings.data_dir / root
    return frame.assign(path=[str(folder / path) for path in frame["path"]])


def dataset_of(session: Session, label_set_id: int) -> str:
    """The name of the dataset that a label set is of; raises NotFoundError where there is no such set."""
    query = select(Dataset.name).join(LabelSet, LabelSet.dataset_id == Dataset.id)
    name = session.scalar(query.where(LabelSet.id == label_set_id))
    if name is None:
        raise NotFoundError(f"there is no label set {label_set_id}")
    return name


def _named(session: Session, name: str) -> Selection:
    chosen = session.scalar(select(Selection).where(Selection.name == name))
    if chosen is None:
        raise NotFoundError(f"there is no selection {name!r}")
    return chosen


def _require_labelled(session: Session, label_set_id: int, ids: Sequence[int]) -> None:
    labelled = 0
    for start in range(0, len(ids), _CHUNK):
        own = Label.image_id.in_(ids[start : start + _CHUNK])
        query = select(func.count()).select_from(Label).where(Label.label_set_id == label_set_id, own)
        labelled += session.scalar(query) or 0
    if labelled != len(ids):
        raise SelectionError(
            f"{len(ids) - labelled} of the images are not in label set {label_set_id}: select anew"
        )
