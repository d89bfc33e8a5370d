"""Fig. 6 of the paper: preference, accuracy, and the graph of self- and inter-agreement."""

from __future__ import annotations

import math

import pandas as pd
import plotly.graph_objects as go

from study.figures.template import LIGHT, PATTERNS, Colours, empty_figure, template
from study.findings.agreement import InterAgreement
from study.findings.consistency import SelfAgreement
from study.findings.discrimination import Discrimination
from study.findings.estimate import Estimate
from study.findings.preference import Preference
from study.findings.trials import PREFERENCES

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
    figure.add_bar(
        x=_labels(rows, found.overall.n),
        y=values,
        text=[f"{value:.0%}" for value in values],
        textposition="inside",
        insidetextanchor="start",
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


def agreement_graph(own: SelfAgreement, between: InterAgreement, colours: Colours = LIGHT) -> go.Figure:
    """Fig. 6-c: participants on a circle, sized and labelled by self-agreement; edges by pairwise agreement.

    A pair that shares no question is a faint dashed line without a number, and the legend says so.
    """
    names = sorted(
        set(own.by_participant["participant"]) | set(between.by_pair["a"]) | set(between.by_pair["b"])
    )
    if not names:
        return empty_figure("No participant has answered yet", colours)
    places = _circle(names)
    figure = go.Figure(layout={"template": template(colours)})
    _missing_edges(figure, between.by_pair, places, colours)
    _edges(figure, between.by_pair, places, colours)
    _nodes(figure, own.by_participant, places, colours)
    figure.update_xaxes(visible=False, range=[-1.45, 1.45])
    figure.update_yaxes(visible=False, range=[-1.45, 1.45], scaleanchor="x")
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


def _circle(names: list[str]) -> dict[str, tuple[float, float]]:
    turn = [math.pi / 2 - 2 * math.pi * at / len(names) for at in range(len(names))]
    return {name: (math.cos(angle), math.sin(angle)) for name, angle in zip(names, turn, strict=True)}


def _missing_edges(
    figure: go.Figure, pairs: pd.DataFrame, places: dict[str, tuple[float, float]], colours: Colours
) -> None:
    missing = pairs[pairs["n"] == 0]
    if missing.empty:
        return
    x: list[float | None] = []
    y: list[float | None] = []
    for a, b in zip(missing["a"], missing["b"], strict=True):
        x += [places[a][0], places[b][0], None]
        y += [places[a][1], places[b][1], None]
    line = {"color": colours.faint, "dash": "dot", "width": 1}
    figure.add_scatter(
        x=x, y=y, mode="lines", line=line, opacity=0.4, hoverinfo="skip", name="no shared questions"
    )


def _edges(
    figure: go.Figure, pairs: pd.DataFrame, places: dict[str, tuple[float, float]], colours: Colours
) -> None:
    shared = pairs[pairs["n"] > 0]
    middle_x, middle_y, texts, hovers = [], [], [], []
    for at, (a, b, n, percent, low, high) in enumerate(
        shared[["a", "b", "n", "percent", "low", "high"]].itertuples(index=False, name=None)
    ):
        (x0, y0), (x1, y1) = places[a], places[b]
        figure.add_scatter(
            x=[x0, x1],
            y=[y0, y1],
            mode="lines",
            line={"color": colours.accent, "width": 1 + 9 * max(percent - 0.25, 0)},
            hoverinfo="skip",
            name="agreement of two participants (thicker: more)",
            legendgroup="edges",
            showlegend=at == 0,
        )
        # A little off the middle, so that the numbers of crossing edges do not lie on each other.
        middle_x.append(0.42 * x0 + 0.58 * x1)
        middle_y.append(0.42 * y0 + 0.58 * y1)
        texts.append(f"{percent:.0%}<br>n = {n:,}")
        hovers.append(f"{a} and {b}: {percent:.1%} [{low:.1%}, {high:.1%}], n = {n:,}")
    figure.add_scatter(
        x=middle_x,
        y=middle_y,
        mode="text",
        text=texts,
        textfont={"size": 11, "color": colours.text},
        hovertext=hovers,
        hoverinfo="text",
        showlegend=False,
    )


def _nodes(
    figure: go.Figure, rows: pd.DataFrame, places: dict[str, tuple[float, float]], colours: Colours
) -> None:
    found = {
        name: row for name, *row in rows[["participant", "n", "percent", "low", "high"]].to_numpy().tolist()
    }
    texts, sizes, hovers = [], [], []
    for name in places:
        n, percent, low, high = found.get(name, (0, math.nan, math.nan, math.nan))
        if n > 0:
            texts.append(f"<b>{name}</b><br>{percent:.0%}<br>n = {n:,}")
            sizes.append(16 + 28 * percent)
            hovers.append(f"{name} with themselves: {percent:.1%} [{low:.1%}, {high:.1%}], n = {n:,}")
        else:
            texts.append(f"<b>{name}</b><br>no repeats")
            sizes.append(16)
            hovers.append(f"{name} has answered no question twice")
    figure.add_scatter(
        x=[place[0] for place in places.values()],
        y=[place[1] for place in places.values()],
        mode="markers",
        marker={
            "size": sizes,
            "color": colours.hard,
            "line": {"color": colours.text, "width": 1},
            "opacity": 1,
        },
        hovertext=hovers,
        hoverinfo="text",
        name="self-agreement of a participant (larger: more)",
    )
    figure.add_scatter(
        x=[1.27 * place[0] for place in places.values()],
        y=[1.27 * place[1] for place in places.values()],
        mode="text",
        text=texts,
        textfont={"size": 12, "color": colours.text},
        hoverinfo="skip",
        showlegend=False,
    )
