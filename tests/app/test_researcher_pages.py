"""The researchers' pages, empty and full, and closed to everybody else."""

from datetime import UTC, datetime

import numpy as np
import pytest
from sqlalchemy import delete
from streamlit.testing.v1 import AppTest

from app import demo
from db.tables import Invitation
from study import drafts, studies
from study.design.design import preset
from study.preregistration.freezing import freeze

ROOMS = ("studies", "gallery", "image", "agreement")


def draw(room: str, **query: str) -> AppTest:
    """Draw one room as a script of its own, with the navigation that its links need."""
    script = f"""
import streamlit as st
from app.researcher import {room}
from app.shell import ROOMS
st.navigation([one.page() for one in ROOMS])
{room}.page()
"""
    test = AppTest.from_string(script, default_timeout=90)
    for name, value in query.items():
        test.query_params[name] = value
    return test.run()


def text(test: AppTest) -> str:
    """Everything that is written on the page."""
    kinds = ("title", "subheader", "markdown", "caption", "info", "warning", "html", "error", "code")
    return "\n".join(str(element.value) for kind in kinds for element in test.get(kind))


@pytest.mark.parametrize("room", ROOMS)
def test_a_visitor_who_is_nobody_sees_nothing_of_a_room(program, visit_as, room):
    visit_as({})
    test = draw(room, set="1", image="1")
    assert not test.exception
    assert [warning.value[:39] for warning in test.warning] == ["This page is for signed-in researchers."]
    assert len(test.main.children) == 1


@pytest.mark.parametrize("room", ROOMS)
def test_a_participant_sees_nothing_of_a_room(program, visit_as, room):
    visit_as(program.participant_cookies())
    test = draw(room)
    assert len(test.main.children) == 1
    assert "signed-in researchers" in test.warning[0].value


@pytest.mark.parametrize("room", ["studies", "gallery", "agreement"])
def test_an_empty_program_says_what_to_do_first(empty_program, visit_as, room):
    visit_as(empty_program.researcher_cookies())
    test = draw(room)
    assert not test.exception
    assert "yet" in test.subheader[0].value
    assert "make run" in text(test)


def test_studies_are_listed_with_their_progress_and_the_simulated_one_says_so(program, visit_as):
    visit_as(program.researcher_cookies())
    test = draw("studies")
    assert not test.exception
    assert [heading.value for heading in test.subheader] == [demo.OPEN.title, demo.SIMULATED.title]
    assert "0 of 208 answers · 0 of 4 participants finished" in test.get("progress")[0].proto.text
    assert "6 of 6 participants finished" in test.get("progress")[1].proto.text
    assert "Simulated" in text(test)
    assert "Simulated" not in "".join(one.value for one in test.subheader[:1])


def test_a_frozen_study_is_opened_from_its_card_and_a_draft_is_not(program, visit_as):
    visit_as(program.researcher_cookies())
    small = preset("quick_pilot").changed(images_per_emotion=4)
    now, folder = datetime(2026, 3, 2, tzinfo=UTC), program.settings.data_dir
    with program.database.begin() as session:
        for name in ("sketch", "planned"):
            study_id = drafts.create_draft(session, small.changed(name=name, title=name), 1, now=now).id
    freeze(program.database, folder, study_id, now=now, rng=np.random.default_rng(0))
    test = draw("studies")
    assert [one.value for one in test.subheader][1:3] == ["planned", "sketch"]
    opening = [one for one in test.button if one.label == "Open the study"]
    assert len(opening) == 1
    opening[0].click().run()
    with program.database.session() as session:
        states = studies.list_studies(session).set_index("name")["state"]
    assert (states["planned"], states["sketch"]) == ("open", "draft")


def test_progress_follows_the_answers(program, visit_as):
    visit_as(program.researcher_cookies())
    program.answer()
    test = draw("studies")
    assert "208 of 208 answers · 4 of 4 participants finished" in test.get("progress")[0].proto.text
    assert text(test).count(">52 of 52<") == 4


def test_a_study_to_which_nobody_is_invited_says_where_to_invite(program, visit_as):
    visit_as(program.researcher_cookies("researcher"))
    assert "Nobody is invited yet" not in text(draw("studies"))
    with program.database.begin() as session:
        session.execute(delete(Invitation))
    assert "Nobody is invited yet" in text(draw("studies"))
    visit_as(program.researcher_cookies("reader"))
    assert "Nobody is invited yet" not in text(draw("studies"))


@pytest.mark.parametrize("number", ["999", "9" * 40, "-1", "²", "demo"])
@pytest.mark.parametrize("room", ["design", "annotation", "watch", "invite", "agreement"])
def test_an_address_of_no_study_is_told(program, visit_as, room, number):
    visit_as(program.researcher_cookies())
    test = AppTest.from_string(f"from app.researcher import {room}\n{room}.page()", default_timeout=90)
    test.query_params["study"] = number
    test.run()
    assert not test.exception
    assert any("address names" in one.value for one in test.warning)


def test_the_warning_of_a_wrong_address_stands_until_a_study_is_chosen(program, visit_as):
    visit_as(program.researcher_cookies())
    test = AppTest.from_string("from app.researcher import agreement\nagreement.page()", default_timeout=90)
    test.query_params["study"] = "999"
    assert test.run().run().warning
    test.selectbox[0].select_index(0).run()
    assert not test.warning
    assert test.query_params["study"] in ("1", ["1"])
