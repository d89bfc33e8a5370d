"""What the researchers' pages say alike: heads, states, what is missing."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

# In the order in which they are listed: what runs comes first.
STATE_COLOURS = {"open": "green", "paused": "orange", "frozen": "violet", "draft": "gray", "closed": "blue"}
SIMULATED = "Simulated"
SIMULATED_NOTE = "Answers of simulated participants, not of people."


def head(title: str, meaning: str = "") -> DeltaGenerator:
    """Draw a room's head, its name and what is done in it; return the place of its actions, at the right."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom"):
        st.title(title, anchor=False, width="content")
        actions = st.container(horizontal=True, width="content")
    if meaning:
        st.caption(meaning)
    return actions


def study_name(title: str, simulated: bool) -> str:
    """A study's title; a simulated one says so, whatever its title says."""
    said = SIMULATED.lower() in title.lower()
    return f"{title} ({SIMULATED.lower()})" if simulated and not said else title


def study_badges(state: str, simulated: bool) -> None:
    """Show a study's state, and whether its answers are people's."""
    with st.container(horizontal=True, gap="small"):
        st.badge(state.capitalize(), color=STATE_COLOURS[state])  # type: ignore[arg-type]
        if simulated:
            st.badge(SIMULATED, icon=":material/smart_toy:", color="violet")


def counted(n: int, noun: str, plural: str | None = None) -> str:
    """A number with its noun: 1 answer, 2,400 answers."""
    return f"{n:,} {noun if n == 1 else plural or noun + 's'}"


def nothing_yet(headline: str, *steps: str) -> None:
    """Say what an empty page is waiting for, and what to do about it."""
    with st.container(border=True):
        st.subheader(headline, anchor=False)
        st.markdown("\n".join(f"{number}. {step}" for number, step in enumerate(steps, 1)))


NO_IMAGES = (
    "No images yet",
    "For the demo, stop the server and start it again with `make run`: it renders faces, trains an engine "
    "and labels them.",
    "For images of your own, make a manifest and label it: `python -m engine train --help`, then "
    "`python -m engine label --help`.",
)
NO_BUNDLES = (
    "No engine yet",
    "For the demo's, stop the server and start it again with `make run`.",
    "For one of your own, train it into the data folder: `python -m engine train images.parquet --out "
    "data/bundles/mine`.",
)
PARTS = (
    "The soft-label is the mean of two scores (Eq. 14): the ensemble of one-vs-rest networks, and the "
    "action-unit classifier. Each is weighted by how well its networks did on held-out images."
)
NO_STUDIES = (
    "No studies yet",
    "For the demo's two studies, stop the server and start it again with `make run`.",
    "For a study of your own, bring labelled images in, then make a new design: choose images and "
    "participants, see what it will cost, save it, freeze it, open it.",
)
