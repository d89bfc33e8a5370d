"""Answers: each question's one final answer, and the event of every post and undo.

A post is known by its key: sent again, it is answered as it was the first time and stores nothing. Each
call is one step of the caller's unit of work (`Database.begin`), and returns what happened instead of
raising it, because the event of a refused post is kept too.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import bindparam, delete, insert, select, text, update
from sqlalchemy.orm import Session

from db.tables import Answer, AnswerEvent, Participant, Question
from study.trial.flow import Progress, ShownQuestion, question_at, questions_of, shown_again
from study.trial.posts import AnswerPost, UndoPost
from study.trial.standing import Standing, standing
from study.trial.tasks import given

Status = Literal[
    "stored",
    "undone",
    "repeated",
    "moved_on",
    "closed",
    "consent",
    "stage",
    "withdrawn",
    "erased",
    "replaced",
    "disqualified",
    "not_yours",
    "unknown_question",
    "invalid",
]
FOLLOWING = 4
"""How many questions a stored answer brings with it at most."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a post, where the participant is now, and which questions come next."""

    status: Status
    progress: Progress
    questions: list[ShownQuestion] = field(default_factory=list)
    message: str = ""

    @property
    def current(self) -> int:
        """The number of the question that is next."""
        return min(self.progress.answered + 1, self.progress.total)


@dataclass(frozen=True, slots=True)
class _Found:
    """The question of a post, and what its key has done before, if anything, and for which question."""

    id: int
    participant_id: int
    position: int
    experiment: int | None
    side: str
    event: str | None
    used_for: int | None


# As literal text, as the index on keys has it: SQLite uses that index for nothing less.
_USES_THE_KEY = text("answer_event.event IN ('stored', 'undone')")
_QUESTION = (
    select(
        Question.id,
        Question.participant_id,
        Question.position,
        Question.experiment,
        Question.side,
        AnswerEvent.event,
        AnswerEvent.question_id,
    )
    .select_from(Question)
    .outerjoin(
        AnswerEvent,
        (AnswerEvent.participant_id == bindparam("participant"))
        & (AnswerEvent.key == bindparam("key"))
        & _USES_THE_KEY,
    )
    .where(Question.public_id == bindparam("public_id"))
)
_INSERT_ANSWER = insert(Answer).inline()
_INSERT_EVENT = insert(AnswerEvent).inline()
_LAST = select(
    Answer.question_id,
    Answer.choice,
    Answer.response,
    Answer.rt_ms,
    Answer.hidden_ms,
    Answer.answered_at,
    Answer.key,
).where(Answer.question_id == bindparam("question"))


def record(session: Session, participant_id: int, post: AnswerPost, now: datetime) -> Outcome:
    """Store an answer if it is the next question's; otherwise say why not and change nothing.

    Raises:
        NotFoundError: there is no such participant.
    """
    where = standing(session, participant_id, lock=True)
    if where.ended is not None:  # of one who has left nothing is kept, not even that they tried
        return Outcome(where.ended, Progress(where.answered, where.total, None))
    found = _find(session, participant_id, post)
    if found is None:
        _note(session, where, None, "rejected", post, now)
        return _outcome(session, where, "unknown_question")
    refused = _refuse(where, found, now)
    if refused is not None:
        return _refused(session, where, found, refused, post, now)
    meant = given(post, found.experiment, found.side, where.form)
    if meant is None:
        return _refused(session, where, found, "invalid", post, now)
    session.connection().execute(
        _INSERT_ANSWER,
        {
            "question_id": found.id,
            "participant_id": participant_id,
            "position": found.position,
            "choice": meant.choice,
            "correct": meant.correct,
            "response": meant.response,
            "rt_ms": post.rt_ms,
            "hidden_ms": post.hidden_ms,
            "shown_at": post.shown_at,
            "answered_at": now,
            "key": post.key,
        },
    )
    _note(session, where, found.id, "stored", post, now)
    if found.position == where.total:
        _set_finished(session, participant_id, now)
    return Outcome(
        "stored",
        Progress(found.position, where.total, post.question),
        questions_of(session, where, max(post.have, found.position), FOLLOWING),
    )


def undo(session: Session, participant_id: int, post: UndoPost, now: datetime) -> Outcome:
    """Take the last answer back if it is this question's; the question is then the next one again.

    Raises:
        NotFoundError: there is no such participant.
    """
    where = standing(session, participant_id, lock=True)
    if where.ended is not None:  # of one who has left nothing is kept, not even that they tried
        return Outcome(where.ended, Progress(where.answered, where.total, None))
    found = _find(session, participant_id, post)
    if found is None:
        _note(session, where, None, "rejected", post, now)
        return _outcome(session, where, "unknown_question")
    refused = _refuse_undo(where, found, now)
    if refused is not None:
        outcome = _refused(session, where, found, refused, post, now)
        again = [shown_again(session, where, found.position)] if refused == "repeated" else outcome.questions
        return replace(outcome, questions=again)
    answer = session.connection().execute(_LAST, {"question": found.id}).one()
    taken = {"choice": answer.choice} if answer.response is None else {"response": answer.response}
    taken |= {"rt_ms": answer.rt_ms, "hidden_ms": answer.hidden_ms}
    taken |= {"key": answer.key, "answered_at": answer.answered_at.isoformat()}
    _note(session, where, found.id, "undone", post, now, {"taken_back": taken})
    session.execute(delete(Answer).where(Answer.question_id == found.id))
    if where.answered == where.total:
        _set_finished(session, participant_id, None)
    return _outcome(session, standing(session, participant_id), "undone")


def _find(session: Session, participant_id: int, post: AnswerPost | UndoPost) -> _Found | None:
    values = {"participant": participant_id, "key": post.key, "public_id": post.question}
    row = session.connection().execute(_QUESTION, values).one_or_none()
    return None if row is None else _Found(*row)


def _refuse(where: Standing, found: _Found, now: datetime) -> Status | None:
    """Why this post stores nothing; None where it may."""
    common = _refuse_any(where, found, "stored", now)
    if common is not None:
        return common
    return None if found.position == where.answered + 1 else "moved_on"


def _refuse_undo(where: Standing, found: _Found, now: datetime) -> Status | None:
    common = _refuse_any(where, found, "undone", now)
    if common is not None:
        return common
    return None if found.position == where.answered else "moved_on"


def _refuse_any(where: Standing, found: _Found, event: str, now: datetime) -> Status | None:
    if found.participant_id != where.participant_id:
        return "not_yours"
    if found.event is not None:  # the key has done its one thing
        return "repeated" if (found.event, found.used_for) == (event, found.id) else "invalid"
    if not where.is_open(now):
        return "closed"
    if where.stage == "asking":
        return None
    return "consent" if where.stage in ("consent", "declined") else "stage"


_EVENTS: dict[Status, str] = {"repeated": "repeated", "moved_on": "late"}
_MESSAGES: dict[Status, str] = {"invalid": "the choice does not fit the question, or the key was used before"}


def _refused(
    session: Session,
    where: Standing,
    found: _Found,
    status: Status,
    post: AnswerPost | UndoPost,
    now: datetime,
) -> Outcome:
    _note(session, where, found.id, _EVENTS.get(status, "rejected"), post, now, {"status": status})
    have = post.have if isinstance(post, AnswerPost) and status == "repeated" else 0
    return _outcome(session, where, status, have=have)


def _note(
    session: Session,
    where: Standing,
    question_id: int | None,
    event: str,
    post: AnswerPost | UndoPost,
    now: datetime,
    more: dict[str, Any] | None = None,
) -> None:
    payload = post.payload() if isinstance(post, AnswerPost) else {}
    if question_id is None:
        payload["question"] = post.question
    session.connection().execute(
        _INSERT_EVENT,
        {
            "participant_id": where.participant_id,
            "question_id": question_id,
            "event": event,
            "key": post.key,
            "payload": payload | (more or {}),
            "at": now,
        },
    )


def _outcome(session: Session, where: Standing, status: Status, *, have: int = 0) -> Outcome:
    undoable = question_at(session, where, where.answered)
    return Outcome(
        status,
        Progress(where.answered, where.total, undoable),
        questions_of(session, where, have, FOLLOWING),
        _MESSAGES.get(status, ""),
    )


def _set_finished(session: Session, participant_id: int, at: datetime | None) -> None:
    session.execute(update(Participant).where(Participant.id == participant_id).values(finished_at=at))
