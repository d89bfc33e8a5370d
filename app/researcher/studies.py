"""Studies: what runs, how far each participant is, and the links that let them in."""

from collections.abc import Hashable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import streamlit as st

from app import charts
from app.researcher import agreement, words
from app.researcher.access import database, may_invite, researchers_only, secret
from study import studies
from study.access import invitations as registration

LIVE_SECONDS = 3
MANY, SCROLLED = 12, 320


def entry() -> st.Page:
    """The page as the navigation lists it: where a researcher arrives."""
    return st.Page(page, title="Studies", icon=":material/science:", url_path="studies", default=True)


@researchers_only
def page() -> None:
    """Draw every study."""
    st.title("Studies", anchor=False)
    with database().session() as session:
        listed = studies.list_studies(session)
    if listed.empty:
        words.nothing_yet(*words.NO_STUDIES)
        return
    states = list(words.STATE_COLOURS)
    listed = listed.assign(place=listed["state"].map(states.index))
    for study in listed.sort_values(["place", "study_id"]).to_dict("records"):
        with st.container(border=True):
            _card(study)


def _card(study: dict[Hashable, Any]) -> None:
    study_id, watched = study["study_id"], study["state"] == "open"
    st.subheader(words.study_name(study["title"], study["simulated"]), anchor=False)
    words.study_badges(study["state"], study["simulated"])
    st.fragment(_progress, run_every=LIVE_SECONDS if watched else None)(study_id)
    if watched and not study["simulated"] and may_invite():
        _links(study_id)
    agreement.link(study_id, "See the agreement dashboard")


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


def _links(study_id: int) -> None:
    with st.expander("Invitation links", key=f"links-{study_id}"):
        with database().session() as session:
            links = registration.invitation_links(session, study_id, secret())
        if links.empty:
            st.caption("Nobody is invited yet. Each participant gets a link of their own.")
            if st.button("Make the links", key=f"invite-{study_id}"):
                with database().begin() as session:
                    registration.invite_all(session, study_id, secret=secret(), now=datetime.now(UTC))
                st.rerun()
            return
        st.caption("One link a participant: it lets them in again at any time, on any browser.")
        here = urlsplit(st.context.url or "")
        addresses = [f"{here.scheme}://{here.netloc}/join/{token}" for token in links["token"]]
        lines = [f"{code}  {address}" for code, address in zip(links["participant"], addresses, strict=True)]
        st.code("\n".join(lines), language=None, wrap_lines=True, height="content")
