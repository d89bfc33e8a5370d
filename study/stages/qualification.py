"""Qualification: a participant labels images whose hard-label is known, and passes by the design's mark.

The images of an attempt are drawn once, from all emotions alike, and kept with the participant, so that
reloads, other devices and other tabs meet the same ones. An answer is told apart by attempt and position.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from db.tables import Participant, QualificationAnswer, Study
from study.annotation.design import AnnotationDesign
from study.annotation.kinds import design_of
from study.design.design import Design
from study.errors import StudyError
from study.stages.drawn_images import draw_images, hard_labels
from study.trial.posts import LabelPost
from study.trial.standing import Standing, standing

Status = Literal["stored", "repeated", "moved_on", "closed", "stage"]


@dataclass(frozen=True, slots=True)
class Result:
    """How an attempt ended."""

    attempt: int
    correct: int
    total: int
    passed: bool


@dataclass(frozen=True, slots=True)
class Place:
    """Where a participant is: `answered` of the present attempt's images; `last` is the attempt before."""

    attempt: int
    attempts: int
    pass_mark: float
    images: tuple[int, ...]
    answered: int
    last: Result | None

    @property
    def total(self) -> int:
        """How many images an attempt has."""
        return len(self.images)


@dataclass(frozen=True, slots=True)
class Labelled:
    """What became of a post, and how many images of the attempt are labelled."""

    status: Status
    answered: int


def place(session: Session, participant_id: int, now: datetime) -> Place:
    """Where a participant is in the qualification, whose images are drawn now where they were not yet.

    Raises:
        NotFoundError: there is no such participant.
        StudyError: the participant is not at this stage, or the label set holds no image to ask about.
    """
    where = standing(session, participant_id, lock=True)
    if where.step(now) != "qualification":
        raise StudyError("the qualification is not what this participant does now")
    found = _place(session, where)
    if found.images:
        return found
    images = draw_images(session, where, found.attempt)
    _keep(session, participant_id, qualification={"attempt": found.attempt, "images": images})
    return replace(found, images=tuple(images))


def record(session: Session, participant_id: int, post: LabelPost, now: datetime) -> Labelled:
    """Store a label if its image is the next one; the last one of an attempt ends it.

    Raises:
        NotFoundError: there is no such participant.
    """
    where = standing(session, participant_id, lock=True)
    known = _known(session, participant_id, post)
    if known is not None:
        answered = _answered(session, participant_id, post.attempt)
        return Labelled("repeated" if known == post.label else "moved_on", answered)
    step = where.step(now)
    if step != "qualification":
        return Labelled("closed" if step == "closed" else "stage", 0)
    here = place(session, participant_id, now)
    if (post.attempt, post.position) != (here.attempt, here.answered + 1):
        return Labelled("moved_on", here.answered)
    _store(session, participant_id, here, post, now)
    if post.position == here.total:
        _end(session, participant_id, here, now)
    return Labelled("stored", post.position)


def image_at(session: Session, participant_id: int, attempt: int, position: int) -> int | None:
    """The image at a position of the present attempt; None where there is none."""
    drawn = session.scalar(select(Participant.qualification).where(Participant.id == participant_id))
    if drawn is None or drawn["attempt"] != attempt or not 1 <= position <= len(drawn["images"]):
        return None
    return int(drawn["images"][position - 1])


def last_result(session: Session, participant_id: int) -> Result | None:
    """How a participant's last finished attempt ended; None where none has."""
    person = session.get_one(Participant, participant_id, populate_existing=True)
    design = design_of(session.get_one(Study, person.study_id))
    ended = person.qualified_at is not None or person.disqualified_at is not None
    drawn = person.qualification or {"attempt": 1, "images": []}
    attempt = int(drawn["attempt"]) if ended else int(drawn["attempt"]) - 1
    correct, total = _score(session, participant_id, attempt)
    return Result(attempt, correct, total, _passes(correct, total, design)) if total else None


def _place(session: Session, where: Standing) -> Place:
    design = design_of(session.get_one(Study, where.study_id))
    drawn = session.scalar(select(Participant.qualification).where(Participant.id == where.participant_id))
    drawn = drawn or {"attempt": 1, "images": []}
    attempt = int(drawn["attempt"])
    return Place(
        attempt=attempt,
        attempts=design.qualification_attempts,
        pass_mark=design.qualification_pass,
        images=tuple(drawn["images"]),
        answered=_answered(session, where.participant_id, attempt),
        last=last_result(session, where.participant_id),
    )


def _known(session: Session, participant_id: int, post: LabelPost) -> str | None:
    answer = QualificationAnswer
    return session.scalar(
        select(answer.label).where(
            answer.participant_id == participant_id,
            answer.attempt == post.attempt,
            answer.position == post.position,
        )
    )


def _answered(session: Session, participant_id: int, attempt: int) -> int:
    answer = QualificationAnswer
    own = (answer.participant_id == participant_id) & (answer.attempt == attempt)
    return session.scalar(select(func.max(answer.position)).where(own)) or 0


def _score(session: Session, participant_id: int, attempt: int) -> tuple[int, int]:
    answer = QualificationAnswer
    own = (answer.participant_id == participant_id) & (answer.attempt == attempt)
    right = func.count().filter(answer.correct)
    correct, total = session.execute(select(right, func.count()).where(own)).one()
    return int(correct), int(total)


def _store(session: Session, participant_id: int, here: Place, post: LabelPost, now: datetime) -> None:
    image_id = here.images[post.position - 1]
    person = session.get_one(Participant, participant_id)
    hard_label = session.scalar(hard_labels(session.get_one(Study, person.study_id), image_id=image_id))
    session.execute(
        insert(QualificationAnswer).values(
            participant_id=participant_id,
            attempt=post.attempt,
            position=post.position,
            image_id=image_id,
            label=post.label,
            correct=post.label == hard_label,
            rt_ms=post.rt_ms,
            answered_at=now,
        )
    )


def _end(session: Session, participant_id: int, here: Place, now: datetime) -> None:
    """What an attempt comes to: the next stage, another attempt, or a kind goodbye."""
    person = session.get_one(Participant, participant_id)
    design = design_of(session.get_one(Study, person.study_id))
    correct, total = _score(session, participant_id, here.attempt)
    if _passes(correct, total, design):
        _keep(session, participant_id, qualified_at=now)
    elif here.attempt < here.attempts:
        _keep(session, participant_id, qualification={"attempt": here.attempt + 1, "images": []})
    else:
        _keep(session, participant_id, disqualified_at=now)


def _passes(correct: int, total: int, design: Design | AnnotationDesign) -> bool:
    return correct >= design.qualification_pass * total - 1e-9


def _keep(session: Session, participant_id: int, **values: object) -> None:
    session.execute(update(Participant).where(Participant.id == participant_id).values(**values))
