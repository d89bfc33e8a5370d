"""Agreement: Fig. 6 of the paper for a study, as its answers arrive."""

from typing import Any

import pandas as pd
import streamlit as st

from app.researcher import figure6, words
from app.researcher.access import database, researchers_only
from study import dashboard, studies
from study.dashboard import Dashboard

LIVE_SECONDS = 3


def entry() -> st.Page:
    """The page as the navigation lists it."""
    return st.Page(page, title="Agreement", icon=":material/hub:", url_path="agreement")


def link(study_id: int, text: str) -> None:
    """Draw a link to one study's dashboard."""
    st.page_link(entry(), label=text, icon=":material/hub:", query_params={"study": str(study_id)})


@researchers_only
def page() -> None:
    """Draw the dashboard of the study that the address names, or of the one with most answers."""
    st.title("Agreement", anchor=False)
    with database().session() as session:
        listed = studies.list_studies(session)
    if listed.empty:
        words.nothing_yet(*words.NO_STUDIES)
        return
    study = _choose(listed)
    words.study_badges(study["state"], study["simulated"])
    if study["simulated"]:
        st.info(words.SIMULATED_NOTE, icon=":material/smart_toy:")
    watched = study["state"] == "open"
    st.fragment(_figures, run_every=LIVE_SECONDS if watched else None)(study["study_id"], study["simulated"])


def _choose(listed: pd.DataFrame) -> dict[str, Any]:
    rows: dict[str, Any] = {str(row["study_id"]): row for row in listed.to_dict("records")}
    names = {key: words.study_name(row["title"], row["simulated"]) for key, row in rows.items()}
    named = st.query_params.get("study", "")
    first = named if named in rows else max(rows, key=lambda key: rows[key]["answered"])
    place = list(rows).index(first)
    chosen = st.selectbox("Study", list(rows), place, format_func=names.__getitem__, key="shown_study")
    st.query_params["study"] = str(chosen)
    return dict(rows[str(chosen)])


@researchers_only
def _figures(study_id: int, simulated: bool) -> None:
    with database().session() as session:
        seen = dashboard.version(session, study_id)
    found = _computed(str(database().engine.url), study_id, seen)
    if not found.answers:
        words.nothing_yet(
            "No answers yet",
            "Send each participant their invitation link; it is on the page “Studies”.",
            "The figures appear here with the first answer, and follow each one after it.",
        )
        return
    people = words.counted(found.participants, "participant")
    st.caption(f"{words.counted(found.answers, 'answer')} of {people}")
    for section in (figure6.preference, figure6.accuracy, figure6.agreement):
        section(found, simulated)


@st.cache_data(max_entries=32, show_spinner=False)
def _computed(place: str, study_id: int, seen: tuple[int, int]) -> Dashboard:
    # `place` and `seen` are what the cache goes by: the database, and the answers that it held.
    with database().session() as session:
        return dashboard.dashboard(session, study_id)
