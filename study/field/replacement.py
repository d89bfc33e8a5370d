"""A participant who dropped out is replaced: what they left unanswered is issued anew to a new participant.

The planned questions stay where they are, so that the frozen plan can still be read in the database; the new
participant gets copies of the unanswered ones, with public ids of their own and positions from 1. A copy has
image, foil, side and kind of what it is a copy of. Overlap questions keep their originals, so the pairs of
the plan still meet. A self-repeat whose original the old participant has answered cannot be asked of anybody
else: it would compare two people, and be counted as one person's agreement with themselves. It is dropped,
and nothing that the plan does not hold is asked in its stead. The order is the planned one, unless what was
dropped brings a repeat too near to its original: then the copies are shuffled again by the plan's rule.
"""

import base64
import re
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from db.tables import Answer, AuditEvent, Participant, Question, Study
from study.access.acts import Act
from study.access.audit import note
from study.access.invitations import subject
from study.annotation.kinds import design_of
from study.errors import NotFoundError, StudyError
from study.planning.sequence import longest_lag, shuffle

REPLACED = Act.PARTICIPANT_REPLACED
_COPIED = ("experiment", "image_id", "foil_image_id", "foil_distance", "side", "kind")


@dataclass(frozen=True)
class Replacement:
    """What a replacement does: of the old participant's questions, those answered stay with their answers,
    `issued` are asked of the new one, and `dropped` self-repeats have lost their original.
    """

    old: str
    new: str
    answered: int
    issued: int
    dropped: int
    overlap: int
    """How many of the issued are asked of other participants too, or were asked of them first."""


def preview(session: Session, participant_id: int) -> Replacement:
    """What replacing this participant would do; nothing is changed.

    Raises:
        NotFoundError, StudyError: as `replace`.
    """
    person = _replaceable(session, participant_id)
    rows = _unanswered(session, person)
    return _summary(session, person, rows, _issued(rows), _next_code(session, person))


def replace(
    session: Session,
    participant_id: int,
    *,
    now: datetime,
    rng: np.random.Generator,
    by: int | None = None,
) -> tuple[Replacement, Participant]:
    """Issue what a participant left unanswered to a new one, and close the old one's door.

    The answers of the old one stay in the study (unless they were erased). The new place is free for an open
    link, or for a personal one; a study whose open link is full gets room in that link for one more.
    `rng` draws the public ids, which tell nothing, and a new order where one is needed.

    Raises:
        NotFoundError: there is no such participant.
        StudyError: the study is not in the field, the participant has finished or was replaced before, or
            nothing can be issued.
    """
    person = _replaceable(session, participant_id)
    rows = _unanswered(session, person)
    issued = _issued(rows)
    summary = _summary(session, person, rows, issued, _next_code(session, person))
    new = Participant(
        study_id=person.study_id, code=summary.new, simulated=person.simulated, replaces_id=person.id
    )
    session.add(new)
    person.replaced_at = now
    session.flush()
    _store(session, new, _in_order(session, person, issued, rng), rng)
    note(session, by, REPLACED, subject(session, person), asdict(summary), now=now)
    return summary, new


def words(done: Replacement) -> str:
    """A replacement in words, for a page or a terminal."""
    said = (
        f"{done.new} in the place of {done.old}: the {done.answered:,} answers of {done.old} stay, and "
        f"{done.issued:,} questions are issued anew, {done.overlap:,} of them shared with others"
    )
    if done.dropped:
        said += (
            f"; {done.dropped:,} self-repeats are dropped, because {done.old} has answered their originals"
        )
    return said + "."


def problems(session: Session, study_id: int) -> list[str]:
    """What is wrong with the replacements of a study, in words; an empty list where all is as promised.

    Recomputed from the questions alone: each copy equals an unanswered question of the one replaced, no
    question is copied twice, positions run from 1, and each self-repeat comes after an original of its own.
    """
    found: list[str] = []
    people = session.scalars(
        select(Participant).where(Participant.study_id == study_id, Participant.replaces_id.is_not(None))
    ).all()
    for person in people:
        old = session.get_one(Participant, person.replaces_id)
        left = _questions(session, old.id, _answered_then(session, old))
        due = [_content(row) for row in _issued(left)]
        own = _questions(session, person.id)
        mine = {row.id: row for row in own}
        pair = f"{person.code} in the place of {old.code}"
        if old.replaced_at is None:
            found.append(f"{pair}: {old.code} is not marked as replaced")
        if [row.position for row in own] != list(range(1, len(own) + 1)):
            found.append(f"{pair}: positions are not 1 to {len(own)}")
        contents = [_content(row) for row in own]
        if sorted(contents, key=str) != sorted(due, key=str):
            found.append(f"{pair}: the questions are not those that {old.code} left unanswered")
        for row in own:
            if row.kind == "self_repeat":
                original = mine.get(row.repeats_id or 0)
                if original is None or original.position >= row.position:
                    found.append(f"{pair}: question {row.position} repeats nothing asked before")
    return found


def _replaceable(session: Session, participant_id: int) -> Participant:
    person = session.scalar(select(Participant).where(Participant.id == participant_id).with_for_update())
    if person is None:
        raise NotFoundError(f"there is no participant {participant_id}")
    study = session.get_one(Study, person.study_id)
    if study.state == "draft":
        raise StudyError(f"the study {study.name!r} has not begun: there is nobody to replace")
    if person.replaced_at is not None:
        raise StudyError(f"{person.code} has been replaced already")
    if person.finished_at is not None:
        raise StudyError(f"{person.code} has answered every question: there is nothing to issue anew")
    return person


def _questions(session: Session, participant_id: int, after: int = 0) -> list[Question]:
    query = select(Question).where(Question.participant_id == participant_id, Question.position > after)
    return list(session.scalars(query.order_by(Question.position)))


def _answered(session: Session, person: Participant) -> int:
    last = select(func.max(Answer.position)).where(Answer.participant_id == person.id)
    return session.scalar(last) or 0


def _answered_then(session: Session, old: Participant) -> int:
    """How many the old participant had answered when they were replaced; they may have erased them since."""
    query = select(AuditEvent.detail).where(
        AuditEvent.action == REPLACED.value, AuditEvent.subject == subject(session, old)
    )
    detail = session.scalar(query)
    return int(detail["answered"]) if detail else _answered(session, old)


def _unanswered(session: Session, person: Participant) -> list[Question]:
    return _questions(session, person.id, _answered(session, person))


def _issued(rows: list[Question]) -> list[Question]:
    """Those that another can be asked: self-repeats only where their original is among them."""
    ids = {row.id for row in rows}
    return [row for row in rows if row.kind != "self_repeat" or row.repeats_id in ids]


def _summary(
    session: Session, person: Participant, rows: list[Question], issued: list[Question], code: str
) -> Replacement:
    if not issued:
        raise StudyError(f"{person.code} left nothing that another participant can be asked")
    ids = [row.id for row in issued]
    lent = select(Question.repeats_id).where(Question.kind == "overlap", Question.study_id == person.study_id)
    others = set(session.scalars(lent))
    overlap = sum(row.kind == "overlap" or row.id in others for row in issued)
    answered = _answered(session, person)
    return Replacement(person.code, code, answered, len(ids), len(rows) - len(ids), overlap)


def _next_code(session: Session, person: Participant) -> str:
    """The letter and width of the old code, and the next free number of the study."""
    codes = session.scalars(select(Participant.code).where(Participant.study_id == person.study_id))
    numbers = [int(found[2]) for code in codes if (found := re.fullmatch(r"(\D*)(\d+)", code))]
    shape = re.fullmatch(r"(\D*)(\d+)", person.code)
    letter, width = (shape[1], len(shape[2])) if shape else ("P", 2)
    return f"{letter}{max(numbers, default=0) + 1:0{width}d}"


def _in_order(
    session: Session, person: Participant, issued: list[Question], rng: np.random.Generator
) -> list[Question]:
    """The planned order, or a new one where a repeat would come too near to its original."""
    at = {row.id: number for number, row in enumerate(issued)}
    pairs = [(at[row.id], at[row.repeats_id or 0]) for row in issued if row.kind == "self_repeat"]
    if not pairs:
        return issued
    design = design_of(session.get_one(Study, person.study_id))
    due = min(design.min_lag, longest_lag(len(issued), len(pairs)))
    if all(repeat - first >= due for repeat, first in pairs):
        return issued
    original = np.full(len(issued), -1, dtype=np.int64)
    for repeat, first in pairs:
        original[repeat] = first
    return [issued[int(row)] for row in shuffle(original, due, rng)]


def _store(session: Session, new: Participant, rows: list[Question], rng: np.random.Generator) -> None:
    copies: dict[int, int] = {}
    for again in (False, True):  # originals first: a repeat needs the copy that it repeats
        part = [(at, row) for at, row in enumerate(rows, 1) if (row.kind == "self_repeat") == again]
        made = [_copy(new, at, row, copies, rng) for at, row in part]
        if not made:
            continue
        session.execute(insert(Question), made)
        stored = select(Question.public_id, Question.id).where(Question.participant_id == new.id)
        ids: dict[str, int] = {row[0]: row[1] for row in session.execute(stored)}
        copies |= {row.id: ids[copy["public_id"]] for (_, row), copy in zip(part, made, strict=True)}


def _copy(
    new: Participant, position: int, row: Question, copies: dict[int, int], rng: np.random.Generator
) -> dict[str, Any]:
    # A self-repeat repeats the new participant's own copy; an overlap question what it was planned to.
    repeats = copies[row.repeats_id or 0] if row.kind == "self_repeat" else row.repeats_id
    return {
        **{name: getattr(row, name) for name in _COPIED},
        "public_id": base64.urlsafe_b64encode(rng.bytes(15)).decode(),
        "study_id": new.study_id,
        "participant_id": new.id,
        "position": position,
        "repeats_id": repeats,
    }


def _content(row: Question) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in _COPIED)
