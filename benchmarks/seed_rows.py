"""Rows put into a database by plain inserts, with a bar."""

import sqlite3
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from tqdm import tqdm

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

Rows = Iterable[Sequence[Any]]


def insert(raw: sqlite3.Connection, table: str, columns: str, rows: Rows, total: int | None = None) -> None:
    """Insert rows of a table's columns ("id, name, …")."""
    marks = ", ".join("?" * len(columns.split(",")))
    bar = tqdm(rows, total=total, desc=table, file=sys.stderr, disable=total is None, unit_scale=True)
    with raw:
        raw.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", bar)


def moment(when: datetime) -> str:
    """A moment as SQLAlchemy keeps it on SQLite."""
    return when.strftime("%Y-%m-%d %H:%M:%S.%f")
