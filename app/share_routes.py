"""/share/{token}: a reader's way in to one study's agreement report, and to nothing else."""

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from app import identity
from app.link_routes import refusal
from app.replies import NOT_STORED
from app.trial_routes import Place
from study.access.sharing import shared_study
from study.errors import LinkError

READ_AT = "/shared"


def share_routes(place: Place) -> list[Route]:
    """The route of share links. The cookie holds the link's token, which the page asks about at every run."""

    def share(request: Request) -> Response:
        here, token = place(), request.path_params["token"]
        try:
            with here.database.session() as session:
                shared_study(session, token, datetime.now(UTC))
        except LinkError as problem:
            return refusal(problem)
        response = RedirectResponse(READ_AT, 303, NOT_STORED)
        identity.remember(response, request, here.secret, identity.READER_COOKIE, token)
        return response

    return [Route("/share/{token}", share)]
