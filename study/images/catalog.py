"""Images and label sets in the database: put in, counted, found."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.settings import Settings
from db.tables import Dataset, Image, Label, LabelSet
from study.errors import NotFoundError
from study.images.imports import (
    ACTION_UNIT,
    PARTS,
    SOFT,
    SUBSETS,
    import_annotations,
    import_dataset,
    import_label_set,
)

__all__ = [
    "image_path",
    "import_annotations",
    "import_dataset",
    "import_label_set",
    "label_frame",
    "label_sets",
    "soft_labels",
]
_CHUNK = 20_000


def label_sets(session: Session) -> pd.DataFrame:
    """All label sets, with how many images each holds, in all and by subset.

    Columns: label_set_id, name, dataset_id, dataset, bundle, created_at, prepared, images, easy,
    challenging, difficult. `prepared` says whether its facets are there (`facets.write_facets`).
    """
    listed = session.execute(select(LabelSet, Dataset.name).join(Dataset).order_by(LabelSet.id))
    columns = ["label_set_id", "name", "dataset_id", "dataset", "bundle", "created_at", "prepared", "images"]
    rows = []
    for label_set, dataset in listed:
        summary = label_set.summary
        by_subset = summary["subsets"] if summary else _counted(session, label_set.id)
        of_subset = [by_subset.get(subset, 0) for subset in SUBSETS]
        known = (label_set.id, label_set.name, label_set.dataset_id, dataset, label_set.bundle)
        state = (label_set.created_at, summary is not None, sum(of_subset))
        rows.append((*known, *state, *of_subset))
    return pd.DataFrame(rows, columns=[*columns, *(subset.lower() for subset in SUBSETS)])


def _counted(session: Session, label_set_id: int) -> dict[str, int]:
    counts = select(Label.subset, func.count()).where(Label.label_set_id == label_set_id)
    return {str(subset): int(n) for subset, n in session.execute(counts.group_by(Label.subset))}


def label_frame(session: Session, label_set_id: int) -> pd.DataFrame:
    """A label set as the `labels` contract, ordered by image; the predicted action units as aup_<unit>."""
    label_set = session.get(LabelSet, label_set_id)
    if label_set is None:
        raise NotFoundError(f"there is no label set {label_set_id}")
    columns = ["hard_label", *SOFT, *PARTS, "rank", "margin", "subset"]
    query = (
        select(Image.name, *(getattr(Label, column) for column in columns), Label.action_units)
        .join(Image, Image.id == Label.image_id)
        .where(Label.label_set_id == label_set_id)
        .order_by(Image.name)
    )
    rows = session.execute(query).all()
    frame = pd.DataFrame([tuple(row)[:-1] for row in rows], columns=["image", *columns])
    parts = [column for column in PARTS if frame[column].notna().any()]
    frame = frame.drop(columns=[column for column in PARTS if column not in parts])
    frame["bundle"] = label_set.bundle
    if any(row[-1] for row in rows):
        units = pd.DataFrame([row[-1] or {} for row in rows]).add_prefix(ACTION_UNIT)
        frame = pd.concat([frame, units], axis=1)
    return frame


def soft_labels(session: Session, label_set_id: int, names: Sequence[str]) -> pd.DataFrame:
    """The soft-labels that a label set holds of some images of its dataset: image and the eight soft_*.

    Raises:
        NotFoundError: there is no such label set.
    """
    label_set = session.get(LabelSet, label_set_id)
    if label_set is None:
        raise NotFoundError(f"there is no label set {label_set_id}")
    query = (
        select(Image.name, *(getattr(Label, column) for column in SOFT))
        .join(Label, Label.image_id == Image.id)
        .where(Label.label_set_id == label_set_id, Image.dataset_id == label_set.dataset_id)
    )
    rows: list[tuple[object, ...]] = []
    for start in range(0, len(names), _CHUNK):
        part = session.execute(query.where(Image.name.in_(names[start : start + _CHUNK])))
        rows.extend(tuple(row) for row in part)
    return pd.DataFrame(rows, columns=["image", *SOFT])


def image_path(session: Session, settings: Settings, image_id: int) -> Path:
    """Where an image's file lies.

    Raises:
        NotFoundError: there is no such image.
    """
    found = session.execute(
        select(Dataset.root, Image.path)
        .join(Dataset, Dataset.id == Image.dataset_id)
        .where(Image.id == image_id)
    ).one_or_none()
    if found is None:
        raise NotFoundError(f"there is no image {image_id}")
    return settings.data_dir / str(found.root) / str(found.path)
