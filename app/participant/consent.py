"""Consent: what will be asked, how long it takes, what is kept; agreeing and declining are equally easy."""

from contextlib import suppress
from datetime import UTC, datetime

import streamlit as st

from app.installation import installation
from study.errors import StudyClosedError
from study.participation import Participation
from study.trial.flow import give_consent

_ASKED = {
    1: "You see a face and two labels, and say which **describes it better**: left, right, both, or none.",
    2: "You see a face and two labels, and say which of them **belongs to it**: left or right.",
}


def page(mine: Participation) -> None:
    """Show the consent, or the goodbye to whoever has just declined."""
    with st.container(key="reading"):
        if st.session_state.get("declined"):
            _goodbye()
        else:
            _ask(mine)


def _ask(mine: Participation) -> None:
    st.title(mine.title, anchor=False)
    st.markdown(mine.texts.welcome)
    with st.container(border=True, key="facts"):
        for line in facts(mine):
            st.markdown(line)
    st.header("Your consent", anchor=False)
    st.markdown(mine.texts.consent)
    agree, decline = st.columns(2)
    agree.button("I agree and take part", width="stretch", on_click=_agree, args=(mine,))
    decline.button("No, thank you", width="stretch", on_click=_decline)


def facts(mine: Participation) -> list[str]:
    """What is asked of the participant, one line of Markdown each."""
    until = f" The study is open until {mine.deadline:%d %B %Y, %H:%M} UTC." if mine.deadline else ""
    return [
        *(f":material/face: {_ASKED[experiment]}" for experiment in mine.experiments),
        f":material/schedule: **{mine.total:,} questions**, about {duration(mine.minutes)}, "
        f"in as many sittings as you like. Your link brings you back.{until}",
        f":material/lock: Your answers are kept under the code **{mine.code}**, with the time each took. "
        "Your name is not kept.",
        ":material/logout: You may stop at any time, without a reason: just close the page. "
        "To have your answers erased, tell the researchers your code.",
    ]


def duration(minutes: int) -> str:
    """A number of minutes in words: 1 minute, 25 minutes, 3 hours."""
    count, unit = (minutes, "minute") if minutes < 90 else (round(minutes / 60), "hour")
    return f"{count} {unit}{'' if count == 1 else 's'}"


def _goodbye() -> None:
    st.title("That is quite all right", anchor=False)
    st.markdown(
        "Thank you for considering it. Nothing about you was stored, and there is nothing more to do: "
        "you can close this page."
    )
    st.button("Read the consent again", on_click=st.session_state.pop, args=("declined", None))


def _agree(mine: Participation) -> None:
    now = datetime.now(UTC)
    # Where the study has closed meanwhile, the page that is drawn next says so.
    with suppress(StudyClosedError), installation().database.begin() as session:
        give_consent(session, mine.participant_id, mine.consent_version, now)


def _decline() -> None:
    st.session_state["declined"] = True
