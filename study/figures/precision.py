"""What a share of repeats buys: the half-width of an interval against the share."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from study.figures.template import LIGHT, Colours, template
from study.planning.precision import PAIR_AGREEMENT, SELF_AGREEMENT

LINES = {SELF_AGREEMENT: ("solid", "circle"), PAIR_AGREEMENT: ("dash", "diamond")}
NAMES = {SELF_AGREEMENT: "self-agreement of one participant", PAIR_AGREEMENT: "agreement of one pair"}


def precision_figure(by_share: pd.DataFrame, chosen: dict[str, float], colours: Colours = LIGHT) -> go.Figure:
    """Draw `study.planning.precision.by_share`; `chosen` gives the design's share of each finding."""
    figure = go.Figure(layout={"template": template(colours), "height": 320})
    for finding, rows in by_share.dropna(subset="half_width").groupby("finding", sort=False):
        dash, symbol = LINES[str(finding)]
        colour = colours.accent if finding == SELF_AGREEMENT else colours.hard
        figure.add_scatter(
            x=rows["share"],
            y=rows["half_width"],
            mode="lines",
            line={"dash": dash, "color": colour, "width": 2},
            name=NAMES[str(finding)],
            customdata=rows[["n", "questions_each"]],
            hovertemplate="%{x:.0%}: ± %{y:.3f} of %{customdata[0]} repeats, "
            "%{customdata[1]:,} questions each<extra></extra>",
        )
        here = rows[(rows["share"] - chosen.get(str(finding), -1.0)).abs() < 0.001]
        figure.add_scatter(
            x=here["share"],
            y=here["half_width"],
            mode="markers",
            marker={"symbol": symbol, "size": 11, "color": colour},
            showlegend=False,
            hoverinfo="skip",
        )
    figure.update_xaxes(title="Share asked again", tickformat=".0%")
    figure.update_yaxes(title="± of the 95 % interval", rangemode="tozero", tickformat=".2f")
    return figure
