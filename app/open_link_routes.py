"""Open links: a page that says what the study is, and a button that takes a place.

Looking at the address takes none: mail programs, chat previews and virus scanners open links too, and each
would keep a person out. Only the form's post does, and sent twice it takes one place.
"""

import asyncio
import html
import secrets
from collections.abc import Mapping
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
from study.access.open_links import find_open_link
from study.access.places import Arrival, Partners, claim, held_by, refuse_newcomer
from study.annotation.kinds import design_of
from study.design.language import wording_of
from study.errors import LinkError
from study.participation import open_wording
from study.wording.wording import Wording

NAMED = "PROLIFIC_PID"
"""The parameter by which Prolific names the person."""
KEPT = ("STUDY_ID", "SESSION_ID")
_LONGEST = 100
_FORM = """<form method="post">{fields}<p><button>{take_part}</button></p></form>
<p><small>{place_kept}</small></p>"""


def open_link_routes(place: Place) -> list[Route]:
    """GET and POST /go/{token}."""
    partners = Partners()

    def refused(problem: LinkError, token: str) -> Response:
        with place().database.session() as session:
            return refusal(problem, open_wording(session, token))

    def look(request: Request) -> Response:
        here, token, now = place(), request.path_params["token"], datetime.now(UTC)
        arrival = _arrival(request.query_params, secrets.token_urlsafe(16))
        try:
            with here.database.session() as session:
                mine = held_by(session, token, identity.participant_of(here, request.cookies), arrival)
                if mine is not None:
                    return _enter(here, request, mine)
                link, study = find_open_link(session, token, now=now)
                refuse_newcomer(session, link, study, arrival, now=now)
                title = study.title
                said = wording_of(design_of(study))
        except LinkError as problem:
            return refused(problem, token)
        more, told = _form(arrival, said), said.say("links.invited")
        return page(title, told, 200, more, language=said.language, direction=said.direction)

    async def take(request: Request) -> Response:
        here = place()
        try:
            fields = await form_fields(request)
        except FormError as problem:
            return page("Please open the link again", str(problem), problem.status)
        arrival = _arrival(fields, fields.get("arrival", "")[:_LONGEST] or secrets.token_urlsafe(16))
        try:
            participant_id = await _claim(here, request, arrival)
        except LinkError as problem:
            return refused(problem, request.path_params["token"])
        return _enter(here, request, participant_id)

    async def _claim(here: Installation, request: Request, arrival: Arrival) -> int:
        token, now = request.path_params["token"], datetime.now(UTC)

        def before() -> tuple[int | None, Mapping[int, Mapping[int, int]]]:
            known = identity.participant_of(here, request.cookies)
            with here.database.session() as session:
                mine = held_by(session, token, known, arrival)
                if mine is not None:
                    return mine, {}
                return None, partners.of(session, find_open_link(session, token, now=now)[1].id)

        mine, shared = await run_in_threadpool(before)
        if mine is not None:
            return mine
        done = here.writer.submit(lambda session: claim(session, token, arrival, shared, now=now))
        return await asyncio.wrap_future(done)

    return [
        Route("/go/{token}", look, methods=["GET"]),
        Route("/go/{token}", take, methods=["POST"]),
    ]


def _enter(here: Installation, request: Request, participant_id: int) -> Response:
    response = RedirectResponse("/take", 303, NOT_STORED)
    identity.remember_participant(response, request, here.secret, participant_id, None)
    return response


def _arrival(said: Mapping[str, str], key: str) -> Arrival:
    """Who arrives, by what the address or the form says; what is absent or no plain code is left out."""
    codes = {name: said.get(name, "").strip() for name in (NAMED, *KEPT)}
    plain = {name: code for name, code in codes.items() if _is_code(code)}
    return Arrival(key, plain.get(NAMED), {name: plain[name] for name in KEPT if name in plain})


def _is_code(text: str) -> bool:
    return 0 < len(text) <= _LONGEST and all(one.isascii() and (one.isalnum() or one in "-_") for one in text)


def _form(arrival: Arrival, said: Wording) -> str:
    named = {} if arrival.external_id is None else {NAMED: arrival.external_id}
    values = {"arrival": arrival.key, **named, **arrival.external}
    fields = "".join(
        f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">'
        for name, value in values.items()
    )
    words = {name: html.escape(said.say(f"links.{name}")) for name in ("take_part", "place_kept")}
    return _FORM.format(fields=fields, **words)
