"""Text as a spreadsheet may have it: what it would take for a formula begins with an apostrophe."""

import re

import pandas as pd

_FORMULA = re.compile(r"[=+\-@\t\r\n]")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")


def plain(value: object) -> object:
    """The value, or a text that no spreadsheet computes (OWASP, CSV Injection); numbers stay as they are."""
    if not isinstance(value, str) or not _FORMULA.match(value) or _NUMBER.fullmatch(value):
        return value
    return f"'{value}"


def spreadsheet_csv(table: pd.DataFrame) -> str:
    """A table as CSV for people who open it in a spreadsheet."""
    shown = table.apply(lambda column: column.map(plain) if column.dtype.kind in "OUST" else column)
    return str(shown.rename(columns=plain).to_csv(index=False))
