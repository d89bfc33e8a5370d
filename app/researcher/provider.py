"""Signing in by an OpenID provider, where one is configured; docs/people.md says how.

Streamlit speaks with the provider; an address that it asserts and that an owner has written beside a
researcher's name gets a one-time link, so that every researcher's browser holds the same kind of cookie.
"""

from datetime import UTC, datetime
from html import escape

import streamlit as st

from app.installation import installation
from study.access.people import vouched_for

_LINK = "provider_link"


def configured() -> bool:
    """Whether the secrets have an [auth] section."""
    try:
        return "auth" in st.secrets
    except FileNotFoundError:
        return False


def door() -> None:
    """Draw the way in through the provider: towards it, or on from it."""
    if not st.user.is_logged_in:
        st.button("Sign in with your organisation", icon=":material/login:", on_click=st.login)
        return
    address = _asserted()
    token = _token(address) if address else None
    if token:
        st.html(f'<a href="/signin/{token}" target="_self">Continue as {escape(address or "")}</a>')
    else:
        st.warning(
            f"Nobody here is known as {address or 'the account that you signed in with'}. "
            "Ask an owner of this installation to write your address beside your name, on the page People."
        )
    st.button("Use another account", on_click=_leave)


def _asserted() -> str | None:
    """The e-mail address that the provider vouches for."""
    address = st.user.get("email")
    vouched = st.user.get("email_verified", True)
    return str(address) if address and str(vouched).lower() == "true" else None


def _token(address: str) -> str | None:
    """One link a browser tab, however often the page is drawn."""
    if _LINK not in st.session_state:
        now = datetime.now(UTC)
        with installation().database.begin() as session:
            token = vouched_for(session, address, now=now)
        if token is None:
            return None
        st.session_state[_LINK] = token
    return str(st.session_state[_LINK])


def _leave() -> None:
    st.session_state.pop(_LINK, None)
    st.logout()
