"""The participant's one address: what it shows is the step that the database says they are at."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import streamlit as st

from app.identity import who_is_here
from app.installation import installation
from app.participant import (
    closed,
    consent,
    demographics,
    qualification,
    question,
    spoken,
    thanks,
    training,
    withdrawal,
)
from study.errors import NotFoundError
from study.participation import Participation, participation
from study.trial.standing import Step

STYLE = Path(__file__).with_name("page.css")
_PAGES: dict[Step, Callable[[Participation], None]] = {
    "consent": consent.page,
    "declined": consent.page,
    "demographics": demographics.page,
    "training": training.page,
    "qualification": qualification.page,
    "asking": question.page,
    "done": thanks.page,
    "closed": closed.page,
    "withdrawn": withdrawal.withdrawn,
    "erased": withdrawal.erased,
    "replaced": closed.replaced,
    "disqualified": closed.disqualified,
}
_WIDE: tuple[Step, ...] = ("training", "qualification", "asking")
"""Steps that need the width of the window; the others are read."""


def page() -> None:
    """Show the participant's present step."""
    st.html(STYLE)
    participant_id = who_is_here().participant_id
    if participant_id is None:
        nobody()
        return
    try:
        with installation().database.session() as session:
            mine = participation(session, participant_id, datetime.now(UTC))
    except NotFoundError:
        nobody()
        return
    spoken.page_in(mine.wording)
    leaving = withdrawal.is_leaving(mine)
    draw = withdrawal.page if leaving else _PAGES[mine.step]
    if mine.step in _WIDE and not leaving:
        draw(mine)
    else:
        with st.container(key="reading"):
            draw(mine)
    if not leaving:
        with st.container(key="foot"):
            withdrawal.link(mine)


def nobody() -> None:
    """Say how to come in."""
    with st.container(key="reading"):
        st.title("Please open your personal link", anchor=False)
        st.markdown(
            "This browser does not know you yet. Open the link that the researchers sent you: "
            "it brings you to your next question, on this browser or another."
        )
        st.markdown(
            "You have just opened it? Then this browser refuses cookies, and without one it cannot remember "
            "who you are. Please allow cookies for this page, or open the link in another browser."
        )
