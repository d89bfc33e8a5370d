"""One look for every figure, readable on a light and on a dark page."""

from __future__ import annotations

from dataclasses import dataclass

import plotly.graph_objects as go


@dataclass(frozen=True)
class Colours:
    """What a figure is drawn with: text and line colours of the page, and one colour per answer.

    The answers' colours are Okabe & Ito's, told apart with any colour vision; marks and patterns repeat
    what they say.
    """

    text: str = "#31333F"
    faint: str = "#8A8F98"
    grid: str = "rgba(138,143,152,0.25)"
    soft: str = "#0072B2"
    hard: str = "#E69F00"
    both: str = "#009E73"
    none: str = "#8A8F98"
    accent: str = "#0072B2"


LIGHT = Colours()
DARK = Colours(text="#E8EAED", faint="#9AA0AA", soft="#56B4E9", accent="#56B4E9")
PATTERNS = {"soft": "", "hard": "/", "both": "x", "none": "."}
MARKERS = {"soft": "circle", "hard": "square", "both": "diamond", "none": "x"}


def template(colours: Colours = LIGHT) -> go.layout.Template:
    """The plotly template: transparent background, the page's text colour, quiet grid."""
    axis = {
        "gridcolor": colours.grid,
        "zerolinecolor": colours.grid,
        "linecolor": colours.faint,
        "automargin": True,
    }
    return go.layout.Template(
        layout={
            "font": {"color": colours.text, "size": 14},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "colorway": [colours.soft, colours.hard, colours.both, colours.none],
            "xaxis": axis,
            "yaxis": axis,
            "legend": {"orientation": "h", "yanchor": "bottom", "y": 1.02, "x": 0},
            "margin": {"l": 56, "r": 16, "t": 48, "b": 56},
            "hoverlabel": {"align": "left"},
            "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": colours.faint, "activecolor": colours.text},
        }
    )


def empty_figure(reason: str, colours: Colours = LIGHT) -> go.Figure:
    """A figure that says why there is nothing to draw."""
    figure = go.Figure(layout={"template": template(colours)})
    figure.add_annotation(text=reason, showarrow=False, xref="paper", yref="paper", x=0.5, y=0.5)
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)
    return figure
