"""Your account: a password of your own, and the browsers that you are signed in on."""

from datetime import UTC, datetime

import streamlit as st

from app.researcher import words
from app.researcher.access import RESEARCHERS, database, me, researchers_only
from db.tables import Researcher
from study.access.passwords import LONGEST, SHORTEST, right_password, set_password
from study.access.people import ROLES, sign_out_everywhere, signed_in_since
from study.errors import StudyError


@researchers_only
def page() -> None:
    """Draw the account of whoever is signed in."""
    person = me()
    words.head("Your account", f"You are **{person.name}**, {person.role} here: {ROLES[person.role]}.")
    if said := st.session_state.pop("account_said", None):
        st.success(said)
    _password(person)
    _browsers(person)


def _password(person: Researcher) -> None:
    st.subheader("Password", anchor=False)
    has_one = person.password_hash is not None
    st.caption(
        f"With a password you can sign in at /signin on any browser. It has {SHORTEST} characters or more; "
        "a sentence is easier to keep than a jumble."
    )
    with st.form("password", width=480, enter_to_submit=True):
        old = st.text_input("Your password now", type="password", max_chars=LONGEST) if has_one else ""
        new = st.text_input("New password", type="password", max_chars=LONGEST, autocomplete="new-password")
        again = st.text_input("The same again", type="password", max_chars=LONGEST)
        sent = st.form_submit_button("Change the password" if has_one else "Set a password")
    if sent:
        problem = _changed(person, old, new, again)
        if problem:
            st.error(problem)
            return
        st.session_state["account_said"] = "Your password is set."
        st.rerun()


def _changed(person: Researcher, old: str, new: str, again: str) -> str | None:
    if not right_password(person, old):
        return "That is not your password now."
    if new != again:
        return "The two new passwords are not the same: type both again."
    try:
        with database(RESEARCHERS).begin() as session:
            set_password(session, session.get_one(Researcher, person.id), new, now=datetime.now(UTC))
    except StudyError as problem:
        return str(problem)
    return None


def _browsers(person: Researcher) -> None:
    st.subheader("Where you are signed in", anchor=False)
    with database().session() as session:
        since = signed_in_since(session, person.id, datetime.now(UTC))
    st.markdown(
        "\n".join(f"- a browser, since {moment:%d %B %Y, %H:%M} UTC" for moment in since)
        or "On no browser but this one."
    )
    if st.button("Sign out everywhere", icon=":material/logout:", help="Here too: you sign in again after."):
        with database(RESEARCHERS).begin() as session:
            sign_out_everywhere(session, person.id, by=person.id, now=datetime.now(UTC))
        st.rerun()
