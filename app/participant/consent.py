"""Consent: what will be asked, how long it takes, what is kept; agreeing and declining are equally easy."""

from contextlib import suppress
from datetime import UTC, datetime

import streamlit as st

from app.installation import installation
from study.annotation.design import AnnotationDesign
from study.design.design import Design
from study.errors import StudyClosedError
from study.participation import Participation
from study.stages.consent import agree, decline

_ASKED = {
    1: "You see a face and two labels, and say which **describes it better**: left, right, both, or none.",
    2: "You see a face and two labels, and say which of them **belongs to it**: left or right.",
}
_SAID = {
    "hard_label": "You see a face, and say **which emotion** it shows, if any.",
    "soft_label": "You see a face, and say **how strongly** it shows each of eight emotions.",
    "affect": "You see a face, and say **how pleasant and how excited** it looks.",
}
_AGAIN = "reads the consent again"


def page(mine: Participation) -> None:
    """Show the consent, or the goodbye to whoever has declined."""
    if mine.step == "declined" and not st.session_state.get(_AGAIN):
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
    yes, no = st.columns(2)
    yes.button("I agree and take part", width="stretch", on_click=_agree, args=(mine,))
    no.button("No, thank you", width="stretch", on_click=_decline, args=(mine,))


def facts(mine: Participation) -> list[str]:
    """What is asked of the participant, one line of Markdown each."""
    days = mine.design.deadline_days
    until = f" After you agree you have {days} day{'' if days == 1 else 's'}."
    if mine.deadline:
        until += f" The study is open until {mine.deadline:%d %B %Y, %H:%M} UTC."
    return [
        *(f":material/face: {what}" for what in _asked(mine.design)),
        *_before_the_questions(mine),
        f":material/schedule: **{mine.total:,} questions**, about {duration(mine.minutes)}, "
        f"all at once or bit by bit. Your link brings you back to your next question.{until}",
        f":material/lock: Your answers are kept under the code **{mine.code}**, with the time each took. "
        "Your name is not kept.",
        ":material/logout: You may stop at any time, without a reason, and have your answers erased: "
        "every page has a link for it.",
    ]


def _asked(design: Design | AnnotationDesign) -> list[str]:
    if isinstance(design, AnnotationDesign):
        return [_SAID[design.form]]
    return [_ASKED[experiment] for experiment in design.experiments]


def _before_the_questions(mine: Participation) -> list[str]:
    design = mine.design
    before = []
    if design.training:
        before.append("a short training (a few minutes) shows what each emotion looks like")
    if design.qualification_images:
        before.append(
            f"you name the emotions of {design.qualification_images:,} faces. To go on, at least "
            f"{design.qualification_pass:.0%} of the names must be the expected ones"
        )
    if not before:
        return []
    words = ", then ".join(before)
    return [f":material/school: Before the questions, {words}."]


def duration(minutes: int) -> str:
    """A number of minutes in words: 1 minute, 25 minutes, 3 hours."""
    count, unit = (minutes, "minute") if minutes < 90 else (round(minutes / 60), "hour")
    return f"{count} {unit}{'' if count == 1 else 's'}"


def _goodbye() -> None:
    st.title("That is quite all right", anchor=False)
    st.markdown(
        "Thank you for considering it. We keep nothing of you but that this link was declined, and there is "
        "nothing more to do: you can close this page."
    )
    st.button("Read the consent again", on_click=st.session_state.__setitem__, args=(_AGAIN, True))


def _agree(mine: Participation) -> None:
    # Where the study has closed meanwhile, the page that is drawn next says so.
    with suppress(StudyClosedError), installation().database.begin() as session:
        agree(session, mine.participant_id, mine.consent_version, datetime.now(UTC))


def _decline(mine: Participation) -> None:
    st.session_state.pop(_AGAIN, None)
    with suppress(StudyClosedError), installation().database.begin() as session:
        decline(session, mine.participant_id, datetime.now(UTC))
