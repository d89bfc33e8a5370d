"""Studies: what runs, how far each participant is, and the links that let them in."""

from datetime import UTC, datetime
from urllib.parse import urlsplit

import pandas as pd
import streamlit as st

from app.researcher import agreement, words
from app.researcher.access import database, may_invite, researchers_only, secret
from study import registration, studies

LIVE_SECONDS = 3


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
    for study in listed.iloc[::-1].to_dict("records"):
        with st.container(border=True):
            st.subheader(words.study_name(study["title"], study["simulated"]), anchor=False)
            words.study_badges(study["state"], study["simulated"])
            watched = study["state"] == "open"
            st.fragment(_progress, run_every=LIVE_SECONDS if watched else None)(study["study_id"])
            agreement.link(study["study_id"], "Agreement dashboard")
            if watched and not study["simulated"] and may_invite():
                _links(study["study_id"])


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
    with st.expander("Progress of each participant", key=f"people-{study_id}"):
        st.dataframe(_people(people), hide_index=True, column_config=_COLUMNS, key=f"progress-{study_id}")


_COLUMNS = {
    "done": st.column_config.ProgressColumn("Done", min_value=0.0, max_value=1.0, format="percent"),
    "participant": st.column_config.TextColumn("Participant"),
    "answered": st.column_config.NumberColumn("Answered"),
    "total": st.column_config.NumberColumn("Questions"),
    "last_answer_at": st.column_config.DatetimeColumn("Last answer", format="distance"),
}


def _people(people: pd.DataFrame) -> pd.DataFrame:
    shown = people[["participant", "answered", "total", "last_answer_at"]].copy()
    shown.insert(1, "done", (people["answered"] / people["total"]).fillna(0.0))
    return shown


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
