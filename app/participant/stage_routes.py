"""The JSON routes of what comes before the questions: the training's steps and faces, the qualification."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from app.identity import named
from app.installation import Installation
from app.participant.strips import strip
from app.pictures import UnreadablePictureError, shown_file
from app.replies import ReplyError, reply
from app.trial_routes import Place, participant_in, read_post, signed_out, written
from study.errors import StudyError
from study.images.catalog import image_path
from study.stages import qualification, training
from study.trial.posts import LabelPost, read_step
from study.trial.standing import standing

T = TypeVar("T")
# Another installation may serve another face at the same address, so nothing is kept for long.
_AN_HOUR = "private, max-age=3600"
_A_DAY = "private, max-age=86400"


def stage_routes(place: Place) -> list[Route]:
    """The routes under /api/trial that are not the questions'."""

    async def train(request: Request) -> Response:
        step = await read_post(request, read_step, place())
        done = await _write(
            place(), request, lambda session, who, now: training.reach(session, who, step, now)
        )
        return reply({"done": done})

    async def face(request: Request) -> Response:
        if named(place().secret, request.cookies) is None:  # a rendered face: nobody's secret
            raise signed_out()
        asked = request.path_params
        found = await strip(place().settings, asked["person"], asked["emotion"])
        if found is None:
            raise ReplyError(404, "unknown_face", "There is no such face.")
        return FileResponse(found, headers={"Cache-Control": _A_DAY}, media_type="image/webp")

    async def where(request: Request) -> Response:
        return reply(await _write(place(), request, _where))

    async def label(request: Request) -> Response:
        post = await read_post(request, LabelPost.read, place())
        done = await _write(
            place(), request, lambda session, who, now: qualification.record(session, who, post, now)
        )
        if done.status in _REFUSALS:
            status, message = _REFUSALS[done.status]
            raise ReplyError(status, done.status, message)
        return reply({"status": done.status, "answered": done.answered})

    def image(request: Request) -> Response:
        return _image(place(), request)

    return [
        Route("/api/trial/training", train, methods=["POST"]),
        Route("/api/trial/faces/{person:int}/{emotion}", face),
        Route("/api/trial/qualification", where, methods=["GET"]),
        Route("/api/trial/qualification", label, methods=["POST"]),
        Route("/api/trial/qualification/{participant:int}/{attempt:int}/{position:int}", image),
    ]


_REFUSALS = {
    "moved_on": (409, "This image is labelled already, or not the next one."),
    "closed": (410, "The study takes no answers at present."),
    "stage": (410, "The qualification is not what comes now."),
}


async def _write(place: Installation, request: Request, work: Callable[[Session, int, datetime], T]) -> T:
    try:
        return await written(place, request, work)
    except StudyError as problem:
        raise ReplyError(422, "invalid", str(problem)) from problem


def _where(session: Session, participant_id: int, now: datetime) -> dict[str, Any]:
    """Where a participant is in the qualification; how the last attempt ended, also once all is over."""
    step = standing(session, participant_id).step(now)
    if step != "qualification":
        return {"state": step, "last": _result(qualification.last_result(session, participant_id))}
    here = qualification.place(session, participant_id, now)
    address = f"/api/trial/qualification/{participant_id}/{here.attempt}/"
    return {
        "state": step,
        "attempt": here.attempt,
        "attempts": here.attempts,
        "pass_mark": here.pass_mark,
        "answered": here.answered,
        "images": [f"{address}{position}" for position in range(1, here.total + 1)],
        "last": _result(here.last),
    }


def _result(result: qualification.Result | None) -> dict[str, Any] | None:
    if result is None:
        return None
    return {"correct": result.correct, "total": result.total, "passed": result.passed}


def _image(place: Installation, request: Request) -> Response:
    participant_id = participant_in(place, request)
    asked = request.path_params
    if asked["participant"] != participant_id:
        raise ReplyError(403, "not_yours", "This image is another participant's.")
    with place.database.session() as session:
        image_id = qualification.image_at(session, participant_id, asked["attempt"], asked["position"])
        if image_id is None:
            raise ReplyError(404, "unknown_image", "There is no such image.")
        path = image_path(session, place.settings, image_id)
    try:
        shown = shown_file(place.settings, path)
    except UnreadablePictureError as problem:
        raise ReplyError(404, "unreadable_image", "This image cannot be shown.") from problem
    shown.headers["Cache-Control"] = _AN_HOUR
    return shown
