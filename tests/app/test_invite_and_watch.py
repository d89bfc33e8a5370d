"""The pages Invitations and Watch: what a researcher does there is done, and others see nothing of it."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from streamlit.testing.v1 import AppTest

from db.tables import OpenLink, Participant, Study
from study.access.audit import audit_log
from tests.app.test_researcher_pages import text


def draw(room: str) -> AppTest:
    script = f"""
import streamlit as st
from app.researcher import {room}
from app.shell import ROOMS
st.navigation([one.page() for one in ROOMS])
{room}.page()
"""
    test = AppTest.from_string(script, default_timeout=90)
    test.query_params["study"] = "1"
    return test.run()


def press(test: AppTest, label: str) -> AppTest:
    next(one for one in test.button if one.label == label).click()
    test.run()
    assert not test.exception
    return test


def study(program):
    with program.database.session() as session:
        return session.get_one(Study, 1)


@pytest.mark.parametrize("room", ["invite", "watch"])
def test_nobody_but_a_researcher_sees_the_room_and_a_reader_changes_nothing(program, visit_as, room):
    for cookies in ({}, program.participant_cookies()):
        visit_as(cookies)
        test = draw(room)
        assert (len(test.main.children), len(test.warning)) == (1, 1)
    visit_as(program.researcher_cookies("reader"))
    test = draw(room)
    assert not test.exception
    assert not test.button
    assert "/join/" not in text(test)


def test_the_door_is_paused_resumed_and_closed_with_a_line_in_the_log(program, visit_as):
    visit_as(program.researcher_cookies())
    test = press(draw("invite"), "Pause")
    assert study(program).state == "paused"
    assert "demo is paused" in test.success[0].value
    press(press(test, "Resume"), "Close")
    assert study(program).state == "closed"
    press(test, "Open again")
    with program.database.session() as session:
        log = audit_log(session, action="study")
    assert list(log["action"])[:4] == ["study.reopened", "study.closed", "study.resumed", "study.paused"]
    assert log["who"].iloc[0].startswith("A owner")


def test_an_open_link_is_made_and_taken_back(program, visit_as):
    visit_as(program.researcher_cookies())
    test = draw("invite")
    test.number_input[0].set_value(3)
    test.text_input[0].input("two words")
    press(test, "Make the open link")
    assert "completion code" in test.error[0].value
    test.text_input[0].input("C1X")
    press(test, "Make the open link")
    assert "/go/" in test.code[0].value
    assert "0 of 3 places taken" in text(test)
    press(test, "Take this link back")
    with program.database.session() as session:
        assert session.scalars(select(OpenLink)).one().revoked_at is not None


def test_a_link_is_renewed_and_the_table_follows(program, visit_as):
    visit_as(program.researcher_cookies())
    before = program.invitations()
    test = press(draw("invite"), "Renew")
    assert "P01 has a new link" in test.success[0].value
    after = program.invitations()
    assert (after[1:], after[0] == before[0]) == (before[1:], False)
    assert test.dataframe[0].value["Link"][0].endswith(after[0])


def test_watching_shows_stages_forecast_and_table(program, visit_as):
    program.answer(participants=1, questions=30)
    visit_as(program.researcher_cookies())
    test = draw("watch")
    assert not test.exception
    table = test.dataframe[1].value.set_index("Participant")
    assert table.loc["P01", ["Stage", "Answered", "Of"]].tolist() == ["answering", 30, 52]
    assert table.loc["P02", "Stage"] == "invited"
    assert "30 of 208 answers" in test.get("progress")[0].proto.text
    assert test.get("plotly_chart")


def test_a_drop_out_is_replaced_after_a_look_at_what_that_means(program, visit_as):
    program.answer(participants=1, questions=10)
    visit_as(program.researcher_cookies())
    test = draw("watch")
    assert "P05 in the place of P01: the 10 answers of P01 stay" in text(test)
    press(test, "Replace P01")
    with program.database.session() as session:
        people = {
            one.code: one for one in session.scalars(select(Participant).where(Participant.study_id == 1))
        }
    assert people["P01"].replaced_at is not None
    assert people["P05"].replaces_id == people["P01"].id
    assert len(program.invitations()) == 5
    table = test.dataframe[1].value.set_index("Participant")
    assert table.loc["P01", ["Stage", "Of"]].tolist() == ["replaced", 10]


def test_one_participant_gets_more_time_and_is_told_where_the_study_ends_before(program, visit_as):
    visit_as(program.researcher_cookies())
    test = draw("watch")
    test.number_input[0].set_value(3)
    press(test, "Set the deadline of P01")
    assert "P01 has until" in test.success[0].value
    test.number_input[0].set_value(300)
    press(test, "Set the deadline of P01")
    assert "extend it first" in test.error[0].value
    with program.database.session() as session:
        due = session.scalar(select(Participant.due_at).where(Participant.code == "P01"))
    assert due - datetime.now(UTC) < timedelta(days=4)
