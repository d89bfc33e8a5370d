"""Researchers' sign-in links: a page with one button, and only the button uses the link up.

Mail programs, chat previews and virus scanners open links too; if looking signed in, they would lock out
whom the link is for.
"""

import html
import secrets
from datetime import UTC, datetime

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from app import identity
from app.forms import FormError, form_fields
from app.installation import Installation
from app.link_routes import refusal
from app.replies import NOT_STORED, page
from app.trial_routes import Place
from study.access.researchers import find_link, note_refused_link, require_usable, sign_in
from study.access.tokens import derived_token
from study.errors import LinkError, UnknownLinkError

_PRESS, _LONGEST = "press", 64
_FORM = """<form method="post"><input type="hidden" name="{name}" value="{press}">
<p><button autofocus>Sign in as {who}</button></p></form>
<p><small>Until {until} UTC, unless it is used or taken back before.</small></p>"""
_LOOKED = "This link signs one browser in, once. Looking at it has not used it up: the button does."


def sign_in_routes(place: Place) -> list[Route]:
    """GET and POST /signin/{token}."""

    def look(request: Request) -> Response:
        here, token, now = place(), request.path_params["token"], datetime.now(UTC)
        try:
            with here.database.session() as session:
                link = find_link(session, token)
                mine = identity.researcher_of(here, request.cookies, now)
                try:
                    person = require_usable(session, link, now)
                except LinkError:
                    if mine is None or mine.id != link.researcher_id:
                        raise
                    return RedirectResponse("/", 303, NOT_STORED)  # back in the browser that it signed in
                who, until = person.name, link.expires_at
        except LinkError as problem:
            return _refused(here, problem, token, now, looked=request.method == "HEAD")
        more = _FORM.format(
            name=_PRESS,
            press=secrets.token_urlsafe(16),
            who=html.escape(who),
            until=f"{until:%d %B, %H:%M}",
        )
        return page("Sign in to FaceValue", _LOOKED, 200, more)

    async def press(request: Request) -> Response:
        try:
            fields = await form_fields(request)
        except FormError as problem:
            return page("This button was not pressed here", str(problem), problem.status)
        pressed = fields.get(_PRESS, "")[:_LONGEST] or secrets.token_urlsafe(16)
        return await run_in_threadpool(_enter, place(), request, pressed)

    return [
        Route("/signin/{token}", look),
        Route("/signin/{token}", press, methods=["POST"]),
    ]


def _enter(here: Installation, request: Request, pressed: str) -> Response:
    token, now = request.path_params["token"], datetime.now(UTC)
    # A double press asks twice and the browser heeds the last reply: one page's button has one session.
    browser = derived_token(here.secret, f"sign-in:{token}:{pressed}")
    try:
        # Looked for first: whoever guesses addresses neither keeps a writer waiting nor fills the log.
        with here.database.session() as session:
            find_link(session, token)
        with here.database.begin() as session:
            sign_in(session, token, now, browser=browser)
    except LinkError as problem:
        return _refused(here, problem, token, now)
    response = RedirectResponse("/", 303, NOT_STORED)
    identity.remember(response, request, here.secret, identity.RESEARCHER_COOKIE, browser)
    return response


def _refused(
    here: Installation, problem: LinkError, token: str, now: datetime, *, looked: bool = False
) -> Response:
    if not looked and not isinstance(problem, UnknownLinkError):
        with here.database.begin() as session:
            note_refused_link(session, token, now)
    return refusal(problem)
