"""Doors and deadlines: a study opened, paused, closed and opened again, with each act in the audit log."""

from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from db.tables import Invitation, Participant, Study
from study import studies
from study.access.acts import Act
from study.access.audit import note
from study.access.invitations import subject
from study.errors import NotFoundError, StudyError
from study.plans import frozen

_OPENING = {"paused": Act.STUDY_RESUMED, "closed": Act.STUDY_REOPENED}


def open_door(session: Session, study_id: int, *, now: datetime, by: int | None = None) -> Study:
    """Open a study, resume a paused one, or open a closed one again; what was answered stays.

    A deadline that is over is set anew to the design's days from now, and participants who have not finished
    get until then.

    Raises:
        NotFoundError: there is no such study.
        StudyError: the study cannot be opened; the message says why.
    """
    before, deadline = _found(session, study_id).state, _found(session, study_id).deadline
    study = studies.open_study(session, study_id, now=now)
    if study.deadline is not None and study.deadline != deadline:
        _move_people(session, study_id, study.deadline)
    if before != "open":
        act = _OPENING.get(before, Act.STUDY_OPENED)
        detail = {} if study.deadline == deadline else {"deadline": _written(study.deadline)}
        note(session, by, act, study.name, detail or None, now=now)
    return study


def pause_door(session: Session, study_id: int, *, now: datetime, by: int | None = None) -> Study:
    """Take no answers for a while; participants are told that the study has a break.

    Raises:
        NotFoundError, StudyError: there is no such study, or it is not open.
    """
    before = _found(session, study_id).state
    study = studies.pause_study(session, study_id)
    if before != "paused":
        note(session, by, Act.STUDY_PAUSED, study.name, now=now)
    return study


def close_door(session: Session, study_id: int, *, now: datetime, by: int | None = None) -> Study:
    """Take no more answers.

    Raises:
        NotFoundError: there is no such study.
    """
    before = _found(session, study_id).state
    study = studies.close_study(session, study_id)
    if before != "closed":
        study.closed_at = now
        session.flush()
        note(session, by, Act.STUDY_CLOSED, study.name, now=now)
    return study


def extend_study(
    session: Session,
    study_id: int,
    deadline: datetime,
    *,
    now: datetime,
    everyone: bool = True,
    by: int | None = None,
) -> int:
    """Set a study's deadline; returns how many participants' own deadlines were moved with it.

    `everyone`: those who have not finished and whose own days would end before it get until then too.

    Raises:
        NotFoundError: there is no such study.
        StudyError: the moment has passed, or the study is closed.
    """
    study = _found(session, study_id)
    _refuse_past(deadline, now)
    if study.state == "closed":
        raise StudyError(f"the study {study.name!r} is closed: open it again first")
    before, study.deadline = study.deadline, deadline
    session.flush()
    moved = _move_people(session, study_id, deadline) if everyone else 0
    detail = {"from": _written(before), "to": _written(deadline), "participants": moved}
    note(session, by, Act.STUDY_DEADLINE_SET, study.name, detail, now=now)
    return moved


def extend_participant(
    session: Session, participant_id: int, due_at: datetime, *, now: datetime, by: int | None = None
) -> Participant:
    """Give one participant until `due_at`, and their links as long.

    Raises:
        NotFoundError: there is no such participant.
        StudyError: the moment has passed or is later than the study's deadline, or there is nothing left to
            answer.
    """
    person = session.get(Participant, participant_id)
    if person is None:
        raise NotFoundError(f"there is no participant {participant_id}")
    study = session.get_one(Study, person.study_id)
    _refuse_past(due_at, now)
    if study.deadline is not None and study.deadline < due_at:
        raise StudyError(
            f"the study itself ends at {_written(study.deadline)}, before {_written(due_at)}: extend it first"
        )
    if person.finished_at or person.withdrawn_at or person.erased_at or person.replaced_at:
        raise StudyError(f"{person.code} has nothing left to answer")
    before, person.due_at = person.due_at, due_at
    session.flush()
    session.execute(
        update(Invitation)
        .where(Invitation.participant_id == participant_id, Invitation.revoked_at.is_(None))
        .where(Invitation.expires_at < due_at)
        .values(expires_at=due_at)
        .execution_options(synchronize_session=False)
    )
    detail = {"from": _written(before), "to": _written(due_at)}
    note(session, by, Act.PARTICIPANT_DEADLINE_SET, subject(session, person), detail, now=now)
    return person


def _move_people(session: Session, study_id: int, deadline: datetime) -> int:
    unfinished = (
        Participant.finished_at.is_(None),
        Participant.withdrawn_at.is_(None),
        Participant.erased_at.is_(None),
        Participant.replaced_at.is_(None),
    )
    earlier = select(Participant.id).where(
        Participant.study_id == study_id, Participant.due_at < deadline, *unfinished
    )
    found = list(session.scalars(earlier))
    moved = update(Participant).where(Participant.id.in_(found)).values(due_at=deadline)
    session.execute(moved.execution_options(synchronize_session="fetch"))
    return len(found)


def _refuse_past(moment: datetime, now: datetime) -> None:
    if moment <= now:
        raise StudyError(f"a deadline at {_written(moment)} is over already: give a later one")


def _found(session: Session, study_id: int) -> Study:
    study = session.get(Study, study_id)
    if study is None:
        raise NotFoundError(f"there is no study {study_id}")
    return study


def _written(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment:%Y-%m-%d %H:%M %Z}"


def study_named(session: Session, name: str) -> Study:
    """The study of this name or number.

    Raises:
        NotFoundError: there is none; the message lists those there are.
    """
    number = int(name) if name.isascii() and name.isdigit() else None
    study = session.scalar(select(Study).where(or_(Study.name == name, Study.id == number)))
    if study is None:
        names = ", ".join(session.scalars(select(Study.name).order_by(Study.id).limit(20))) or "none"
        raise NotFoundError(f"there is no study {name!r}; the studies are: {names}")
    return study


def standing_words(study: Study) -> str:
    """A study's state and deadline in a line."""
    until = "" if study.deadline is None else f", until {_written(study.deadline)}"
    return f"{study.name} is {study.state}{until if study.state == 'open' else ''}"


def participant_coded(session: Session, study: Study, code: str) -> Participant:
    """The participant of a study with this code.

    Raises:
        NotFoundError: there is none.
    """
    found = session.scalar(
        select(Participant).where(Participant.study_id == frozen(study.id), Participant.code == code)
    )
    if found is None:
        raise NotFoundError(f"the study {study.name!r} has no participant {code!r}")
    return found
