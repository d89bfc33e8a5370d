"""What a design costs and buys, beside its fields."""

import pandas as pd
import streamlit as st

from app import charts
from app.researcher import words
from study.design.design import Design
from study.planning.precision import REPEATED, Forecast, by_share, forecast


def draw(design: Design, counts: dict[str, int]) -> None:
    """Draw the forecast of a sound design; counts are the eligible images of each emotion.

    Raises:
        StudyError: the overlap design cannot be met.
    """
    images = sum(counts.values())
    found = forecast(design, images)
    _cost(found, design)
    st.caption("Expected half-width of the 95 % interval, at the paper's values (Fig. 6):")
    st.table(_table(found))
    _shares(design, images)


def _cost(found: Forecast, design: Design) -> None:
    with st.container(horizontal=True):
        st.metric("Questions each", f"{found.questions_each:,}")
        st.metric("Time each", words.duration(found.hours_each))
        st.metric("Time in all", words.duration(found.hours_all))
        st.metric("Pairs compared", f"{found.pairs_compared} of {found.pairs}")
    daily = words.duration(found.hours_each / design.deadline_days)
    st.caption(f"{found.questions_all:,} questions in all; {daily} a day within the deadline.")


def _table(found: Forecast) -> pd.DataFrame:
    rows = [
        (
            one.finding[0].upper() + one.finding[1:],
            f"{100 * one.expected:.0f} ± {100 * one.half_width:.1f} %"
            if one.half_width is not None
            else f"{one.reason}",
        )
        for one in found.findings
    ]
    return pd.DataFrame(rows, columns=["Finding", "Expected"]).set_index("Finding")


def _shares(design: Design, images: int) -> None:
    from study.figures.precision import precision_figure

    bought = by_share(design, images)
    if bought.empty:
        return
    st.caption("What a larger share of repeats buys, and what a smaller one saves:")
    chosen = {finding: getattr(design, key) for finding, key in REPEATED.items()}
    figure = precision_figure(bought, chosen, charts.page_colours())
    st.plotly_chart(figure, key="precision", theme=None, config=charts.CONFIG)
    with st.expander("Table"):
        st.dataframe(bought, hide_index=True, width="stretch")
