"""A dataset of the database as files that the engine reads: its image manifest, and the votes."""

import os
from pathlib import Path

import pandas as pd
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.settings import Settings
from db.tables import Annotation, Dataset, Image, LabelSet
from engine.images import OPTIONAL_COLUMNS, write_table
from study.errors import NotFoundError

_COLUMNS = ("path", "hard_label", "split", *OPTIONAL_COLUMNS)


def datasets(session: Session) -> pd.DataFrame:
    """All datasets, oldest first, with how much is there of each.

    Columns: dataset_id, name, root, created_at, images, votes, label_sets.
    """
    sets = select(func.count(LabelSet.id)).where(LabelSet.dataset_id == Dataset.id).scalar_subquery()
    query = select(Dataset.id, Dataset.name, Dataset.root, Dataset.created_at, sets).order_by(Dataset.id)
    rows = [
        (number, name, root, created, *_images_and_votes(session, number), many)
        for number, name, root, created, many in session.execute(query).all()
    ]
    columns = ["dataset_id", "name", "root", "created_at", "images", "votes", "label_sets"]
    return pd.DataFrame(rows, columns=columns)


def _images_and_votes(session: Session, dataset_id: int) -> tuple[int, int]:
    own = Image.dataset_id == dataset_id
    images, first, last = session.execute(
        select(func.count(), func.min(Image.id), func.max(Image.id)).where(own)
    ).one()
    votes = select(func.count(Annotation.image_id))
    # The images of one import follow each other, so that their votes are one stretch of an index.
    if images and last - first + 1 == images:
        votes = votes.where(Annotation.image_id.between(first, last))
    else:
        votes = votes.join(Image, Image.id == Annotation.image_id).where(own)
    return int(images), int(session.scalar(votes) or 0)


def dataset_names(session: Session) -> list[str]:
    """The names of all datasets, oldest first."""
    return list(session.scalars(select(Dataset.name).order_by(Dataset.id)))


def write_manifest(session: Session, settings: Settings, name: str, out: Path) -> int:
    """Write the manifest of dataset `name` to `out` (.parquet or .csv); returns how many images it has.

    Paths are relative to the folder of `out`, wherever the images lie.

    Raises:
        NotFoundError: there is no such dataset.
    """
    dataset = _dataset(session, name)
    columns = [column for column in _COLUMNS if hasattr(Image, column)]
    query = (
        select(Image.name, *(getattr(Image, column) for column in columns))
        .where(Image.dataset_id == dataset.id)
        .order_by(Image.id)
    )
    frame = pd.DataFrame([tuple(row) for row in session.execute(query)], columns=["image", *columns])
    root = Path(os.path.relpath(settings.data_dir / dataset.root, out.absolute().parent)).as_posix()
    frame["path"] = [f"{root}/{path}" for path in frame["path"]]
    kept = [column for column in frame if column in ("image", *_COLUMNS[:3]) or frame[column].notna().any()]
    out.parent.mkdir(parents=True, exist_ok=True)
    write_table(frame[kept], out)
    return len(frame)


def write_votes(session: Session, name: str, out: Path) -> int:
    """Write the votes on dataset `name` (image, annotator, label, annotated_at); returns how many.

    `python -m engine train --annotations` takes the file. Nothing is written where there is no vote.

    Raises:
        NotFoundError: there is no such dataset.
    """
    dataset = _dataset(session, name)
    query = (
        select(Image.name, Annotation.annotator, Annotation.label, Annotation.annotated_at)
        .join(Image, Image.id == Annotation.image_id)
        .where(Image.dataset_id == dataset.id)
        .order_by(Annotation.id)
    )
    rows = [tuple(row) for row in session.execute(query)]
    if rows:
        out.parent.mkdir(parents=True, exist_ok=True)
        write_table(pd.DataFrame(rows, columns=["image", "annotator", "label", "annotated_at"]), out)
    return len(rows)


def _dataset(session: Session, name: str) -> Dataset:
    found = session.scalar(select(Dataset).where(Dataset.name == name))
    if found is None:
        raise NotFoundError(f"there is no dataset {name!r}")
    return found
