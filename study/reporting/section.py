"""What a report shows of one finding, and the groups that findings stand in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pandas as pd
import plotly.graph_objects as go

from study.figures.template import Colours

Drawing = Callable[[Colours], go.Figure]

FIGURE6 = "Figure 6 of the paper"
PREFERENCE = "Preference (Experiment 1)"
DISCRIMINATION = "Discrimination (Experiment 2)"
SELF = "Self-agreement"
BETWEEN = "Inter-agreement"
QUALITY = "Bias and quality of the answers"
ENGINE = "People and the engine"


@dataclass(frozen=True)
class Section:
    """One finding.

    key: its name in links and files. meaning: one sentence, from the numbers. computed: one sentence, how.
    draw: makes its figure, None where it has tables alone. data: the numbers that the figure draws, its
    CSV. tables: further tables, by caption.
    """

    group: str
    key: str
    title: str
    meaning: str
    computed: str
    draw: Drawing | None
    data: pd.DataFrame
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)


def marked_as_simulated(one: Section) -> Section:
    """The section with its figure marked, so that it says what it is also where it is taken along alone."""
    draw = one.draw
    if draw is None:
        return one

    def drawn(colours: Colours) -> go.Figure:
        return draw(colours).add_annotation(
            text="simulated",
            showarrow=False,
            xref="paper",
            yref="paper",
            x=0.5,
            y=0.5,
            opacity=0.3,
            font={"size": 48, "color": colours.faint},
        )

    return replace(one, draw=drawn)
