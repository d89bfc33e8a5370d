"""The closed door, with the reason."""

import streamlit as st

from study.participation import Participation


def page(mine: Participation) -> None:
    """Say that no answers are taken now, and that what was answered is kept."""
    with st.container(key="reading"):
        if mine.state == "paused":
            st.title("The study has a break", anchor=False)
            st.markdown(
                "The researchers have paused it. Please come back later by the same link: "
                "you will go on at your next question."
            )
        else:
            st.title("The study is closed", anchor=False)
            st.markdown("It takes no more answers. Thank you for your interest and for your time.")
        if mine.answered:
            st.markdown(
                f":material/check_circle: **{mine.answered:,} of {mine.total:,}** of your answers are saved, "
                f"under the code **{mine.code}**."
            )
        st.button("Look again")
