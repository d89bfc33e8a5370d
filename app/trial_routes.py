"""The participant's JSON routes: where am I, here is my answer, take it back, and the question's image."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.identity import named, participant_of
from app.installation import Installation
from app.pictures import UnreadablePictureError, shown_file
from app.replies import ReplyError, outcome_json, progress_json, question_json, read_json, reply
from study.errors import InvalidPostError, NotFoundError
from study.images.catalog import image_path
from study.participation import own_pace
from study.trial import answers, flow
from study.trial.posts import AnswerPost, UndoPost
from study.trial.standing import standing

T = TypeVar("T")
Place = Callable[[], Installation]
FIRST_QUESTIONS = 40
"""Enough for more than two minutes without a network, right from the start, at three seconds a question."""

_REFUSALS: dict[str, tuple[int, str]] = {
    "not_yours": (403, "This question is another participant's."),
    "consent": (403, "Please agree to take part first."),
    "stage": (403, "Something else comes before the questions."),
    "withdrawn": (410, "You have ended your participation."),
    "erased": (410, "Your answers were erased, as you asked."),
    "replaced": (410, "Your remaining questions went to another participant."),
    "disqualified": (410, "Your participation has ended."),
    "unknown_question": (404, "There is no such question."),
    "moved_on": (409, "This question is not the next one."),
    "closed": (410, "The study takes no answers at present."),
    "invalid": (422, "This answer does not fit the question."),
}


def trial_routes(place: Place) -> list[Route]:
    """The routes under /api/trial."""

    def state(request: Request) -> Response:
        participant_id = participant_in(place(), request)
        now = datetime.now(UTC)
        with place().database.session() as session:
            try:
                where = standing(session, participant_id)
            except NotFoundError as problem:
                raise signed_out() from problem
            step = where.step(now)
            asked = flow.questions_of(session, where, 0, FIRST_QUESTIONS) if step == "asking" else []
            undoable = flow.question_at(session, where, where.answered)
            pace = own_pace(session, participant_id, where.answered)
        progress = flow.Progress(where.answered, where.total, undoable)
        return reply(
            {
                "participant": where.code,
                "study": where.title,
                "state": step,
                "progress": progress_json(progress),
                "questions": [question_json(question) for question in asked],
                "undoable": undoable,
                "pace_ms": None if pace is None else round(1000 * pace),
                "left_ms": None if where.deadline is None else _milliseconds(where.deadline - now),
            }
        )

    async def answer(request: Request) -> Response:
        post = await read_post(request, AnswerPost.read, place())
        outcome = await _write(place(), request, answers.record, post)
        return reply({"status": outcome.status, **outcome_json(outcome)})

    async def undo(request: Request) -> Response:
        post = await read_post(request, UndoPost.read, place())
        outcome = await _write(place(), request, answers.undo, post)
        body = {"status": outcome.status, **outcome_json(outcome)}
        return reply({**body, "question": body.pop("questions")[0]})

    def image(request: Request) -> Response:
        return _question_image(place(), request)

    return [
        Route("/api/trial/answers", answer, methods=["POST"]),
        Route("/api/trial/state", state),
        Route("/api/trial/undo", undo, methods=["POST"]),
        Route("/api/trial/questions/{question}/image", image),
    ]


def signed_out() -> ReplyError:
    """The refusal of a browser that is nobody's."""
    return ReplyError(401, "signed_out", "Please open your personal link again.")


def _milliseconds(left: timedelta) -> int:
    return max(0, round(left.total_seconds() * 1000))


def participant_in(place: Installation, request: Request) -> int:
    """The participant whose browser this is.

    Raises:
        ReplyError: 401, it is nobody's.
    """
    participant_id = participant_of(place, request.cookies)
    if participant_id is None:
        raise signed_out()
    return participant_id


async def read_post(request: Request, read: Callable[[Any], Any], place: Installation) -> Any:
    """The body of a participant's post, read by `read`.

    Raises:
        ReplyError: 401 nobody's, 422 not readable, and what `read_json` refuses.
    """
    if named(place.secret, request.cookies) is None:
        raise signed_out()
    try:
        return read(await read_json(request))
    except InvalidPostError as problem:
        raise ReplyError(422, "invalid", str(problem)) from problem


async def written(place: Installation, request: Request, work: Callable[[Session, int, datetime], T]) -> T:
    """What `work(session, participant, now)` returns, once it is committed.

    Raises:
        ReplyError: 401, the browser is nobody's, or the link that let it in was taken back.
    """
    found, now = named(place.secret, request.cookies), datetime.now(UTC)
    if found is None:
        raise signed_out()

    # Asked in the transaction of the work itself: this thread, which serves everybody, waits for no database.
    def checked(session: Session) -> T:
        if not found.still_in(session):
            raise NotFoundError("the link of this browser was taken back")
        return work(session, found.participant_id, now)

    try:
        return await asyncio.wrap_future(place.writer.submit(checked))
    except NotFoundError as problem:
        raise signed_out() from problem


async def _write(place: Installation, request: Request, work: Any, post: Any) -> answers.Outcome:
    outcome: answers.Outcome = await written(
        place, request, lambda session, who, now: work(session, who, post, now)
    )
    if outcome.status in _REFUSALS:
        status, message = _REFUSALS[outcome.status]
        more = {"current": outcome.current, **outcome_json(outcome)} if status == 409 else {}
        raise ReplyError(status, outcome.status, outcome.message or message, more)
    return outcome


def _question_image(place: Installation, request: Request) -> Response:
    participant_id = participant_in(place, request)
    with place.database.session() as session:
        found = flow.question_image(session, request.path_params["question"])
        if found is None:
            raise ReplyError(404, "unknown_question", "There is no such question.")
        if found.participant_id != participant_id:
            raise ReplyError(403, "not_yours", "This question is another participant's.")
        path = image_path(session, place.settings, found.image_id)
    try:
        return shown_file(place.settings, path)
    except UnreadablePictureError as problem:
        raise ReplyError(404, "unreadable_image", "This image cannot be shown.") from problem
