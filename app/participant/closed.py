"""The closed door and the other ends, each with its reason."""

from datetime import UTC, datetime

import streamlit as st

from study.participation import Participation


def page(mine: Participation) -> None:
    """Say that no answers are taken now, why, and that what was answered is kept."""
    say = mine.wording.say
    why = _why(mine)
    st.title(say(f"closed.{why}_title"), anchor=False)
    if why == "late" and mine.deadline is not None:
        st.markdown(say("closed.late", moment=mine.wording.moment(mine.deadline), code=mine.code))
    else:
        st.markdown(say(f"closed.{why}"))
    saved(mine)
    st.button(say("closed.look_again"))


def _why(mine: Participation) -> str:
    if mine.state == "open" and mine.deadline is not None and mine.deadline <= datetime.now(UTC):
        return "late"
    return mine.state if mine.state in ("paused", "draft") else "closed"


def disqualified(mine: Participation) -> None:
    """Thank whoever did not pass the qualification."""
    say = mine.wording.say
    st.title(say("closed.disqualified_title"), anchor=False)
    st.markdown(say("closed.disqualified"))
    st.markdown(say("closed.nothing_more"))


def replaced(mine: Participation) -> None:
    """Tell whoever comes back late that somebody else has gone on."""
    say = mine.wording.say
    st.title(say("closed.replaced_title"), anchor=False)
    st.markdown(say("closed.replaced"))
    saved(mine)


def saved(mine: Participation) -> None:
    """What is kept of the participant's answers, if there are any."""
    if mine.answered:
        numbers = {"answered": mine.answered, "total": mine.total, "code": mine.code}
        st.markdown(f":material/check_circle: {mine.wording.say('closed.saved', **numbers)}")
