"""A whole data set brought into the database at once: images, votes and labels, or nothing."""

import os
from datetime import datetime
from pathlib import Path, PurePosixPath

import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.settings import Settings
from db.tables import Dataset
from engine.annotations import LABELS
from engine.emfacs import EMOTIONS
from engine.images import read_manifest, read_table
from engine.label_file import read_labels
from engine.soft_labels import SOFT_COLUMNS, emotion_indices, margin, rank, subset
from study.access.acts import Act
from study.access.audit import note
from study.errors import CatalogError, NotFoundError
from study.images.imports import import_annotations, import_dataset, import_label_set


def bring_in(
    session: Session,
    settings: Settings,
    name: str,
    *,
    manifest: Path | None,
    annotations: Path | None = None,
    labels: Path | None = None,
    label_set: str = "",
    beside: bool = False,
    by: int | None = None,
    now: datetime,
    progress: bool = False,
) -> dict[str, int]:
    """Import what is given, and return how many images, votes and labels came in.

    With a manifest the dataset is made; without, the rest goes to the dataset that is there. `label_set`
    names the labels (default: as the dataset). `beside` takes the votes and labels that `engine manifest`
    has written beside the manifest. Labels that lack rank, margin and subset get them from their scores.
    `progress` shows bars on stderr.

    Raises:
        CatalogError, NotFoundError, engine.errors.EngineError: a file or a name that cannot be taken.
    """
    if beside and manifest is not None:
        annotations = annotations or _beside(manifest, "annotations")
        labels = labels or _beside(manifest, "labels")
    if manifest is None and annotations is None and labels is None:
        raise CatalogError("give a manifest, annotations or labels: there is nothing to import")
    brought: dict[str, int] = {}
    if manifest is not None:
        images = read_manifest(manifest, check_files=False, labels=LABELS, unlabelled=True)
        root, images = _rooted(manifest.parent, images)
        dataset = import_dataset(
            session, name, root, images, data_dir=settings.data_dir, now=now, progress=progress
        )
        brought["images"] = len(images)
        note(session, by, Act.DATASET_IMPORTED, name, {"images": len(images)}, now=now)
    else:
        found = session.scalar(select(Dataset).where(Dataset.name == name))
        if found is None:
            raise NotFoundError(f"there is no dataset {name!r}: give its manifest too")
        dataset = found
    if annotations is not None:
        votes = brought["votes"] = import_annotations(
            session, dataset, read_table(annotations), progress=progress
        )
        note(session, by, Act.ANNOTATIONS_IMPORTED, name, {"votes": votes}, now=now)
    if labels is not None:
        frame = _standing(read_labels(labels), labels)
        import_label_set(session, name, label_set or name, frame, now=now, progress=progress)
        brought["labels"] = len(frame)
        detail = {"dataset": name, "labels": len(frame)}
        note(session, by, Act.LABEL_SET_IMPORTED, label_set or name, detail, now=now)
    return brought


def _rooted(folder: Path, images: pd.DataFrame) -> tuple[Path, pd.DataFrame]:
    """The folder that all paths lie in, where a manifest stands beside its images rather than above them."""
    ups = images["path"].str.extract(r"^((?:\.\./)+)", expand=False).fillna("")
    if ups.nunique() != 1 or not ups.iloc[0]:
        return folder, images
    below = images["path"].str.removeprefix(str(ups.iloc[0]))
    shared = os.path.commonpath([str(PurePosixPath(path).parent) for path in below.unique()])
    within = [PurePosixPath(path).relative_to(shared).as_posix() for path in below]
    return (folder / str(ups.iloc[0]) / shared).resolve(), images.assign(path=within)


def _beside(manifest: Path, what: str) -> Path | None:
    file = manifest.with_name(f"{manifest.stem}.{what}{manifest.suffix}")
    return file if file.is_file() else None


def _standing(labels: pd.DataFrame, file: Path) -> pd.DataFrame:
    """Labels with rank, margin and subset; those without one of the eight emotions have no place in a set."""
    known = labels[labels["hard_label"].isin(EMOTIONS)].reset_index(drop=True)
    if known.empty:
        raise CatalogError(
            f"{file} has {len(labels):,} rows, none of them with a hard-label, which a label set needs for "
            "its subsets: label the images by their manifest, not by their folder alone"
        )
    if {"rank", "margin", "subset"} <= set(known.columns):
        return known
    scores, hard = known[list(SOFT_COLUMNS)].to_numpy(float), emotion_indices(known["hard_label"])
    ranks = rank(scores, hard)
    return known.assign(rank=ranks, margin=margin(scores, hard), subset=subset(ranks))
