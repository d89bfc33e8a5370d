"""Soft- and hard-labels as bars: compact HTML in the pages, plotly where a reader wants to ask."""

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

from app.palette import EMOTION_COLOURS, PART_COLOURS, emotion_scale
from engine.emfacs import EMOTIONS

if TYPE_CHECKING:
    from plotly.graph_objects import Figure, layout

# The text inherits the theme's colour and the tracks are mixed from it, so both themes read well.
STYLES = """<style>
.fv-label{display:grid;grid-template-columns:auto minmax(3rem,1fr) auto;gap:2px 8px;align-items:center;
  font-size:.75rem;line-height:1.25;margin:0}
.fv-label.fv-large{font-size:.95rem;gap:8px 12px;line-height:1.4}
.fv-track{height:.62em;border-radius:2px;background:color-mix(in srgb,currentColor 11%,transparent);
  position:relative;overflow:hidden}
.fv-large .fv-track{height:.95em;border-radius:3px}
.fv-bar{position:absolute;inset:0 auto 0 0;box-sizing:border-box;border-radius:inherit;
  border:1px solid color-mix(in srgb,currentColor 28%,transparent)}
.fv-value{font-variant-numeric:tabular-nums;text-align:right}
.fv-hard{font-weight:700}
.fv-card img{width:100%;aspect-ratio:1;object-fit:cover;border-radius:8px;display:block;
  background:color-mix(in srgb,currentColor 8%,transparent)}
.fv-card .fv-label{margin-top:10px}
.fv-face img{width:100%;max-width:26rem;border-radius:12px;display:block}
.fv-note{font-size:.8rem;opacity:.8;margin:0}
</style>"""


def label_bars(
    scores: Sequence[float], *, hard: str | None = None, form: str = "", large: bool = False
) -> str:
    """Draw eight scores as labelled bars on a fixed 0-1 axis, in the fixed order of the emotions.

    Args:
        scores: eight numbers in [0, 1]; a value outside is drawn at the end of the axis and written as it is.
        hard: the emotion to set in bold, or None.
        form: what a screen reader calls it, such as "Soft-label".
        large: for a page about one image rather than for a card among many.
    """
    if len(scores) != len(EMOTIONS):
        raise ValueError(f"{len(scores)} scores for the {len(EMOTIONS)} emotions")
    rows = "".join(
        _row(emotion, score, emotion == hard) for emotion, score in zip(EMOTIONS, scores, strict=True)
    )
    spoken = f"{form}: " + ", ".join(f"{e} {_number(s)}" for e, s in zip(EMOTIONS, scores, strict=True))
    size = " fv-large" if large else ""
    return f'<div class="fv-label{size}" role="img" aria-label="{escape(spoken, quote=True)}">{rows}</div>'


def hard_scores(emotion: str) -> list[float]:
    """The hard-label in the soft-label's frame: one at its emotion, zero elsewhere."""
    return [1.0 if emotion == other else 0.0 for other in EMOTIONS]


def card(image_url: str, scores: Sequence[float], hard: str, name: str) -> str:
    """An image above its soft-label, with the hard-label's emotion in bold."""
    alt = escape(f"Face {name}, hard-label {hard}", quote=True)
    source = escape(image_url, quote=True)
    bars = label_bars(scores, hard=hard, form="Soft-label")
    return f'<div class="fv-card"><img src="{source}" alt="{alt}" loading="lazy">{bars}</div>'


def face(image_url: str, name: str) -> str:
    """One large image."""
    source, alt = escape(image_url, quote=True), escape(f"Face {name}", quote=True)
    return f'<div class="fv-face"><img src="{source}" alt="{alt}"></div>'


def parts_figure(parts: Mapping[str, Sequence[float]]) -> "Figure":
    """Plot a soft-label beside the parts that it is the mean of (Eq. 14); keys are those of PART_COLOURS."""
    from plotly import graph_objects as go

    figure = go.Figure(layout={"template": template(), "barmode": "group", "height": 420})
    for name, scores in parts.items():
        bar = go.Bar(name=name, x=list(scores), y=list(EMOTIONS), orientation="h")
        bar.update(marker_color=PART_COLOURS[name], hovertemplate="%{y}: %{x:.2f}")
        figure.add_trace(bar)
    figure.update_xaxes(range=[0, 1], title="score")
    figure.update_yaxes(autorange="reversed")
    return figure


def template() -> "layout.Template":
    """The look of every chart: no background of its own, quiet grid, the emotions' colours in order."""
    from plotly import graph_objects as go

    quiet = {"gridcolor": "rgba(128,128,128,.22)", "zeroline": False, "automargin": True}
    return go.layout.Template(
        layout={
            "colorway": emotion_scale(),
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "xaxis": quiet,
            "yaxis": quiet,
            "margin": {"l": 8, "r": 8, "t": 40, "b": 8},
            "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        }
    )


def _row(emotion: str, score: float, hard: bool) -> str:
    width = 100 * min(max(score, 0.0), 1.0) if math.isfinite(score) else 0.0
    mark = " fv-hard" if hard else ""
    bar = f'<span class="fv-bar" style="width:{width:.1f}%;background:{EMOTION_COLOURS[emotion]}"></span>'
    drawn = bar if width > 0 else ""
    return (
        f'<span class="fv-name{mark}">{emotion}</span><span class="fv-track">{drawn}</span>'
        f'<span class="fv-value{mark}">{_number(score)}</span>'
    )


def _number(score: float) -> str:
    return f"{score:.2f}" if math.isfinite(score) else "–"
