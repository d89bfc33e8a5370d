import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from app.gate import Gate, own_app
from app.identity import PARTICIPANT_COOKIE, RESEARCHER_COOKIE, signed
from app.installation import Installation
from app.routes import routes
from db.tables import Invitation
from db.writer import Writer
from study import studies
from study.access import invitations as registration
from study.access import researchers
from study.access.audit import audit_log
from tests.full_disk import full_disk
from tests.redesign import redesign
from tests.small_study import NOW, QUESTIONS, SECRET, small_plan, small_study

ORIGIN = {"Origin": "http://testserver"}


@pytest.fixture
def here(tmp_path):
    study = small_study(tmp_path)
    with study.database.begin() as session:  # the small study's clock stands still; the routes' does not
        from db.tables import Study

        session.get(Study, study.study_id).deadline = None
        redesign(session, study.study_id, deadline_days=3650)
    return study


@pytest.fixture
def place(here):
    place = Installation(here.settings, here.database, SECRET, Writer(here.database))
    yield place
    place.close()


@pytest.fixture
def open_client(place):
    def client():
        return TestClient(Gate(own_app([]), routes(lambda: place)), follow_redirects=False)

    return client


@pytest.fixture
def client(open_client, here):
    here.agree("P01", "P02")
    client = open_client()
    client.get(f"/join/{here.tokens['P01']}")
    return client


def _answer(question, key="key-0001", **changes):
    body = {"key": key, "question": question, "choice": "left", "rt_ms": 700.0, "hidden_ms": 0}
    return {**body, "shown_at": 1_772_443_800_000, "input": "mouse", "have": 8, **changes}


def _post(client, body, address="/api/trial/answers", **headers):
    return client.post(address, json=body, headers={**ORIGIN, **headers})


def _questions(client):
    return client.get("/api/trial/state").json()["questions"]


def _code(response):
    return response.status_code, response.json()["error"]["code"]


def _answered(client):
    return client.get("/api/trial/state").json()["progress"]["answered"]


def test_health_is_ok(open_client):
    response = open_client().get("/health")
    assert (response.status_code, response.text) == (200, "ok")


def test_a_link_sets_a_cookie_that_scripts_cannot_read_and_leads_to_the_study(open_client, here):
    response = open_client().get(f"/join/{here.tokens['P01']}")
    assert (response.status_code, response.headers["location"]) == (303, "/take")
    cookie = response.headers["set-cookie"]
    assert cookie.startswith(f"{PARTICIPANT_COOKIE}=")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie


def test_over_https_the_cookie_is_for_https_alone(place, here):
    gate = Gate(own_app([]), routes(lambda: place))
    client = TestClient(gate, base_url="https://lab.example", follow_redirects=False)
    assert "Secure" in client.get(f"/join/{here.tokens['P01']}").headers["set-cookie"]


def test_a_link_works_again_on_another_browser(open_client, here):
    for _ in range(2):
        assert open_client().get(f"/join/{here.tokens['P01']}").status_code == 303


def test_the_state_goes_from_consent_to_asking(open_client, here):
    client = open_client()
    client.get(f"/join/{here.tokens['P01']}")
    state = client.get("/api/trial/state").json()
    assert (state["participant"], state["study"], state["state"]) == ("P01", "A small study", "consent")
    assert (state["questions"], state["undoable"]) == ([], None)
    here.agree("P01")
    state = client.get("/api/trial/state").json()
    assert (state["state"], state["progress"]) == ("asking", {"answered": 0, "total": QUESTIONS})
    assert [question["number"] for question in state["questions"]] == list(range(1, 9))


def test_a_question_has_the_fields_of_the_contract_and_no_more(client):
    first, second = _questions(client)[:2]
    assert set(first) == {"id", "number", "total", "experiment", "image", "left", "right", "options"}
    assert first["image"] == f"/api/trial/questions/{first['id']}/image"
    assert first["options"] == ["left", "right", "both", "none"]
    assert second["options"] == ["left", "right"]
    assert sorted([first["left"]["form"], first["right"]["form"]]) == ["hard", "soft"]
    assert [set(second[side]) for side in ("left", "right")] == [{"form", "scores"}] * 2
    assert all(round(score, 3) == score for score in second["left"]["scores"])


def test_nothing_tells_the_real_label_or_a_repeat(client):
    """Names, kinds and sides never reach the page, and ids and addresses hold nothing but chance."""
    questions = _questions(client)
    ids = [question["id"] for question in questions]
    assert all(re.fullmatch(r"[A-Za-z0-9_=-]{20}", one) for one in ids)
    text = json.dumps(questions)
    for one in ids:
        text = text.replace(one, "ID")
    for image in set(small_plan()["image"]):
        assert image not in text
    for word in ("own", "foil", "kind", "repeat", "overlap", "first", "side", "correct", "subset", "margin"):
        assert word not in text
    original, repeat = questions[0], questions[QUESTIONS - 2]
    assert set(original) == set(repeat)
    assert all(list(one["left"]) == list(one["right"]) for one in questions if one["experiment"] == 2)
    headers = [_without_bytes(client.get(question["image"])) for question in questions]
    assert all(one == headers[0] for one in headers)


def _without_bytes(response):
    of_the_file = ("content-length", "etag", "last-modified")
    return {name: value for name, value in response.headers.items() if name not in of_the_file}


def test_a_repeats_image_is_served_as_its_original_was(client):
    questions = _questions(client)
    original, repeat = client.get(questions[0]["image"]), client.get(questions[QUESTIONS - 2]["image"])
    assert original.content == repeat.content
    assert original.headers == repeat.headers


def test_an_answer_is_stored_and_brings_the_next_questions(client):
    questions = _questions(client)
    response = _post(client, _answer(questions[0]["id"], have=5))
    assert response.status_code == 200
    body = response.json()
    assert (body["status"], body["progress"]["answered"]) == ("stored", 1)
    assert body["undoable"] == questions[0]["id"]
    assert body["questions"] == questions[5:]


def test_a_repeated_post_is_answered_and_stores_nothing_more(client):
    first = _questions(client)[0]["id"]
    _post(client, _answer(first))
    again = _post(client, _answer(first))
    assert (again.status_code, again.json()["status"]) == (200, "repeated")
    assert _answered(client) == 1


def test_two_tabs_are_told_where_the_participant_is(client):
    questions = _questions(client)
    _post(client, _answer(questions[0]["id"]))
    response = _post(client, _answer(questions[0]["id"], key="key-0002"))
    assert _code(response) == (409, "moved_on")
    assert response.json()["current"] == 2
    assert response.json()["questions"] == questions[1:5]
    assert _code(_post(client, _answer(questions[4]["id"], key="key-0003"))) == (409, "moved_on")
    assert _answered(client) == 1


def test_an_undo_takes_the_last_answer_back_once(client):
    questions = _questions(client)
    for number in (0, 1):
        _post(client, _answer(questions[number]["id"], key=f"key-000{number}"))
    undo = {"key": "undo-0001", "question": questions[1]["id"]}
    response = _post(client, undo, "/api/trial/undo").json()
    assert (response["status"], response["question"]) == ("undone", questions[1])
    assert (response["progress"]["answered"], response["undoable"]) == (1, questions[0]["id"])
    again = _post(client, undo, "/api/trial/undo").json()
    assert (again["status"], again["question"], again["progress"]["answered"]) == (
        "repeated",
        questions[1],
        1,
    )
    refused = _post(client, {**undo, "key": "undo-0002"}, "/api/trial/undo")
    assert _code(refused) == (409, "moved_on")


def test_after_the_last_answer_the_participant_is_done(client):
    for number, question in enumerate(_questions(client)):
        _post(client, _answer(question["id"], key=f"key-000{number}"))
    state = client.get("/api/trial/state").json()
    assert (state["state"], state["questions"]) == ("done", [])


def test_another_participants_question_is_neither_answered_nor_shown(open_client, client, here):
    other = open_client()
    other.get(f"/join/{here.tokens['P02']}")
    theirs = _questions(other)[0]
    assert _code(_post(client, _answer(theirs["id"]))) == (403, "not_yours")
    assert _code(client.get(theirs["image"])) == (403, "not_yours")
    assert _answered(other) == 0


def test_an_unknown_question_is_404(client):
    assert _code(_post(client, _answer("nothing"))) == (404, "unknown_question")
    assert _code(client.get("/api/trial/questions/nothing/image")) == (404, "unknown_question")


@pytest.mark.parametrize(
    "changes",
    [
        {"choice": "maybe"},
        {"rt_ms": -5},
        {"rt_ms": None},
        {"key": "x"},
        {"input": "voice"},
        {"have": "all"},
        {"question": {"$ne": ""}},
    ],
)
def test_a_wrong_post_is_422_and_says_which_field(client, changes):
    response = _post(client, {**_answer(_questions(client)[0]["id"]), **changes})
    assert _code(response) == (422, "invalid")
    assert next(iter(changes)) in response.json()["error"]["message"]
    assert _answered(client) == 0


def test_both_is_no_answer_of_experiment_2(client):
    questions = _questions(client)
    _post(client, _answer(questions[0]["id"]))
    assert _code(_post(client, _answer(questions[1]["id"], key="key-0002", choice="both"))) == (
        422,
        "invalid",
    )


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[" * 10_000, b'"text"', b"NaN"])
def test_a_body_that_is_no_json_object_is_422(client, body):
    headers = {**ORIGIN, "Content-Type": "application/json"}
    assert _code(client.post("/api/trial/answers", content=body, headers=headers)) == (422, "invalid")


def test_a_body_of_another_type_or_size_is_refused(client):
    body = json.dumps(_answer("q"))
    plain = client.post("/api/trial/answers", content=body, headers={**ORIGIN, "Content-Type": "text/plain"})
    assert _code(plain) == (415, "not_json")
    assert _code(_post(client, _answer("q", note="x" * 20_000))) == (413, "too_large")


@pytest.mark.parametrize("origin", ["http://elsewhere.example", "null", "http://testserver.example", ""])
def test_a_post_from_another_site_is_refused(client, origin):
    first = _questions(client)[0]["id"]
    assert _code(_post(client, _answer(first), Origin=origin)) == (403, "foreign_origin")
    assert _answered(client) == 0


def test_a_post_without_an_origin_is_refused(client):
    response = client.post("/api/trial/answers", json=_answer(_questions(client)[0]["id"]))
    assert _code(response) == (403, "foreign_origin")


@pytest.mark.parametrize(
    "cookie",
    ["1", "1.AAAA", "", "2", signed(b"another secret", PARTICIPANT_COOKIE, "1"), signed(SECRET, "x", "1")],
)
def test_an_unsigned_or_tampered_cookie_is_401(open_client, here, cookie):
    here.agree("P01")
    client = open_client()
    client.cookies.set(PARTICIPANT_COOKIE, cookie)
    question = here.question_ids("P01")[0]
    assert _code(client.get("/api/trial/state")) == (401, "signed_out")
    assert _code(_post(client, _answer(question))) == (401, "signed_out")
    assert _code(_post(client, {"key": "u" * 9, "question": "q"}, "/api/trial/undo")) == (401, "signed_out")
    assert _code(client.get(f"/api/trial/questions/{question}/image")) == (401, "signed_out")


def test_a_cookie_whose_number_was_changed_is_401(client):
    value = client.cookies[PARTICIPANT_COOKIE]
    client.cookies.clear()
    client.cookies.set(PARTICIPANT_COOKIE, value.replace("1.", "2.", 1))
    assert _code(client.get("/api/trial/state")) == (401, "signed_out")


def test_a_signed_cookie_of_nobody_is_401(open_client):
    client = open_client()
    client.cookies.set(PARTICIPANT_COOKIE, signed(SECRET, PARTICIPANT_COOKIE, "999"))
    assert _code(client.get("/api/trial/state")) == (401, "signed_out")
    assert _code(_post(client, _answer("q"))) == (401, "signed_out")


def test_a_paused_study_is_410_and_keeps_what_it_has(client, here):
    questions = _questions(client)
    _post(client, _answer(questions[0]["id"]))
    with here.database.begin() as session:
        studies.pause_study(session, here.study_id)
    assert client.get("/api/trial/state").json()["state"] == "closed"
    assert _code(_post(client, _answer(questions[1]["id"], key="key-0002"))) == (410, "closed")
    assert _post(client, _answer(questions[0]["id"])).json()["status"] == "repeated"


def test_an_answer_without_consent_is_refused(open_client, here):
    client = open_client()
    client.get(f"/join/{here.tokens['P01']}")
    assert _code(_post(client, _answer(here.question_ids("P01")[0]))) == (403, "consent")


def _page(response, status, words):
    assert response.status_code == status
    assert response.headers["content-type"].startswith("text/html")
    assert words in response.text
    assert "set-cookie" not in response.headers


@pytest.mark.parametrize("token", ["unknown", "../../etc/passwd", "%3Cscript%3E", "x" * 3000])
def test_an_unknown_link_is_a_page_that_says_so(open_client, token):
    response = open_client().get(f"/join/{token}")
    assert response.status_code == 404
    assert "set-cookie" not in response.headers
    assert "<script" not in response.text


def test_each_link_that_lets_nobody_in_says_why(open_client, here):
    client = open_client()
    _page(client.get("/join/unknown"), 404, "This link is unknown")
    with here.database.begin() as session:
        expired = registration.invite(session, 1, secret=SECRET, now=NOW, expires_at=NOW + timedelta(days=1))
        session.query(Invitation).filter_by(participant_id=2).update({"revoked_at": NOW})
    _page(client.get(f"/join/{expired}"), 410, "This link has expired")
    _page(client.get(f"/join/{here.tokens['P02']}"), 410, "no longer valid")
    with here.database.begin() as session:
        studies.close_study(session, here.study_id)
    _page(client.get(f"/join/{here.tokens['P01']}"), 403, "This study is not open")


def _sign_in_token(here, now):
    with here.database.begin() as session:
        return researchers.create_sign_in_token(session, researchers.owner(session, now=now), now)


def _now():
    from datetime import UTC, datetime

    return datetime.now(UTC)


def _press(client, token, said=None, **headers):
    """Open a sign-in link, and press its button: as a page that was opened before said, where one was."""
    shown = said or dict(re.findall(r'name="(\w+)" value="([^"]*)"', client.get(f"/signin/{token}").text))
    return client.post(f"/signin/{token}", data=shown, headers={"Origin": "http://testserver", **headers})


def test_a_sign_in_link_signs_in_once_and_only_by_its_button(open_client, here):
    token = _sign_in_token(here, _now())
    client = open_client()
    assert client.head(f"/signin/{token}").status_code == 200
    for _ in range(2):
        shown = client.get(f"/signin/{token}")
        _page(shown, 200, "Sign in as Owner</button>")
        assert shown.headers["cache-control"] == "no-store"
    response = _press(client, token)
    assert (response.status_code, response.headers["location"]) == (303, "/")
    assert RESEARCHER_COOKIE in response.headers["set-cookie"]
    for other in (open_client().get(f"/signin/{token}"), _press(open_client(), token)):
        _page(other, 410, "This link has been used")
    for old, status in ((_sign_in_token(here, NOW), 410), ("unknown", 404)):
        assert open_client().get(f"/signin/{old}").status_code == status
        _page(_press(open_client(), old), status, "This link")


def test_a_button_pressed_twice_signs_one_browser_in_once(open_client, here):
    token, client = _sign_in_token(here, _now()), open_client()
    said = dict(re.findall(r'name="(\w+)" value="([^"]*)"', client.get(f"/signin/{token}").text))
    replies = [_press(open_client(), token, said) for _ in range(2)]
    first, again = (reply.cookies[RESEARCHER_COOKIE] for reply in replies)
    assert first == again
    _page(_press(open_client(), token, {"press": "another"}), 410, "This link has been used")
    client.cookies.set(RESEARCHER_COOKIE, first)
    assert client.get(f"/signin/{token}").headers["location"] == "/"  # “back” leads on
    client.get("/signout")
    _page(_press(open_client(), token, said), 410, "This link has been used")
    with here.database.session() as session:
        log = audit_log(session, action="researcher.signed_in")
    assert len(log) == 1


def test_a_sign_in_button_of_another_site_or_of_no_form_is_refused(open_client, here):
    token = _sign_in_token(here, _now())
    _page(_press(open_client(), token, Origin="https://elsewhere.example"), 403, "not pressed here")
    _page(_press(open_client(), token, {"press": "x" * 5000}), 413, "too large")
    _page(_press(open_client(), token, {f"field{n}": "x" for n in range(40)}), 413, "too many fields")
    assert _press(open_client(), token).status_code == 303


def test_signing_out_ends_the_session_on_the_server(open_client, here):
    client = open_client()
    _press(client, _sign_in_token(here, _now()))
    kept = client.cookies[RESEARCHER_COOKIE]
    assert client.get("/media/labels/1/1").status_code == 200
    assert client.get("/signout").status_code == 303
    client.cookies.set(RESEARCHER_COOKIE, kept)
    assert _code(client.get("/media/labels/1/1")) == (401, "signed_out")


def test_thumbnails_are_for_signed_in_researchers(open_client, client, here):
    assert _code(client.get("/media/labels/1/1")) == (401, "signed_out")  # a participant is no researcher
    researcher = open_client()
    _press(researcher, _sign_in_token(here, _now()))
    response = researcher.get("/media/labels/1/1?w=32")
    assert (response.status_code, response.headers["content-type"]) == (200, "image/webp")
    assert "private" in response.headers["cache-control"]
    assert "immutable" in response.headers["cache-control"]
    assert _code(researcher.get("/api/trial/state")) == (401, "signed_out")  # nor the other way round


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("/media/labels/1/999", (404, "unknown_image")),
        ("/media/labels/9/1", (404, "unknown_image")),
        (f"/media/labels/1/{10**30}", (404, "unknown_image")),
        (f"/media/labels/1/1?w={'9' * 5000}", (422, "invalid")),
        ("/media/labels/1/1?w=0", (422, "invalid")),
        ("/media/labels/1/1?w=-3", (422, "invalid")),
        ("/media/labels/1/1?w=huge", (422, "invalid")),
        ("/media/labels/1/one", (404, "unknown_address")),
    ],
)
def test_a_thumbnail_that_cannot_be_is_told(open_client, here, address, expected):
    client = open_client()
    _press(client, _sign_in_token(here, _now()))
    assert _code(client.get(address)) == expected


def test_an_images_file_comes_with_private_immutable_caching(client):
    response = client.get(_questions(client)[0]["image"])
    assert (response.status_code, response.headers["content-type"]) == (200, "image/png")
    assert response.headers["cache-control"] == "private, max-age=31536000, immutable"


@pytest.mark.parametrize("damage", ["absent", "no image"])
def test_an_unreadable_image_is_told_and_named_in_the_log(client, here, caplog, damage):
    path = Path(here.settings.data_dir) / "datasets" / "small" / "01.png"
    path.write_bytes(b"not an image") if damage == "no image" else path.unlink()
    assert _code(client.get(_questions(client)[0]["image"])) == (404, "unreadable_image")
    assert "01.png cannot be read" in caplog.text


def test_every_reply_carries_the_guarding_headers(client):
    for address in ("/health", "/api/trial/state", "/join/unknown", "/elsewhere"):
        headers = client.get(address).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert "frame-ancestors" in headers["content-security-policy"]


def test_addresses_and_methods_that_are_not_ours_are_told_in_json(client):
    assert _code(client.get("/api/trial/nothing")) == (404, "unknown_address")
    assert _code(client.get("/api/trial/answers")) == (405, "wrong_method")


def test_what_goes_wrong_on_the_server_is_500_in_json_and_stores_nothing(place, here, client):
    first = _questions(client)[0]["id"]
    with here.database.begin() as session:
        session.execute(text("ALTER TABLE answer_event RENAME TO elsewhere"))
    careful = TestClient(Gate(own_app([]), routes(lambda: place)), raise_server_exceptions=False)
    careful.cookies = client.cookies
    assert _code(_post(careful, _answer(first))) == (500, "failed")
    with here.database.begin() as session:
        session.execute(text("ALTER TABLE elsewhere RENAME TO answer_event"))
    assert _answered(client) == 0
    assert _post(client, _answer(first)).json()["status"] == "stored"


def test_on_a_full_disk_no_answer_is_said_to_be_stored_and_the_same_post_is_once_there_is_room(place, here):
    here.agree("P01")
    gate = Gate(own_app([]), routes(lambda: place))
    client = TestClient(gate, follow_redirects=False, raise_server_exceptions=False)
    client.get(f"/join/{here.tokens['P01']}")
    first, second = (question["id"] for question in _questions(client)[:2])
    assert _post(client, _answer(first)).json()["status"] == "stored"
    with full_disk():
        refused = _post(client, _answer(second, key="key-0002"))
        assert _code(refused) == (500, "failed")
        assert _answered(client) == 1
    assert _post(client, _answer(second, key="key-0002")).json()["status"] == "stored"
    assert _answered(client) == 2


def test_a_browser_whose_link_was_taken_back_answers_and_sees_nothing_more(client, here):
    asked = client.get("/api/trial/state").json()["questions"][0]
    with here.database.begin() as session:
        registration.renew(session, here.participants["P01"], secret=SECRET, now=NOW)
    for found in (
        client.get("/api/trial/state"),
        client.get(asked["image"]),
        client.post("/api/trial/answers", json=_answer(asked["id"]), headers=ORIGIN),
        client.post("/api/trial/undo", json={"key": "k" * 8, "question": asked["id"]}, headers=ORIGIN),
        client.get("/api/trial/qualification"),
    ):
        assert found.status_code == 401
        assert found.json()["error"]["code"] == "signed_out"
