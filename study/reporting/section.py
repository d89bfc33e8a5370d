"""What a report shows of one finding, and the groups that findings stand in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

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
