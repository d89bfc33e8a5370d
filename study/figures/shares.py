"""Shares of groups of images or questions, with their intervals."""

from __future__ import annotations

import math

import pandas as pd
import plotly.graph_objects as go

from study.figures.figure6 import NAMES, chance_line
from study.figures.template import LIGHT, MARKERS, Colours, empty_figure, template
from study.findings.trials import PREFERENCES

TITLES = {
    "emotion": "Emotion of the hard label",
    "subset": "Subset",
    "margin": "Margin of the hard label",
    "entropy": "Entropy of the soft-label, bits",
}


def preference_by(rows: pd.DataFrame, colours: Colours = LIGHT) -> go.Figure:
    """Shares of soft, hard, both and none by the first column of preference's by_emotion, by_subset or
    by_margin.
    """
    if rows.empty or not rows["n"].sum():
        return empty_figure("No answers to Experiment 1 yet", colours)
    figure = go.Figure(layout={"template": template(colours), "scattermode": "group"})
    for name in PREFERENCES:
        _points(figure, rows, name, NAMES[name], (name, f"{name}_low", f"{name}_high"), colours)
    return _finished(figure, rows, "Share of answers")


def accuracy_by(rows: pd.DataFrame, colours: Colours = LIGHT) -> go.Figure:
    """Accuracy by the first column of discrimination's by_emotion or by_subset; chance is dashed."""
    if rows.empty or not rows["n"].sum():
        return empty_figure("No answers to Experiment 2 yet", colours)
    figure = go.Figure(layout={"template": template(colours), "showlegend": False})
    _points(figure, rows, "soft", "Share of right choices", ("accuracy", "low", "high"), colours)
    chance_line(figure, colours)
    return _finished(figure, rows, "Share of right choices")


def interval_bars(rows: pd.DataFrame, value: str, low: str, high: str, colours: Colours) -> dict[str, object]:
    """Error bars of a column's intervals; no bar where the interval is undefined."""
    return {
        "type": "data",
        "array": [_length(found) for found in rows[high] - rows[value]],
        "arrayminus": [_length(found) for found in rows[value] - rows[low]],
        "color": colours.text,
        "thickness": 1.2,
        "width": 3,
    }


def _length(difference: float) -> float:
    return max(difference, 0.0) if math.isfinite(difference) else 0.0


def _points(
    figure: go.Figure,
    rows: pd.DataFrame,
    name: str,
    said: str,
    columns: tuple[str, str, str],
    colours: Colours,
) -> None:
    group = rows.columns[0]
    known = rows[rows["n"] > 0]
    value, low, high = columns
    figure.add_scatter(
        x=[f"{label}<br>n = {n:,}" for label, n in zip(known[group], known["n"], strict=True)],
        y=known[value],
        mode="markers",
        name=said,
        marker={"color": getattr(colours, name), "symbol": MARKERS[name], "size": 10},
        error_y=interval_bars(known, value, low, high, colours),
        hovertemplate="%{x}<br>" + said + " %{y:.1%}<extra></extra>",
    )


def _finished(figure: go.Figure, rows: pd.DataFrame, title: str) -> go.Figure:
    figure.update_xaxes(title=TITLES.get(str(rows.columns[0]), str(rows.columns[0])))
    figure.update_yaxes(title=title, tickformat=".0%", range=[0, 1])
    return figure
