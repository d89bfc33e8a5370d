"""A report's figures as files: CSV always, SVG where a Chrome or Chromium can draw them.

Plotly draws in a browser only, and Kaleido (MIT, by plotly's makers) drives the one that is installed. A
second drawing of each figure, by a library that needs no browser, would not be the figure on the screen.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from study.errors import StudyError
from study.figures.template import LIGHT
from study.reporting.report import Say
from study.reporting.sections import Section

if TYPE_CHECKING:
    import plotly.graph_objects as go

WIDTH, HEIGHT = 900, 500
INSTEAD = (
    "give --csv-only to write the CSVs alone, or open the report in any browser, where each figure has an "
    "SVG button"
)


def write_figures(found: Sequence[Section], folder: Path, svg: bool, say: Say = lambda _: None) -> list[Path]:
    """Write <key>.csv of each section (and <key>-1.csv … of its further tables) and, with svg, <key>.svg.

    Returns the paths. The CSVs come first, so that they are there also where no SVG can be drawn.

    Raises:
        StudyError: there is no Chrome or Chromium to draw SVGs with, or it failed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for one in found:
        for at, table in enumerate([one.data, *one.tables.values()]):
            written.append(folder / (f"{one.key}-{at}.csv" if at else f"{one.key}.csv"))
            table.to_csv(written[-1], index=False)
    return written + (_write_svgs(found, folder, say) if svg else [])


def _write_svgs(found: Sequence[Section], folder: Path, say: Say) -> list[Path]:
    import kaleido

    browser = browser_path()
    drawn = [(folder / f"{one.key}.svg", one.draw(LIGHT)) for one in found if one.draw is not None]
    say(f"{len(drawn)} figures as SVG")
    wanted = [{"fig": figure, "path": str(path), "opts": _options(figure)} for path, figure in drawn]
    # MathJax would be fetched from a network, and no figure needs it.
    settings = {"mathjax": False, "path": browser}
    try:
        kaleido.write_fig_from_object_sync(wanted, cancel_on_error=True, kopts=settings)
    except Exception as problem:  # Kaleido and its driver raise many kinds of their own.
        raise StudyError(f"{browser} could not draw the SVGs ({problem}): {INSTEAD}") from problem
    return [path for path, _ in drawn]


def browser_path() -> str:
    """The Chrome or Chromium that Kaleido would drive; BROWSER_PATH in the environment names another.

    Raises:
        StudyError: there is none.
    """
    from choreographer.browsers.chromium import Chromium

    named = os.environ.get("BROWSER_PATH")
    if named and not Path(named).is_file():
        raise StudyError(f"BROWSER_PATH names {named}, which is no file: name a Chrome or Chromium")
    found = named or Chromium.find_browser(skip_local=False)
    if found is None:
        raise StudyError(f"SVG files need Chrome or Chromium, and none is installed: install one, {INSTEAD}")
    return str(found)


def _options(figure: go.Figure) -> dict[str, object]:
    return {"format": "svg", "width": WIDTH, "height": figure.layout.height or HEIGHT}
