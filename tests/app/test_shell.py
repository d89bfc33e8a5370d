"""Who is here decides which pages there are."""

from datetime import UTC, datetime
from pathlib import Path

from streamlit.testing.v1 import AppTest

from app.identity import RESEARCHER_COOKIE, signed
from study.access import researchers

SHELL = Path(__file__).resolve().parents[2] / "app" / "shell.py"
ROOMS = {"gallery", "agreement", "image"}


def open_shell() -> AppTest:
    return AppTest.from_file(SHELL, default_timeout=90).run()


def test_nobody_gets_the_front_door_which_says_where_the_links_are(program, visit_as):
    visit_as({})
    test = open_shell()
    assert not test.exception
    assert test.title[0].value == "FaceValue"
    written = "\n".join(one.value for one in test.markdown)
    assert "personal link" in written
    assert "make links" in written


def test_a_participant_gets_no_researchers_page(program, visit_as):
    visit_as(program.participant_cookies())
    test = open_shell()
    assert not test.exception
    assert test.title[0].value == "FaceValue"
    links = [one.value for one in test.get("html") if "href" in one.value]
    assert links[0] == '<a href="/take" target="_self">Go on where you were</a>'
    assert [link.count("href") for link in links] == [1, 1]
    assert 'href="/signin"' in links[1]


def test_a_researcher_arrives_at_the_studies_and_can_sign_out(program, visit_as):
    visit_as(program.researcher_cookies())
    test = open_shell()
    assert not test.exception
    assert test.title[0].value == "Studies"
    assert any('href="/signout"' in one.value for one in test.get("html"))


def test_a_cookie_that_we_did_not_sign_is_nobodys(program, visit_as):
    genuine = program.researcher_cookies()[RESEARCHER_COOKIE]
    visit_as({RESEARCHER_COOKIE: genuine[:-4] + "AAAA"})
    assert open_shell().title[0].value == "FaceValue"
    visit_as({RESEARCHER_COOKIE: signed(b"another secret", RESEARCHER_COOKIE, "token")})
    assert open_shell().title[0].value == "FaceValue"


def test_a_session_that_ended_is_nobodys(program, visit_as):
    now = datetime.now(UTC)
    with program.database.begin() as session:
        owner = researchers.owner(session, now=now)
        web = researchers.sign_in(session, researchers.create_sign_in_token(session, owner, now), now)
        visit_as({RESEARCHER_COOKIE: signed(program.secret, RESEARCHER_COOKIE, web)})
    assert open_shell().title[0].value == "Studies"
    with program.database.begin() as session:
        researchers.sign_out(session, web, now)
    assert open_shell().title[0].value == "FaceValue"


def test_only_a_researchers_pages_hold_the_rooms(program, visit_as):
    script = """
import streamlit as st
from app.identity import who_is_here
from app.shell import pages
st.write(" ".join(sorted(page.url_path for page in pages(who_is_here()))))
"""
    for cookies, rooms in (
        ({}, False),
        (program.participant_cookies(), False),
        (program.researcher_cookies(), True),
    ):
        visit_as(cookies)
        addresses = set(AppTest.from_string(script).run().markdown[0].value.split())
        assert ROOMS.issubset(addresses) is rooms
        assert ROOMS.isdisjoint(addresses) is not rooms
        assert "take" in addresses
