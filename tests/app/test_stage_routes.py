"""The routes of what comes before the questions."""

from datetime import UTC, datetime

import pytest
from PIL import Image
from starlette.testclient import TestClient

from app.gate import Gate, own_app
from app.installation import Installation
from app.participant.strips import FRAMES, SIZE, TAUGHT_ON
from app.routes import routes
from db.tables import Participant, Study
from db.writer import Writer
from engine.emfacs import EMOTIONS
from study.stages import withdrawal
from study.stages.lessons import STEPS
from study.stages.loss import lost
from tests.redesign import redesign
from tests.small_study import SECRET, small_study

ORIGIN = {"Origin": "http://testserver"}


@pytest.fixture
def here(tmp_path):
    study = small_study(tmp_path)
    with study.database.begin() as session:
        session.get(Study, 1).deadline = None
        redesign(session, 1, training=True, qualification_images=2, deadline_days=3650)
    study.agree("P01")
    return study


@pytest.fixture
def client(here):
    place = Installation(here.settings, here.database, SECRET, Writer(here.database))
    with TestClient(Gate(own_app([]), routes(lambda: place)), follow_redirects=False) as client:
        client.get(f"/join/{here.tokens['P01']}")
        yield client
    place.close()


def post(client, address, **body):
    return client.post(f"/api/trial/{address}", json=body, headers=ORIGIN)


def code(response):
    return response.status_code, response.json()["error"]["code"]


def state(client):
    return client.get("/api/trial/state").json()["state"]


def test_the_stages_follow_each_other_by_the_routes(client):
    assert state(client) == "training"
    assert post(client, "training", step=3).json() == {"done": 3}
    assert post(client, "training", step=1).json() == {"done": 3}
    assert post(client, "training", step=STEPS).json() == {"done": STEPS}
    where = client.get("/api/trial/qualification").json()
    assert (where["state"], where["attempt"], where["answered"]) == ("qualification", 1, 0)
    picture = client.get(where["images"][0])
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/png")
    for position in (1, 2):
        sent = {"attempt": 1, "position": position, "label": "Happy", "rt_ms": 700}
        assert post(client, "qualification", **sent).json() == {"status": "stored", "answered": position}
    where = client.get("/api/trial/qualification").json()
    assert where["last"]["total"] == 2


def test_answers_wait_for_the_stages(client, here):
    sent = {"key": "key-0001", "question": here.question_ids("P01")[0], "choice": "left", "rt_ms": 700}
    sent |= {"hidden_ms": 0, "input": "key", "have": 0}
    assert code(post(client, "answers", **sent)) == (403, "stage")


@pytest.mark.parametrize(
    ("address", "body"),
    [
        ("training", {"step": "all"}),
        ("qualification", {"attempt": 1, "position": 1, "label": "Bored", "rt_ms": 1}),
        ("qualification", {"attempt": 0, "position": 1, "label": "Happy", "rt_ms": 1}),
        ("qualification", {"attempt": 1, "position": 1, "label": "Happy"}),
    ],
)
def test_a_wrong_post_is_422(client, address, body):
    assert code(post(client, address, **body)) == (422, "invalid")


def test_labels_outside_the_stage_are_refused(client):
    sent = {"attempt": 1, "position": 1, "label": "Happy", "rt_ms": 700}
    assert code(post(client, "qualification", **sent)) == (410, "stage")
    assert client.get("/api/trial/qualification").json() == {"state": "training", "last": None}


def test_faces_to_be_labelled_are_shown_to_their_participant_alone(client, here):
    post(client, "training", step=STEPS)
    address = client.get("/api/trial/qualification").json()["images"][0]
    client.cookies.clear()
    assert code(client.get(address)) == (401, "signed_out")
    here.agree("P02")
    client.get(f"/join/{here.tokens['P02']}")
    assert code(client.get(address)) == (403, "not_yours")


def test_the_trainings_faces_are_drawn_once_and_served(client, here, tmp_path):
    drawn = client.get(f"/api/trial/faces/{TAUGHT_ON[0]}/Neutral")
    assert (drawn.status_code, drawn.headers["content-type"]) == (200, "image/webp")
    (tmp_path / "strip.webp").write_bytes(drawn.content)
    with Image.open(tmp_path / "strip.webp") as strip:
        assert strip.size == (FRAMES * SIZE, SIZE)
    assert code(client.get("/api/trial/faces/1/Neutral")) == (404, "unknown_face")
    assert code(client.get(f"/api/trial/faces/{TAUGHT_ON[0]}/Bored")) == (404, "unknown_face")
    client.cookies.clear()
    assert code(client.get(f"/api/trial/faces/{TAUGHT_ON[0]}/{EMOTIONS[0]}")) == (401, "signed_out")


@pytest.mark.parametrize("end", ["withdrawn", "erased", "replaced", "disqualified"])
def test_who_has_left_is_told_so_with_every_post(client, here, end):
    question, person = here.question_ids("P01")[0], here.participants["P01"]
    now = datetime.now(UTC)
    with here.database.begin() as session:
        if end == "withdrawn":
            withdrawal.withdraw(session, person, now)
        elif end == "erased":
            withdrawal.erase(session, person, lost(session, person), now)
        else:
            setattr(session.get(Participant, person), f"{end}_at", now)
    sent = {"key": "key-0001", "question": question, "choice": "left", "rt_ms": 700, "hidden_ms": 0}
    assert code(post(client, "answers", **sent, input="key", have=0)) == (410, end)
    assert code(post(client, "undo", key="key-0002", question=question)) == (410, end)
    assert state(client) == end
