"""What a participant is asked next, in the form in which it may reach a page."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session, aliased

from db.tables import Label, Question
from engine.emfacs import EMOTIONS
from study.trial.standing import Standing, standing


@dataclass(frozen=True, slots=True)
class ShownLabel:
    """A label as it is shown: the eight scores of a soft-label, or the one emotion of a hard-label."""

    scores: tuple[float, ...] | None
    emotion: str | None


@dataclass(frozen=True, slots=True)
class ShownQuestion:
    """A question as it may reach a page; where `experiment` is None the image is shown alone.

    Nothing tells which label is real, nor that the question is a repeat or an attention check.
    """

    id: str
    number: int
    total: int
    experiment: int | None
    left: ShownLabel | None
    right: ShownLabel | None


@dataclass(frozen=True, slots=True)
class Progress:
    """How many questions a participant has answered, of how many; `undoable` is the last one's id."""

    answered: int
    total: int
    undoable: str | None


_own = aliased(Label)
_foil = aliased(Label)


def _soft(label: Any) -> list[Any]:
    return [getattr(label, f"soft_{emotion.lower()}") for emotion in EMOTIONS]


_NEXT = (
    select(
        Question.public_id,
        Question.position,
        Question.experiment,
        Question.side,
        _own.hard_label,
        *_soft(_own),
        *_soft(_foil),
    )
    .outerjoin(_own, (_own.image_id == Question.image_id) & (_own.label_set_id == bindparam("label_set")))
    .outerjoin(
        _foil, (_foil.image_id == Question.foil_image_id) & (_foil.label_set_id == bindparam("label_set"))
    )
    .where(Question.participant_id == bindparam("participant"), Question.position > bindparam("after"))
    .order_by(Question.position)
    .limit(bindparam("number"))
)
_AT = select(Question.public_id).where(
    Question.participant_id == bindparam("participant"), Question.position == bindparam("position")
)

_IMAGE = select(Question.participant_id, Question.image_id).where(
    Question.public_id == bindparam("public_id")
)


def next_questions(
    session: Session, participant_id: int, after: int = 0, limit: int = 8
) -> list[ShownQuestion]:
    """The next unanswered questions with a number above `after`, in their order."""
    return questions_of(session, standing(session, participant_id), after, limit)


def questions_of(session: Session, where: Standing, after: int, limit: int) -> list[ShownQuestion]:
    """As `next_questions`, for a standing that is known already."""
    first = max(after, where.answered)
    if first >= where.total:
        return []
    values = {
        "participant": where.participant_id,
        "label_set": where.label_set_id,
        "after": first,
        "number": limit,
    }
    return [_shown(row, where.total) for row in session.connection().execute(_NEXT, values)]


def shown_again(session: Session, where: Standing, position: int) -> ShownQuestion:
    """One question of a participant as it is shown."""
    values = {"participant": where.participant_id, "label_set": where.label_set_id}
    row = session.connection().execute(_NEXT, {**values, "after": position - 1, "number": 1}).one()
    return _shown(row, where.total)


def progress(session: Session, participant_id: int) -> Progress:
    """How far a participant is, and which answer may be undone."""
    where = standing(session, participant_id)
    return Progress(where.answered, where.total, question_at(session, where, where.answered))


def question_at(session: Session, where: Standing, position: int) -> str | None:
    """The public id of a participant's question at a position; None where there is none."""
    if position < 1:
        return None
    values = {"participant": where.participant_id, "position": position}
    return session.connection().execute(_AT, values).scalar()


@dataclass(frozen=True, slots=True)
class AskedImage:
    """Whose question it is, and of which image."""

    participant_id: int
    image_id: int


def question_image(session: Session, public_id: str) -> AskedImage | None:
    """The image of a question; None where there is no such question."""
    row = session.connection().execute(_IMAGE, {"public_id": public_id}).one_or_none()
    return None if row is None else AskedImage(*row)


def _shown(row: Row[Any], total: int) -> ShownQuestion:
    values: list[Any] = list(row)
    public_id, number, experiment, side, hard_label = values[:5]
    if experiment is None:
        return ShownQuestion(public_id, number, total, None, None, None)
    own = ShownLabel(tuple(round(score, 3) for score in values[5:13]), None)
    if experiment == 1:
        other = ShownLabel(None, hard_label)
    else:
        other = ShownLabel(tuple(round(score, 3) for score in values[13:]), None)
    left, right = (own, other) if side == "left" else (other, own)
    return ShownQuestion(public_id, number, total, experiment, left, right)
