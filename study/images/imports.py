"""Manifests, votes and label files put into the database."""

import hashlib
import json
import math
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session
from tqdm import tqdm

from db.tables import Annotation, AuditEvent, Dataset, Image, Label, LabelSet
from engine.emfacs import EMOTIONS, OTHER_LABELS
from engine.images import OPTIONAL_COLUMNS, validate
from study.access.acts import Act
from study.errors import CatalogError, NotFoundError
from study.images.facets import refresh_votes, write_facets

SUBSETS = ("Easy", "Challenging", "Difficult")
SOFT = tuple(f"soft_{emotion.lower()}" for emotion in EMOTIONS)
PARTS = tuple(f"{part}_{emotion.lower()}" for part in ("eb", "au") for emotion in EMOTIONS)
ACTION_UNIT = "aup_"
_CHUNK = 20_000


def import_dataset(
    session: Session,
    name: str,
    root: Path,
    manifest: pd.DataFrame,
    *,
    data_dir: Path | None = None,
    now: datetime | None = None,
    progress: bool = False,
) -> Dataset:
    """Put a manifest's images into the database under the dataset `name`.

    `root` is the folder that the manifest's paths are relative to; where it lies in `data_dir`, that is
    remembered relative to it, so that the data folder can be moved. `now` is the clock's time if not given.
    `progress` shows a bar.

    Raises:
        engine.images.ManifestError: the manifest is wrong.
        CatalogError: the name is taken, or a path leaves the folder.
    """
    if session.scalar(select(Dataset.id).where(Dataset.name == name)) is not None:
        raise CatalogError(f"there is a dataset {name!r} already: give this one another name")
    known = (*EMOTIONS, *OTHER_LABELS)
    checked = validate(manifest, root=root, source=f"the manifest of {name}", labels=known, unlabelled=True)
    for path in checked["path"]:
        parts = PurePosixPath(path)
        if parts.is_absolute() or ".." in parts.parts:
            raise CatalogError(f"the path {path!r} leaves the folder {root}: paths are relative to it")
    place = root.absolute()
    if data_dir is not None and place.is_relative_to(data_dir.absolute()):
        place = place.relative_to(data_dir.absolute())
    dataset = Dataset(name=name, root=str(place), created_at=now or datetime.now(UTC))
    session.add(dataset)
    session.flush()
    columns = ["path", "hard_label", "split", *(name for name in OPTIONAL_COLUMNS if name in checked.columns)]
    records = _records(checked.rename(columns={"image": "name"})[["name", *columns]])
    for record in records:
        record["dataset_id"] = dataset.id
        for landmarks in ("landmarks_68", "landmarks_28"):
            if landmarks in record:
                record[landmarks] = _points(record[landmarks], record["name"])
    _insert(session, Image, records, "images", progress)
    return dataset


def import_annotations(
    session: Session, dataset: Dataset, frame: pd.DataFrame, *, progress: bool = False
) -> int:
    """Put annotators' votes (image, annotator, label, annotated_at) on a dataset's images; returns how many.

    Raises:
        CatalogError: a column is missing, or an image or label is unknown.
    """
    _require(frame, ("image", "annotator", "label"), "the annotations")
    ids = _image_ids(session, dataset.id, frame["image"], f"dataset {dataset.name}")
    known = (*EMOTIONS, *OTHER_LABELS)
    unknown = ~(frame["label"].isin(known) | frame["label"].isna())
    if unknown.any():
        raise CatalogError(f"unknown label {frame['label'][unknown].iloc[0]!r}: known are {', '.join(known)}")
    moments = frame["annotated_at"] if "annotated_at" in frame else pd.Series(pd.NaT, index=frame.index)
    times = pd.to_datetime(moments, utc=True, errors="coerce")
    no_time = times.isna() & moments.notna()
    if no_time.any():
        raise CatalogError(
            f"the annotations hold the time {moments[no_time].iloc[0]!r}: write 2026-03-01T12:30"
        )
    votes = pd.DataFrame({"image_id": ids, "annotator": frame["annotator"].astype(str)})
    votes["label"] = frame["label"]
    records = _records(votes)
    for record, at in zip(records, times, strict=True):
        record["annotated_at"] = None if pd.isna(at) else at.to_pydatetime()
    _insert(session, Annotation, records, "votes", progress)
    refresh_votes(session, dataset.id, sorted(set(ids)))
    return len(records)


def import_label_set(
    session: Session,
    dataset_name: str,
    name: str,
    labels: pd.DataFrame,
    *,
    now: datetime | None = None,
    progress: bool = False,
) -> LabelSet:
    """Put the labels (the `labels` contract) of a dataset's images into the database as the set `name`.

    Raises:
        CatalogError: the name is taken, a column is missing, a score is none or out of [0, 1], an image is
            repeated or not in the dataset (the message says which).
    """
    dataset = session.scalar(select(Dataset).where(Dataset.name == dataset_name))
    if dataset is None:
        raise NotFoundError(f"there is no dataset {dataset_name!r}")
    if session.scalar(select(LabelSet.id).where(LabelSet.name == name)) is not None:
        raise CatalogError(f"there is a label set {name!r} already: give this one another name")
    _check_labels(labels, name)
    ids = _image_ids(session, dataset.id, labels["image"], f"dataset {dataset_name}")
    bundles = ", ".join(sorted({str(value) for value in labels.get("bundle", pd.Series()).dropna()}))
    label_set = LabelSet(
        id=_fresh_id(session),
        dataset_id=dataset.id,
        name=name,
        bundle=bundles or None,
        fingerprint=fingerprint(labels),
        created_at=now or datetime.now(UTC),
    )
    session.add(label_set)
    session.flush()
    parts = [column for column in PARTS if column in labels.columns]
    records = _records(labels[["hard_label", *SOFT, *parts, "rank", "margin", "subset"]])
    units = _action_units(labels)
    entropies = _entropy(labels[list(SOFT)].to_numpy(dtype=float))
    rows = zip(records, ids, entropies, units, strict=True)
    for record, image_id, entropy, unit in rows:
        record |= {"label_set_id": label_set.id, "image_id": image_id}
        record |= {"entropy": float(entropy), "action_units": unit}
    _insert(session, Label, records, "labels", progress)
    write_facets(session, label_set.id, progress=progress)
    return label_set


def _fresh_id(session: Session) -> int | None:
    """An id that no label set has ever had: browsers keep its images by it, also of one that was removed.

    None where the database sees to that itself; SQLite gives the last number again.
    """
    if session.get_bind().dialect.name != "sqlite":
        return None
    there = session.scalar(select(func.max(LabelSet.id))) or 0
    removed = AuditEvent.detail["label_set"].as_integer()
    gone = session.scalar(select(func.max(removed)).where(AuditEvent.action == Act.LABEL_SET_REMOVED)) or 0
    return int(max(there, gone)) + 1


def _check_labels(labels: pd.DataFrame, name: str) -> None:
    _require(labels, ("image", "hard_label", *SOFT, "rank", "margin", "subset"), f"the labels {name!r}")
    again = labels["image"].duplicated()
    if again.any():
        raise CatalogError(f"the labels {name!r} hold image {labels['image'][again].iloc[0]!r} twice")
    for column, known in (("hard_label", EMOTIONS), ("subset", SUBSETS)):
        wrong = ~labels[column].isin(known)
        if wrong.any():
            value = labels[column][wrong].iloc[0]
            raise CatalogError(
                f"the labels {name!r} hold the {column} {value!r}: known are {', '.join(known)}"
            )
    scores = labels[list(SOFT)].to_numpy(dtype=float)
    wrong_rows = ~((scores >= 0) & (scores <= 1)).all(axis=1)
    if wrong_rows.any():
        image = labels["image"].to_numpy()[int(wrong_rows.argmax())]
        raise CatalogError(f"the labels {name!r} hold a score outside [0, 1] for image {image!r}")


def _require(frame: pd.DataFrame, columns: Iterable[str], source: str) -> None:
    absent = [column for column in columns if column not in frame.columns]
    if absent:
        raise CatalogError(f"{source} lack the columns {', '.join(absent)}")


def _image_ids(session: Session, dataset_id: int, names: "pd.Series[str]", source: str) -> list[int]:
    rows = session.execute(select(Image.name, Image.id).where(Image.dataset_id == dataset_id))
    known: dict[str, int] = {row[0]: row[1] for row in rows}
    absent = [str(name) for name in names if name not in known]
    if absent:
        more = f" and {len(absent) - 5} more" if len(absent) > 5 else ""
        raise CatalogError(f"{len(absent)} images are not in {source}: {', '.join(absent[:5])}{more}")
    return [known[name] for name in names]


def fingerprint(labels: pd.DataFrame) -> str:
    """The SHA-256 of images, hard- and soft-labels in the order of the images, to nine digits."""
    told = labels[["image", "hard_label", *SOFT]].sort_values("image")
    text = told.to_csv(index=False, float_format="%.9g", lineterminator="\n")
    return hashlib.sha256(text.encode()).hexdigest()


def _entropy(scores: np.ndarray[Any, np.dtype[np.float64]]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Shannon entropy in bits of each row normalised to sum 1; 0 for a row of zeros."""
    total = scores.sum(axis=1, keepdims=True)
    shares = np.divide(scores, total, out=np.zeros_like(scores), where=total > 0)
    logs = np.log2(shares, out=np.zeros_like(shares), where=shares > 0)
    return np.asarray(np.abs((shares * logs).sum(axis=1)))


def _action_units(labels: pd.DataFrame) -> list[dict[str, float] | None]:
    columns = [column for column in labels.columns if str(column).startswith(ACTION_UNIT)]
    if not columns:
        return [None] * len(labels)
    names = [column.removeprefix(ACTION_UNIT) for column in columns]
    values = labels[columns].to_numpy(dtype=float).round(4)
    return [
        {name: float(value) for name, value in zip(names, row, strict=True) if not math.isnan(value)} or None
        for row in values
    ]


def _points(value: Any, image: object) -> list[float] | None:
    """Landmarks as a flat list of x and y, whatever a file kept them as: numbers, pairs, json, or 1.5;2;…"""
    if value is None:
        return None
    try:
        parts = json.loads(value) if isinstance(value, str) and value.startswith("[") else value
        parts = parts.split(";") if isinstance(parts, str) else parts
        return [float(number) for part in parts for number in np.ravel(part)]
    except (TypeError, ValueError) as problem:
        raise CatalogError(f"the landmarks of image {image!r} are no list of numbers") from problem


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as dictionaries of plain Python values, with None for what is missing."""
    plain = frame.astype(object).where(frame.notna(), None)
    return [{str(key): value for key, value in row.items()} for row in plain.to_dict("records")]


def _insert(
    session: Session, table: type[Any], records: list[dict[str, Any]], what: str, progress: bool
) -> None:
    # As a table: rows of a class go in by a statement for each pattern of what is unknown.
    statement = insert(table.__table__)
    with tqdm(total=len(records), desc=what, unit="row", disable=not progress) as bar:
        for start in range(0, len(records), _CHUNK):
            part = records[start : start + _CHUNK]
            session.execute(statement, part)
            bar.update(len(part))
