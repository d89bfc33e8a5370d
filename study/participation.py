"""What a participant reads about the study that they are in, and how far they are."""

import hashlib
import math
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from db.tables import Study
from study.design.design import Design
from study.design.texts import Texts
from study.trial import flow


@dataclass(frozen=True, slots=True)
class Participation:
    """A participant's place in a study, with the study's texts as they were frozen."""

    participant_id: int
    code: str
    study_id: int
    title: str
    step: flow.Step
    answered: int
    total: int
    minutes: int
    """How long the questions that are left may take."""
    experiments: tuple[int, ...]
    state: str
    deadline: datetime | None
    texts: Texts
    consent_version: str
    """Names the consent text that is shown; it changes with every change of the text."""


def participation(session: Session, participant_id: int, now: datetime) -> Participation:
    """Where a participant stands, and what their pages say.

    Raises:
        NotFoundError: there is no such participant.
    """
    where = flow.standing(session, participant_id)
    study = session.get_one(Study, where.study_id)
    design = Design.from_dict(study.design)
    left = where.total - where.answered
    return Participation(
        participant_id=participant_id,
        code=where.code,
        study_id=where.study_id,
        title=where.title,
        step=where.step(now),
        answered=where.answered,
        total=where.total,
        minutes=math.ceil(left * design.seconds_per_question / 60),
        experiments=tuple(design.experiments),
        state=where.state,
        deadline=where.deadline,
        texts=Texts.from_dict({"consent": study.consent_text}, design.texts),
        consent_version=consent_version(study.consent_text),
    )


def consent_version(text: str) -> str:
    """A short name of a consent text: the first 12 hexadecimal digits of its SHA-256."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]
