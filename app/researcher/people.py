"""People: who may look, as what, and the log of who did what."""

import json
from collections.abc import Callable, Hashable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pandas as pd
import streamlit as st
from sqlalchemy.orm import Session

from app.researcher.access import database, me, owners_only
from study.access import people
from study.access.audit import audit_log
from study.errors import StudyError

_SHOWN = 200


def entry() -> st.Page:
    """The page as the navigation lists it, for owners."""
    return st.Page(page, title="People", icon=":material/group:", url_path="people")


@owners_only
def page() -> None:
    """Draw the people, an invitation for another, and the log."""
    st.title("People", anchor=False)
    _said()
    with database().session() as session:
        everybody = people.people(session, datetime.now(UTC))
    for person in everybody.to_dict("records"):
        _card(person)
    _invitation()
    _log()


def _said() -> None:
    if said := st.session_state.pop("people_said", None):
        st.success(said)
    if problem := st.session_state.pop("people_problem", None):
        st.error(problem)
    if link := st.session_state.pop("people_link", None):
        name, address = link
        st.success(
            f"Send this link to {name}. It signs one browser in, once, within a day; it is shown only now."
        )
        st.code(address, language=None, wrap_lines=True)


def _card(person: dict[Hashable, Any]) -> None:
    key, out = person["researcher_id"], not pd.isna(person["disabled_at"])
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"**{person['name']}**", width="content")
            st.badge(person["role"].capitalize(), color="gray" if out else "blue")
            if out:
                st.badge("Shut out", color="red")
        st.caption(_about(person))
        with st.popover("Change", icon=":material/edit:"):
            _role(person)
            _address(person)
            if not out:
                st.button("Make a sign-in link", key=f"link-{key}", on_click=_new_link, args=(person,))
                st.button(
                    "Sign out everywhere",
                    key=f"end-{key}",
                    on_click=_do,
                    args=(
                        lambda session, by, now: people.sign_out_everywhere(session, key, by=by, now=now),
                        f"{person['name']} is signed out everywhere.",
                    ),
                )
            act, words = (people.let_in_again, "Let in again") if out else (people.shut_out, "Shut out")
            st.button(
                words,
                key=f"door-{key}",
                on_click=_do,
                args=(
                    lambda session, by, now: act(session, key, by=by, now=now),
                    f"{person['name']} is {'let in again' if out else 'shut out'}.",
                ),
            )


def _about(person: dict[Hashable, Any]) -> str:
    seen = person["last_seen_at"]
    parts = [
        "has a password" if person["password"] else "has no password yet",
        f"signed in on {person['browsers']} browser{'' if person['browsers'] == 1 else 's'}",
        f"last signed in {seen:%d %B %Y}" if not pd.isna(seen) else "never signed in",
    ]
    return " · ".join([*parts, str(person["subject"])] if person["subject"] else parts)


def _role(person: dict[Hashable, Any]) -> None:
    key = f"role-{person['researcher_id']}"

    def change() -> None:
        role = str(st.session_state[key])
        _do(
            lambda session, by, now: people.change_role(
                session, person["researcher_id"], role, by=by, now=now
            ),
            f"{person['name']} is {role} now.",
        )

    roles = list(people.ROLES)
    st.selectbox("Role", roles, index=roles.index(person["role"]), key=key, on_change=change)
    st.caption("\n".join(f"- **{role}**: {may}" for role, may in people.ROLES.items()))


def _address(person: dict[Hashable, Any]) -> None:
    key = f"address-{person['researcher_id']}"

    def change() -> None:
        address = str(st.session_state[key] or "") or None
        _do(
            lambda session, by, now: people.set_subject(
                session, person["researcher_id"], address, by=by, now=now
            ),
            f"{person['name']} is known as {address}." if address else f"{person['name']} has no address.",
        )

    st.text_input(
        "E-mail address at the sign-in provider",
        person["subject"] or "",
        key=key,
        on_change=change,
        help="Needed only where sign-in by OpenID is configured (docs/people.md).",
    )


def _invitation() -> None:
    st.subheader("Invite somebody", anchor=False)
    with st.form("invite", clear_on_submit=True, width=480):
        name = st.text_input("Name", max_chars=80)
        role = st.selectbox("Role", list(people.ROLES), index=1)
        sent = st.form_submit_button("Make the invitation")
    if sent:
        try:
            with database().begin() as session:
                token = people.invite_person(session, name, role, by=me().id, now=datetime.now(UTC))
        except StudyError as problem:
            st.error(str(problem))
            return
        st.session_state["people_link"] = (name, _signin_address(token))
        st.rerun()


def _new_link(person: dict[Hashable, Any]) -> None:
    try:
        with database().begin() as session:
            token = people.new_link(session, person["researcher_id"], by=me().id, now=datetime.now(UTC))
    except StudyError as problem:
        st.session_state["people_problem"] = str(problem)
        return
    st.session_state["people_link"] = (person["name"], _signin_address(token))


def _signin_address(token: str) -> str:
    here = urlsplit(st.context.url or "")
    return f"{here.scheme}://{here.netloc}/signin/{token}"


def _do(act: Callable[[Session, int, datetime], object], done: str) -> None:
    try:
        with database().begin() as session:
            act(session, me().id, datetime.now(UTC))
    except StudyError as problem:
        st.session_state["people_problem"] = str(problem)
    else:
        st.session_state["people_said"] = done


def _log() -> None:
    st.subheader("Who did what", anchor=False)
    about = st.selectbox(
        "Acts",
        ["all", "study", "participant", "researcher", "job", "dataset", "label_set"],
        format_func=lambda word: (
            "All acts" if word == "all" else f"{word.replace('_', ' ').capitalize()} acts"
        ),
        width=280,
    )
    with database().session() as session:
        log = audit_log(session, action=None if about == "all" else about, limit=_SHOWN)
    if log.empty:
        st.caption("Nothing yet.")
        return
    log["who"] = log["who"].fillna("(no researcher)")
    log["detail"] = [json.dumps(detail) if detail else "" for detail in log["detail"]]
    st.dataframe(log, hide_index=True, column_config={"at": st.column_config.DatetimeColumn("when (UTC)")})
    st.caption(f"The latest {len(log)} acts. The log can be added to, and never changed.")
