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
    words = "Have my answers erased" if ended else "Stop taking part"
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
    st.title("Stop taking part?", anchor=False)
    st.markdown(
        "That is your right at any time, and nobody asks for a reason. If you only need a break, close the "
        "page: your link brings you back to where you are."
    )
    st.subheader("What should become of your answers?", anchor=False)
    st.markdown(_given(mine))
    st.button("Stop, and let the study keep them", width="stretch", on_click=_withdraw, args=(mine,))
    st.button("Stop, and have everything erased", width="stretch", on_click=_go, args=("erase",))
    st.button("Go back, I want to go on", width="stretch", on_click=_go, args=(None,))


def _confirm_erasing(mine: Participation) -> None:
    st.title("Erase everything?", anchor=False)
    st.markdown(_given(mine))
    st.markdown(
        "Erasing removes your answers, the times at which you gave them, what you told about yourself and "
        f"your consent, at once and for good. Only the code **{mine.code}** stays, marked as erased. "
        "Reports that were made before cannot be changed."
    )
    st.button("Yes, erase everything", width="stretch", on_click=_erase, args=(mine,))
    st.button("No, go back", width="stretch", on_click=_go, args=(None,))


def _given(mine: Participation) -> str:
    if not mine.answered:
        return "You have not answered any question yet."
    return (
        f"You have answered **{mine.answered:,} of {mine.total:,}** questions under the code **{mine.code}**."
    )


def withdrawn(mine: Participation) -> None:
    """Say goodbye to whoever has stopped."""
    st.title("You have stopped", anchor=False)
    kept = "Thank you for the time you gave."
    if mine.answered:
        kept += (
            f" Your **{mine.answered:,}** answers stay in the study under the code **{mine.code}**. "
            "You can still have them erased."
        )
    st.markdown(f"{kept} There is nothing more to do: you can close this page.")
    clear_browser(mine)


def erased(mine: Participation) -> None:
    """Tell whoever comes back that nothing is left."""
    st.title("Everything was erased", anchor=False)
    st.markdown(
        "As you asked, your answers and all that was kept with them are gone. Thank you for having "
        "considered this study. There is nothing more to do: you can close this page."
    )
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
