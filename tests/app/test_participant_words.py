"""Every page of a participant in a language of its own: no word stays English."""

import re

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from app.gate import own_app
from app.installation import installation
from app.routes import routes
from db.tables import Invitation, Participant, Study
from study.access.tokens import derived_token
from tests.pseudo import pseudo_words, unwrapped
from tests.redesign import redesign

PAGE = """
from dataclasses import replace
from datetime import UTC, datetime
import streamlit as st
from app.installation import installation
from app.participant import closed, consent, demographics, thanks, withdrawal
from study.design.demographics import asked_in
from study.design.texts import texts_in
from study.participation import participation
with installation().database.session() as session:
    mine = participation(session, {participant}, datetime.now(UTC))
said = mine.wording
design = mine.design.changed(demographics=asked_in(said), training=True, qualification_images=4)
mine = replace(mine, title="«a title»", texts=texts_in(said), design=design, consented=True,
  answered=3, deadline=datetime(2020, 1, 1, tzinfo=UTC))
st.session_state.update({state!r})
{page}(replace(mine, **{changes!r}))
withdrawal.link(mine)
"""
LABELLED = ("button", "selectbox", "text_input", "number_input")
PAGES = [
    ("consent.page", {}, {"step": "consent"}),
    ("consent.page", {}, {"step": "declined"}),
    ("demographics.page", {}, {}),
    ("thanks.page", {}, {"state": "open", "completion_code": "C1", "completion_url": "https://lab.org"}),
    *(("closed.page", {}, {"state": state}) for state in ("open", "paused", "draft", "closed")),
    ("closed.disqualified", {}, {}),
    ("closed.replaced", {}, {}),
    ("withdrawal.page", {"leaving": "stop"}, {}),
    ("withdrawal.page", {"leaving": "erase"}, {"answered": 0}),
    ("withdrawal.withdrawn", {}, {}),
    ("withdrawal.erased", {}, {}),
]


@pytest.fixture
def person(program) -> int:
    """The first participant of the open study, whose words are now all wrapped."""
    with program.database.begin() as session:
        found = session.scalars(
            select(Participant).where(Participant.code == "P01", Participant.simulated.is_(False))
        ).one()
        redesign(session, found.study_id, words=pseudo_words())
        return found.id


def texts(test: AppTest) -> list[str]:
    found = []
    for kind in ("title", "header", "subheader", "markdown", "caption"):
        found += [str(one.value) for one in test.get(kind)]
    for kind in LABELLED:
        for one in test.get(kind):
            found += [one.label, *getattr(one, "options", [])]
            found.append(getattr(one.proto, "placeholder", ""))
    found += [one.proto.label for one in test.get("link_button")]
    return found


@pytest.mark.parametrize(("page", "state", "changes"), PAGES)
def test_no_page_has_a_word_that_its_language_does_not_hold(program, person, page, state, changes):
    script = PAGE.format(participant=person, page=page, state=state, changes=changes)
    test = AppTest.from_string(script, default_timeout=90).run()
    assert not test.exception
    shown = texts(test)
    assert any("«" in text for text in shown)
    for text in shown:
        left = re.sub(r":material/\w+:", "", unwrapped(text))
        assert not re.search(r"[a-z]", left), f"{text!r} is not all translated"


def test_a_link_that_lets_nobody_in_says_so_in_the_studys_language(program, person):
    with program.database.begin() as session:
        invitation = session.scalars(select(Invitation).where(Invitation.participant_id == person)).first()
        token = derived_token(program.secret, f"invitation:{invitation.id}:{invitation.nonce}")
        session.get_one(Study, invitation.study_id).state = "closed"
    with TestClient(own_app(routes(installation))) as client:
        shown = client.get(f"/join/{token}").text
    assert "«This study is not open»" in shown
    assert "«This study has ended." in shown
