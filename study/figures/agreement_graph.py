"""Fig. 6-c: participants as a graph, self-agreement on the nodes and pairwise agreement on the edges."""

from __future__ import annotations

import math

import pandas as pd
import plotly.graph_objects as go

from study.figures.spread import Spread, spread_figure
from study.figures.template import LIGHT, Colours, empty_figure, template
from study.findings.agreement import InterAgreement
from study.findings.consistency import SelfAgreement

# Text on the nodes is dark on every page, since the nodes are orange on every page.
ON_NODE = "#1B1D23"
# Least share of each thickness of line.
WIDTHS = ((0.0, 1.0), (0.5, 2.5), (0.6, 4.5), (0.7, 7.0), (0.8, 10.0))
MOST_MISSING = 600
MOST_LABELS = 36
MOST_NODE_LABELS = 24
MOST_DRAWN = 60

Places = dict[str, tuple[float, float]]


def agreement_graph(own: SelfAgreement, between: InterAgreement, colours: Colours = LIGHT) -> go.Figure:
    """Participants on a circle, sized and labelled by self-agreement; edges by pairwise agreement, with n.

    A pair that shares no question is a faint dotted line without a number, and the legend says so. Numbers
    are left to the pointer above 36 edges and 24 participants; above 60 participants the spread of the
    values stands in for circles and lines.
    """
    pairs = between.by_pair
    columns = (own.by_participant["participant"], pairs["a"], pairs["b"])
    names = sorted(set().union(*(column.unique() for column in columns)))
    if not names:
        return empty_figure("No participant has answered yet", colours)
    if len(names) > MOST_DRAWN:
        return _spread(own, between, colours)
    places = _circle(names)
    figure = go.Figure(
        layout={
            "template": template(colours),
            "height": 620,
            "legend": {"orientation": "h", "yanchor": "top", "y": 0, "x": 0.5, "xanchor": "center"},
            "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        }
    )
    _missing_edges(figure, pairs, places, colours)
    _edges(figure, pairs, places, colours)
    _nodes(figure, own.by_participant, places, colours)
    # Wide enough that the names left and right fit on a telephone too.
    figure.update_xaxes(visible=False, range=[-1.85, 1.85], constrain="domain")
    figure.update_yaxes(visible=False, range=[-1.75, 1.75], scaleanchor="x", constrain="domain")
    return figure


def _spread(own: SelfAgreement, between: InterAgreement, colours: Colours) -> go.Figure:
    shared = between.by_pair.loc[between.by_pair["n"] > 0, "percent"].to_numpy(float)
    parts = {
        "With oneself": Spread(
            own.by_participant["percent"].to_numpy(float), "participants", own.overall, colours.hard
        ),
        "With one another": Spread(shared, "pairs", between.overall, colours.accent),
    }
    return spread_figure(parts, "Share of same answers", colours)


def _circle(names: list[str]) -> Places:
    turn = [math.pi / 2 - 2 * math.pi * at / len(names) for at in range(len(names))]
    return {name: (math.cos(angle), math.sin(angle)) for name, angle in zip(names, turn, strict=True)}


def _missing_edges(figure: go.Figure, pairs: pd.DataFrame, places: Places, colours: Colours) -> None:
    """Faint dotted lines; where they would be too many to see, the legend alone says what no line means."""
    missing = pairs[pairs["n"] == 0]
    if missing.empty:
        return
    drawn = len(missing) <= MOST_MISSING
    x, y = _segments(missing, places) if drawn else ([None], [None])
    figure.add_scatter(
        x=x,
        y=y,
        mode="lines",
        line={"color": colours.faint, "dash": "dot", "width": 1},
        opacity=0.45,
        hoverinfo="skip",
        name="no shared questions" if drawn else "no line: no shared questions",
    )


def _edges(figure: go.Figure, pairs: pd.DataFrame, places: Places, colours: Colours) -> None:
    """Lines in five classes of thickness, and a number beside each where they are few enough to be read."""
    shared = pairs[pairs["n"] > 0]
    share = shared["percent"].to_numpy(float)
    for at, (low, width) in enumerate(WIDTHS):
        high = WIDTHS[at + 1][0] if at + 1 < len(WIDTHS) else math.inf
        rows = shared[(share >= low) & (share < high)]
        if rows.empty:
            continue
        x, y = _segments(rows, places)
        line = {"color": colours.accent, "width": width}
        name = f"pair agrees in {low:.0%} or more" if at else f"pair agrees in less than {high:.0%}"
        figure.add_scatter(x=x, y=y, mode="lines", line=line, hoverinfo="skip", name=name)
    _edge_labels(figure, shared, places, colours)


def _segments(pairs: pd.DataFrame, places: Places) -> tuple[list[float | None], list[float | None]]:
    """Line ends of the pairs, with gaps between."""
    x: list[float | None] = []
    y: list[float | None] = []
    for a, b in zip(pairs["a"], pairs["b"], strict=True):
        x += [places[a][0], places[b][0], None]
        y += [places[a][1], places[b][1], None]
    return x, y


def _edge_labels(figure: go.Figure, shared: pd.DataFrame, places: Places, colours: Colours) -> None:
    x, y, texts, hovers = [], [], [], []
    rows = shared[["a", "b", "n", "percent", "low", "high"]].itertuples(index=False, name=None)
    for a, b, n, percent, low, high in rows:
        across, up = _beside(places[a], places[b])
        x.append(across)
        y.append(up)
        texts.append(f"{percent:.0%}<br>n = {n:,}" if len(shared) <= MOST_LABELS else "")
        hovers.append(f"{a} and {b}: {percent:.1%} [{low:.1%}, {high:.1%}], n = {n:,}")
    figure.add_scatter(
        x=x,
        y=y,
        mode="markers+text",
        marker={"size": 18, "opacity": 0},
        text=texts,
        textfont={"size": 12, "color": colours.text},
        hovertext=hovers,
        hoverinfo="text",
        showlegend=False,
    )


def _beside(start: tuple[float, float], end: tuple[float, float]) -> tuple[float, float]:
    """A point beside a line, away from the centre; off its middle, so that numbers of crossing lines lie
    apart.
    """
    x, y = 0.44 * start[0] + 0.56 * end[0], 0.44 * start[1] + 0.56 * end[1]
    across, up = end[1] - start[1], start[0] - end[0]
    length = math.hypot(across, up) or 1.0
    away = 0.15 if across * x + up * y >= 0 else -0.15
    return x + away * across / length, y + away * up / length


def _nodes(figure: go.Figure, rows: pd.DataFrame, places: Places, colours: Colours) -> None:
    columns = ["participant", "n", "percent", "low", "high"]
    found = {name: row for name, *row in rows[columns].to_numpy().tolist()}
    shares, names, sizes, hovers = [], [], [], []
    for name in places:
        n, percent, low, high = found.get(name, (0, math.nan, math.nan, math.nan))
        known = n > 0
        shares.append(f"<b>{percent:.0%}</b>" if known else "?")
        names.append(f"<b>{name}</b><br>n = {n:,}" if known else f"<b>{name}</b><br>no repeats")
        sizes.append(26 + 26 * percent if known else 26)
        about = f"{percent:.1%} [{low:.1%}, {high:.1%}], n = {n:,}" if known else "no question answered twice"
        hovers.append(f"{name} with themselves: {about}")
    few = len(places) <= MOST_NODE_LABELS
    outline = {"color": colours.text, "width": 1}
    figure.add_scatter(
        x=[place[0] for place in places.values()],
        y=[place[1] for place in places.values()],
        mode="markers+text" if few else "markers",
        marker={"size": sizes if few else 9, "color": colours.hard, "line": outline, "opacity": 1},
        text=shares,
        textfont={"size": 13, "color": ON_NODE},
        hovertext=hovers,
        hoverinfo="text",
        name="participant, with self-agreement (larger: more)",
    )
    if few:
        figure.add_scatter(
            x=[1.47 * place[0] for place in places.values()],
            y=[1.47 * place[1] for place in places.values()],
            mode="text",
            text=names,
            textfont={"size": 13, "color": colours.text},
            hoverinfo="skip",
            showlegend=False,
        )
