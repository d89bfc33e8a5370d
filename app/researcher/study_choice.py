"""Which study a researcher's page is about: the one its address names, or the one that is open."""

from typing import Any

import streamlit as st

from app.researcher import words
from app.researcher.access import database, may_invite
from study import studies


def choose_study(key: str) -> dict[str, Any] | None:
    """Draw the choice of a study and return its row of `list_studies`; None, and why, where there is none."""
    with database().session() as session:
        listed = studies.list_studies(session)
    if listed.empty:
        words.nothing_yet(*words.NO_STUDIES)
        return None
    rows: dict[str, Any] = {str(row["study_id"]): row for row in listed.to_dict("records")}
    names = {one: words.study_name(row["title"], row["simulated"]) for one, row in rows.items()}
    named = st.query_params.get("study", "")
    going = [one for one, row in rows.items() if row["state"] == "open" and not row["simulated"]]
    first = named if named in rows else (going or list(rows))[-1]
    chosen = st.selectbox(
        "Study", list(rows), list(rows).index(first), format_func=names.__getitem__, key=key, width=560
    )
    st.query_params["study"] = str(chosen)
    row = dict(rows[str(chosen)])
    rooms(int(row["study_id"]), row["kind"])
    return row


def rooms(study_id: int, kind: str) -> None:
    """Draw the ways to the rooms of one study, from any of them."""
    # Asked for here, because the rooms themselves import this module.
    from app.researcher import agreement, annotation, design, invite, watch

    designed = design if kind == "experiments" else annotation
    ways = [designed.entry()] if may_invite() or kind != "experiments" else []
    ways += [invite.entry()] if may_invite() else []
    ways += [watch.entry()]
    ways += [agreement.entry()] if kind == "experiments" else []
    with st.container(horizontal=True, gap="xsmall", key="study-rooms"):
        for way in ways:
            st.page_link(way, query_params={"study": str(study_id)})
