"""The three parts of Fig. 6, each with its meaning, its method, n, and the table behind it."""

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from app import charts
from app.researcher import words
from study.dashboard import Dashboard
from study.figures.figure6 import accuracy_figure, agreement_graph, preference_figure
from study.findings.estimate import Estimate

_NAMES = {
    **{"participant": "Participant", "n": "n", "a": "One", "b": "Other", "correct": "Right"},
    **{"soft": "Soft", "hard": "Hard", "both": "Both", "none": "None"},
    **{"accuracy": "Accuracy", "percent": "Agreement", "low": "95 % from", "high": "95 % to"},
    **{"d_prime": "d′", "kappa": "Cohen’s κ", "ac1": "Gwet’s AC1"},
}
_SHARES = ("soft", "hard", "both", "none", "accuracy", "percent", "low", "high")


def preference(found: Dashboard, simulated: bool) -> None:
    """Draw Fig. 6-a: which label each participant found the better description."""
    st.subheader("6-a · Preference: soft-label or hard-label?", anchor=False)
    rows, overall = found.preference.by_participant, found.preference.overall
    if rows.empty:
        st.info("Nobody has answered a question of Experiment 1 yet.")
        return
    st.markdown(
        "On average, participants found the soft-label alone the better description "
        f"of {_share(overall['soft'])} of the faces, and the hard-label alone of {_share(overall['hard'])}."
    )
    _chart(preference_figure(found.preference, charts.page_colours()), "preference", simulated)
    _note(overall["soft"], "First-time answers of Experiment 1; each participant weighs the same.")
    _table(rows, ["participant", "n", "soft", "hard", "both", "none"], "preference")


def accuracy(found: Dashboard, simulated: bool) -> None:
    """Draw Fig. 6-b: how often the face's own soft-label was told from another's."""
    st.subheader("6-b · Accuracy: can people tell a face’s own soft-label?", anchor=False)
    rows, overall = found.discrimination.by_participant, found.discrimination.overall
    if rows.empty:
        st.info("Nobody has answered a question of Experiment 2 yet.")
        return
    st.markdown(
        f"On average, participants told a face’s own soft-label from another face’s in {_share(overall)} "
        "of the questions; guessing would give 50 %."
    )
    _chart(accuracy_figure(found.discrimination, charts.page_colours()), "accuracy", simulated)
    _note(overall, "First-time answers of Experiment 2; each participant weighs the same.")
    _table(rows, ["participant", "n", "correct", "accuracy", "low", "high", "d_prime"], "accuracy")


def agreement(found: Dashboard, simulated: bool) -> None:
    """Draw Fig. 6-c: participants agreeing with themselves (nodes) and with each other (edges)."""
    st.subheader("6-c · Agreement: with oneself, and with each other", anchor=False)
    own, pairs = found.self_agreement, found.inter_agreement
    st.markdown(
        f"Asked the same question again, participants gave the same answer in {_share(own.overall)}; "
        f"two participants asked the same question agreed in {_share(pairs.overall)}."
    )
    # Wide enough that the names left and right fit on a telephone too.
    graph = agreement_graph(own, pairs, charts.page_colours()).update_xaxes(range=[-1.75, 1.75])
    _chart(graph, "graph", simulated)
    _note(own.overall, "Nodes: repeated questions.")
    _note(pairs.overall, "Edges: questions that both were asked; a pair that shares none is dotted.")
    columns = ["n", "percent", "low", "high", "kappa", "ac1"]
    _table(own.by_participant, ["participant", *columns], "self", "Table: with oneself")
    _table(pairs.by_pair, ["a", "b", *columns], "pairs", "Table: with each other")


def _share(estimate: Estimate) -> str:
    if estimate.estimate is None:
        return f"an unknown share ({estimate.reason})"
    share = f"**{100 * estimate.estimate:.0f}\N{NO-BREAK SPACE}%**"
    if estimate.low is None or estimate.high is None:
        return share
    interval = f"{100 * estimate.low:.0f}–{100 * estimate.high:.0f}\N{NO-BREAK SPACE}%"
    return f"{share} (95\N{NO-BREAK SPACE}% interval {interval})"


def _chart(figure: go.Figure, key: str, simulated: bool) -> None:
    if simulated:
        st.caption(f":violet-badge[{words.SIMULATED}] {words.SIMULATED_NOTE}")
    figure.update_layout(height=620 if key == "graph" else 460)
    st.plotly_chart(figure, key=f"chart-{key}", theme=None, config=charts.CONFIG)


def _note(estimate: Estimate, what: str) -> None:
    people = f", {words.counted(estimate.participants, 'participant')}" if estimate.participants else ""
    rough = " The interval is approximate with so few." if estimate.approximate else ""
    st.caption(f"{what} n = {estimate.n:,}{people}. Method: {estimate.method}.{rough}")


def _table(rows: pd.DataFrame, columns: list[str], key: str, label: str = "Table") -> None:
    number = st.column_config.NumberColumn
    config = {name: number(_NAMES[name], format="percent") for name in columns if name in _SHARES}
    config |= {name: number(_NAMES[name], format="%.2f") for name in ("d_prime", "kappa", "ac1")}
    named = {name: st.column_config.Column(_NAMES[name]) for name in columns if name not in config}
    with st.expander(label, key=f"table-{key}"):
        st.dataframe(rows[columns], hide_index=True, column_config={**named, **config}, key=f"rows-{key}")
