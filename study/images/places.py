"""Where a dataset's files lie, what is missing there, and how to point elsewhere."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.settings import Settings
from db.tables import Dataset, Image
from study.access.acts import Act
from study.access.audit import note
from study.errors import CatalogError, NotFoundError

LOOKED_AT = 500


@dataclass(frozen=True)
class Place:
    """A dataset's folder: whether it is there, and how many of the files looked at; `missing` names some."""

    dataset_id: int
    dataset: str
    folder: Path
    exists: bool
    looked_at: int
    found: int
    missing: tuple[str, ...]


def place_of(session: Session, settings: Settings, dataset_id: int, folder: Path | None = None) -> Place:
    """Look where a dataset's files lie, or whether they lie in `folder`; of many files some, evenly spread.

    Raises:
        NotFoundError: there is no such dataset.
    """
    dataset = _dataset(session, dataset_id)
    root = settings.data_dir / dataset.root if folder is None else folder
    paths = _spread(session, dataset_id)
    missing = missing_files(root, paths) if root.is_dir() else paths
    found = len(paths) - len(missing)
    return Place(dataset.id, dataset.name, root, root.is_dir(), len(paths), found, tuple(missing[:5]))


def folder_of(session: Session, settings: Settings, dataset_id: int) -> Path:
    """The folder that a dataset's paths are relative to.

    Raises:
        NotFoundError: there is no such dataset.
    """
    return settings.data_dir / _dataset(session, dataset_id).root


def missing_files(root: Path, paths: Iterable[str]) -> list[str]:
    """Those of the paths, relative to the root, at which no file lies."""
    return [path for path in paths if not (root / path).is_file()]


def move_dataset(
    session: Session,
    settings: Settings,
    dataset_id: int,
    folder: Path,
    *,
    researcher_id: int | None = None,
    now: datetime,
) -> Place:
    """Point a dataset at the folder that its files were moved to; the act goes into the audit log.

    A folder within the data folder is remembered relative to it. A folder that lacks some files is taken
    where it holds more of them than the present one: the rest may be lost, or come back.

    Raises:
        NotFoundError: there is no such dataset.
        CatalogError: the folder is absent, or holds no more of the dataset's files than the present one.
    """
    if not folder.is_absolute():
        raise CatalogError(
            f"{folder} is no whole path: give it from the root of the server, such as /data/faces"
        )
    place = place_of(session, settings, dataset_id, folder)
    if not place.exists:
        raise CatalogError(f"there is no folder {folder} on the server, or it may not be read")
    if place.found < place.looked_at and place.found <= place_of(session, settings, dataset_id).found:
        raise CatalogError(
            f"{folder} has {place.found:,} of the {place.looked_at:,} files that were looked for; "
            f"{place.missing[0]} for one is not there, and where the dataset is now has as many: give the "
            "folder that all lie in"
        )
    dataset = session.get_one(Dataset, dataset_id)
    before, data = dataset.root, settings.data_dir.absolute()
    dataset.root = str(folder.relative_to(data) if folder.is_relative_to(data) else folder)
    note(
        session,
        researcher_id,
        Act.DATASET_MOVED,
        dataset.name,
        {"from": before, "to": dataset.root},
        now=now,
    )
    session.flush()
    return place


def dataset_named(session: Session, name: str) -> int:
    """The number of the dataset of that name.

    Raises:
        NotFoundError: there is none.
    """
    found = session.scalar(select(Dataset.id).where(Dataset.name == name))
    if found is None:
        raise NotFoundError(f"there is no dataset {name!r}")
    return found


def _dataset(session: Session, dataset_id: int) -> Dataset:
    dataset = session.get(Dataset, dataset_id)
    if dataset is None:
        raise NotFoundError(f"there is no dataset {dataset_id}")
    return dataset


def _spread(session: Session, dataset_id: int) -> list[str]:
    own = Image.dataset_id == dataset_id
    least, most, images = session.execute(
        select(func.min(Image.id), func.max(Image.id), func.count()).where(own)
    ).one()
    if not images:
        return []
    query = select(Image.path).where(own).order_by(Image.id)
    if images <= LOOKED_AT:
        return list(session.scalars(query))
    step = (most - least) / (LOOKED_AT - 1)
    chosen = {least + round(step * at) for at in range(LOOKED_AT)}
    return list(session.scalars(query.where(Image.id.in_(sorted(chosen)))))
