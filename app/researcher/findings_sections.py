"""One finding on the page: what it means, its figure, how it was computed, and the table behind it."""

from collections.abc import Callable

import pandas as pd
import streamlit as st
from plotly.graph_objects import Figure

from app import charts
from app.researcher import words
from study.figures.template import Colours
from study.reporting.sections import Section

FIRST_ROWS = 1000
_TALL = ("agreement",)
_SHARES = frozenset(
    {
        "soft",
        "hard",
        "both",
        "none",
        "accuracy",
        "percent",
        "left",
        "same",
        "swapped",
        "ceiling",
        "of_ceiling",
    }
    | {"target_left", "target_right", "order_effect", "fast", "plain", "low", "high"}
    | {f"{name}_{end}" for name in ("soft", "hard", "both", "none", "accuracy") for end in ("low", "high")}
)
_NAMES = {
    **{"participant": "Participant", "participants": "Participants", "a": "One", "b": "Other", "n": "n"},
    **{"low": "95 % from", "high": "95 % to", "d_prime": "d′", "kappa": "Cohen’s κ", "ac1": "Gwet’s AC1"},
    **{"alpha": "Krippendorff’s α", "percent": "Agreement", "correct": "Right", "of_ceiling": "Of ceiling"},
}


def draw(section: Section, simulated: bool, findings: str) -> None:
    """Draw a finding of those that `findings` names."""
    st.subheader(section.title, anchor=False)
    st.markdown(_escaped(section.meaning))
    if section.draw is not None:
        if simulated:
            st.caption(f":violet-badge[{words.SIMULATED}] {words.SIMULATED_NOTE}")
        figure = _figure(findings, section.key, charts.page_colours(), section.draw)
        settings = {**charts.CONFIG, "toImageButtonOptions": {"format": "svg", "filename": section.key}}
        st.plotly_chart(figure, key=f"chart-{section.key}", theme=None, config=settings)
    st.caption(_escaped(section.computed))
    with st.expander("Table", key=f"table-{section.key}"):
        table(section.data, section.key)
        for name, rows in section.tables.items():
            st.caption(_escaped(name))
            table(rows, f"{section.key}-{name}")


@st.cache_resource(max_entries=100, show_spinner=False)
def _figure(findings: str, key: str, colours: Colours, _draw: Callable[[Colours], Figure]) -> Figure:
    figure = _draw(colours)
    figure.update_layout(height=620 if key.endswith(_TALL) else 460)
    return figure


def table(rows: pd.DataFrame, key: str) -> None:
    """A table of numbers: shares as percents, the first thousand rows of a longer one."""
    if rows.empty:
        st.caption("No rows.")
        return
    number = st.column_config.NumberColumn
    config = {}
    for name in map(str, rows.columns):
        label = _NAMES.get(name, name.replace("_", " ").capitalize())
        if name in _SHARES:
            config[name] = number(label, format="percent")
        elif pd.api.types.is_float_dtype(rows[name]):
            config[name] = number(label, format="%.3f")
        else:
            config[name] = st.column_config.Column(label)
    if len(rows) > FIRST_ROWS:
        st.caption(
            f"The first {FIRST_ROWS:,} of {len(rows):,} rows; the HTML report and the export hold all."
        )
    st.dataframe(rows.head(FIRST_ROWS), hide_index=True, column_config=config, key=f"rows-{key}")


def _escaped(text: str) -> str:
    # Brackets, stars and dollar signs mean something in Markdown; in these sentences they are meant as such.
    for sign in "\\[]*_$~`":
        text = text.replace(sign, f"\\{sign}")
    return text
