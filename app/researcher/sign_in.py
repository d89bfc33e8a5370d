"""The front door for whoever is not signed in."""

import streamlit as st


def entry() -> st.Page:
    """The page as the navigation knows it."""
    return st.Page(page, title="FaceValue", url_path="welcome", default=True)


def page() -> None:
    """Say where the links are that let a visitor in."""
    with st.container(width=640):
        st.title("FaceValue", anchor=False)
        st.markdown("What people see in a face: soft-labels and hard-labels, compared by asking.")
        st.subheader("You were invited to a study", anchor=False)
        st.markdown("Open the personal link that the researchers sent you. It brings you back at any time.")
        st.subheader("You are a researcher", anchor=False)
        st.markdown(
            "Open the link that the program printed where it was started, after the word `Researcher:`. "
            "It signs one browser in, once. For another, run `make links` there."
        )
