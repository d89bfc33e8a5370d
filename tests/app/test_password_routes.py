import sqlite3
from contextlib import closing

import pytest
from starlette.testclient import TestClient

from app import guesses
from app.gate import Gate, own_app
from app.identity import RESEARCHER_COOKIE
from app.installation import Installation
from app.routes import routes
from db.tables import Researcher
from db.writer import Writer
from study.access.passwords import set_password
from study.access.researchers import owner
from tests.small_study import NOW, SECRET, empty_database

GOOD = "correct horse battery staple"
ORIGIN = {"Origin": "http://testserver"}


@pytest.fixture
def client(tmp_path):
    settings, database = empty_database(tmp_path)
    with database.begin() as session:
        person = owner(session, now=NOW)
        set_password(session, session.get_one(Researcher, person.id), GOOD, now=NOW)
    place = Installation(settings, database, SECRET, Writer(database))
    yield TestClient(Gate(own_app([]), routes(lambda: place)), follow_redirects=False)
    place.close()


def _post(client, name="Owner", password=GOOD, headers=ORIGIN):
    return client.post("/signin", data={"name": name, "password": password}, headers=headers)


def test_the_right_password_signs_the_browser_in(client):
    found = _post(client)
    assert (found.status_code, found.headers["location"]) == (303, "/")
    cookie = found.headers["set-cookie"]
    assert cookie.startswith(RESEARCHER_COOKIE)
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie


def test_a_wrong_password_says_so_and_keeps_the_name_that_was_typed(client):
    found = _post(client, name='Owner"><script>', password="wrong")
    assert found.status_code == 401
    assert "do not belong together" in found.text
    assert "Owner&quot;&gt;&lt;script&gt;" in found.text
    assert "set-cookie" not in found.headers
    assert "wrong" not in found.text.partition("<form")[2]


@pytest.mark.parametrize("headers", [{}, {"Origin": "http://elsewhere.example"}])
def test_a_form_of_another_site_signs_nobody_in(client, headers):
    assert _post(client, headers=headers).status_code == 403


def test_guessing_is_stopped(client):
    for _ in range(10):
        assert _post(client, password="wrong").status_code == 401
    found = _post(client)
    assert found.status_code == 429
    assert "quarter of an hour" in found.text


def test_a_form_that_is_too_long_is_refused(client):
    assert _post(client, password="x" * 5_000).status_code == 413


def test_the_form_is_there_and_runs_no_script(client):
    found = client.get("/signin")
    assert found.status_code == 200
    assert "<form" in found.text
    assert "default-src 'none'" in found.headers["content-security-policy"]


def test_guessing_many_names_from_one_address_is_stopped_too(client, monkeypatch):
    monkeypatch.setattr("app.guesses.ALLOWED", 12)
    for number in range(12):
        assert _post(client, name=f"Somebody {number}", password="wrong").status_code == 401
    found = _post(client)
    assert found.status_code == 429
    assert "from this address" in found.text


def test_two_addresses_of_one_ipv6_network_are_one():
    found = guesses.Guesses()
    for _ in range(guesses.ALLOWED):
        found.wrong("2001:db8::1", NOW)
    assert found.too_many("2001:db8::2", NOW)
    assert not found.too_many("2001:db8:0:1::1", NOW)
    assert not found.too_many("2001:db8::2", NOW + guesses.WITHIN)


def test_an_address_that_is_guessed_neither_writes_nor_waits_for_a_writer(client, tmp_path):
    with closing(sqlite3.connect(tmp_path / "facevalue.db")) as busy:
        busy.execute("BEGIN IMMEDIATE")
        assert client.get("/signin/guessed").status_code == 404
