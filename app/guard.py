"""What Streamlit would serve to anybody, and we only to those whose it may be.

Streamlit keeps downloads and images in memory under addresses that are hard to guess, and takes uploads from
any browser tab, also from one of somebody who is not signed in. Its metrics and its interface for other
programs answer everybody.
"""

from datetime import UTC, datetime

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Scope

from app.identity import named, reader_token, researcher_of, session_token
from app.replies import NOT_STORED
from app.trial_routes import Place
from study.access.sharing import shared_study
from study.errors import LinkError

_CLOSED = ("/_stcore/metrics", "/_stcore/agent", "/_stcore/script-health-check")
_FILES, _UPLOADS = "/media/", "/_stcore/upload_file"


class Guard:
    """Refuses requests for Streamlit's own addresses that whoever asks has no business with."""

    def __init__(self, place: Place) -> None:
        self._place = place

    async def refusal(self, scope: Scope) -> Response | None:
        """The reply to a request that goes no further; None for one that may go on to Streamlit."""
        path = scope["path"]
        if path.startswith(_CLOSED):
            return PlainTextResponse("There is nothing here.", 404, NOT_STORED)
        file, upload = path.startswith(_FILES), path.startswith(_UPLOADS)
        if not file and not upload:
            return None
        if scope["method"] == "OPTIONS" or await run_in_threadpool(self._may, Request(scope), file):
            return None
        return PlainTextResponse("Please sign in.", 401, NOT_STORED)

    def knows(self, scope: Scope) -> bool:
        """Whether whoever asks has a cookie that we signed; whether it still lets in is not asked."""
        secret, cookies = self._place().secret, HTTPConnection(scope).cookies
        return any(one(secret, cookies) is not None for one in (named, session_token, reader_token))

    def _may(self, request: Request, reading: bool) -> bool:
        place, now = self._place(), datetime.now(UTC)
        if researcher_of(place, request.cookies, now) is not None:
            return True
        link = reader_token(place.secret, request.cookies) if reading else None
        if link is None:
            return False
        try:
            with place.database.session() as session:
                shared_study(session, link, now)
        except LinkError:
            return False
        return True
