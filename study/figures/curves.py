"""Shares that change along something: the foil's distance, the lag, the course of a study."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from study.figures.figure6 import chance_line
from study.figures.shares import interval_bars
from study.figures.template import LIGHT, Colours, empty_figure, template
from study.findings.psychometric import Psychometric
from study.findings.quality import Quality
from study.findings.retest import Retest
from study.findings.weibull import TARGET


def psychometric_figure(found: Psychometric, colours: Colours = LIGHT) -> go.Figure:
    """Accuracy against the foil's distance: tenths of the answers, the fitted curve and its threshold."""
    if found.bins.empty:
        return empty_figure("No answers to Experiment 2 yet", colours)
    figure = go.Figure(layout={"template": template(colours)})
    _points(figure, found.bins, "distance", "accuracy", "answers, in tenths", colours)
    if not found.curve.empty:
        line = {"color": colours.accent, "width": 2}
        figure.add_scatter(
            x=found.curve["distance"],
            y=found.curve["accuracy"],
            mode="lines",
            line=line,
            name="fitted function",
        )
    threshold = found.threshold.estimate
    if threshold is not None:
        figure.add_scatter(
            x=[threshold],
            y=[TARGET],
            mode="markers+text",
            text=[f"{TARGET:.0%} right at {threshold:.2f}"],
            textposition="bottom right",
            marker={
                "symbol": "diamond",
                "size": 12,
                "color": colours.hard,
                "line": {"color": colours.text, "width": 1},
            },
            name="threshold",
        )
    chance_line(figure, colours)
    figure.update_xaxes(title="Distance of the foil's soft-label (Jensen-Shannon)")
    figure.update_yaxes(title="Share of right choices", tickformat=".0%", range=[0.3, 1])
    return figure


def lag_figure(found: Retest, colours: Colours = LIGHT) -> go.Figure:
    """Self-agreement against the questions between first answer and repeat."""
    if found.by_lag.empty:
        return empty_figure("No question has been repeated yet", colours)
    figure = go.Figure(layout={"template": template(colours), "showlegend": False})
    _points(figure, found.by_lag, "lag", "percent", "self-agreement", colours)
    figure.update_xaxes(title="Questions from first answer to repeat")
    figure.update_yaxes(title="Same answer again", tickformat=".0%", range=[0, 1])
    return figure


def course_figure(found: Quality, colours: Colours = LIGHT) -> go.Figure:
    """Accuracy in each tenth of the participants' questions, first to last."""
    known = found.course[found.course["n"] > 0]
    if not known["accuracy"].notna().any():
        return empty_figure("No answers to Experiment 2 yet", colours)
    figure = go.Figure(layout={"template": template(colours), "showlegend": False})
    _points(figure, known, "part", "accuracy", "accuracy", colours)
    chance_line(figure, colours)
    figure.update_xaxes(title="Tenth of the participant's questions", dtick=1)
    figure.update_yaxes(title="Share of right choices", tickformat=".0%", range=[0.3, 1])
    return figure


def speed_figure(found: Quality, colours: Colours = LIGHT) -> go.Figure:
    """Accuracy against response time, in fifths of each participant's own times."""
    known = found.speed[found.speed["n"] > 0]
    if known.empty:
        return empty_figure("No answers to Experiment 2 yet", colours)
    figure = go.Figure(layout={"template": template(colours), "showlegend": False})
    _points(figure, known, "rt_ms", "accuracy", "accuracy", colours)
    chance_line(figure, colours)
    figure.update_xaxes(title="Median response time of the fifth, ms")
    figure.update_yaxes(title="Share of right choices", tickformat=".0%", range=[0.3, 1])
    return figure


def response_times_figure(found: Quality, colours: Colours = LIGHT) -> go.Figure:
    """How many answers took how long, by experiment."""
    if not found.rt["n"].sum():
        return empty_figure("No response times yet", colours)
    figure = go.Figure(layout={"template": template(colours), "barmode": "group"})
    for experiment, colour, pattern in ((1, colours.soft, ""), (2, colours.hard, "/")):
        rows = found.rt[found.rt["experiment"] == experiment]
        figure.add_bar(
            x=[_span(low, high) for low, high in zip(rows["low_edge"], rows["high_edge"], strict=True)],
            y=rows["n"],
            name=f"Experiment {experiment}, n = {rows['n'].sum():,}",
            marker={"color": colour, "pattern": {"shape": pattern}},
        )
    figure.update_xaxes(title="Response time, s")
    figure.update_yaxes(title="Answers")
    return figure


def _span(low: float, high: float) -> str:
    return f"{low / 1000:g} and more" if high == float("inf") else f"{low / 1000:g} to {high / 1000:g}"


def _points(figure: go.Figure, rows: pd.DataFrame, x: str, y: str, name: str, colours: Colours) -> None:
    figure.add_scatter(
        x=rows[x],
        y=rows[y],
        mode="markers",
        name=name,
        marker={"color": colours.text, "size": 9},
        error_y=interval_bars(rows, y, "low", "high", colours),
        customdata=rows["n"],
        hovertemplate="%{x:.3g}: %{y:.1%}, n = %{customdata:,}<extra></extra>",
    )
