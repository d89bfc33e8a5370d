"""`python -m db`: upgrade the database to the newest schema, or check it."""

import argparse
import sys
from collections.abc import Sequence

from sqlalchemy.exc import DBAPIError

from db import schema
from db.errors import DatabaseError
from db.session import Database, open_database
from db.settings import Settings


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; 0 is well, 1 means that `check` found something, 2 that it could not be run."""
    parser = argparse.ArgumentParser(prog="python -m db", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    commands.add_parser("upgrade", help="make the database, or bring it to the newest schema")
    commands.add_parser("check", help="is the schema the newest, are pages and foreign keys whole?")
    arguments = parser.parse_args(argv)
    try:
        database = open_database(Settings.from_environment())
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


if __name__ == "__main__":
    sys.exit(main())
