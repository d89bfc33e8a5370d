"""The guard before Streamlit's own addresses, as strangers, participants, readers and researchers meet it."""

from datetime import UTC, datetime

import pytest
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from app import gate
from app.gate import Gate
from app.guard import Guard
from app.identity import PARTICIPANT_COOKIE, READER_COOKIE, RESEARCHER_COOKIE, signed
from app.installation import Installation
from app.routes import routes
from db.writer import Writer
from study.access import people, researchers, sharing
from tests.small_study import NOW, SECRET, small_study

FILE, UPLOAD = "/media/0123456789abcdef.csv", "/_stcore/upload_file/session/file"


@pytest.fixture
def place(tmp_path):
    here = small_study(tmp_path)
    place = Installation(here.settings, here.database, SECRET, Writer(here.database))
    yield place
    place.close()


@pytest.fixture
def client(place):
    gate = Gate(PlainTextResponse("Streamlit"), routes(lambda: place), Guard(lambda: place))
    return TestClient(gate, follow_redirects=False)


def come(client, place, who):
    """Put the cookie of somebody into the browser."""
    name, value = RESEARCHER_COOKIE, "x"
    with place.database.begin() as session:
        if who == "participant":
            name, value = PARTICIPANT_COOKIE, "1"
        elif who in ("reader of a shared report", "reader whose link was taken back"):
            name, value = READER_COOKIE, sharing.share(session, 1, None, secret=SECRET, now=NOW)
            if "back" in who:
                sharing.unshare(session, 1, None, now=NOW)
        elif who != "stranger":
            researchers.owner(session, now=NOW)
            role = "reader" if who == "reader" else "researcher"
            person = researchers.add_researcher(session, who, role, now=NOW)
            value = researchers.new_session(session, person.id, datetime.now(UTC))
            if who == "shut-out researcher":
                people.shut_out(session, person.id, by=1, now=NOW)
    if who != "stranger":
        client.cookies.set(name, signed(SECRET, name, value))


@pytest.mark.parametrize(
    ("who", "file", "upload"),
    [
        ("stranger", 401, 401),
        ("participant", 401, 401),
        ("reader whose link was taken back", 401, 401),
        ("shut-out researcher", 401, 401),
        ("reader of a shared report", 200, 401),
        ("reader", 200, 200),
        ("researcher", 200, 200),
    ],
)
def test_files_and_uploads_are_for_those_whose_pages_have_them(client, place, who, file, upload):
    come(client, place, who)
    assert client.get(FILE).status_code == file
    assert client.put(UPLOAD, content=b"x").status_code == upload
    assert client.delete(UPLOAD).status_code == upload


@pytest.mark.parametrize(
    "path", ["/_stcore/metrics", "/%5fstcore/metrics", "/_stcore/agent/openapi.json", "/_stcore/agent/mcp"]
)
def test_what_streamlit_tells_every_program_is_told_to_none(client, place, path):
    come(client, place, "researcher")
    assert client.get(path).status_code == 404


def test_pages_and_their_parts_go_on_to_streamlit(client):
    for path in ("/", "/take", "/_stcore/health", "/static/index.js"):
        assert client.get(path).text == "Streamlit"


def test_a_page_may_load_nothing_from_elsewhere_and_be_framed_by_nobody(client):
    headers = client.get("/").headers
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'self'"
    assert policy["connect-src"].split()[-2:] == ["ws://testserver", "wss://testserver"]
    assert policy["img-src"] == "'self' data: blob:"
    assert policy["frame-ancestors"] == "'self'"
    assert not any("http:" in value or "https:" in value or "*" in value for value in policy.values())
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize("host", ["x; script-src *", "a b", "evil.example/*", ""])
def test_a_host_header_adds_nothing_to_the_policy(client, host):
    policy = client.get("/", headers={"Host": host}).headers["content-security-policy"]
    assert "connect-src 'self' data: blob:;" in policy


def test_another_site_signs_nobody_out(client, place):
    come(client, place, "researcher")
    found = client.get("/signout", headers={"Sec-Fetch-Site": "cross-site"})
    assert (found.status_code, "set-cookie" in found.headers) == (403, False)
    assert client.get(FILE).status_code == 200
    for site in ("same-origin", "none"):
        assert client.get("/signout", headers={"Sec-Fetch-Site": site}).status_code == 303


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://testserver.evil.example"])
def test_another_sites_origin_never_reaches_streamlit_which_would_ask_the_internet_about_it(place, origin):
    seen = []

    async def streamlit(scope, receive, send):
        seen.append(scope)
        if scope["type"] == "websocket":
            await send({"type": "websocket.accept"})
            await send({"type": "websocket.close"})
        else:
            await PlainTextResponse("ok")(scope, receive, send)

    client = TestClient(Gate(streamlit, [], Guard(lambda: place)))
    client.get("/_stcore/health", headers={"Origin": origin})
    client.get("/_stcore/health", headers={"Origin": "http://testserver"})
    assert [b"origin" in dict(scope["headers"]) for scope in seen] == [False, True]
    with (
        pytest.raises(WebSocketDisconnect) as refused,
        client.websocket_connect("/_stcore/stream", headers={"Origin": origin}),
    ):
        pass
    assert refused.value.code == 1008
    assert len(seen) == 2
    with client.websocket_connect("/_stcore/stream", headers={"Origin": "http://testserver"}):
        pass
    assert seen[2]["type"] == "websocket"


def test_a_flood_of_strangers_sockets_keeps_no_participant_out(place, monkeypatch):
    monkeypatch.setattr(gate, "STRANGERS", 2)

    async def streamlit(scope, receive, send):
        await send({"type": "websocket.accept"})
        while (await receive())["type"] != "websocket.disconnect":
            pass

    client = TestClient(Gate(streamlit, [], Guard(lambda: place)))
    forged = {"Cookie": f"{PARTICIPANT_COOKIE}=1.forged"}
    for _ in range(2):  # whoever has gone makes room
        with (
            client.websocket_connect("/_stcore/stream"),
            client.websocket_connect("/_stcore/stream", headers=forged),
        ):
            with (
                pytest.raises(WebSocketDisconnect) as refused,
                client.websocket_connect("/_stcore/stream", headers=forged),
            ):
                pass
            assert refused.value.code == 1013
            for name in (PARTICIPANT_COOKIE, RESEARCHER_COOKIE, READER_COOKIE):
                cookie = {"Cookie": f"{name}={signed(SECRET, name, '1')}"}
                with client.websocket_connect("/_stcore/stream", headers=cookie):
                    pass
