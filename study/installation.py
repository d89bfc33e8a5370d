"""The database of this installation, opened for a command."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from db.errors import DatabaseError
from db.schema import require_head
from db.session import Database, open_database
from db.settings import Settings
from study.errors import StudyError


@contextmanager
def opened_database() -> Iterator[tuple[Database, Settings]]:
    """The database of DATA_DIR or DATABASE_URL, which must be there already.

    Raises:
        StudyError: there is no database.
        DatabaseError: it cannot be used, or is not at the newest revision, or refuses what is done with it.
    """
    settings = Settings.from_environment()
    # To look must not make an empty database.
    file = settings.data_dir / "facevalue.db"
    own = make_url(settings.database_url) == make_url(f"sqlite:///{file}")
    if own and not file.is_file():
        raise StudyError(f"there is no database in {settings.data_dir}: set DATA_DIR to the data folder")
    database = open_database(settings)
    try:
        require_head(database)
        with refusals_told():
            yield database, settings
    finally:
        database.dispose()


@contextmanager
def refusals_told() -> Iterator[None]:
    """What the database refuses within, its disk full or somebody else writing, as a DatabaseError."""
    try:
        yield
    except OperationalError as problem:
        raise DatabaseError(
            f"the database refuses ({problem.orig}), and nothing of this was stored: make room if its disk "
            "is full, or wait for who writes to it, then give the same command again"
        ) from problem
