"""Signing in by name and password: a plain HTML form, because a Streamlit page cannot set a cookie."""

import asyncio
import html
from datetime import UTC, datetime

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from app import identity
from app.forms import FormError, form_fields
from app.guesses import Guesses
from app.replies import NOT_STORED
from app.trial_routes import Place
from study.access.passwords import sign_in_by_password
from study.errors import TooManyAttemptsError

_AT_ONCE, _IN_LINE = 2, 20
_FROM_HERE = (
    "Too many wrong sign-ins came from this address. Wait a quarter of an hour, or use a sign-in link."
)
_BUSY = "Many are signing in at this moment. Please try again."
_WRONG = "This name and this password do not belong together. Both are case-sensitive."
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"
_FORM = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign in · FaceValue</title>
<style>
:root {{ color-scheme: light dark }}
* {{ box-sizing: border-box }}
body {{ font: 1.125rem/1.6 system-ui, sans-serif; max-width: 26rem; margin: 14vh auto 0; padding: 0 1.5rem }}
h1 {{ font-size: 1.5rem }}
label {{ display: block; margin-top: 1rem }}
input, button {{ font: inherit; width: 100%; min-height: 44px; padding: .4rem .7rem; border-radius: .5rem;
  border: 1px solid GrayText; background: Field; color: FieldText }}
button {{ margin-top: 1.5rem; border-color: #0b6e99; background: #0b6e99; color: #fff; font-weight: 600;
  cursor: pointer }}
:focus-visible {{ outline: 3px solid #56b4e9; outline-offset: 2px }}
.problem {{ border-left: 4px solid #d55e00; padding-left: .8rem }}
</style>
</head>
<body><main>
<h1>Sign in</h1>
{problem}
<form method="post" action="/signin">
<label for="name">Name</label>
<input id="name" name="name" autocomplete="username" required maxlength="80" value="{name}"{first}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required
  maxlength="200"{second}>
<button>Sign in</button>
</form>
<p><a href="/">Back</a></p>
</main></body>
</html>
"""


def password_routes(place: Place) -> list[Route]:
    """GET and POST /signin."""
    guesses = Guesses()
    # A check takes 64 MiB and a tenth of a second of a core: few at once, and nobody stands in a long line.
    checking, waiting = asyncio.Semaphore(_AT_ONCE), [0]

    def form(_request: Request) -> Response:
        return _page()

    async def enter(request: Request) -> Response:
        now, address = datetime.now(UTC), request.client.host if request.client else ""
        try:
            fields = await form_fields(request)
        except FormError as problem:
            return _page(str(problem), status=problem.status)
        name, password = fields.get("name", ""), fields.get("password", "")
        if guesses.too_many(address, now):
            return _page(_FROM_HERE, name, 429)
        if waiting[0] >= _IN_LINE:
            return _page(_BUSY, name, 503)

        def look() -> str | None:
            here = place()
            return sign_in_by_password(here.database, name, password, secret=here.secret, now=now)

        waiting[0] += 1
        try:
            async with checking:
                token = await run_in_threadpool(look)
        except TooManyAttemptsError as problem:
            return _page(str(problem), name, 429)
        finally:
            waiting[0] -= 1
        if token is None:
            guesses.wrong(address, now)
            return _page(_WRONG, name, 401)
        response = RedirectResponse("/", 303, NOT_STORED)
        identity.remember(response, request, place().secret, identity.RESEARCHER_COOKIE, token)
        return response

    return [Route("/signin", form), Route("/signin", enter, methods=["POST"])]


def _page(problem: str = "", name: str = "", status: int = 200) -> Response:
    said = f'<p class="problem" role="alert">{html.escape(problem)}</p>' if problem else ""
    focus = " autofocus"
    body = _FORM.format(
        problem=said,
        name=html.escape(name, quote=True),
        first="" if name else focus,
        second=focus if name else "",
    )
    return HTMLResponse(body, status, {**NOT_STORED, "Content-Security-Policy": _POLICY})
