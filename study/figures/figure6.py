"""Fig. 6 of the paper: preference, accuracy, and the graph of self- and inter-agreement."""

from __future__ import annotations

import math

import pandas as pd
import plotly.graph_objects as go

from study.figures.agreement_graph import agreement_graph
from study.figures.template import LIGHT, PATTERNS, Colours, empty_figure, template
from study.findings.discrimination import Discrimination
from study.findings.estimate import Estimate
from study.findings.preference import Preference
from study.findings.trials import PREFERENCES

__all__ = ["accuracy_figure", "agreement_graph", "preference_figure"]

NAMES = {"soft": "Soft-label", "hard": "Hard-label", "both": "Both", "none": "None"}
MEAN = "Mean"


def preference_figure(found: Preference, colours: Colours = LIGHT) -> go.Figure:
    """Fig. 6-a: shares of soft, hard, both and none per participant and on average, with 95 % intervals."""
    rows = found.by_participant
    if rows.empty:
        return empty_figure("No answers to Experiment 1 yet", colours)
    labels = _labels(rows, found.overall["soft"].n)
    figure = go.Figure(layout={"template": template(colours), "barmode": "group"})
    for name in PREFERENCES:
        values, low, high = _with_mean(rows, name, f"{name}_low", f"{name}_high", found.overall[name])
        figure.add_bar(
            x=labels,
            y=values,
            name=NAMES[name],
            marker={"color": getattr(colours, name), "pattern": {"shape": PATTERNS[name]}},
            error_y=_bars(values, low, high, colours),
            hovertemplate="%{x}<br>" + NAMES[name] + " %{y:.1%}<extra></extra>",
        )
    figure.update_yaxes(title="Share of answers", tickformat=".0%", range=[0, 1])
    return figure


def accuracy_figure(found: Discrimination, colours: Colours = LIGHT) -> go.Figure:
    """Fig. 6-b: share of right choices in Experiment 2 per participant and on average, chance at 50 %."""
    rows = found.by_participant
    if rows.empty:
        return empty_figure("No answers to Experiment 2 yet", colours)
    values, low, high = _with_mean(rows, "accuracy", "low", "high", found.overall)
    figure = go.Figure(layout={"template": template(colours), "showlegend": False})
    labels = _labels(rows, found.overall.n)
    figure.add_bar(
        x=[f"{share:.0%}<br>{label}" for share, label in zip(values, labels, strict=True)],
        y=values,
        marker={
            "color": colours.accent,
            "pattern": {"shape": [""] * len(rows) + ["/"]},
        },
        error_y=_bars(values, low, high, colours),
        hovertemplate="%{x}<br>%{y:.1%} right<extra></extra>",
    )
    figure.add_hline(
        y=0.5,
        line={"dash": "dash", "color": colours.faint},
        annotation={"text": "chance", "font": {"color": colours.text}},
    )
    figure.update_yaxes(title="Share of right choices", tickformat=".0%", range=[0, 1])
    return figure


def _labels(rows: pd.DataFrame, total: int) -> list[str]:
    each = [f"{name}<br>n = {n:,}" for name, n in zip(rows["participant"], rows["n"], strict=True)]
    return [*each, f"{MEAN}<br>n = {total:,}"]


def _with_mean(
    rows: pd.DataFrame, column: str, low: str, high: str, overall: Estimate
) -> tuple[list[float], list[float], list[float]]:
    last = (overall.estimate, overall.low, overall.high)
    columns = (rows[column], rows[low], rows[high])
    full = [
        [*map(float, values), math.nan if end is None else end]
        for values, end in zip(columns, last, strict=True)
    ]
    return full[0], full[1], full[2]


def _bars(values: list[float], low: list[float], high: list[float], colours: Colours) -> dict[str, object]:
    """Error bars; none where the interval is undefined."""
    return {
        "type": "data",
        "array": [_length(top - value) for value, top in zip(values, high, strict=True)],
        "arrayminus": [_length(value - bottom) for value, bottom in zip(values, low, strict=True)],
        "color": colours.text,
        "thickness": 1.2,
        "width": 3,
    }


def _length(difference: float) -> float:
    return max(difference, 0.0) if math.isfinite(difference) else 0.0
