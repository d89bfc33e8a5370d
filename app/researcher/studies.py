"""Studies: what runs, how far each participant is, and the ways to each study's rooms."""

from collections.abc import Hashable
from datetime import UTC, datetime
from typing import Any

import streamlit as st

from app import charts
from app.researcher import rehearsal, rooms, words
from app.researcher.access import database, may_invite, me, researchers_only
from study import studies
from study.access.invitations import anybody_invited
from study.field import doors

LIVE_SECONDS = 3
MANY, SCROLLED = 12, 320


@researchers_only
def page() -> None:
    """Draw every study."""
    actions = words.head("Studies", "What runs, how far it is, and the way to each study’s rooms.")
    if may_invite():
        with actions:
            rooms.DESIGN.link("New design")
            rooms.ANNOTATION.link("New annotation task")
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
    here = rooms.of_study(study_id)
    with st.container(horizontal=True):
        if may_invite() and study["kind"] == "experiments":
            rooms.DESIGN.link("Go on designing" if state == "draft" else "See the design", here)
        if state != "draft":
            if may_invite() and not study["simulated"]:
                rooms.INVITATIONS.link(query=here)
            rooms.WATCH.link(query=here)
        if study["kind"] == "annotation":
            rooms.ANNOTATION.link("Go on designing" if state == "draft" else "See the annotations", here)
        elif state not in ("draft", "frozen"):
            rooms.AGREEMENT.link("See the agreement dashboard", here)
        rehearsed = study["simulated"] and state == "closed" and not isinstance(study["preregistration"], str)
        if rehearsed and may_invite():
            rehearsal.delete_button(study_id, study["name"], st.rerun)


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
