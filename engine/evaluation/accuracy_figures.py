"""Figures of accuracies: one-vs-rest systems, confusion matrices (Figs. 5, II), and error curves."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd
import plotly.graph_objects as go

from engine.emfacs import EMOTIONS
from engine.evaluation import systems
from engine.evaluation.look import LIGHT, SERIES, SYMBOLS, Look, figure, heatmap


def balanced_accuracies(table: pd.DataFrame, look: Look = LIGHT) -> go.Figure:
    """Balanced accuracy by emotion with 95 % intervals, a mark for each system; chance is dashed.

    `table` is `BundleEvaluation.by_emotion`.
    """
    found = figure(look, "Balanced accuracy by emotion, with 95 % intervals")
    for place, (system, own) in enumerate(table.groupby("system", sort=False)):
        known = own.dropna(subset=["balanced_accuracy"])
        found.add_scatter(
            x=known["emotion"],
            y=known["balanced_accuracy"],
            error_y={
                "type": "data",
                "array": known["high"] - known["balanced_accuracy"],
                "arrayminus": known["balanced_accuracy"] - known["low"],
                "thickness": 1.2,
                "width": 2,
            },
            mode="markers",
            name=systems.title(str(system)),
            marker={"symbol": SYMBOLS[place % len(SYMBOLS)], "color": SERIES[place % len(SERIES)], "size": 8},
            customdata=known[["low", "high", "positives"]],
            hovertemplate="%{x}, %{fullData.name}<br>%{y:.1%} (%{customdata[0]:.1%} to "
            "%{customdata[1]:.1%}), %{customdata[2]} images<extra></extra>",
        )
    note = {"text": "chance", "font": {"color": look.text}}
    found.add_hline(y=0.5, line={"dash": "dash", "color": look.faint}, annotation=note)
    found.update_layout(scattermode="group", height=520)
    found.update_xaxes(categoryorder="array", categoryarray=list(EMOTIONS))
    found.update_yaxes(title="Balanced accuracy", tickformat=".0%", range=[0, 1.02])
    return found


def confusion(counts: npt.NDArray[np.int64], title: str, look: Look = LIGHT) -> go.Figure:
    """A confusion matrix (8, 8), rows true: shares of the row in percent, counts on hover (Figs. 5, II)."""
    of = counts.sum(axis=1, keepdims=True)
    shares = np.divide(100 * counts, of, out=np.full(counts.shape, np.nan), where=of > 0)
    text = np.where(np.isnan(shares), "", np.char.mod("%.1f", np.nan_to_num(shares)))
    rows = [f"{emotion} (n = {n:,})" for emotion, n in zip(EMOTIONS, of[:, 0], strict=True)]
    hover = "%{y} called %{x}: %{customdata:,} images, %{z:.1f} %"
    found = heatmap(shares, (rows, list(EMOTIONS)), text, f"{title} (% of the row)", look, hover)
    found.update_traces(customdata=counts, zmin=0, zmax=100)
    found.update_xaxes(title="predicted")
    found.update_yaxes(title="true")
    return found


def error_curves(curves: Mapping[str, pd.DataFrame], look: Look = LIGHT) -> go.Figure:
    """Cumulative error distributions by name: the share of images whose weighted error is at most so large.

    Each curve has error and share, as `engine.metrics.ced_curve` gives them.
    """
    found = figure(look, "Cumulative error distribution")
    dashes = ("solid", "dash", "dot", "dashdot")
    for place, (name, curve) in enumerate(curves.items()):
        line = {"color": SERIES[place % len(SERIES)], "dash": dashes[place % len(dashes)], "shape": "hv"}
        hover = "%{y:.1%} of the images have an error of at most %{x:.3f}"
        found.add_scatter(
            x=curve["error"], y=curve["share"], mode="lines", name=name, line=line, hovertemplate=hover
        )
    found.update_xaxes(title="Weighted error of an image (Eq. 15)")
    found.update_yaxes(title="Share of images", tickformat=".0%", range=[0, 1.02])
    return found
