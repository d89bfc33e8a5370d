"""Soft- and hard-labels as bars: compact HTML in the pages, plotly where a reader wants to ask."""

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd

from app.palette import EMOTION_COLOURS, PART_COLOURS
from engine.emfacs import ACTION_UNIT_NAMES, EMOTIONS, emotions_of_unit

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

    from study.figures.template import Colours

# A chart's own button: the picture as SVG, for a paper, always shown, for fingers and keys alike.
# The wheel scrolls the page.
CONFIG: dict[str, Any] = {
    "displaylogo": False,
    "displayModeBar": True,
    "scrollZoom": False,
    "modeBarButtons": [["toImage"]],
    "toImageButtonOptions": {"format": "svg", "filename": "facevalue"},
}

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
.fv-note{font-size:.75rem;opacity:.8;margin:6px 0 0}
.fv-face{position:relative;max-width:26rem}
.fv-face img{width:100%;border-radius:12px;display:block}
.fv-face .fv-drawn{position:absolute;inset:0;height:100%}
.fv-label.fv-shares{font-size:.85rem;gap:6px 12px;max-width:32rem}
.fv-label.fv-people{font-size:.85rem;gap:6px 12px;max-width:40rem}
.fv-done{background:#0072B2;border:0}
[data-testid=stCaptionContainer]{opacity:1}
[data-testid=stCaptionContainer] :is(p,li){color:light-dark(#4B5060,#BBC0CF)}
.fv-label.fv-units{max-width:32rem;grid-template-columns:auto 1fr auto}
.fv-foot{font-size:.85rem;opacity:.85;margin-top:2rem}
.fv-foot a{color:inherit}
.stMainBlockContainer{padding-top:4.5rem;max-width:92rem;margin-inline:auto}
[data-testid=stHeading] h1{padding-block:.25rem 0}
.stMarkdownBadge{opacity:1}
[data-variant=pills][data-selected=true] p,[data-variant=segmented_control][data-selected=true] p,
[data-testid=stTab][aria-selected=true] p,[data-testid=stSliderThumbValue]{color:light-dark(#3A4FA3,#A9B6F5)}
button kbd{opacity:1!important;color:light-dark(#5B6072,#B4B9C8)!important}
.token.key,.token.property,.token.table{color:light-dark(#00627F,#6CC7E6)!important}
.token.string{color:light-dark(#0B6B2B,#7FD99A)!important}
.token.number,.token.boolean,.token.date{color:light-dark(#9A3F00,#F2B074)!important}
.token.comment,.token.punctuation{color:light-dark(#5B6072,#B4B9C8)!important}
[class*=st-key-logged-] [data-testid=stElementToolbarButton] [aria-label^="Download as CSV"]{display:none}
@media (pointer:coarse){
  [data-testid=stPageLink] a,[data-testid=stPagination] button,.fv-foot a{min-height:44px;min-width:44px}
  .fv-foot a{display:inline-flex;align-items:center}
}
</style>"""


def styles() -> str:
    """The style sheet of the pages, which tells menus and dialogs too whether the theme is light or dark."""
    import streamlit as st

    scheme = "dark" if st.context.theme.type == "dark" else "light"
    return f"{STYLES}<style>:root{{color-scheme:{scheme}}}</style>"


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
        _row(emotion, score, emotion == hard, EMOTION_COLOURS[emotion])
        for emotion, score in zip(EMOTIONS, scores, strict=True)
    )
    spoken = f"{form}: " + ", ".join(f"{e} {_number(s)}" for e, s in zip(EMOTIONS, scores, strict=True))
    size = " fv-large" if large else ""
    return f'<div class="fv-label{size}" role="img" aria-label="{escape(spoken, quote=True)}">{rows}</div>'


def hard_scores(emotion: str) -> list[float]:
    """The hard-label in the soft-label's frame: one at its emotion, zero elsewhere."""
    return [1.0 if emotion == other else 0.0 for other in EMOTIONS]


def card(image_url: str, scores: Sequence[float], hard: str, name: str, note: str = "") -> str:
    """An image above its soft-label, with the hard-label's emotion in bold, and a line of text beneath."""
    alt = escape(f"Face {name}, hard-label {hard}", quote=True)
    source = escape(image_url, quote=True)
    bars = label_bars(scores, hard=hard, form="Soft-label")
    said = f'<p class="fv-note">{escape(note)}</p>' if note else ""
    return f'<div class="fv-card"><img src="{source}" alt="{alt}" loading="lazy">{bars}{said}</div>'


def face(image_url: str, name: str, drawn: str = "", drawn_as: str = "") -> str:
    """One large image, and what is drawn upon it: the address of a drawing of its size, and its words."""
    source, alt = escape(image_url, quote=True), escape(f"Face {name}", quote=True)
    over = escape(drawn_as, quote=True)
    upon = f'<img class="fv-drawn" src="{escape(drawn, quote=True)}" alt="{over}">' if drawn else ""
    return f'<div class="fv-face"><img src="{source}" alt="{alt}">{upon}</div>'


def share_bars(rows: Sequence[tuple[str, int, str]], form: str) -> str:
    """Draw counts as bars of their share of all: name, count, colour; the counts are written beside."""
    total = sum(count for _, count, _ in rows)
    bars = "".join(_share(name, count, _percent(count, total), colour) for name, count, colour in rows)
    spoken = escape(f"{form}: " + ", ".join(f"{name} {count}" for name, count, _ in rows), quote=True)
    return f'<div class="fv-label fv-shares" role="img" aria-label="{spoken}">{bars}</div>'


def _share(name: str, count: int, percent: float, colour: str) -> str:
    bar = f'<span class="fv-bar" style="width:{percent:.1f}%;background:{colour}"></span>' if count else ""
    return (
        f'<span class="fv-name">{escape(name)}</span><span class="fv-track">{bar}</span>'
        f'<span class="fv-value">{count:,} ({percent:.0f} %)</span>'
    )


def progress_bars(people: Sequence[tuple[str, int, int]]) -> str:
    """Draw how far each participant is: code, questions answered, questions in all."""
    rows = "".join(
        f'<span class="fv-name">{escape(code)}</span><span class="fv-track" role="progressbar" '
        f'aria-label="{escape(code, quote=True)}" aria-valuemin="0" aria-valuemax="{total}" '
        f'aria-valuenow="{answered}">'
        f'<span class="fv-bar fv-done" style="width:{_percent(answered, total):.1f}%"></span></span>'
        f'<span class="fv-value">{answered:,} of {total:,}</span>'
        for code, answered, total in people
    )
    return f'<div class="fv-label fv-people">{rows}</div>'


def thumbnail_url(label_set_id: int, image_id: int) -> str:
    """The address of an image for a card, checked by the server like every image."""
    return media_url(label_set_id, image_id, 320)


def media_url(label_set_id: int, image_id: int, width: int = 960) -> str:
    """The address of an image of a label set, at most `width` pixels wide."""
    return f"/media/labels/{label_set_id}/{image_id}?w={width}"


def page_colours() -> "Colours":
    """The colours of figures on the visitor's page, light or dark."""
    import streamlit as st

    from study.figures.template import DARK, LIGHT

    return DARK if st.context.theme.type == "dark" else LIGHT


def config(name: str) -> dict[str, Any]:
    """A chart's buttons, its picture saved under a name of its own."""
    return {**CONFIG, "toImageButtonOptions": {"format": "svg", "filename": name}}


def parts_figure(parts: Mapping[str, Sequence[float]], colours: "Colours") -> "Figure":
    """Plot a soft-label beside the parts that it is the mean of (Eq. 14); keys are those of PART_COLOURS."""
    from plotly import graph_objects as go

    from study.figures.template import template

    figure = go.Figure(layout={"template": template(colours), "barmode": "group", "height": 460})
    for name, scores in parts.items():
        bar = go.Bar(name=name, x=list(scores), y=list(EMOTIONS), orientation="h")
        bar.update(marker_color=PART_COLOURS[name], hovertemplate="%{y}: %{x:.2f}")
        figure.add_trace(bar)
    figure.update_xaxes(range=[0, 1], title="Score")
    figure.update_yaxes(autorange="reversed")
    return figure


def parts_table(parts: Mapping[str, Sequence[float]]) -> pd.DataFrame:
    """The numbers of `parts_figure`: one row an emotion."""
    return pd.DataFrame({"Emotion": list(EMOTIONS), **{name: list(scores) for name, scores in parts.items()}})


def unit_bars(units: Mapping[int, float]) -> str:
    """Draw the predicted probability of each action unit as a labelled bar."""
    colour = PART_COLOURS["Action units"]
    rows = "".join(_row(_unit_name(unit), score, False, colour) for unit, score in units.items())
    spoken = "Action units: " + ", ".join(f"{unit} {_number(score)}" for unit, score in units.items())
    return f'<div class="fv-label fv-units" role="img" aria-label="{escape(spoken, quote=True)}">{rows}</div>'


def units_table(units: Mapping[int, float]) -> pd.DataFrame:
    """The numbers of `unit_bars`, with what each unit does and the emotions that hold it (Table 2)."""
    return pd.DataFrame(
        {
            "Action unit": list(units),
            "What moves": [ACTION_UNIT_NAMES[unit].capitalize() for unit in units],
            "Score": list(units.values()),
            "Emotions": [", ".join(emotions_of_unit(unit)) for unit in units],
        }
    )


def _unit_name(unit: int) -> str:
    return f"AU {unit} {ACTION_UNIT_NAMES[unit]}"


def _row(name: str, score: float, bold: bool, colour: str) -> str:
    width = 100 * min(max(score, 0.0), 1.0) if math.isfinite(score) else 0.0
    mark = " fv-hard" if bold else ""
    bar = f'<span class="fv-bar" style="width:{width:.1f}%;background:{colour}"></span>'
    drawn = bar if width > 0 else ""
    return (
        f'<span class="fv-name{mark}">{name}</span><span class="fv-track">{drawn}</span>'
        f'<span class="fv-value{mark}">{_number(score)}</span>'
    )


def _percent(part: int, whole: int) -> float:
    return 100 * part / whole if whole else 0.0


def _number(score: float) -> str:
    return f"{score:.2f}" if math.isfinite(score) else "–"
