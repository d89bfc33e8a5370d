"""The spread of many people's values, where a mark for each would not be read: five numbers instead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from study.figures.template import LIGHT, Colours, empty_figure, template
from study.findings.estimate import Estimate
from study.findings.intervals import Array

MOST_MARKED = 30
"""Participants that are drawn one by one."""


@dataclass(frozen=True)
class Spread:
    """Values to be summed up, (people,), what one of them is, and their mean with its interval."""

    values: Array
    noun: str
    mean: Estimate
    colour: str


def spread_figure(parts: Mapping[str, Spread], title: str, colours: Colours = LIGHT) -> go.Figure:
    """A box of least, quarter, middle, three-quarter and greatest value of each part, beside its mean."""
    known = {name: part for name, part in parts.items() if np.isfinite(part.values).any()}
    if not known:
        return empty_figure("No answers yet", colours)
    figure = go.Figure(layout={"template": template(colours), "showlegend": False})
    for name, part in known.items():
        values = part.values[np.isfinite(part.values)]
        label = f"{name}<br>{len(values):,} {part.noun}"
        _box(figure, label, values, part.colour)
        _mean(figure, label, part.mean, colours)
    figure.update_xaxes(tickangle=0)
    figure.update_yaxes(title=title, tickformat=".0%", range=[0, 1])
    return figure


def _box(figure: go.Figure, label: str, values: Array, colour: str) -> None:
    least, quarter, middle, three, greatest = np.quantile(values, [0, 0.25, 0.5, 0.75, 1])
    figure.add_box(
        x=[label],
        lowerfence=[least],
        q1=[quarter],
        median=[middle],
        q3=[three],
        upperfence=[greatest],
        width=0.4,
        line={"color": colour},
        fillcolor="rgba(0,0,0,0)",
    )


def _mean(figure: go.Figure, label: str, mean: Estimate, colours: Colours) -> None:
    if mean.estimate is None:
        return
    low, high = (mean.estimate if end is None else end for end in (mean.low, mean.high))
    figure.add_scatter(
        x=[label],
        y=[mean.estimate],
        mode="markers",
        marker={"color": colours.text, "symbol": "diamond", "size": 10},
        error_y={
            "type": "data",
            "array": [high - mean.estimate],
            "arrayminus": [mean.estimate - low],
            "color": colours.text,
            "width": 6,
        },
        hovertemplate="mean %{y:.1%}<extra></extra>",
    )
