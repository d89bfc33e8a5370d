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
    st.title("A few words about you", anchor=False)
    st.markdown(
        "These answers describe the group that took part. Each is **voluntary**: leave out what you would "
        "rather not say. They are kept under your code, never with your name."
    )
    with st.form("demographics", border=False):
        given = {item.key: _ask(item) for item in mine.design.demographics}
        go_on, skip = st.columns(2)
        if go_on.form_submit_button("Continue", width="stretch"):
            _keep(mine, given)
        if skip.form_submit_button("Skip all of this", width="stretch"):
            _keep(mine, {})


def _ask(item: Demographic) -> Any:
    if item.kind == "choice":
        return st.selectbox(item.label, item.options, index=None, placeholder="Prefer not to say")
    if item.kind == "number":
        return st.number_input(item.label, value=None, step=1, placeholder="Prefer not to say")
    return st.text_input(item.label, max_chars=MAX_LENGTH, placeholder="Prefer not to say")


def _keep(mine: Participation, given: dict[str, Any]) -> None:
    with installation().database.begin() as session:
        keep(session, mine.participant_id, given, datetime.now(UTC))
    st.rerun()
