"""A large plan is stored in many short transactions, so that nobody who answers meanwhile waits long for it.

Until the last transaction, which freezes the study, its participants and questions are seen by nobody
(`study.plans`). What a freezing that was killed left behind goes before the draft is frozen again or deleted.
Two freezings of one draft never mix: each transaction first looks whether the question that its plan began
with is still there, and whoever clears the draft renames that one first of all.
"""

import secrets
import time
from collections.abc import Callable
from contextlib import suppress

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from db.session import Database
from db.tables import Participant, Question, Study
from study.errors import StudyError
from study.trial.questions import PlannedQuestions, add_participants, insert_rows

PART = 5_000
"""Questions to a transaction."""
# Who waits for SQLite's one writer asks again every 100 ms; a shorter pause would let nobody in.
PAUSE = 0.12


def store_and_freeze(
    database: Database,
    planned: PlannedQuestions,
    draft: Callable[[Session], Study],
    freeze: Callable[[Session, Study], None],
) -> None:
    """Store a plan's participants and questions, some at a time, and have `freeze` freeze the study.

    `draft` returns the study, as it was planned and locked, or raises what hinders the freezing. What fails
    is cleared; where clearing fails too, or the process is killed, the next freezing does it.

    Raises:
        StudyError: another process freezes the draft.
    """
    clear(database, planned.study_id)
    try:
        _store(database, planned, draft)
        with database.begin() as session:
            study = draft(session)
            _check_whole(session, study, planned)
            freeze(session, study)
    except BaseException:
        with suppress(SQLAlchemyError):
            clear(database, planned.study_id, planned.claim)
        raise


def _store(database: Database, planned: PlannedQuestions, draft: Callable[[Session], Study]) -> None:
    people: dict[str, int] = {}
    for part in planned.parts(PART):
        # Before the transaction, which others wait for; all but the first, which numbers the participants.
        rows = planned.rows(part, people) if people else []
        with database.begin() as session:
            study = draft(session)
            if people:
                _check_claim(session, study, planned)
            else:
                _refuse_second(session, study)
                people = add_participants(session, study, planned)
                rows = planned.rows(part, people)
            insert_rows(session, rows)
        _let_others(database, len(part))


def _check_whole(session: Session, study: Study, planned: PlannedQuestions) -> None:
    _check_claim(session, study, planned)
    stored = session.scalar(select(func.count()).where(Question.study_id == study.id))
    if stored != len(planned.table):
        due = len(planned.table)
        raise StudyError(f"{stored} of {due} questions of {study.name!r} are stored: freeze it again")


def _check_claim(session: Session, study: Study, planned: PlannedQuestions) -> None:
    if session.scalar(select(Question.id).where(Question.public_id == planned.claim)) is None:
        raise StudyError(f"the draft {study.name!r} is being frozen by another process: this one stops")


def clear(database: Database, study_id: int, claim: str | None = None) -> None:
    """Delete what a freezing left of a draft, some at a time; of a frozen study nothing.

    With a claim (`PlannedQuestions.claim`), only what that freezing left.
    """
    with database.begin() as session:
        if claim is not None and not session.scalar(select(Question.id).where(Question.public_id == claim)):
            return
        if not _is_draft(session, study_id):
            return
        # From here on, the freezing that stored them stores no more.
        first = select(func.min(Question.id)).where(Question.study_id == study_id).scalar_subquery()
        session.execute(
            update(Question).where(Question.id == first).values(public_id=secrets.token_urlsafe(15))
        )
    gone = PART
    while gone == PART:
        with database.begin() as session:
            gone = _delete_some(session, study_id) if _is_draft(session, study_id) else 0
        _let_others(database, gone)


def clear_here(session: Session, study_id: int) -> None:
    """As `clear`, in the session's one transaction."""
    if _is_draft(session, study_id):
        while _delete_some(session, study_id) == PART:
            pass


def _delete_some(session: Session, study_id: int) -> int:
    """Delete the last questions, repeats before their originals, and with the very last the participants."""
    mine = select(Question.id).where(Question.study_id == study_id)
    ids = list(session.scalars(mine.order_by(Question.id.desc()).limit(PART)))
    if ids:
        session.execute(delete(Question).where(Question.study_id == study_id, Question.id >= ids[-1]))
    if len(ids) < PART:
        session.execute(delete(Participant).where(Participant.study_id == study_id))
    return len(ids)


def _is_draft(session: Session, study_id: int) -> bool:
    study = session.get(Study, study_id, with_for_update=True)
    return study is not None and study.frozen_at is None


def _refuse_second(session: Session, study: Study) -> None:
    if session.scalar(select(Participant.id).where(Participant.study_id == study.id).limit(1)) is not None:
        raise StudyError(f"the draft {study.name!r} is being frozen by another process: wait for it")


def _let_others(database: Database, stored: int) -> None:
    """After a full transaction, let those who wait for SQLite's writer have it."""
    if stored == PART and database.engine.dialect.name == "sqlite":
        time.sleep(PAUSE)
