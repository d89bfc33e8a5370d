"""Learning curves: how each network's loss and balanced accuracy went, epoch by epoch."""

from typing import Literal

import pandas as pd
import plotly.graph_objects as go

from engine.evaluation.look import LIGHT, SYMBOLS, Look, figure

Measure = Literal["loss", "balanced_accuracy"]
_TITLES = {
    "loss": "Loss in training, mean of each epoch",
    "balanced_accuracy": "Balanced accuracy on the images set apart",
}


def learning_curve(history: pd.DataFrame, measure: Measure, look: Look = LIGHT) -> go.Figure:
    """One measure after each epoch, a line for each emotion's network.

    `history` is what `engine.history.read_history` gives, of the networks of one backbone and one kind.
    Emotions are told apart by colour and mark; chance is dashed under balanced accuracies.
    """
    found = figure(look, _TITLES[measure])
    known = history.dropna(subset=[measure])
    for place, (emotion, own) in enumerate(known.groupby("emotion", sort=False)):
        colour = look.emotions.get(str(emotion), look.text)
        number = "%{y:.3f}" if measure == "loss" else "%{y:.1%}"
        found.add_scatter(
            x=own["epoch"],
            y=own[measure],
            mode="lines+markers",
            name=str(emotion),
            line={"color": colour, "width": 2},
            marker={"symbol": SYMBOLS[place % len(SYMBOLS)], "size": 6},
            hovertemplate="%{fullData.name}, epoch %{x}: " + number + "<extra></extra>",
        )
    found.update_xaxes(title="Epoch", rangemode="tozero", tickformat="d")
    found.update_layout(height=420)
    if measure == "loss":
        found.update_yaxes(title="Loss", rangemode="tozero")
        return found
    found.update_yaxes(title="Balanced accuracy", tickformat=".0%", range=[0, 1.02])
    note = {"text": "chance", "font": {"color": look.text}}
    found.add_hline(y=0.5, line={"dash": "dash", "color": look.faint}, annotation=note)
    return found
