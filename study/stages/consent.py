"""Consent: agreed to in one version of its text, or declined, which may be thought over."""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from db.tables import Participant, Study
from study.errors import StudyClosedError
from study.trial.standing import Standing, standing


def consent_version(text: str) -> str:
    """A short name of a consent text: the first 12 hexadecimal digits of its SHA-256."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def agree(session: Session, participant_id: int, version: str, now: datetime) -> None:
    """Keep that and when a participant agreed to this version of the consent; a second time changes nothing.

    From then on the participant has the design's days; the study's own deadline may come before they end.

    Raises:
        NotFoundError: there is no such participant.
        StudyClosedError: the study takes no answers.
    """
    where = _at_the_door(session, participant_id, now)
    if where.stage not in ("consent", "declined"):
        return
    days = int(session.get_one(Study, where.study_id).design.get("deadline_days") or 0)
    agreed = {"consented_at": now, "consent_version": version, "declined_at": None}
    if days > 0 and where.own_deadline is None:
        agreed["due_at"] = now + timedelta(days=days)
    session.execute(update(Participant).where(Participant.id == participant_id).values(**agreed))


def decline(session: Session, participant_id: int, now: datetime) -> None:
    """Keep that a participant would rather not; who has agreed already withdraws instead.

    Raises:
        NotFoundError: there is no such participant.
        StudyClosedError: the study takes no answers.
    """
    if _at_the_door(session, participant_id, now).stage == "consent":
        session.execute(update(Participant).where(Participant.id == participant_id).values(declined_at=now))


def _at_the_door(session: Session, participant_id: int, now: datetime) -> Standing:
    where = standing(session, participant_id, lock=True)
    if where.ended is not None or not where.is_open(now):
        raise StudyClosedError("This study takes no answers at present.")
    return where
