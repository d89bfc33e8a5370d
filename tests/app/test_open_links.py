"""An open link through the real routes: looking takes no place, and sixty who press at once share none."""

import re
import threading
from collections import Counter
from datetime import UTC, datetime

import pytest
from starlette.testclient import TestClient

from app.gate import Gate, own_app
from app.identity import PARTICIPANT_COOKIE, unsigned
from app.installation import Installation
from app.routes import routes
from db.writer import Writer
from study import studies
from study.access import open_links
from tests.arrivals import POSTGRES, ring_study
from tests.small_study import SECRET

HERE = {"Origin": "http://testserver"}


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request, tmp_path):
    postgres = request.param == "postgresql"
    if postgres and not POSTGRES:
        pytest.skip("FACEVALUE_TEST_POSTGRES names no PostgreSQL database")
    with ring_study(tmp_path, datetime.now(UTC), postgres=postgres) as (settings, database, _):
        place = Installation(settings, database, SECRET, Writer(database))
        yield place
        place.writer.close()


def link(place, capacity=6, **more):
    with place.database.begin() as session:
        return open_links.create_open_link(session, 1, capacity, secret=SECRET, now=datetime.now(UTC), **more)


def browser(place):
    return TestClient(Gate(own_app([]), routes(lambda: place)), follow_redirects=False)


def press(client, token, query="", **headers):
    """Open the link, and send the form that it shows."""
    shown = client.get(f"/go/{token}{query}")
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', shown.text))
    return client.post(f"/go/{token}", data=fields, headers={**HERE, **headers})


def who(client):
    return unsigned(SECRET, PARTICIPANT_COOKIE, client.cookies.get(PARTICIPANT_COOKIE))


def taken(place):
    with place.database.session() as session:
        return int(open_links.open_links(session, 1, SECRET, now=datetime.now(UTC))["taken"].sum())


def test_sixty_who_arrive_at_once_on_six_places_share_none(place):
    token = link(place, capacity=60)
    browsers = [browser(place) for _ in range(60)]
    together, replies = threading.Barrier(60), [None] * 60

    def arrive(at):
        together.wait()
        replies[at] = press(browsers[at], token)

    threads = [threading.Thread(target=arrive, args=(at,)) for at in range(60)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(reply.status_code for reply in replies) == {303: 6, 409: 54}
    inside = [
        who(client) for client, reply in zip(browsers, replies, strict=True) if reply.status_code == 303
    ]
    assert len(set(inside)) == 6
    assert all("no place left for you" in reply.text for reply in replies if reply.status_code == 409)
    assert taken(place) == 6


def test_looking_at_a_link_takes_no_place_and_pressing_takes_one(place):
    token, client = link(place), browser(place)
    shown = client.get(f"/go/{token}")
    assert client.head(f"/go/{token}").status_code == shown.status_code == 200
    assert "A study in a ring" in shown.text
    assert "<button>Take part</button>" in shown.text
    assert (taken(place), who(client)) == (0, None)
    reply = press(client, token)
    assert (reply.status_code, reply.headers["location"], taken(place)) == (303, "/take", 1)
    mine = who(client)
    assert client.get(f"/go/{token}").headers["location"] == "/take"
    assert client.post(f"/go/{token}", data={}, headers=HERE).headers["location"] == "/take"
    assert (who(client), taken(place)) == (mine, 1)


def test_a_form_that_is_sent_twice_without_cookies_takes_one_place(place):
    token = link(place)
    clients = [browser(place) for _ in range(2)]
    for client in clients:
        client.post(f"/go/{token}", data={"arrival": "one-visit"}, headers=HERE)
    assert who(clients[0]) == who(clients[1])
    assert taken(place) == 1


def test_prolific_names_the_person_who_returns_to_their_place_on_another_browser(place):
    token = link(place, source="prolific", completion_code="C9")
    query = "?PROLIFIC_PID=5f00aa&STUDY_ID=s1&SESSION_ID=x1"
    first, other, nobody = browser(place), browser(place), browser(place)
    assert press(first, token, query).status_code == 303
    assert other.get(f"/go/{token}{query}").headers["location"] == "/take"
    assert who(first) == who(other)
    refused = nobody.get(f"/go/{token}?PROLIFIC_PID={{{{%25PID%25}}}}")
    assert (refused.status_code, "from your Prolific page" in refused.text) == (422, True)
    from db.tables import Participant

    with place.database.session() as session:
        person = session.get_one(Participant, int(who(first)))
        assert person.external_id == "5f00aa"
        assert {"STUDY_ID": "s1", "SESSION_ID": "x1"}.items() <= person.external.items()


def test_a_post_from_another_site_and_a_broken_form_take_no_place(place):
    token, client = link(place), browser(place)
    assert press(client, token, Origin="https://elsewhere.example").status_code == 403
    assert client.post(f"/go/{token}", data={"arrival": "a" * 5000}, headers=HERE).status_code == 413
    shown = client.get(f"/go/{token}?PROLIFIC_PID=%22%3E%3Cscript%3E")
    assert "script" not in shown.text
    assert taken(place) == 0


def test_links_of_studies_that_are_not_open_are_told_apart(place):
    token, client = link(place), browser(place)
    for move, said in (
        (studies.pause_study, "has a break"),
        (studies.close_study, "This study has ended"),
    ):
        with place.database.begin() as session:
            move(session, 1)
        shown = client.get(f"/go/{token}")
        assert (shown.status_code, said in shown.text) == (403, True)
    assert client.get("/go/unknown").status_code == 404
