"""What a rehearsal will take: how many answers, and about how long."""

import math

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.tables import Question, Study
from study.annotation import images
from study.annotation.design import AnnotationDesign
from study.annotation.kinds import design_of
from study.images.eligible import eligible_counts
from study.planning.precision import forecast

START_SECONDS = 12.0
ANSWERS_A_SECOND = 80.0
"""Answered and compared, on two cores that have nothing else to do."""


def answers_of(session: Session, study: Study, participants: int) -> int:
    """How many answers a rehearsal with so many participants will simulate; of what is not planned, about.

    Raises:
        StudyError: the design cannot be met with so many participants.
    """
    design = design_of(study)
    if study.frozen_at is not None and participants == design.participants:
        return session.scalar(select(func.count()).where(Question.study_id == study.id)) or 0
    design = design.changed(participants=participants)
    if isinstance(design, AnnotationDesign):
        count = images.count(session, study.dataset_id or 0, design)
        load = math.ceil(count * design.annotators_per_image / participants)
        return participants * (load + design.repeats_of(load))
    counts = eligible_counts(session, study.label_set_id or 0, design)
    return forecast(design, sum(counts.values())).questions_all


def seconds_for(answers: int) -> float:
    """About how long so many simulated answers take."""
    return START_SECONDS + answers / ANSWERS_A_SECOND
