"""A dataset or a label set taken out of the database again: what it would take along, and what keeps it."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session
from tqdm import tqdm

from db.settings import Settings
from db.tables import (
    Annotation,
    Dataset,
    Image,
    Job,
    Label,
    LabelFacet,
    LabelSet,
    Selection,
    SelectionImage,
    Study,
)
from study.access.acts import Act
from study.access.audit import note
from study.errors import CatalogError, NotFoundError

_CHUNK = 20_000


@dataclass(frozen=True)
class Removal:
    """What goes with a dataset, or with a label set alone (`images` and `votes` are then 0).

    `studies` use it and so keep it; `jobs` are at work on it. `folders` of the data folder go with it: copies
    that an import has made. Files elsewhere are never touched.
    """

    name: str
    label_sets: tuple[str, ...]
    images: int
    labels: int
    votes: int
    selections: tuple[str, ...]
    studies: tuple[str, ...]
    jobs: tuple[str, ...]
    folders: tuple[Path, ...] = ()

    def lines(self) -> list[str]:
        """What goes, in words, a line each."""
        counts = {"images": self.images, "votes": self.votes, "labels": self.labels}
        said = [f"{many:,} {what}" for what, many in counts.items() if many]
        if self.label_sets:
            said.append(f"label sets: {_listed(self.label_sets)}")
        if self.selections:
            said.append(f"selections: {_listed(self.selections)}")
        return [*said, *(f"the folder {folder}" for folder in self.folders)]

    def refuse(self) -> None:
        """Raise CatalogError where something keeps it."""
        if self.studies:
            raise CatalogError(
                f"{self.name} stays: {_listed(self.studies)} asks about its images. Drafts and rehearsals "
                "can be deleted, frozen studies cannot"
            )
        if self.jobs:
            raise CatalogError(f"{self.name} stays while {_listed(self.jobs)} is at work: wait, or stop it")


def label_set_removal(session: Session, name: str) -> Removal:
    """What would go with the label set `name`; raises NotFoundError where there is none."""
    label_set = session.scalar(select(LabelSet).where(LabelSet.name == name))
    if label_set is None:
        raise NotFoundError(f"there is no label set {name!r}")
    dataset = session.get_one(Dataset, label_set.dataset_id).name
    return Removal(
        name,
        (name,),
        images=0,
        labels=_count(session, Label, Label.label_set_id == label_set.id),
        votes=0,
        selections=_selections(session, [label_set.id]),
        studies=tuple(session.scalars(select(Study.name).where(Study.label_set_id == label_set.id))),
        jobs=_jobs(session, dataset),
    )


def dataset_removal(session: Session, settings: Settings, name: str) -> Removal:
    """What would go with the dataset `name` and its label sets; raises NotFoundError where there is none."""
    dataset = session.scalar(select(Dataset).where(Dataset.name == name))
    if dataset is None:
        raise NotFoundError(f"there is no dataset {name!r}")
    sets = session.execute(select(LabelSet.id, LabelSet.name).where(LabelSet.dataset_id == dataset.id)).all()
    ids = [one.id for one in sets]
    own = or_(Study.dataset_id == dataset.id, Study.label_set_id.in_(ids))
    of_dataset = select(Image.id).where(Image.dataset_id == dataset.id)
    return Removal(
        name,
        tuple(one.name for one in sets),
        images=_count(session, Image, Image.dataset_id == dataset.id),
        labels=_count(session, Label, Label.label_set_id.in_(ids)),
        votes=_count(session, Annotation, Annotation.image_id.in_(of_dataset)),
        selections=_selections(session, ids),
        studies=tuple(session.scalars(select(Study.name).where(own))),
        jobs=_jobs(session, name),
        folders=_copies(session, settings, dataset),
    )


def remove_label_set(
    session: Session, name: str, *, by: int | None, now: datetime, progress: bool = False
) -> Removal:
    """Take a label set out of the database, with its labels and the selections of it.

    Raises:
        NotFoundError: there is none of that name.
        CatalogError: a study uses it, or a job is at work on its dataset.
    """
    going = label_set_removal(session, name)
    going.refuse()
    label_set = session.scalars(select(LabelSet).where(LabelSet.name == name)).one()
    _drop_label_set(session, label_set, progress)
    detail = {"labels": going.labels, "label_set": label_set.id}
    note(session, by, Act.LABEL_SET_REMOVED, name, detail, now=now)
    return going


def remove_dataset(
    session: Session,
    settings: Settings,
    name: str,
    *,
    by: int | None,
    now: datetime,
    progress: bool = False,
) -> Removal:
    """Take a dataset out of the database, with its images, votes, label sets and selections.

    The copies that its import made (`Removal.folders`) are for the caller to delete once this is committed.

    Raises:
        NotFoundError: there is none of that name.
        CatalogError: a study uses it, or a job is at work on it.
    """
    going = dataset_removal(session, settings, name)
    going.refuse()
    for label_set in going.label_sets:
        remove_label_set(session, label_set, by=by, now=now, progress=progress)
    dataset = session.scalars(select(Dataset).where(Dataset.name == name)).one()
    images = list(session.scalars(select(Image.id).where(Image.dataset_id == dataset.id).order_by(Image.id)))
    with tqdm(total=len(images), desc="images", unit="row", disable=not progress) as bar:
        for start in range(0, len(images), _CHUNK):
            part = images[start : start + _CHUNK]
            session.execute(delete(Annotation).where(Annotation.image_id.in_(part)))
            session.execute(delete(Image).where(Image.id.in_(part)))
            bar.update(len(part))
    session.delete(dataset)
    session.flush()
    note(session, by, Act.DATASET_REMOVED, name, {"images": going.images, "votes": going.votes}, now=now)
    return going


def delete_copies(going: Removal) -> None:
    """Delete the folders that a removal leaves behind; one that is gone already is none to delete."""
    for folder in going.folders:
        shutil.rmtree(folder, ignore_errors=True)


def _drop_label_set(session: Session, label_set: LabelSet, progress: bool) -> None:
    chosen = select(Selection.id).where(Selection.label_set_id == label_set.id)
    session.execute(delete(SelectionImage).where(SelectionImage.selection_id.in_(chosen)))
    session.execute(delete(Selection).where(Selection.label_set_id == label_set.id))
    session.execute(delete(LabelFacet).where(LabelFacet.label_set_id == label_set.id))
    own = Label.label_set_id == label_set.id
    labels = list(session.scalars(select(Label.id).where(own).order_by(Label.id)))
    with tqdm(total=len(labels), desc=f"labels {label_set.name}", unit="row", disable=not progress) as bar:
        for start in range(0, len(labels), _CHUNK):
            part = labels[start : start + _CHUNK]
            session.execute(delete(Label).where(Label.id.in_(part)))
            bar.update(len(part))
    session.delete(label_set)
    session.flush()


def _count(session: Session, table: type, where: object) -> int:
    return int(session.scalar(select(func.count()).select_from(table).where(where)) or 0)  # type: ignore[arg-type]


def _selections(session: Session, label_sets: Sequence[int]) -> tuple[str, ...]:
    query = select(Selection.name).where(Selection.label_set_id.in_(label_sets)).order_by(Selection.name)
    return tuple(session.scalars(query))


def _jobs(session: Session, dataset: str) -> tuple[str, ...]:
    """Jobs that read a dataset, or add to it, by their commands."""
    at_work = session.scalars(select(Job).where(Job.state.in_(("queued", "running"))).order_by(Job.id))
    uses = (["study", "manifest", dataset], ["study", "import", dataset])
    return tuple(
        job.title for job in at_work if any(command[:3] in uses for command in job.arguments["commands"])
    )


def _copies(session: Session, settings: Settings, dataset: Dataset) -> tuple[Path, ...]:
    """What of the data folder holds this dataset and no other: its manifest's folder, and what was sent."""
    parts = Path(dataset.root).parts
    found = [settings.data_dir / "datasets" / dataset.name]
    if not Path(dataset.root).is_absolute() and parts[:1] == ("uploads",) and len(parts) > 1:
        found.append(settings.data_dir.joinpath(*parts[:2]))
    others = select(Dataset.root).where(Dataset.id != dataset.id)
    kept = [settings.data_dir / root for root in session.scalars(others)]
    return tuple(
        folder
        for folder in found
        if folder.is_dir() and not any(place.is_relative_to(folder) for place in kept)
    )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
