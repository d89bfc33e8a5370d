"""How a study was conducted: what became of its participants, and where it left its plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from db.tables import Answer, AuditEvent, Participant, Study
from study.access.acts import Act
from study.plans import frozen

FLOW = {
    "places": "places in the study, with those of replacements",
    "replacements": "of them made to replace a participant",
    "agreed": "agreed to take part",
    "declined": "declined",
    "disqualified": "did not qualify",
    "began": "answered at least one question",
    "finished": "answered every question",
    "stopped": "withdrew and left their answers",
    "erased": "withdrew and had their answers erased",
    "replaced": "were replaced by another participant",
    "unfinished": "have questions left, and were not replaced",
}
"""What is counted of participants, in the order in which it happens, and the words for it."""
_IN_THE_FIELD = (
    Act.STUDY_PAUSED,
    Act.STUDY_REOPENED,
    Act.STUDY_DEADLINE_SET,
    Act.PARTICIPANT_DEADLINE_SET,
)
_UNFINISHED = and_(
    Participant.finished_at.is_(None), Participant.erased_at.is_(None), Participant.replaced_at.is_(None)
)


def flow(session: Session, study: Study) -> dict[str, int]:
    """How many participants came how far, by the keys of FLOW.

    One person can be in several counts. Of erased participants nothing but the erasure is known.
    """
    answered = select(Answer.id).where(Answer.participant_id == Participant.id).exists()
    reached = {
        "places": Participant.id.is_not(None),
        "replacements": Participant.replaces_id.is_not(None),
        "agreed": Participant.consented_at.is_not(None),
        "declined": Participant.declined_at.is_not(None),
        "disqualified": Participant.disqualified_at.is_not(None),
        "began": answered,
        "finished": Participant.finished_at.is_not(None),
        "stopped": Participant.withdrawn_at.is_not(None) & Participant.erased_at.is_(None),
        "erased": Participant.erased_at.is_not(None),
        "replaced": Participant.replaced_at.is_not(None),
        "unfinished": _UNFINISHED,
    }
    counted = [func.count(Participant.id).filter(which) for which in reached.values()]
    row = session.execute(select(*counted).where(Participant.study_id == frozen(study.id))).one()
    return dict(zip(reached, map(int, row), strict=True))


def flow_rows(counts: Mapping[str, int]) -> list[tuple[int, str]]:
    """The counts that are not 0, with their words, in the order of FLOW."""
    return [(counts[key], words) for key, words in FLOW.items() if counts.get(key)]


def deviations(session: Session, study: Study, counts: Mapping[str, int]) -> tuple[str, ...]:
    """Sentences on where the study left its plan; none where it was conducted as planned.

    counts: the study's flow. Days are told and no participant is named, so that an export may hold them.
    """
    return (*_deadlines(session, study), *_people(counts), *_closing(study, counts))


def _deadlines(session: Session, study: Study) -> Iterator[str]:
    """What the audit log tells of doors and deadlines, since the study was made."""
    about = or_(AuditEvent.subject == study.name, AuditEvent.subject.startswith(f"{study.name}/"))
    query = (
        select(AuditEvent.action, AuditEvent.detail)
        .where(about, AuditEvent.action.in_([act.value for act in _IN_THE_FIELD]))
        .where(AuditEvent.at >= study.created_at)
        .order_by(AuditEvent.id)
    )
    acts = [(action, detail or {}) for action, detail in session.execute(query)]
    for action, detail in acts:
        if action == Act.STUDY_DEADLINE_SET:
            before, after = (_day(detail.get(name)) for name in ("from", "to"))
            yield f"The deadline was moved from {before} to {after}."
        elif action == Act.STUDY_REOPENED:
            until = f", until {_day(detail['deadline'])}" if detail.get("deadline") else ""
            yield f"The study was opened again after it had been closed{until}."
    paused, given = (
        sum(action == act for action, _ in acts) for act in (Act.STUDY_PAUSED, Act.PARTICIPANT_DEADLINE_SET)
    )
    if paused:
        yield f"The study was paused {_times(paused)}."
    if given:
        yield f"A participant was given a deadline of their own {_times(given)}."


def _people(counts: Mapping[str, int]) -> Iterator[str]:
    if counts["replaced"]:
        yield (
            f"{_participants(counts['replaced'], 'was', 'were')} replaced: their answers were kept, unless "
            "they were erased; what they had left unanswered was asked of a new participant, but for repeats "
            "of questions that they had answered."
        )
    if counts["erased"]:
        yield f"{_participants(counts['erased'], 'has', 'have')} had their answers erased."


def _closing(study: Study, counts: Mapping[str, int]) -> Iterator[str]:
    """Questions that nobody had answered when the study was closed."""
    left = counts["unfinished"]
    if study.state != "closed" or not left:
        return
    early = study.closed_at is not None and study.deadline is not None and study.closed_at < study.deadline
    when = f", before its deadline of {study.deadline:%Y-%m-%d}," if early else ""
    yield (
        f"The study was closed{when} while {_participants(left, 'had', 'had')} questions left; the answers "
        "that they had given are in the findings."
    )


def _participants(count: int, one: str, more: str) -> str:
    return f"1 participant {one}" if count == 1 else f"{count:,} participants {more}"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _day(said: str | None) -> str:
    """The day of a moment as the audit log writes it (2026-03-02 09:00 UTC)."""
    return "none" if said is None else f"{datetime.fromisoformat(said[:10]):%Y-%m-%d}"
