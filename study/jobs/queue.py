"""The queue of jobs: put in, watched, stopped; a job whose process has died is found out."""

import os
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.orm import Session

from db.tables import Job
from study.access.acts import Act
from study.access.audit import note
from study.errors import NotFoundError, StudyError

SILENT = timedelta(seconds=30)
"""A job that has not said for this long that it lives is taken to be dead; it says so every second."""
JOB = "FACEVALUE_JOB"
"""The variable by which a job's commands know whose work they do."""
RESULT = "result"
"""Where, beside what a job makes, stands what it found."""
BESIDE = ("freeze", "rehearse", "remove")
"""Kinds that take minutes and little memory: they do not wait for a training that takes a night."""
DIED = (
    "The job's process ended without a word: it was killed, or the machine was restarted. "
    "Start it again: finished parts are kept."
)


class TwinError(StudyError):
    """A job that makes the same waits or runs already."""

    def __init__(self, job: Job) -> None:
        """Say which job it is."""
        super().__init__(
            f"the job {job.title!r} is {job.state} already and makes the same: wait for it, or stop it"
        )
        self.started_by, self.created_at = job.started_by, job.created_at


def add_job(
    session: Session,
    kind: str,
    title: str,
    commands: Sequence[Sequence[str]],
    *,
    by: int | None,
    now: datetime,
    needs: Mapping[str, Any] | None = None,
    act: Act = Act.JOB_STARTED,
) -> Job:
    """Put a job at the end of the queue.

    `commands` are run one after the other as `python -m …`, such as ["engine", "label", …], each only if
    the one before ended well. `needs` are plain values that say what the job makes.

    Raises:
        TwinError: a job that makes the same waits or runs already, as after a double click.
    """
    _refuse_twin(session, kind, needs or {}, now)
    job = Job(
        kind=kind,
        title=title[:300],
        arguments={"commands": [list(command) for command in commands], **(needs or {})},
        state="queued",
        started_by=by,
        created_at=now,
        heartbeat_at=now,
    )
    session.add(job)
    session.flush()
    note(session, by, act, title, {"job": job.id, "kind": kind}, now=now)
    return job


def again(session: Session, job_id: int, *, by: int | None, now: datetime) -> Job:
    """Put a job that has failed or was stopped into the queue once more; it goes on where it was.

    Raises:
        StudyError: it is queued, running or done, or another job makes the same already (TwinError).
    """
    before = get_job(session, job_id)
    if before.state not in ("failed", "stopped"):
        raise StudyError(
            f"the job {before.title!r} is {before.state}: only a failed or stopped one starts again"
        )
    more = {key: value for key, value in before.arguments.items() if key not in ("commands", RESULT)}
    commands, act = before.arguments["commands"], Act.JOB_RESTARTED
    return add_job(session, before.kind, before.title, commands, by=by, now=now, needs=more, act=act)


def _refuse_twin(session: Session, kind: str, needs: Mapping[str, Any], now: datetime) -> None:
    if not needs:
        return
    mark_dead(session, now)
    for job in session.scalars(select(Job).where(Job.kind == kind, Job.state.in_(("queued", "running")))):
        if all(job.arguments.get(name) == value for name, value in needs.items()):
            raise TwinError(job)


def acting_researcher(session: Session) -> int | None:
    """Who started the job that this process works for; None where a person gave the command."""
    job = _acting_job(session)
    return None if job is None else job.started_by


def keep_result(session: Session, result: Mapping[str, Any]) -> bool:
    """Keep what was found with the job that this process works for; False where a person gave the command."""
    job = _acting_job(session)
    if job is None:
        return False
    job.arguments = {**job.arguments, RESULT: dict(result)}
    session.flush()
    return True


def _acting_job(session: Session) -> Job | None:
    number = os.environ.get(JOB, "")
    return session.get(Job, int(number)) if number.isascii() and number.isdigit() else None


def get_job(session: Session, job_id: int) -> Job:
    """A job by its number; raises NotFoundError where there is none."""
    job = session.get(Job, job_id)
    if job is None:
        raise NotFoundError(f"there is no job {job_id}")
    return job


def jobs(session: Session, kinds: Sequence[str], limit: int = 12) -> list[Job]:
    """The latest jobs of these kinds, newest first."""
    query = select(Job).where(Job.kind.in_(kinds)).order_by(Job.id.desc()).limit(limit)
    return list(session.scalars(query))


def latest_job(session: Session, kind: str, name: str, value: str) -> Job | None:
    """The newest job of a kind whose need `name` is `value`; None where there is none."""
    query = select(Job).where(Job.kind == kind, Job.arguments[name].as_string() == value)
    return session.scalar(query.order_by(Job.id.desc()).limit(1))


def any_dead(session: Session, now: datetime) -> bool:
    """Whether `mark_dead` would find one: a look that needs no turn to write."""
    return session.scalar(select(Job.id).where(_silent(now)).limit(1)) is not None


def mark_dead(session: Session, now: datetime) -> None:
    """Mark jobs that have been silent for too long as failed."""
    found = update(Job).where(_silent(now))
    session.execute(found.values(state="failed", message=DIED, finished_at=now))


def _silent(now: datetime) -> ColumnElement[bool]:
    return and_(Job.state.in_(("queued", "running")), Job.heartbeat_at < now - SILENT)


def stop_job(session: Session, job_id: int, *, by: int | None, now: datetime) -> None:
    """Ask a job to stop; its process sees that within two seconds, and keeps what is done."""
    job = get_job(session, job_id)
    if job.state not in ("queued", "running"):
        return
    job.state, job.finished_at = "stopped", now
    job.message = "Stopped. Start it again, and it goes on with what it has."
    note(session, by, Act.JOB_STOPPED, job.title, {"job": job.id}, now=now)
    session.flush()


def is_next(session: Session, job_id: int, now: datetime) -> bool:
    """Whether no earlier job waits or runs: jobs run one at a time, as each takes the whole machine.

    Those of the kinds `BESIDE` run one at a time beside them.
    """
    mark_dead(session, now)
    beside = get_job(session, job_id).kind in BESIDE
    alike = Job.kind.in_(BESIDE) if beside else Job.kind.not_in(BESIDE)
    earlier = select(Job.id).where(Job.id < job_id, Job.state.in_(("queued", "running")), alike).limit(1)
    return session.scalar(earlier) is None
