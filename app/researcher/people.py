"""People: who may look, as what, and the log of who did what."""

from collections.abc import Callable, Hashable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pandas as pd
import streamlit as st
from sqlalchemy.orm import Session

from app.researcher import people_log, words
from app.researcher.access import OWNERS, database, me, owners_only
from study.access import people
from study.errors import StudyError


@owners_only
def page() -> None:
    """Draw the people, an invitation for another, and the log."""
    words.head("People", "Who may come in and as what, and who did what.")
    _said()
    with database().session() as session:
        everybody = people.people(session, datetime.now(UTC))
    for person in everybody.to_dict("records"):
        _card(person)
    _invitation()
    people_log.draw({int(one["researcher_id"]): str(one["name"]) for one in everybody.to_dict("records")})


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
            name = person["name"]
            if not out:
                st.button("Make a sign-in link", key=f"link-{key}", on_click=_new_link, args=(person,))
                said = f"{name} is signed out everywhere."
                _button("Sign out everywhere", person, people.sign_out_everywhere, said)
            if person["password"]:
                said = f"{name} has no password any more."
                forgotten = "For one that was forgotten: by a sign-in link they come in and set another."
                _button("Take the password away", person, people.remove_password, said, forgotten)
            if out:
                _button("Let in again", person, people.let_in_again, f"{name} is let in again.")
            else:
                _button("Shut out", person, people.shut_out, f"{name} is shut out.")


def _button(
    text: str, person: dict[Hashable, Any], act: Callable[..., object], said: str, about: str | None = None
) -> None:
    key = person["researcher_id"]

    def work(session: Session, by: int, now: datetime) -> object:
        return act(session, key, by=by, now=now)

    st.button(text, key=f"{text}-{key}", help=about, on_click=_do, args=(work, said))


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
            with database(OWNERS).begin() as session:
                token = people.invite_person(session, name, role, by=me().id, now=datetime.now(UTC))
        except StudyError as problem:
            st.error(str(problem))
            return
        st.session_state["people_link"] = (name, _signin_address(token))
        st.rerun()


def _new_link(person: dict[Hashable, Any]) -> None:
    try:
        with database(OWNERS).begin() as session:
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
        with database(OWNERS).begin() as session:
            act(session, me().id, datetime.now(UTC))
    except StudyError as problem:
        st.session_state["people_problem"] = str(problem)
    else:
        st.session_state["people_said"] = done
