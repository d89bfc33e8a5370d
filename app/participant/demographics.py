"""What the study asks people about themselves; leaving anything out, or all, is as easy as answering."""

from datetime import UTC, datetime
from typing import Any

import streamlit as st

from app.installation import installation
from study.design.demographics import MAX_LENGTH, Demographic
from study.participation import Participation
from study.stages.demographics import keep


def page(mine: Participation) -> None:
    """Ask; what is left empty is not kept."""
    say = mine.wording.say
    st.title(say("about_you.title"), anchor=False)
    st.markdown(say("about_you.text"))
    with st.form("demographics", border=False):
        given = {item.key: _ask(item, say("about_you.prefer_not")) for item in mine.design.demographics}
        go_on, skip = st.columns(2)
        if go_on.form_submit_button(say("about_you.go_on"), width="stretch"):
            _keep(mine, given)
        if skip.form_submit_button(say("about_you.skip"), width="stretch"):
            _keep(mine, {})


def _ask(item: Demographic, nothing: str) -> Any:
    if item.kind == "choice":
        return st.selectbox(item.label, item.options, index=None, placeholder=nothing)
    if item.kind == "number":
        return st.number_input(item.label, value=None, step=1, placeholder=nothing)
    return st.text_input(item.label, max_chars=MAX_LENGTH, placeholder=nothing)


def _keep(mine: Participation, given: dict[str, Any]) -> None:
    with installation().database.begin() as session:
        keep(session, mine.participant_id, given, datetime.now(UTC))
    st.rerun()
