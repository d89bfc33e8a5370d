"""Fig. 6 of the paper: preference, accuracy, and the graph of self- and inter-agreement."""

from __future__ import annotations

import math

import pandas as pd
import plotly.graph_objects as go

from study.figures.agreement_graph import agreement_graph
from study.figures.spread import MOST_MARKED, Spread, spread_figure
from study.figures.template import LIGHT, PATTERNS, Colours, empty_figure, template
from study.findings.discrimination import Discrimination
from study.findings.estimate import Estimate
from study.findings.preference import Preference
from study.findings.trials import PREFERENCES

__all__ = ["accuracy_figure", "agreement_graph", "preference_figure"]

NAMES = {"soft": "Soft-label", "hard": "Hard-label", "both": "Both", "none": "None"}
MEAN = "Mean"
UPRIGHT_LABELS = 8


def preference_figure(found: Preference, colours: Colours = LIGHT) -> go.Figure:
    """Fig. 6-a: shares of soft, hard, both and none per participant and on average, with 95 % intervals."""
    rows = found.by_participant
    if rows.empty:
        return empty_figure("No answers to Experiment 1 yet", colours)
    if len(rows) > MOST_MARKED:
        return _preferences_spread(found, colours)
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
    _people_axis(figure, len(labels))
    figure.update_yaxes(title="Share of answers", tickformat=".0%", range=[0, 1])
    return figure


def accuracy_figure(found: Discrimination, colours: Colours = LIGHT) -> go.Figure:
    """Fig. 6-b: share of right choices in Experiment 2 per participant and on average, chance at 50 %."""
    rows = found.by_participant
    if rows.empty:
        return empty_figure("No answers to Experiment 2 yet", colours)
    if len(rows) > MOST_MARKED:
        shares = rows["accuracy"].to_numpy(float)
        parts = {"Right choices": Spread(shares, "participants", found.overall, colours.accent)}
        figure = spread_figure(parts, "Share of right choices", colours)
        chance_line(figure, colours)
        return figure
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
    chance_line(figure, colours)
    _people_axis(figure, len(labels))
    figure.update_yaxes(title="Share of right choices", tickformat=".0%", range=[0, 1])
    return figure


def chance_line(figure: go.Figure, colours: Colours) -> None:
    """A dashed line at one half, named above its left end, where no bar begins."""
    note = {"text": "chance", "font": {"color": colours.text, "size": 12}, "xanchor": "left", "x": 0}
    figure.add_hline(y=0.5, line={"dash": "dash", "color": colours.faint}, annotation=note)


def _preferences_spread(found: Preference, colours: Colours) -> go.Figure:
    parts = {
        NAMES[name]: Spread(
            found.by_participant[name].to_numpy(float),
            "participants",
            found.overall[name],
            getattr(colours, name),
        )
        for name in PREFERENCES
    }
    return spread_figure(parts, "Share of answers", colours)


def _people_axis(figure: go.Figure, bars: int) -> None:
    """Say what stands below the bars; a few labels stay upright on a telephone too."""
    figure.update_xaxes(title="Participant, and number of answers", tickfont={"size": 12})
    if bars <= UPRIGHT_LABELS:
        figure.update_xaxes(tickangle=0)


def _labels(rows: pd.DataFrame, total: int) -> list[str]:
    each = [f"{name}<br>{n:,}" for name, n in zip(rows["participant"], rows["n"], strict=True)]
    return [*each, f"{MEAN}<br>{total:,}"]


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
