"""Tables of numbers as HTML for people, and as CSV for programs."""

from __future__ import annotations

import math
import numbers
from typing import Any

import pandas as pd
from markupsafe import Markup, escape

MOST_ROWS = 200
MOST_CSV_ROWS = 20_000
PROSE = 24
"""Letters above which a text is set as prose, which breaks into lines."""


def table_html(table: pd.DataFrame, caption: str) -> Markup:
    """An accessible table: caption, column headings, the first column as row headings; numbers rounded.

    Of a table of more than 200 rows the first 200 are shown, and a line says where the others are.
    """
    if table.empty:
        return Markup('<p class="quiet">{}: no rows.</p>').format(caption)
    head = Markup("").join(Markup('<th scope="col">{}</th>').format(_heading(name)) for name in table.columns)
    rows = [_row(row) for row in table.head(MOST_ROWS).itertuples(index=False, name=None)]
    after = _where_the_rest_is(len(table))
    body = Markup("\n").join(rows)
    return (
        Markup('<div class="scroll" role="region" aria-label="{}" tabindex="0"><table>').format(caption)
        + Markup("<caption>{}</caption><thead><tr>{}</tr></thead>").format(caption, head)
        + Markup("<tbody>{}</tbody></table></div>{}").format(body, after)
    )


def _where_the_rest_is(rows: int) -> Markup:
    if rows <= MOST_ROWS:
        return Markup("")
    said = f"{rows - MOST_ROWS:,} more rows are in the CSV."
    if rows > MOST_CSV_ROWS:
        said = f"The CSV has the first {MOST_CSV_ROWS:,} of {rows:,} rows; --figures DIR writes all."
    return Markup('<p class="quiet">{}</p>').format(said)


def shown_csv(table: pd.DataFrame) -> str:
    """A table as the CSV that the page offers, unrounded; at most 20,000 rows."""
    return table.head(MOST_CSV_ROWS).to_csv(index=False)


def cell(value: Any) -> str:
    """One value for people: counts with thousands, other numbers with four decimals, a dash where missing."""
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return "–"
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)
    number = float(value)
    if math.isinf(number):
        return "no limit"
    if number.is_integer() and abs(number) >= 2 and isinstance(value, numbers.Integral):
        return f"{int(number):,}"
    return f"{int(value)}" if isinstance(value, numbers.Integral) else f"{number:.4f}"


def _row(row: tuple[Any, ...]) -> Markup:
    first, *rest = row
    cells = Markup("").join(_cell(value) for value in rest)
    return Markup('<tr><th scope="row">{}</th>{}</tr>').format(cell(first), cells)


def _cell(value: Any) -> Markup:
    prose = isinstance(value, str) and len(value) > PROSE
    return Markup('<td class="text">{}</td>' if prose else "<td>{}</td>").format(cell(value))


def _heading(name: object) -> str:
    return str(escape(str(name).replace("_", " ")))
