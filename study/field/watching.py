"""Watching a study: who is where, answers per day, pace and forecast, hints, and what was lost.

Answers are given in the order of the questions, so how many a participant had answered at a moment is the
position of the last answer before it: one step in an index, whatever the size of the study.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session

from db.tables import Answer, AuditEvent, Invitation, Participant, Question, Study
from study.access.invitations import valid
from study.access.lapse import KEPT_FOR
from study.errors import NotFoundError
from study.field.pace import DAYS, Outlook, Pace, outlook, pace
from study.plans import frozen

STAGES = {
    "free": "place is free",
    "invited": "link made, not opened or not agreed yet",
    "arrived": "took a place, reads the consent",
    "lapsed": "took a place and never agreed: the next newcomer gets it",
    "declined": "declined",
    "agreed": "agreed, before the questions",
    "answering": "answers questions",
    "overdue": "own deadline is over with questions left",
    "finished": "finished",
    "disqualified": "did not pass the qualification",
    "withdrawn": "withdrew, answers stay",
    "erased": "withdrew, answers erased",
    "replaced": "replaced: what was left is another's",
}
WAITED_FOR = ("agreed", "answering", "overdue", "arrived", "invited", "free", "lapsed")
"""Stages of those whose answers may still come."""
LONGEST_CHART = 90
LOSSES = ("participant.withdrawn", "participant.erased", "participant.replaced")


@dataclass(frozen=True)
class Watch:
    """A study at one moment.

    people: [participant_id, participant, stage, answered, total, last_answer_at, due_at, replaces, per_day,
    finish_at, finish_low, finish_high]; finish_* are moments (NaT: cannot be said). For who was replaced
    `total` is what they answered: the rest is their replacement's. outlook is None without a deadline.
    """

    at: datetime
    people: pd.DataFrame
    outlook: Outlook | None
    pace: Pace


def watch(session: Session, study_id: int, now: datetime) -> Watch:
    """Who is where, how fast, and what the deadline will find.

    Raises:
        NotFoundError: there is no such study.
    """
    study = session.get(Study, study_id)
    if study is None:
        raise NotFoundError(f"there is no study {study_id}")
    people = _people(session, study_id, now)
    people["stage"] = [_stage(row, study, now) for row in people.to_dict("records")]
    ended = ~people["stage"].isin(WAITED_FOR)
    people["total"] = people["total"].where(people["stage"] != "replaced", people["answered"])
    left = (people["total"] - people["answered"]).where(~ended, 0).to_numpy(float)
    found = pace(_recent(session, study_id, people, now), _days_in(people, now), left)
    people["per_day"] = found.per_day
    for name in ("finish", "finish_low", "finish_high"):
        column = name if name != "finish" else "finish_at"
        going = np.where(left > 0, getattr(found, name), np.nan)
        people[column] = [_moment(now, days) for days in going]
    seen = None
    if study.deadline is not None:
        ahead = (study.deadline - now) / timedelta(days=1)
        seen = outlook(found, people["answered"].to_numpy(float), left, ahead)
    columns = ["participant_id", "participant", "stage", "answered", "total", "last_answer_at", "due_at"]
    columns += ["replaces", "per_day", "finish_at", "finish_low", "finish_high"]
    return Watch(now, people[columns], seen, found)


def answers_per_day(
    session: Session, study_id: int, now: datetime, zone: tzinfo = UTC, longest: int = LONGEST_CHART
) -> pd.DataFrame:
    """Answers of each day of `zone` from the first answer to today, at most `longest` days: day, answers."""
    first = session.scalar(
        select(func.min(Answer.answered_at))
        .join(Participant, Participant.id == Answer.participant_id)
        .where(Participant.study_id == study_id, Answer.position == 1)
    )
    if first is None:
        return pd.DataFrame({"day": [], "answers": []})
    today = now.astimezone(zone).date()
    days = min((today - first.astimezone(zone).date()).days + 1, longest)
    dates = [today - timedelta(days=back) for back in range(days - 1, -1, -1)]
    starts = [datetime(one.year, one.month, one.day, tzinfo=zone) for one in dates]
    reached = _reached(session, study_id, [*starts, now]).sum(axis=0)
    return pd.DataFrame({"day": dates, "answers": np.diff(reached)})


def losses(session: Session, study_id: int) -> pd.DataFrame:
    """Who withdrew, was erased or was replaced, newest first: at, participant, what, detail."""
    name = session.get_one(Study, study_id).name
    query = (
        select(AuditEvent.at, AuditEvent.subject, AuditEvent.action, AuditEvent.detail)
        .where(AuditEvent.action.in_(LOSSES), AuditEvent.subject.startswith(f"{name}/", autoescape=True))
        .order_by(AuditEvent.id.desc())
    )
    rows = [
        (at, subject.rpartition("/")[2], action.partition(".")[2], detail or {})
        for at, subject, action, detail in session.execute(query)
    ]
    return pd.DataFrame(rows, columns=["at", "participant", "what", "detail"])


def table(seen: Watch, found: pd.DataFrame) -> pd.DataFrame:
    """The people of a `Watch` beside their hints (`study.field.hints.hints`), for a page or a file."""
    together = seen.people.merge(found, left_on="participant_id", right_index=True, how="left")
    return together.drop(columns="participant_id")


def outlook_words(seen: Watch) -> str:
    """The forecast in a sentence or two, with its interval and what it leaves out."""
    answered, total = int(seen.people["answered"].sum()), int(seen.people["total"].sum())
    if seen.outlook is None:
        return f"{answered:,} of {total:,} answers; without a deadline there is no forecast."
    look = seen.outlook
    if answered >= total:
        return f"All {total:,} answers are there."
    if not answered:
        return f"No answer of {total:,} yet. The forecast begins a day after the first."
    if look.last_finish is None:
        return (
            f"{answered:,} of {total:,} answers. No forecast: it takes an unfinished participant who began a"
            f" day ago or more and answered within the last {DAYS} days."
        )
    said = (
        f"{answered:,} of {total:,} answers. At the pace of the last days there will be "
        f"{look.expected:,.0f} at the deadline (95 % interval {look.low:,.0f} to {look.high:,.0f}, if all go "
        f"on so); {look.in_time} of {look.unfinished} unfinished participants finish in time."
    )
    if look.unknown:
        said += (
            f" Without a pace so far, and expected to answer nothing more: {look.unknown}, who have"
            f" {look.unknown_left:,} questions left."
        )
    return said


_ENDS = ("erased", "withdrawn", "replaced", "disqualified")


def _people(session: Session, study_id: int, now: datetime) -> pd.DataFrame:
    own = Answer.participant_id == Participant.id
    last = select(Answer.answered_at).where(own).order_by(Answer.position.desc()).limit(1)
    first = select(Answer.answered_at).where(own, Answer.position == 1)
    total = select(func.max(Question.position)).where(Question.participant_id == Participant.id)
    invited = exists().where(Invitation.participant_id == Participant.id, *valid(now))
    columns: dict[str, Any] = {
        "participant_id": Participant.id,
        "participant": Participant.code,
        "answered": func.coalesce(select(func.max(Answer.position)).where(own).scalar_subquery(), 0),
        "total": func.coalesce(total.scalar_subquery(), 0),
        "first_answer_at": first.scalar_subquery(),
        "last_answer_at": last.scalar_subquery(),
        "invited": invited,
        "replaces_id": Participant.replaces_id,
        **{
            name: getattr(Participant, name)
            for name in ("due_at", "claimed_at", "consented_at", "declined_at", "finished_at")
        },
        **{f"{end}_at": getattr(Participant, f"{end}_at") for end in _ENDS},
    }
    query = (
        select(*columns.values()).where(Participant.study_id == frozen(study_id)).order_by(Participant.code)
    )
    frame = pd.DataFrame([tuple(row) for row in session.execute(query)], columns=list(columns), dtype=object)
    codes = dict(zip(frame["participant_id"], frame["participant"], strict=True))
    frame["replaces"] = [codes.get(one) for one in frame["replaces_id"]]
    return frame.astype({"participant_id": int, "answered": int, "total": int})


def _stage(row: dict[Any, Any], study: Study, now: datetime) -> str:
    for end in _ENDS:
        if row[f"{end}_at"] is not None:
            return end
    if row["total"] and row["answered"] >= row["total"]:
        return "finished"
    if row["consented_at"] is not None:
        if row["due_at"] is not None and row["due_at"] <= now:
            return "overdue"
        return "answering" if row["answered"] else "agreed"
    if row["declined_at"] is not None:
        return "declined"
    if row["claimed_at"] is not None:
        return "arrived" if row["claimed_at"] > now - KEPT_FOR else "lapsed"
    return "invited" if row["invited"] else "free"


def _recent(session: Session, study_id: int, people: pd.DataFrame, now: datetime) -> NDArray[Any]:
    """Answers of the last 24 hours, of the 24 before, and so on: (people, DAYS)."""
    moments = [now - timedelta(days=back) for back in range(DAYS, -1, -1)]
    return np.diff(_reached(session, study_id, moments), axis=1)[:, ::-1].astype(float)


def _reached(session: Session, study_id: int, moments: Sequence[datetime]) -> NDArray[Any]:
    """How many answers each participant had given by each of some moments: (people, moments), by code."""
    parts: list[Any] = []
    for start in range(0, len(moments), 30):  # SQLite takes no statement of any length
        some = moments[start : start + 30]
        rows = [tuple(row)[1:] for row in session.execute(_reached_query(study_id, some))]
        parts.append(np.array(rows, dtype=np.int64).reshape(len(rows), len(some)))
    return np.concatenate(parts, axis=1)


def _reached_query(study_id: int, moments: Sequence[datetime]) -> Select[Any]:
    def by(moment: datetime) -> Any:
        earlier = (Answer.participant_id == Participant.id) & (Answer.answered_at <= moment)
        last = (
            select(Answer.position).where(earlier).order_by(Answer.answered_at.desc(), Answer.position.desc())
        )
        return func.coalesce(last.limit(1).correlate(Participant).scalar_subquery(), 0)

    columns = [by(moment) for moment in moments]
    query: Select[Any] = select(Participant.code, *columns)
    return query.where(Participant.study_id == frozen(study_id)).order_by(Participant.code)


def _days_in(people: pd.DataFrame, now: datetime) -> NDArray[Any]:
    return np.array(
        [0.0 if first is None else (now - first) / timedelta(days=1) for first in people["first_answer_at"]]
    )


def _moment(now: datetime, days: float) -> Any:
    """Now and so many days; NaT where they are not known, or more than a person's lifetime away."""
    return pd.Timestamp(now) + pd.Timedelta(days=days) if np.isfinite(days) and days < 30_000 else pd.NaT
