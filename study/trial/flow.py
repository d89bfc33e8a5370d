"""Where a participant is, and what is asked next: the database decides, never the page."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Row, bindparam, func, select, update
from sqlalchemy.orm import Session, aliased

from db.tables import Answer, Label, Participant, Question, Study
from engine.emfacs import EMOTIONS
from study.errors import NotFoundError, StudyClosedError

Step = Literal["consent", "asking", "done", "closed"]
OPTIONS: dict[int | None, tuple[str, ...]] = {1: ("left", "right", "both", "none"), 2: ("left", "right")}
"""What may be pressed in each experiment."""
SIDES = ("left", "right")


@dataclass(frozen=True, slots=True)
class ShownLabel:
    """A label as it is shown: the eight scores of a soft-label, or the one emotion of a hard-label."""

    scores: tuple[float, ...] | None
    emotion: str | None


@dataclass(frozen=True, slots=True)
class ShownQuestion:
    """A question as it may reach a page: nothing tells which label is real, nor that it is a repeat."""

    id: str
    number: int
    total: int
    experiment: int
    left: ShownLabel
    right: ShownLabel


@dataclass(frozen=True, slots=True)
class Progress:
    """How many questions a participant has answered, of how many; `undoable` is the last one's id."""

    answered: int
    total: int
    undoable: str | None


@dataclass(frozen=True, slots=True)
class Standing:
    """A participant and the state of the study, as far as answers depend on them."""

    participant_id: int
    code: str
    study_id: int
    title: str
    label_set_id: int
    state: str
    deadline: datetime | None
    consented: bool
    answered: int
    total: int

    def step(self, now: datetime) -> Step:
        """What comes next: a finished participant is done even where the study has closed."""
        if self.answered >= self.total:
            return "done"
        if self.state != "open" or (self.deadline is not None and self.deadline <= now):
            return "closed"
        return "asking" if self.consented else "consent"


_own = aliased(Label)
_foil = aliased(Label)


def _soft(label: Any) -> list[Any]:
    return [getattr(label, f"soft_{emotion.lower()}") for emotion in EMOTIONS]


# Answers are given in the order of the questions (tables.Answer), so the greatest answered position is
# how many are answered, and the question after it is the next.
_STANDING = (
    select(
        Participant.id,
        Participant.code,
        Participant.study_id,
        Study.title,
        Study.label_set_id,
        Study.state,
        Study.deadline,
        Participant.consented_at.is_not(None),
        func.coalesce(
            select(func.max(Answer.position))
            .where(Answer.participant_id == Participant.id)
            .correlate(Participant)
            .scalar_subquery(),
            0,
        ),
        func.coalesce(
            select(func.max(Question.position))
            .where(Question.participant_id == Participant.id)
            .correlate(Participant)
            .scalar_subquery(),
            0,
        ),
    )
    .join(Study, Study.id == Participant.study_id)
    .where(Participant.id == bindparam("participant"))
)
_LOCK = select(Participant.id).where(Participant.id == bindparam("participant")).with_for_update()
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
    .join(_own, (_own.image_id == Question.image_id) & (_own.label_set_id == bindparam("label_set")))
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


def standing(session: Session, participant_id: int, *, lock: bool = False) -> Standing:
    """Where a participant stands; `lock` makes others who write for the same participant wait.

    Raises:
        NotFoundError: there is no such participant.
    """
    connection = session.connection()
    if lock and connection.dialect.name != "sqlite":  # there, BEGIN IMMEDIATE has locked already
        connection.execute(_LOCK, {"participant": participant_id})
    row = connection.execute(_STANDING, {"participant": participant_id}).one_or_none()
    if row is None:
        raise NotFoundError(f"there is no participant {participant_id}")
    return Standing(*row)


def step(session: Session, participant_id: int, now: datetime) -> Step:
    """What a participant does now: consent, answer, or nothing more (done, or the study is closed)."""
    return standing(session, participant_id).step(now)


def give_consent(session: Session, participant_id: int, version: str, now: datetime) -> None:
    """Keep that and when a participant agreed to this version of the consent; a second time changes nothing.

    Raises:
        NotFoundError: there is no such participant.
        StudyClosedError: the study takes no answers.
    """
    where = standing(session, participant_id, lock=True)
    if where.step(now) == "closed":
        raise StudyClosedError("This study takes no answers at present.")
    session.execute(
        update(Participant)
        .where(Participant.id == participant_id, Participant.consented_at.is_(None))
        .values(consented_at=now, consent_version=version)
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
    own = ShownLabel(tuple(round(score, 3) for score in values[5:13]), None)
    if experiment == 1:
        other = ShownLabel(None, hard_label)
    else:
        other = ShownLabel(tuple(round(score, 3) for score in values[13:]), None)
    left, right = (own, other) if side == "left" else (other, own)
    return ShownQuestion(public_id, number, total, experiment, left, right)
