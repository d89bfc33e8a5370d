"""How the figures of an evaluation look: one template, colours told apart with any colour vision."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

_EMOTIONS = {
    "Neutral": "#8A8F98",
    "Happy": "#E69F00",
    "Sad": "#0072B2",
    "Surprise": "#56B4E9",
    "Fear": "#CC79A7",
    "Disgust": "#009E73",
    "Anger": "#D55E00",
    "Contempt": "#882255",
}


@dataclass(frozen=True)
class Look:
    """Text and line colours of the page, and a colour for each emotion and subset.

    A page passes its own; `LIGHT` and `DARK` serve files.
    """

    text: str = "#31333F"
    faint: str = "#8A8F98"
    grid: str = "rgba(138,143,152,0.25)"
    scale: str = "Blues"
    emotions: Mapping[str, str] = field(default_factory=lambda: dict(_EMOTIONS))
    subsets: Mapping[str, str] = field(
        default_factory=lambda: {"Easy": "#0072B2", "Challenging": "#E69F00", "Difficult": "#882255"}
    )


LIGHT = Look()
DARK = Look(text="#E8EAED", faint="#9AA0AA", scale="Blues_r")

SYMBOLS = ("circle", "square", "diamond", "cross", "x", "triangle-up", "triangle-down", "star", "pentagon")
SERIES = ("#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#882255", "#8A8F98", "#999933")
"""Marks and colours of things that are no emotion, told apart by both."""


def figure(look: Look, title: str) -> go.Figure:
    """An empty figure in the look, with a title."""
    axis = {"gridcolor": look.grid, "zerolinecolor": look.grid, "linecolor": look.faint, "automargin": True}
    layout = {
        "font": {"color": look.text, "size": 14},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "colorway": list(SERIES),
        "xaxis": axis,
        "yaxis": axis,
        "legend": {"orientation": "h", "yanchor": "top", "y": -0.26, "x": 0},
        "margin": {"l": 56, "r": 16, "t": 56, "b": 56},
        "hoverlabel": {"align": "left"},
        "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": look.faint, "activecolor": look.text},
    }
    return go.Figure(layout={"template": go.layout.Template(layout=layout), "title": {"text": title, "x": 0}})


def heatmap(
    values: npt.ArrayLike,
    names: tuple[list[str], list[str]],
    text: npt.ArrayLike,
    title: str,
    look: Look,
    hover: str,
) -> go.Figure:
    """A matrix with its numbers in the cells; `names` are those of the rows (top to bottom) and the
    columns.
    """
    found = figure(look, title)
    rows, columns = names
    found.add_heatmap(
        z=np.asarray(values, dtype=np.float64),
        x=columns,
        y=rows,
        text=np.asarray(text),
        texttemplate="%{text}",
        textfont={"size": 11},
        colorscale=look.scale,
        showscale=False,
        xgap=1,
        ygap=1,
        hovertemplate=hover + "<extra></extra>",
    )
    found.update_yaxes(autorange="reversed", type="category", showgrid=False)
    found.update_xaxes(type="category", showgrid=False)
    return found
