"""Thanks, once every question is answered; the last answer can still be taken back."""

from datetime import UTC, datetime
from uuid import uuid4

import streamlit as st

from app.installation import installation
from study.participation import Participation
from study.trial import answers, flow
from study.trial.posts import UndoPost


def page(mine: Participation) -> None:
    """Thank the participant, lead on to where they came from, and say that all is saved."""
    say = mine.wording.say
    st.title(say("thanks.title"), anchor=False)
    _completion(mine)
    st.markdown(mine.texts.thanks)
    with st.container(border=True, key="facts"):
        saved = say("thanks.saved", count=mine.answered, code=mine.code)
        st.markdown(f":material/check_circle: {saved}")
    st.caption(say("thanks.keep_code"))
    if mine.state == "open":
        st.button(say("thanks.undo"), on_click=_undo, args=(mine,))


def _completion(mine: Participation) -> None:
    say = mine.wording.say
    if mine.completion_code:
        st.markdown(say("thanks.completion_code"))
        st.code(mine.completion_code, language=None)
    if mine.completion_url and mine.completion_url.startswith(("https://", "http://")):
        st.link_button(say("thanks.confirm"), mine.completion_url, type="primary", width="stretch")


def _undo(mine: Participation) -> None:
    now = datetime.now(UTC)
    with installation().database.begin() as session:
        last = flow.progress(session, mine.participant_id).undoable
        if last is not None:
            answers.undo(session, mine.participant_id, UndoPost(str(uuid4()), last), now)
