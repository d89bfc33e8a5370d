"""Thanks, once every question is answered."""

import streamlit as st

from study.participation import Participation


def page(mine: Participation) -> None:
    """Thank the participant and say that all is saved."""
    with st.container(key="reading"):
        st.title("Thank you", anchor=False)
        st.markdown(mine.texts.thanks)
        with st.container(border=True, key="facts"):
            st.markdown(
                f":material/check_circle: All **{mine.answered:,}** of your answers are saved, "
                f"under the code **{mine.code}**."
            )
        st.caption("Keep your code in case you want to ask the researchers about your answers.")
