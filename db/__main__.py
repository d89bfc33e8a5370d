"""`python -m db`: upgrade the database to the newest schema, check it, or back it up."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from db import backup, schema
from db.errors import DatabaseError
from db.session import Database, open_database
from db.settings import Settings


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; 0 is well, 1 means that `check` found something, 2 that it could not be run."""
    parser = argparse.ArgumentParser(prog="python -m db", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    commands.add_parser("upgrade", help="make the database, or bring it to the newest schema")
    commands.add_parser("check", help="is the schema the newest, are pages and foreign keys whole?")
    copy = commands.add_parser("backup", help="copy the SQLite database, also while it is in use")
    copy.add_argument("file", type=Path, metavar="FILE", help="a new file for the copy")
    arguments = parser.parse_args(argv)
    try:
        settings = Settings.from_environment()
        if arguments.command == "backup":
            return _back_up(settings, arguments.file)
        database = open_database(settings)
        try:
            return _upgrade(database) if arguments.command == "upgrade" else _check(database)
        finally:
            database.dispose()
    except DBAPIError as problem:
        print(f"error: the database cannot be used: {problem.orig}", file=sys.stderr)
    except (DatabaseError, OSError) as problem:
        print(f"error: {problem}", file=sys.stderr)
    return 2


def _upgrade(database: Database) -> int:
    before, after = schema.upgrade(database)
    print(f"schema: {before or 'empty'} -> {after}" if before != after else f"schema: {after}, up to date")
    return 0


def _check(database: Database) -> int:
    problems = schema.problems(database)
    for problem in problems:
        print(problem, file=sys.stderr)
    if not problems:
        print(f"well: schema {schema.head()}, pages and foreign keys whole")
    return 1 if problems else 0


def _back_up(settings: Settings, file: Path) -> int:
    size = backup.back_up(settings, file)
    print(f"backed up: {file} ({size:,} bytes, checked)")
    beside = backup.kept_beside(settings)
    if beside:
        print(f"keep with it, of {settings.data_dir}:")
    for name, why in beside.items():
        print(f"  {name:16} {why}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
