"""The dry runs that were made of a study: found again, and deleted."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from db.session import Database
from db.tables import (
    Answer,
    AnswerEvent,
    AuditEvent,
    Invitation,
    OpenLink,
    Participant,
    QualificationAnswer,
    Question,
    ShareLink,
    Study,
)
from study.access.acts import Act
from study.access.audit import note
from study.errors import StudyError


def deletable(study: Study) -> bool:
    """Whether a study is a dry run: answered by simulated participants, and never preregistered."""
    return study.simulated and study.frozen_at is not None and study.preregistration is None


def replaceable(session: Session, study: Study) -> list[int]:
    """The dry runs of a study that its next one replaces, as its audit log names them."""
    events = select(AuditEvent).where(
        AuditEvent.action == str(Act.STUDY_SIMULATED), AuditEvent.at >= study.created_at
    )
    found = []
    for event in session.scalars(events):
        made_of, copy = (event.detail or {}).get("study"), (event.detail or {}).get("copy")
        made = session.get(Study, copy) if made_of == study.id and copy is not None else None
        # A number may be another study's by now; the moment is its own.
        if made is not None and made.created_at == event.at and deletable(made):
            found.append(made.id)
    return found


def delete_rehearsal(database: Database, study_id: int, *, now: datetime, by: int | None = None) -> None:
    """Forget a dry run with all its simulated answers, participant by participant, so that no answer waits.

    Raises:
        StudyError: it is no dry run, or is gone.
    """
    with database.begin() as session:
        made = _found(session, study_id)
        mine = select(Participant.id).where(Participant.study_id == made.id)
        people = list(session.scalars(mine.order_by(Participant.id)))
        # Overlap questions name another participant's.
        session.execute(
            update(Question)
            .where(Question.study_id == made.id, Question.repeats_id.is_not(None))
            .values(repeats_id=None)
        )
    for person in people:
        with database.begin() as session:
            _found(session, study_id)
            _forget_answers(session, person, now)
    with database.begin() as session:
        made = _found(session, study_id)
        for table in (Invitation, ShareLink, Participant, OpenLink):
            session.execute(delete(table).where(table.study_id == made.id))
        note(session, by, Act.REHEARSAL_DELETED, made.name, {"participants": len(people)}, now=now)
        session.delete(made)


@contextmanager
def only_whole(database: Database, study_id: int, by: int | None = None) -> Iterator[None]:
    """Delete a dry run whose making or answering fails or is stopped: half answered it is of no use."""
    try:
        yield
    except BaseException:
        delete_rehearsal(database, study_id, now=datetime.now(UTC), by=by)
        raise


def _forget_answers(session: Session, participant_id: int, now: datetime) -> None:
    # The database lets answers and events go only once this is set (the guards of the migration).
    session.execute(update(Participant).where(Participant.id == participant_id).values(erased_at=now))
    for table in (Answer, AnswerEvent, QualificationAnswer, Question):
        session.execute(delete(table).where(table.participant_id == participant_id))


def _found(session: Session, study_id: int) -> Study:
    study = session.get(Study, study_id)
    if study is None:
        raise StudyError(f"there is no study {study_id} any more")
    if not deletable(study):
        raise StudyError(
            f"the study {study.name!r} is no dry run: only simulated answers without a preregistration"
            " can be deleted"
        )
    return study
