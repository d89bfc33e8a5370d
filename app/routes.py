"""All routes of our own, beside Streamlit's: links, the trial's JSON, researchers' images, health."""

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from app.identity import researcher_of
from app.link_routes import link_routes
from app.open_link_routes import open_link_routes
from app.participant.stage_routes import stage_routes
from app.password_routes import password_routes
from app.pictures import UnreadablePictureError, placeholder, thumbnail
from app.replies import NOT_STORED, ReplyError
from app.share_routes import share_routes
from app.sign_in_routes import sign_in_routes
from app.trial_routes import Place, trial_routes
from study.errors import NotFoundError
from study.images.catalog import image_path
from study.images.gallery import labelled

_DEFAULT_WIDTH = 160
LARGEST_ID = 2**31 - 1
"""What a database can be asked for: of larger numbers it is none that is there."""


def routes(place: Place) -> list[Route]:
    """The routes of the installation that `place` gives, the busiest first."""

    def health(_request: Request) -> Response:
        place()
        return PlainTextResponse("ok", headers=NOT_STORED)

    def picture(request: Request) -> Response:
        here = place()
        if researcher_of(here, request.cookies, datetime.now(UTC)) is None:
            raise ReplyError(401, "signed_out", "Please sign in.")
        width = request.query_params.get("w", str(_DEFAULT_WIDTH))
        if not (width.isascii() and width.isdigit() and len(width) <= 4 and 0 < int(width) <= 4096):
            raise ReplyError(422, "invalid", "w must be a number of pixels from 1 to 4096.")
        label_set_id, image_id = request.path_params["label_set"], request.path_params["image"]
        try:
            if max(label_set_id, image_id) > LARGEST_ID:
                raise NotFoundError(f"there is no image {image_id}")
            with here.database.session() as session:
                if not labelled(session, label_set_id, image_id):
                    raise NotFoundError(f"label set {label_set_id} has no image {image_id}")
                path = image_path(session, here.settings, image_id)
            return thumbnail(here.settings, path, int(width))
        except NotFoundError as problem:
            raise ReplyError(404, "unknown_image", str(problem)) from problem
        except UnreadablePictureError as problem:
            if "image/" in request.headers.get("accept", ""):
                # A browser that asks for a picture shows what it gets, whatever the status.
                return Response(
                    placeholder("cannot be read"), 404, headers=NOT_STORED, media_type="image/svg+xml"
                )
            raise ReplyError(404, "unreadable_image", str(problem)) from problem

    return [
        *trial_routes(place),
        *stage_routes(place),
        Route("/health", health),
        Route("/media/labels/{label_set:int}/{image:int}", picture),
        *link_routes(place),
        *open_link_routes(place),
        *password_routes(place),
        *sign_in_routes(place),
        *share_routes(place),
    ]
