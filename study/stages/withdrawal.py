"""Withdrawal: a participant stops, or stops and has everything erased.

What is erased is gone: answers, events, published votes, qualification, demographics, the code of a
recruiting service, the times of consent. A tombstone with the study's own code stays, so that the plan keeps
its shape and the link can say what happened. The audit log tells the researcher what went with it, and
nothing of the person.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from db.tables import Answer, AnswerEvent, Participant, QualificationAnswer, Study
from study.access.acts import Act
from study.access.audit import note
from study.annotation.kinds import ANNOTATION
from study.annotation.publishing import erase_votes
from study.stages.loss import Loss
from study.trial.standing import standing

WITHDRAWN, ERASED = Act.PARTICIPANT_WITHDRAWN, Act.PARTICIPANT_ERASED
_PERSONAL = (
    *("consented_at", "consent_version", "declined_at", "demographics", "training_step", "trained_at"),
    *("qualification", "qualified_at", "disqualified_at", "finished_at", "withdrawn_at", "due_at"),
    *("external_id", "external"),
)


def withdraw(session: Session, participant_id: int, now: datetime) -> None:
    """End a participation; its answers stay in the study. Another time changes nothing.

    Raises:
        NotFoundError: there is no such participant.
    """
    where = standing(session, participant_id, lock=True)
    if where.ended in ("withdrawn", "erased"):
        return
    _keep(session, participant_id, withdrawn_at=now)
    detail = {"answers": where.answered, "questions": where.total}
    note(session, None, WITHDRAWN, _subject(session, participant_id), detail, now=now)


def erase(session: Session, participant_id: int, loss: Loss, now: datetime) -> None:
    """Erase all that a participant left, in this transaction. Another time changes nothing.

    `loss` is `study.stages.loss.lost` of the same participant, computed before.

    Raises:
        NotFoundError: there is no such participant.
    """
    where = standing(session, participant_id, lock=True)
    if where.ended == "erased":
        return
    # The database lets answers and events go only once this is set (the guards of the migration).
    _keep(session, participant_id, erased_at=now, **dict.fromkeys(_PERSONAL))
    for table in (Answer, AnswerEvent, QualificationAnswer):
        session.execute(delete(table).where(table.participant_id == participant_id))
    study = session.get_one(Study, where.study_id)
    if study.kind == ANNOTATION:
        erase_votes(session, study, where.code)
    note(session, None, ERASED, _subject(session, participant_id), loss.to_dict(), now=now)


def _subject(session: Session, participant_id: int) -> str:
    """The study and the code, as the researcher knows them."""
    person = session.get_one(Participant, participant_id)
    return f"{session.get_one(Study, person.study_id).name}/{person.code}"


def _keep(session: Session, participant_id: int, **values: Any) -> None:
    session.execute(update(Participant).where(Participant.id == participant_id).values(**values))
