"""The shape of the database: brought up to date, and checked."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from db.errors import DatabaseError
from db.session import Database


def configuration(connection: Connection | None = None) -> Config:
    """Alembic's configuration for our migrations, without an ini file."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def head() -> str:
    """The newest revision that this program knows."""
    return str(ScriptDirectory.from_config(configuration()).get_current_head())


def current(database: Database) -> str | None:
    """The revision of the database; None where it is empty."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def upgrade(database: Database) -> tuple[str | None, str]:
    """Bring the database to the newest revision, and return the revisions before and after.

    Raises:
        DatabaseError: the database was made by a newer program.
    """
    before = current(database)
    _refuse_newer(before)
    if before != head():
        with database.writer.connect() as connection:
            _enforce_foreign_keys(connection, False)
            command.upgrade(configuration(connection), "head")
            connection.commit()
            _enforce_foreign_keys(connection, True)
    return before, head()


def require_head(database: Database) -> None:
    """Refuse a database that is not at the newest revision.

    Raises:
        DatabaseError: it is empty, older, or newer.
    """
    found = current(database)
    _refuse_newer(found)
    if found != head():
        state = "is empty" if found is None else f"is at revision {found}, not {head()}"
        raise DatabaseError(f"the database {state}: run `python -m db upgrade`")


def problems(database: Database) -> list[str]:
    """Everything that is wrong with the database, in words; an empty list where nothing is."""
    found = current(database)
    if found != head():
        return [f"the schema is at revision {found}, not {head()}: run `python -m db upgrade`"]
    if database.engine.dialect.name != "sqlite":
        return []
    with database.engine.connect() as connection:
        integrity = [str(row[0]) for row in connection.execute(text("PRAGMA integrity_check"))]
        broken = connection.execute(text("PRAGMA foreign_key_check")).all()
    wrong = [] if integrity == ["ok"] else [f"integrity: {line}" for line in integrity]
    return wrong + [f"foreign key: row {row[1]} of {row[0]} points to no row of {row[2]}" for row in broken]


def _enforce_foreign_keys(connection: Connection, enforce: bool) -> None:
    # SQLite changes a table by copying it, which foreign keys would forbid; it heeds this only outside a
    # transaction, so it goes past SQLAlchemy, which would begin one.
    if connection.dialect.name == "sqlite":
        cursor = connection.connection.cursor()
        cursor.execute(f"PRAGMA foreign_keys = {'ON' if enforce else 'OFF'}")
        cursor.close()


def _refuse_newer(revision: str | None) -> None:
    known = {script.revision for script in ScriptDirectory.from_config(configuration()).walk_revisions()}
    if revision is not None and revision not in known:
        raise DatabaseError(
            f"the database is at revision {revision}, which this program does not know: "
            "use the newer program that made it"
        )
