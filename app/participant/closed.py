"""The closed door and the other ends, each with its reason."""

from datetime import UTC, datetime

import streamlit as st

from study.participation import Participation


def page(mine: Participation) -> None:
    """Say that no answers are taken now, why, and that what was answered is kept."""
    if mine.state == "paused":
        st.title("The study has a break", anchor=False)
        st.markdown(
            "The researchers have paused it. Please come back later by the same link: "
            "you will go on where you are."
        )
    elif mine.state == "open" and mine.deadline is not None and mine.deadline <= datetime.now(UTC):
        st.title("The time for your answers is over", anchor=False)
        st.markdown(
            f"It ended on {mine.deadline:%d %B %Y, %H:%M} UTC. If you would like to go on, write to the "
            f"researchers and name your code **{mine.code}**: they can open the door again."
        )
    elif mine.state == "draft":
        st.title("The study has not begun", anchor=False)
        st.markdown("Please come back later by the same link.")
    else:
        st.title("The study is closed", anchor=False)
        st.markdown("It takes no more answers. Thank you for your interest and for your time.")
    saved(mine)
    st.button("Look again")


def disqualified(mine: Participation) -> None:
    """Thank whoever did not pass the qualification."""
    st.title("Thank you for your time", anchor=False)
    st.markdown(
        "To go on to the questions, more of your answers would have had to be the expected ones. That says "
        "nothing about you: people read faces differently, and this study needs people who read them in one "
        "particular way."
    )
    st.markdown("There is nothing more to do: you can close this page.")


def replaced(mine: Participation) -> None:
    """Tell whoever comes back late that somebody else has gone on."""
    st.title("Your place was passed on", anchor=False)
    st.markdown(
        "You had not answered for a while, so the researchers gave the remaining questions to somebody else. "
        "Thank you for your time."
    )
    saved(mine)


def saved(mine: Participation) -> None:
    """What is kept of the participant's answers, if there are any."""
    if mine.answered:
        st.markdown(
            f":material/check_circle: **{mine.answered:,} of {mine.total:,}** of your answers are saved, "
            f"under the code **{mine.code}**."
        )
