"""What the researchers' pages say alike: heads, states, what is missing."""

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app.researcher import rooms
from app.researcher.access import may_enter
from app.researcher.rooms import Room

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


def duration(hours: float) -> str:
    """About how long: 1.5 h, 12 min, 40 s."""
    if hours >= 0.95:
        return f"{hours:,.1f} h"
    seconds = 3600 * hours
    return f"{seconds / 60:.0f} min" if seconds >= 59.5 else f"{seconds:.0f} s"


def readable(table: pd.DataFrame) -> pd.DataFrame:
    """A table with the names of its columns as a reader says them."""
    return table.rename(columns=lambda name: str(name).replace("_", " ").strip()).rename(
        columns=lambda name: name[:1].upper() + name[1:]
    )


def nothing_yet(headline: str, *steps: str | tuple[str, Room]) -> None:
    """Say what an empty page is waiting for, and what to do about it.

    A step is its words, or its words and the room where it is done, to which those who may enter find a link.
    """
    with st.container(border=True):
        st.subheader(headline, anchor=False)
        for number, step in enumerate(steps, 1):
            if step == DEMO:
                st.caption(DEMO)
                continue
            said, room = (step, None) if isinstance(step, str) else step
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.markdown(f"{number}. {said}", width="content")
                if room is not None and may_enter(room.roles):
                    room.link()


DEMO = (
    "Or look around first: stop the server, and start the demo, in a folder of its own, by "
    "`make run DATA_DIR=data/demo`."
)
NO_IMAGES = (
    "No labelled images yet",
    ("Bring a data set in: a folder on the server, a zip or a table.", rooms.IMPORT),
    ("Label it: train an engine on it, or take one that is there.", rooms.ENGINE),
    DEMO,
)
NO_BUNDLES = (
    "No engine yet",
    ("Bring a data set in, whose faces have labels.", rooms.IMPORT),
    ("Train an engine on it: it appears here.", rooms.ENGINE),
    DEMO,
)
PARTS = (
    "The soft-label is the mean of two scores (Eq. 14): the ensemble of one-vs-rest networks, and the "
    "action-unit classifier. Each is weighted by how well its networks did on held-out images."
)
NO_STUDIES = (
    "No studies yet",
    ("Bring a data set in.", rooms.IMPORT),
    ("Label it with an engine. Without labels to train one on, let people label faces first.", rooms.ENGINE),
    (
        "Design a study: choose images and participants, see what it will cost, save it, freeze it.",
        rooms.DESIGN,
    ),
    DEMO,
)
