"""A study of this installation's database, opened to be read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from db.schema import require_head
from db.session import open_database
from db.settings import Settings
from study.errors import StudyError
from study.reporting.source import find_study


@contextmanager
def opened_study(wanted: str) -> Iterator[tuple[Session, int]]:
    """One consistent snapshot of the database of DATA_DIR or DATABASE_URL, and the id of the study.

    Raises:
        StudyError: there is no database, or no such study.
        DatabaseError: the database cannot be read, or is not at the newest revision.
    """
    settings = Settings.from_environment()
    _refuse_absent(settings)
    database = open_database(settings)
    try:
        require_head(database)
        with database.session() as session:
            yield session, find_study(session, wanted)
    finally:
        database.dispose()


def _refuse_absent(settings: Settings) -> None:
    """To look must not make an empty database."""
    file = settings.data_dir / "facevalue.db"
    if make_url(settings.database_url) == make_url(f"sqlite:///{file}") and not file.is_file():
        raise StudyError(f"there is no database in {settings.data_dir}: set DATA_DIR to the data folder")
