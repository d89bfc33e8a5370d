"""The front door for whoever is not signed in as a researcher."""

import streamlit as st

from app.identity import who_is_here
from app.researcher import provider

TAKE = "/take"


def entry() -> st.Page:
    """The page as the navigation knows it."""
    return st.Page(page, title="FaceValue", url_path="welcome", default=True)


def page() -> None:
    """Say where the links are that let a visitor in."""
    with st.container(horizontal_alignment="center"), st.container(width=680):
        st.title("FaceValue", anchor=False)
        st.markdown("What people see in a face: soft-labels and hard-labels, compared by asking.")
        st.subheader("You were invited to a study", anchor=False)
        if who_is_here().participant_id is None:
            st.markdown(
                "Open the personal link that the researchers sent you. It brings you back at any time."
            )
        else:
            st.html(f'<a href="{TAKE}" target="_self">Go on where you were</a>')
        st.subheader("You are a researcher", anchor=False)
        st.markdown(
            "Open the link that the program printed where it was started, after the word `Researcher:`. "
            "Its button signs one browser in, once. For another, run `make links` there."
        )
        if provider.configured():
            provider.door()
        st.html('Or, once you have set a password: <a href="/signin" target="_self">sign in by name</a>')
