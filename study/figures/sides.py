"""Bias towards a side, and how close pairs come to the most they could agree."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from study.figures.shares import interval_bars
from study.figures.spread import MOST_MARKED, Spread, spread_figure
from study.figures.template import LIGHT, Colours, empty_figure, template
from study.findings.bias import SideBias
from study.findings.estimate import undefined


def side_figure(found: SideBias, colours: Colours = LIGHT) -> go.Figure:
    """Share of left among the sides chosen, per participant; no bias is the dashed line at one half."""
    rows = found.by_participant
    if rows.empty:
        return empty_figure(f"No answers to Experiment {found.experiment} yet", colours)
    if len(rows) > MOST_MARKED:
        part = Spread(rows["left"].to_numpy(float), "participants", found.left, colours.accent)
        return spread_figure({"Left": part}, "Share of left", colours)
    figure = go.Figure(layout={"template": template(colours), "showlegend": False})
    figure.add_scatter(
        x=[f"{name}<br>n = {n:,}" for name, n in zip(rows["participant"], rows["n"], strict=True)],
        y=rows["left"],
        mode="markers",
        marker={"color": colours.accent, "size": 10},
        error_y=interval_bars(rows, "left", "low", "high", colours),
        hovertemplate="%{x}<br>%{y:.1%} left<extra></extra>",
    )
    note = {"text": "no bias", "font": {"color": colours.text}}
    figure.add_hline(y=0.5, line={"dash": "dash", "color": colours.faint}, annotation=note)
    figure.update_yaxes(title="Share of left", tickformat=".0%", range=[0, 1])
    return figure


def ceiling_figure(rows: pd.DataFrame, colours: Colours = LIGHT) -> go.Figure:
    """Each pair's agreement beside the ceiling that the two self-agreements set; rows of noise_ceiling."""
    known = rows[rows["ceiling"].notna()]
    if known.empty:
        return empty_figure("No pair has both shared questions and repeats yet", colours)
    if len(known) > MOST_MARKED:
        return _ceilings_spread(known, colours)
    figure = go.Figure(layout={"template": template(colours)})
    pairs = [
        f"{a} - {b}<br>n = {n:,}" for a, b, n in known[["a", "b", "n"]].itertuples(index=False, name=None)
    ]
    figure.add_bar(
        x=pairs, y=known["percent"], name="agreement of the pair", marker={"color": colours.accent}
    )
    figure.add_scatter(
        x=pairs,
        y=known["ceiling"],
        mode="markers",
        name="ceiling",
        marker={"symbol": "line-ew", "size": 26, "line": {"color": colours.text, "width": 3}},
    )
    figure.update_yaxes(title="Share of same answers", tickformat=".0%", range=[0, 1])
    return figure


def _ceilings_spread(known: pd.DataFrame, colours: Colours) -> go.Figure:
    none = undefined("drawn as a spread", "spread over pairs")
    parts = {
        name: Spread(known[column].to_numpy(float), "pairs", none, colour)
        for name, column, colour in (
            ("Agreement", "percent", colours.accent),
            ("Ceiling", "ceiling", colours.hard),
        )
    }
    return spread_figure(parts, "Share of same answers", colours)
