"""Which study a researcher's page is about: the one its address names, or the one that is open."""

from typing import Any

import streamlit as st

from app.researcher import rooms, words
from app.researcher.access import database, may_enter
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
    named = addressed(rows)
    going = [one for one, row in rows.items() if row["state"] == "open" and not row["simulated"]]
    first = named or (going or list(rows))[-1]
    chosen = st.selectbox(
        "Study", list(rows), list(rows).index(first), format_func=names.__getitem__, key=key, width=560
    )
    tell_address(rows, str(chosen), first)
    row = dict(rows[str(chosen)])
    ways(int(row["study_id"]), row["kind"])
    return row


def addressed(rows: dict[str, Any]) -> str | None:
    """The study that the address names; None, and a warning, where there is no such one."""
    named = st.query_params.get("study", "")
    if named in rows:
        return named
    if named:
        st.warning(f"Here is no study {named[:40]!r}, which the address names: another one is shown.")
    return None


def tell_address(rows: dict[str, Any], chosen: str, first: str) -> None:
    """Let the address name the study that is shown; one that names none stays until another is chosen.

    So the warning stands however often the page draws itself anew.
    """
    wrong = st.query_params.get("study", "") not in ("", *rows)
    if wrong and chosen == first:
        return
    st.query_params["study"] = chosen
    if wrong:
        st.rerun()


def ways(study_id: int, kind: str) -> None:
    """Draw the ways to the rooms of one study, from any of them."""
    if kind == "experiments":
        own = [rooms.DESIGN, rooms.INVITATIONS, rooms.WATCH, rooms.AGREEMENT]
    else:
        own = [rooms.ANNOTATION, rooms.INVITATIONS, rooms.WATCH]
    with st.container(horizontal=True, gap="xsmall", key="study-rooms"):
        for room in own:
            if may_enter(room.roles):
                room.link(query=rooms.of_study(study_id))
