"""The way out, from every page: stop, or stop and have everything erased; and what is said afterwards."""

from datetime import UTC, datetime

import streamlit as st

from app.installation import installation
from app.participant.leftovers import clear_browser
from study.participation import Participation
from study.stages.loss import lost
from study.stages.withdrawal import erase, withdraw

_LEAVING = "leaving"


def link(mine: Participation) -> None:
    """The quiet link at the foot of every page after consent."""
    if mine.step == "erased" or not mine.consented:
        return
    ended = mine.step in ("withdrawn", "done", "disqualified", "replaced")
    words = mine.wording.say("leaving.link_erase" if ended else "leaving.link")
    st.button(words, type="tertiary", key="way-out", on_click=_go, args=("erase" if ended else "stop",))


def is_leaving(mine: Participation) -> bool:
    """Whether the participant has followed the link and not decided yet."""
    return mine.consented and mine.step != "erased" and st.session_state.get(_LEAVING) is not None


def page(mine: Participation) -> None:
    """Ask what should become of the answers."""
    if st.session_state[_LEAVING] == "erase":
        _confirm_erasing(mine)
    else:
        _ask(mine)


def _ask(mine: Participation) -> None:
    say = mine.wording.say
    st.title(say("leaving.title"), anchor=False)
    st.markdown(say("leaving.text"))
    st.subheader(say("leaving.question"), anchor=False)
    st.markdown(_given(mine))
    st.button(say("leaving.keep"), width="stretch", on_click=_withdraw, args=(mine,))
    st.button(say("leaving.erase"), width="stretch", on_click=_go, args=("erase",))
    st.button(say("leaving.go_back"), width="stretch", on_click=_go, args=(None,))


def _confirm_erasing(mine: Participation) -> None:
    say = mine.wording.say
    st.title(say("leaving.erase_title"), anchor=False)
    st.markdown(_given(mine))
    st.markdown(say("leaving.erase_text", code=mine.code))
    st.button(say("leaving.erase_yes"), width="stretch", on_click=_erase, args=(mine,))
    st.button(say("leaving.erase_no"), width="stretch", on_click=_go, args=(None,))


def _given(mine: Participation) -> str:
    if not mine.answered:
        return mine.wording.say("leaving.none_given")
    return mine.wording.say("leaving.given", answered=mine.answered, total=mine.total, code=mine.code)


def withdrawn(mine: Participation) -> None:
    """Say goodbye to whoever has stopped."""
    say = mine.wording.say
    st.title(say("leaving.stopped_title"), anchor=False)
    said = [say("leaving.stopped")]
    if mine.answered:
        said.append(say("leaving.stopped_kept", count=mine.answered, code=mine.code))
    st.markdown(mine.wording.joined([*said, say("closed.nothing_more")]))
    clear_browser(mine)


def erased(mine: Participation) -> None:
    """Tell whoever comes back that nothing is left."""
    st.title(mine.wording.say("leaving.erased_title"), anchor=False)
    st.markdown(mine.wording.say("leaving.erased"))
    clear_browser(mine)


def _go(where: str | None) -> None:
    if where is None:
        st.session_state.pop(_LEAVING, None)
    else:
        st.session_state[_LEAVING] = where


def _withdraw(mine: Participation) -> None:
    with installation().database.begin() as session:
        withdraw(session, mine.participant_id, datetime.now(UTC))
    _go(None)


def _erase(mine: Participation) -> None:
    here = installation()
    # What is lost is computed before, so that nobody's answer waits for it in the database.
    with here.database.session() as session:
        loss = lost(session, mine.participant_id)
    with here.database.begin() as session:
        erase(session, mine.participant_id, loss, datetime.now(UTC))
    _go(None)
