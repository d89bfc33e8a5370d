"""Links: join a study, sign out."""

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from app import identity
from app.replies import NOT_STORED, page
from app.trial_routes import Place
from study.access.invitations import accept, invitation_of
from study.access.researchers import sign_out
from study.errors import (
    ExpiredLinkError,
    LinkError,
    NamelessArrivalError,
    NoPlaceError,
    RevokedLinkError,
    StudyClosedError,
    UnknownLinkError,
    UsedLinkError,
)
from study.participation import invited_wording
from study.wording.wording import Wording, wording

_PAGES: dict[type[LinkError], tuple[int, str]] = {
    UnknownLinkError: (404, "This link is unknown"),
    UsedLinkError: (410, "This link has been used"),
    ExpiredLinkError: (410, "This link has expired"),
    RevokedLinkError: (410, "This link is no longer valid"),
    StudyClosedError: (403, "This study is not open"),
    NoPlaceError: (409, "All places are taken"),
    NamelessArrivalError: (422, "Please come from Prolific"),
}


_ELSEWHERE = ("Do you want to sign out?", "Another site led here. Nothing has happened yet.")


def link_routes(place: Place) -> list[Route]:
    """/join/{token} and /signout."""

    def join(request: Request) -> Response:
        here = place()
        try:
            with here.database.session() as session:
                token = request.path_params["token"]
                person = accept(session, token, now=datetime.now(UTC))
                invitation = invitation_of(session, token)
        except LinkError as problem:
            with here.database.session() as session:
                return refusal(problem, invited_wording(session, request.path_params["token"]))
        response = RedirectResponse("/take", 303, NOT_STORED)
        identity.remember_participant(response, request, here.secret, person.id, invitation)
        return response

    def signout(request: Request) -> Response:
        if request.headers.get("sec-fetch-site") == "cross-site":
            return page(*_ELSEWHERE, 403, '<p><a href="/signout">Sign out</a></p>')
        here = place()
        token = identity.session_token(here.secret, request.cookies)
        if token is not None:
            with here.database.begin() as session:
                sign_out(session, token, datetime.now(UTC))
        response = RedirectResponse("/", 303, NOT_STORED)
        identity.forget(response, identity.RESEARCHER_COOKIE)
        identity.forget(response, identity.PARTICIPANT_COOKIE)
        identity.forget(response, identity.READER_COOKIE)
        return response

    return [
        Route("/join/{token}", join),
        Route("/signout", signout),
    ]


def refusal(problem: LinkError, words: Wording | None = None) -> Response:
    """The page for whom a link does not let in: why, and what to do, in the words of its study."""
    status, title = _PAGES[type(problem)]
    said = words or wording()
    told = said.of_english(title), said.of_english(str(problem))
    return page(*told, status, language=said.language, direction=said.direction)
