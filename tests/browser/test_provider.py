"""Signing in by an OpenID provider, against a small one that the test runs."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from playwright.sync_api import expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse
from starlette.routing import Route

from app.serving import running_server
from study.access.people import invite_person
from tests import program as programs
from tests.browser.conftest import Served, _free_port

pytestmark = pytest.mark.browser

SECRETS = """[auth]
redirect_uri = "{url}/oauth2callback"
cookie_secret = "a secret of this test alone"
client_id = "facevalue"
client_secret = "not much of a secret"
server_metadata_url = "{provider}/.well-known/openid-configuration"
"""

# Chromium drops presses on a page that follows one of the same site until it has painted it.
PAINTED = """() => new Promise(seen =>
  new PerformanceObserver(() => seen()).observe({ type: "paint", buffered: true }))"""


@dataclass
class Provider:
    """A provider that vouches for whoever `claims` says, without asking."""

    port: int
    claims: dict[str, object]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def app(self) -> Starlette:
        key = RSAKey.generate_key(2048, parameters={"kid": "test"})
        nonces: dict[str, str] = {}

        def about(_request: Request) -> JSONResponse:
            ends = {f"{name}_endpoint": f"{self.url}/{name}" for name in ("authorization", "token")}
            more = {"response_types_supported": ["code"], "subject_types_supported": ["public"]}
            signing = {"id_token_signing_alg_values_supported": ["RS256"], "jwks_uri": f"{self.url}/jwks"}
            return JSONResponse({"issuer": self.url, **ends, **more, **signing})

        def authorization(request: Request) -> RedirectResponse:
            asked = request.query_params
            nonces["code"] = asked.get("nonce", "")
            back = urlencode({"code": "code", "state": asked["state"]})
            return RedirectResponse(f"{asked['redirect_uri']}?{back}")

        def token(_request: Request) -> JSONResponse:
            now = int(time.time())
            said = {
                "iss": self.url,
                "aud": "facevalue",
                "iat": now,
                "exp": now + 600,
                "nonce": nonces["code"],
            }
            signed = jwt.encode({"alg": "RS256", "kid": "test"}, {**said, "sub": "1", **self.claims}, key)
            return JSONResponse(
                {"access_token": "a", "token_type": "Bearer", "expires_in": 600, "id_token": signed}
            )

        def jwks(_request: Request) -> JSONResponse:
            return JSONResponse({"keys": [key.as_dict(private=False)]})

        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", about),
                Route("/authorization", authorization),
                Route("/token", token, methods=["POST"]),
                Route("/jwks", jwks),
            ]
        )


@pytest.fixture
def provider() -> Iterator[Provider]:
    made = Provider(_free_port(), {"email": "second@example.org", "email_verified": True})
    server = uvicorn.Server(uvicorn.Config(made.app(), port=made.port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield made
    server.should_exit = True
    thread.join(10)


@pytest.fixture
def served_with(provider, chromium, built_program, tmp_path) -> Iterator[Served]:
    programs.copy(built_program, tmp_path / "data")
    with programs.opened(tmp_path / "data") as program:
        settings = replace(program.settings, port=_free_port())
        url = settings.own_url
        (settings.data_dir / "secrets.toml").write_text(SECRETS.format(url=url, provider=provider.url))
        with program.database.begin() as session:
            invite_person(
                session, "Second", "reader", by=None, subject="second@example.org", now=datetime.now(UTC)
            )
        with running_server(settings):
            yield Served(program, url)


def test_whom_the_provider_vouches_for_comes_in_and_others_are_told_what_to_do(
    served_with, provider, new_page
):
    page = new_page()
    page.goto(served_with.url)
    page.get_by_role("button", name="Sign in with your organisation").click()
    page.get_by_role("link", name="Continue as second@example.org").click()
    expect(page.get_by_role("button", name="Sign in as Second")).to_be_visible()
    page.evaluate(PAINTED)
    page.get_by_role("button", name="Sign in as Second").click()
    expect(page.get_by_text("Signed in as Second")).to_be_visible()
    for claims in (
        {"email": "stranger@example.org", "email_verified": True},
        {"email": "second@example.org", "email_verified": False},
    ):
        provider.claims = claims
        other = new_page()
        other.goto(served_with.url)
        other.get_by_role("button", name="Sign in with your organisation").click()
        expect(other.get_by_text("Nobody here is known as")).to_be_visible()
        expect(other.get_by_role("link", name="Continue as")).to_have_count(0)
