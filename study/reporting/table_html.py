"""Tables of numbers as HTML for people, and as CSV for programs."""

from __future__ import annotations

import math
import numbers
from typing import Any

import pandas as pd
from markupsafe import Markup, escape

MOST_ROWS = 200
MOST_CSV_ROWS = 20_000


def table_html(table: pd.DataFrame, caption: str) -> Markup:
    """An accessible table: caption, column headings, the first column as row headings; numbers rounded.

    Of a table of more than 200 rows the first 200 are shown, and a line says where the others are.
    """
    if table.empty:
        return Markup('<p class="quiet">{}: no rows.</p>').format(caption)
    head = Markup("").join(Markup('<th scope="col">{}</th>').format(_heading(name)) for name in table.columns)
    rows = [_row(row) for row in table.head(MOST_ROWS).itertuples(index=False, name=None)]
    more = len(table) - MOST_ROWS
    after = (
        Markup('<p class="quiet">{} more rows are in the CSV.</p>').format(f"{more:,}") if more > 0 else ""
    )
    body = Markup("\n").join(rows)
    return (
        Markup('<div class="scroll" role="region" aria-label="{}" tabindex="0"><table>').format(caption)
        + Markup("<caption>{}</caption><thead><tr>{}</tr></thead>").format(caption, head)
        + Markup("<tbody>{}</tbody></table></div>{}").format(body, after)
    )


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
    cells = Markup("").join(Markup("<td>{}</td>").format(cell(value)) for value in rest)
    return Markup('<tr><th scope="row">{}</th>{}</tr>').format(cell(first), cells)


def _heading(name: object) -> str:
    return str(escape(str(name).replace("_", " ")))
