"""Studies: what runs, how far each participant is, and the ways to each study's rooms."""

from collections.abc import Hashable
from datetime import UTC, datetime
from typing import Any

import streamlit as st

from app import charts
from app.researcher import agreement, annotation, design, invite, watch, words
from app.researcher.access import database, may_invite, me, researchers_only
from study import studies
from study.access.invitations import anybody_invited
from study.field import doors

LIVE_SECONDS = 3
MANY, SCROLLED = 12, 320


def entry() -> st.Page:
    """The page as the navigation lists it: where a researcher arrives."""
    return st.Page(page, title="Studies", icon=":material/science:", url_path="studies", default=True)


@researchers_only
def page() -> None:
    """Draw every study."""
    actions = words.head("Studies", "What runs, how far it is, and the way to each study’s rooms.")
    if may_invite():
        with actions:
            design.link(None, "New design")
            annotation.link(None, "New annotation task")
    with database().session() as session:
        listed = studies.list_studies(session)
    if listed.empty:
        words.nothing_yet(*words.NO_STUDIES)
        return
    frozen = (listed["state"] == "draft") & listed["frozen_at"].notna()
    listed["shown"] = listed["state"].mask(frozen, "frozen")
    listed["place"] = listed["shown"].map(list(words.STATE_COLOURS).index)
    for study in listed.sort_values(["place", "study_id"]).to_dict("records"):
        with st.container(border=True):
            _card(study)


def _card(study: dict[Hashable, Any]) -> None:
    study_id, state = study["study_id"], study["shown"]
    st.subheader(words.study_name(study["title"], study["simulated"]), anchor=False)
    words.study_badges(state, study["simulated"])
    if state == "draft":
        st.caption("A draft: its questions are planned when it is frozen.")
    elif state == "frozen":
        _open(study)
    else:
        st.fragment(_progress, run_every=LIVE_SECONDS if state == "open" else None)(study_id)
    if state == "open" and not study["simulated"] and may_invite() and not _invited(study_id):
        st.caption("Nobody is invited yet: make personal links or an open one on **Invitations**.")
    with st.container(horizontal=True):
        if may_invite() and study["kind"] == "experiments":
            design.link(study_id, "Go on designing" if state == "draft" else "See the design")
        if state != "draft":
            here = {"study": str(study_id)}
            if may_invite() and not study["simulated"]:
                st.page_link(invite.entry(), label="Invitations", icon=":material/mail:", query_params=here)
            st.page_link(watch.entry(), label="Watch", icon=":material/monitoring:", query_params=here)
        if study["kind"] == "annotation":
            annotation.link(study_id, "Go on designing" if state == "draft" else "See the annotations")
        elif state not in ("draft", "frozen"):
            agreement.link(study_id, "See the agreement dashboard")


def _open(study: dict[Hashable, Any]) -> None:
    planned = (
        f"{words.counted(study['total'], 'question')} of {study['participants']} participants are planned."
    )
    st.caption(f"{planned} Nobody is asked before the study is open.")
    if may_invite() and st.button("Open the study", key=f"open-{study['study_id']}", type="primary"):
        with database().begin() as session:
            doors.open_door(session, study["study_id"], now=datetime.now(UTC), by=me().id)
        st.rerun()


def _invited(study_id: int) -> bool:
    with database().session() as session:
        return anybody_invited(session, study_id)


@researchers_only
def _progress(study_id: int) -> None:
    with database().session() as session:
        people = studies.progress(session, study_id)
    answered, total = int(people["answered"].sum()), int(people["total"].sum())
    finished = int((people["answered"] >= people["total"]).sum())
    st.progress(
        answered / total if total else 0.0,
        f"{answered:,} of {words.counted(total, 'answer')} · {finished} of "
        f"{words.counted(len(people), 'participant')} finished",
    )
    with st.container(height=SCROLLED if len(people) > MANY else "content", border=False):
        rows = people[["participant", "answered", "total"]].itertuples(index=False, name=None)
        st.html(charts.progress_bars(list(rows)))
