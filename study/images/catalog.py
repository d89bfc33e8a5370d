"""Images and label sets in the database: put in, counted, found."""

from pathlib import Path

import pandas as pd
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.settings import Settings
from db.tables import Dataset, Image, Label, LabelSet
from study.errors import NotFoundError
from study.images.gallery import SORTS, gallery
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
    "SORTS",
    "gallery",
    "image_path",
    "import_annotations",
    "import_dataset",
    "import_label_set",
    "label_frame",
    "label_sets",
]


def label_sets(session: Session) -> pd.DataFrame:
    """All label sets, with how many images each holds, in all and by subset.

    Columns: label_set_id, name, dataset, bundle, created_at, images, easy, challenging, difficult.
    """
    counts = select(Label.label_set_id, Label.subset, func.count()).group_by(Label.label_set_id, Label.subset)
    by_subset = {(set_id, subset): n for set_id, subset, n in session.execute(counts)}
    listed = session.execute(select(LabelSet, Dataset.name).join(Dataset).order_by(LabelSet.id))
    columns = ["label_set_id", "name", "dataset", "bundle", "created_at", "images"]
    rows = []
    for label_set, dataset in listed:
        of_subset = [by_subset.get((label_set.id, subset), 0) for subset in SUBSETS]
        known = (label_set.id, label_set.name, dataset, label_set.bundle, label_set.created_at)
        rows.append((*known, sum(of_subset), *of_subset))
    return pd.DataFrame(rows, columns=[*columns, *(subset.lower() for subset in SUBSETS)])


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
