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
from study.wording.wording import Wording

_AGAIN = "reads the consent again"


def page(mine: Participation) -> None:
    """Show the consent, or the goodbye to whoever has declined."""
    if mine.step == "declined" and not st.session_state.get(_AGAIN):
        _goodbye(mine)
    else:
        _ask(mine)


def _ask(mine: Participation) -> None:
    say = mine.wording.say
    st.title(mine.title, anchor=False)
    st.markdown(mine.texts.welcome)
    with st.container(border=True, key="facts"):
        for line in facts(mine):
            st.markdown(line)
    st.header(say("consent.heading"), anchor=False)
    st.markdown(mine.texts.consent)
    yes, no = st.columns(2)
    yes.button(say("consent.agree"), width="stretch", on_click=_agree, args=(mine,))
    no.button(say("consent.decline"), width="stretch", on_click=_decline, args=(mine,))


def facts(mine: Participation) -> list[str]:
    """What is asked of the participant, one line of Markdown each."""
    say = mine.wording.say
    return [
        *(f":material/face: {say(f'consent.asked_{what}')}" for what in _asked(mine.design)),
        *_before_the_questions(mine),
        f":material/schedule: {mine.wording.joined(_questions(mine))}",
        f":material/lock: {say('consent.kept', code=mine.code)}",
        f":material/logout: {say('consent.leaving')}",
    ]


def _asked(design: Design | AnnotationDesign) -> list[str]:
    if isinstance(design, AnnotationDesign):
        return [design.form]
    return [str(experiment) for experiment in design.experiments]


def _questions(mine: Participation) -> list[str]:
    say = mine.wording.say
    lasting = duration(mine.minutes, mine.wording)
    found = [
        say("consent.questions", count=mine.total, duration=lasting),
        say("consent.days", count=mine.design.deadline_days),
    ]
    if mine.deadline:
        found.append(say("consent.open_until", moment=mine.wording.moment(mine.deadline)))
    return found


def _before_the_questions(mine: Participation) -> list[str]:
    design, say = mine.design, mine.wording.say
    steps = [say("consent.training")] if design.training else []
    if design.qualification_images:
        # As many hundredths as Python's own rounding gives, which the report tells too.
        percent = int(f"{design.qualification_pass:.0%}".rstrip("%"))
        steps.append(say("consent.qualification", count=design.qualification_images, percent=percent))
    if not steps:
        return []
    words = steps[0] if len(steps) == 1 else say("consent.then", first=steps[0], second=steps[1])
    return [f":material/school: {say('consent.before', steps=words)}"]


def duration(minutes: int, wording: Wording) -> str:
    """A number of minutes in words: 1 minute, 25 minutes, 3 hours."""
    if minutes < 90:
        return wording.say("general.minutes", count=minutes)
    return wording.say("general.hours", count=round(minutes / 60))


def _goodbye(mine: Participation) -> None:
    say = mine.wording.say
    st.title(say("consent.declined_title"), anchor=False)
    st.markdown(say("consent.declined"))
    st.button(say("consent.read_again"), on_click=st.session_state.__setitem__, args=(_AGAIN, True))


def _agree(mine: Participation) -> None:
    # Where the study has closed meanwhile, the page that is drawn next says so.
    with suppress(StudyClosedError), installation().database.begin() as session:
        agree(session, mine.participant_id, mine.consent_version, datetime.now(UTC))


def _decline(mine: Participation) -> None:
    st.session_state.pop(_AGAIN, None)
    with suppress(StudyClosedError), installation().database.begin() as session:
        decline(session, mine.participant_id, datetime.now(UTC))
