"""Opening the database: engines with the right pragmas, and units of work."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.exc import DatabaseError as DriverError
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool, StaticPool

from db.errors import DatabaseError
from db.settings import Settings

BUSY_TIMEOUT_MS = 10_000
_WRITES = "facevalue_writes"


class Database:
    """One opened database, safe to share between threads."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.writer = engine.execution_options(**{_WRITES: True})

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Read: one consistent snapshot; whatever was changed is rolled back."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """Write: one transaction (BEGIN IMMEDIATE on SQLite), committed at the end or rolled back."""
        with Session(self.writer, expire_on_commit=False) as session, session.begin():
            yield session

    def dispose(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def create_engine_for(settings: Settings) -> Engine:
    """Make the engine of the settings' database; nothing is opened yet.

    Raises:
        DatabaseError: DATABASE_URL cannot be read, or names a database that is not supported.
    """
    try:
        url = make_url(settings.database_url)
    except ArgumentError as problem:
        raise DatabaseError(
            "DATABASE_URL cannot be read: give sqlite:////absolute/path.db or "
            "postgresql+psycopg://user:password@host/name"
        ) from problem
    backend = url.get_backend_name()
    if backend == "postgresql":
        return create_engine(url, pool_size=10, max_overflow=20, pool_pre_ping=True, hide_parameters=True)
    if backend != "sqlite":
        raise DatabaseError(f"DATABASE_URL names {backend}: use sqlite or postgresql+psycopg")
    in_memory = url.database in (None, "", ":memory:")
    options: dict[str, Any] = {"check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1000}
    pool: dict[str, Any] = (
        {"poolclass": StaticPool} if in_memory else {"poolclass": QueuePool, "pool_size": 10}
    )
    # No answer and no name in an error that a log keeps.
    engine = create_engine(url, connect_args=options, hide_parameters=True, **pool)
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)
    return engine


def open_database(settings: Settings) -> Database:
    """Make the data folder where absent, and open the database.

    Raises:
        DatabaseError: the folder or the database cannot be used.
    """
    engine = create_engine_for(settings)
    if engine.url.get_backend_name() == "sqlite":
        settings.prepare()
        _refuse_unwritable(engine.url.database)
    try:
        with engine.connect():
            pass
    except DriverError as problem:
        shown = engine.url.render_as_string(hide_password=True)
        raise DatabaseError(f"the database {shown} cannot be opened: {problem.orig}") from problem
    return Database(engine)


def widen(session: Session, mebibytes: int = 512) -> None:
    """Let SQLite hold so much of the database in memory for one large write, where it has less by default.

    Rows of a large import fall all over its indexes, whose pages would else be written many times over.
    """
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA cache_size = -{1024 * mebibytes}")


def _refuse_unwritable(path: str | None) -> None:
    # By a look, never by opening: when a process closes a file it loses all its locks on it, those of its own
    # connections too. Another process that then ends would take the write-ahead log away from under them.
    if path and path != ":memory:" and Path(path).exists():
        if not Path(path).is_file():
            raise DatabaseError(f"the database {path} cannot be written: it is no file")
        if not os.access(path, os.W_OK):
            raise DatabaseError(f"the database {path} cannot be written: it is protected against that")


def _set_pragmas(connection: Any, _record: Any) -> None:
    # SQLAlchemy begins transactions itself (see _begin); the driver must not.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA temp_store = MEMORY")
    cursor.execute("PRAGMA cache_size = -65536")
    cursor.close()


def _begin(connection: Connection) -> None:
    # A deferred transaction that reads and then writes fails with "locked" whatever the timeout, when
    # another wrote in between; one that says at once that it will write waits its turn.
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
