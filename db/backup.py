"""A consistent copy of a live SQLite database, while others write to it."""

import os
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from db.errors import DatabaseError
from db.settings import Settings

BESIDE = {
    "secret": "every invitation, share link and signed-in browser depends on it; nobody else may read it",
    "secrets.toml": "how people sign in by your organisation",
    "datasets": "images of the demo and of imports from a page",
    "uploads": "images that were sent from a page",
    "media": "images",
    "bundles": "trained engines",
    "labels": "label files",
    "preregistrations": "what `python -m study verify` checks against",
}
"""What of the data folder the database depends on, and why; the rest can be made again."""


def back_up(settings: Settings, out: Path) -> int:
    """Copy the database of `settings` to the new file `out`, and return its size in bytes.

    The copy is of one moment: SQLite's backup reads one snapshot, and nobody who writes waits for it. It is
    checked before it takes its name, and readable by this user alone.

    Raises:
        DatabaseError: it is no SQLite file, `out` is there or cannot be written, or the copy is damaged.
    """
    source = _file(settings)
    if out.exists():
        raise DatabaseError(f"{out} is there already: give the backup another name")
    try:
        handle, name = tempfile.mkstemp(dir=out.absolute().parent, prefix=f".{out.name}.", suffix=".partial")
    except OSError as problem:
        raise DatabaseError(f"{out} cannot be written: {problem.strerror or problem}") from problem
    os.close(handle)
    partial = Path(name)
    try:
        _copy(source, partial)
        # Linked rather than renamed, so that a file that has come meanwhile is not replaced.
        os.link(partial, out)
    except (sqlite3.Error, OSError) as problem:
        raise DatabaseError(f"{source} cannot be copied to {out}: {problem}") from problem
    finally:
        partial.unlink(missing_ok=True)
    return out.stat().st_size


def kept_beside(settings: Settings) -> dict[str, str]:
    """What of this data folder must be kept with the database: each file or folder, and why."""
    return {name: why for name, why in BESIDE.items() if (settings.data_dir / name).exists()}


def _file(settings: Settings) -> Path:
    try:
        url = make_url(settings.database_url)
    except ArgumentError as problem:
        raise DatabaseError("DATABASE_URL cannot be read") from problem
    if url.get_backend_name() != "sqlite":
        raise DatabaseError(
            f"the database is {url.get_backend_name()}, which has its own tool: "
            f"pg_dump --format=custom --file=FILE {url.database}"
        )
    file = Path(url.database or "")
    if not file.is_file():
        raise DatabaseError(f"there is no database {file}: set DATA_DIR to the data folder")
    return file


def _copy(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source, timeout=10)) as read, closing(sqlite3.connect(target)) as written:
        read.execute("PRAGMA query_only = ON")
        # All pages in one step: in several, each write of another process would begin the copy anew.
        read.backup(written, pages=-1)
        # One file that needs no other beside it; the program makes it a write-ahead log's again.
        written.execute("PRAGMA journal_mode = DELETE")
        found = [str(row[0]) for row in written.execute("PRAGMA integrity_check")]
        if found != ["ok"]:
            raise DatabaseError(f"the copy of {source} is damaged: {found[0]}; look: python -m db check")
    with target.open("rb+") as file:
        os.fsync(file.fileno())
