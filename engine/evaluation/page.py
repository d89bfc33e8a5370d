"""An evaluation as files: tables in csv, figures in json, all numbers in one json, and one page of it all."""

import html
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from engine.images import write_table

_MOST_IN_JSON, _MOST_ON_PAGE = 5000, 100

_STYLE = """
:root { color-scheme: light; }
body { font: 16px/1.5 system-ui, sans-serif; color: #31333F; background: #fff; max-width: 1200px; margin: 2rem
 auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2.4rem; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; font-size: 14px; }
th, td { padding: 4px 10px; text-align: right; border-bottom: 1px solid #e3e5e9; white-space: nowrap; }
th { text-align: left; } td:first-child, td:nth-child(2) { text-align: left; }
"""


@dataclass(frozen=True)
class Report:
    """What is written: a title, sentences, named tables, and named figures, in their order.

    `about` is further values for the json; `printed` names the tables for the terminal, with their decimals.
    """

    title: str
    sentences: tuple[str, ...] = ()
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    figures: Mapping[str, go.Figure] = field(default_factory=dict)
    about: Mapping[str, Any] = field(default_factory=dict)
    printed: Mapping[str, int] = field(default_factory=dict)


def write_report(report: Report, folder: Path) -> list[Path]:
    """Write <table>.csv, <figure>.json, evaluation.json and report.html; return their paths.

    Long tables stand whole in their csv alone.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, table in report.tables.items():
        write_table(table, folder / f"{name}.csv")
        written.append(folder / f"{name}.csv")
    for name, found in report.figures.items():
        written.append(_write(folder / f"{name}.json", found.to_json()))
    tables = {
        name: plain(table) if len(table) <= _MOST_IN_JSON else {"rows": len(table), "file": f"{name}.csv"}
        for name, table in report.tables.items()
    }
    contents = {
        "title": report.title,
        "notes": list(report.sentences),
        **plain(report.about),
        "tables": tables,
    }
    written.append(_write(folder / "evaluation.json", json.dumps(contents, indent=1, allow_nan=False) + "\n"))
    return [*written, _write(folder / "report.html", page(report))]


def page(report: Report) -> str:
    """The report as one html page that needs no network: it holds plotly's script, once."""
    parts = [f"<h1>{html.escape(report.title)}</h1>"]
    parts += [f"<p>{html.escape(sentence)}</p>" for sentence in report.sentences]
    for place, (name, found) in enumerate(report.figures.items()):
        drawn = found.to_html(full_html=False, include_plotlyjs=place == 0, config={"displaylogo": False})
        parts.append(f"<h2>{html.escape(_heading(name))}</h2>{drawn}")
    for name, table in report.tables.items():
        first = table.head(_MOST_ON_PAGE)
        more = f"<p>The first {len(first):,} of {len(table):,} rows; all are in {html.escape(name)}.csv.</p>"
        shown = first.to_html(index=False, border=0, na_rep="–", float_format=lambda value: f"{value:.3f}")
        rest = more if len(table) > len(first) else ""
        parts.append(f'<h2>{html.escape(_heading(name))}</h2><div class="scroll">{shown}</div>{rest}')
    head = (
        "<meta charset=utf-8><meta name=viewport content='width=device-width'>"
        f"<title>{html.escape(report.title)}</title><style>{_STYLE}</style>"
    )
    return f"<!doctype html><html lang=en><head>{head}</head><body>{''.join(parts)}</body></html>\n"


def plain(value: Any) -> Any:
    """A value as json holds it: frames as lists of rows, arrays as lists, what is undefined as null."""
    if isinstance(value, pd.DataFrame):
        flat = value.copy()
        flat.columns = pd.Index(
            [" ".join(name) if isinstance(name, tuple) else str(name) for name in flat.columns]
        )
        return [{name: plain(cell) for name, cell in row.items()} for row in flat.to_dict("records")]
    if isinstance(value, Mapping):
        return {str(name): plain(own) for name, own in value.items()}
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, list | tuple):
        return [plain(own) for own in value]
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or value is pd.NA or (isinstance(value, float) and not math.isfinite(value)):
        return None
    return value


def text_table(table: pd.DataFrame, decimals: int = 1) -> str:
    """A table for a terminal, numbers to so many decimals, undefined ones as a dash."""

    def words(value: object, whole: bool) -> str:
        if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
            return "-"
        return f"{value:.{0 if whole else decimals}f}" if isinstance(value, float) else str(value)

    counts = table.get("measure", pd.Series("", index=table.index)) == "images"
    rows = zip(table.itertuples(index=False), counts, strict=True)
    cells = [[words(value, whole) for value in row] for row, whole in rows]
    return pd.DataFrame(cells, columns=table.columns).to_string(index=False)


def _heading(name: str) -> str:
    words = name.replace("_", " ")
    return words[0].upper() + words[1:]


def _write(file: Path, text: str) -> Path:
    unfinished = file.with_name(f".{file.name}.unfinished")
    unfinished.write_text(text)
    unfinished.replace(file)
    return file
