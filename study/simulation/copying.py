"""The simulated copy of a study that a dry run fills: its name, its open door, its agreed participants."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.tables import Participant, Study
from study import studies
from study.access.acts import Act
from study.access.audit import note
from study.access.invitations import invite_all
from study.stages.consent import agree

CONSENT = "simulated"


def free_name(session: Session, name: str) -> str:
    """A name for the dry run of a study, which no study has."""
    taken = set(session.scalars(select(Study.name)))
    stem, number = f"{name[:50].rstrip('-')}-dry-run", 1
    while (free := stem if number == 1 else f"{stem}-{number}") in taken:
        number += 1
    return free


def let_in(session: Session, study: Study, made: Study, *, secret: bytes, now: datetime) -> dict[str, str]:
    """Open the copy `made` of a study, invite its participants, let them agree; each one's link's token."""
    studies.open_study(session, made.id, now=now)
    links = invite_all(session, made.id, secret=secret, now=now)
    people = session.scalars(select(Participant.id).where(Participant.study_id == made.id)).all()
    for person in people:
        agree(session, person, CONSENT, now)
    detail = {"as": made.name, "participants": len(people)}
    note(session, None, Act.STUDY_SIMULATED, study.name, detail, now=now)
    return dict(zip(links["participant"], links["token"], strict=True))
