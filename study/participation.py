"""What a participant reads about the study that they are in, and how far they are."""

import math
import statistics
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from db.tables import Answer, Invitation, OpenLink, Participant, Study
from study.access.tokens import token_hash
from study.annotation.design import AnnotationDesign
from study.annotation.kinds import design_of
from study.design.design import Design
from study.design.language import wording_of
from study.design.texts import Texts
from study.stages.consent import consent_version
from study.trial.standing import Step, standing
from study.wording.wording import Wording

__all__ = [
    "Participation",
    "Step",
    "consent_version",
    "invited_wording",
    "open_wording",
    "own_pace",
    "participation",
]
_PACES, _ENOUGH = 20, 3


@dataclass(frozen=True, slots=True)
class Participation:
    """A participant's place in a study, with the study's texts as they were frozen."""

    participant_id: int
    code: str
    study_id: int
    title: str
    step: Step
    answered: int
    total: int
    minutes: int
    """How long the questions that are left may take: by the participant's own pace once it is known."""
    consented: bool
    state: str
    deadline: datetime | None
    """The study's or the participant's own, whichever comes first."""
    design: Design | AnnotationDesign
    texts: Texts
    consent_version: str
    """Names the consent text that is shown; it changes with every change of the text."""
    wording: Wording
    """What the participant reads, in the study's language."""
    completion_code: str | None
    completion_url: str | None
    """Where the link that brought the participant sends those who have finished."""


def participation(session: Session, participant_id: int, now: datetime) -> Participation:
    """Where a participant stands, and what their pages say.

    Raises:
        NotFoundError: there is no such participant.
    """
    where = standing(session, participant_id)
    study = session.get_one(Study, where.study_id)
    person = session.get_one(Participant, participant_id)
    link = None if person.open_link_id is None else session.get(OpenLink, person.open_link_id)
    design = design_of(study)
    pace = own_pace(session, participant_id, where.answered) or design.seconds_per_question
    return Participation(
        participant_id=participant_id,
        code=where.code,
        study_id=where.study_id,
        title=where.title,
        step=where.step(now),
        answered=where.answered,
        total=where.total,
        minutes=math.ceil((where.total - where.answered) * pace / 60),
        consented=person.consented_at is not None,
        state=where.state,
        deadline=where.deadline,
        design=design,
        texts=Texts.from_dict({"consent": study.consent_text}, design.texts),
        consent_version=consent_version(study.consent_text),
        wording=wording_of(design),
        completion_code=None if link is None else link.completion_code,
        completion_url=None if link is None else link.completion_url,
    )


def invited_wording(session: Session, token: str) -> Wording | None:
    """The words of a personal link's study, whether or not it lets in; None for an unknown link."""
    return _linked(session, select(Invitation.study_id).where(Invitation.token_hash == token_hash(token)))


def open_wording(session: Session, token: str) -> Wording | None:
    """The same for an open link."""
    return _linked(session, select(OpenLink.study_id).where(OpenLink.token_hash == token_hash(token)))


def _linked(session: Session, study_id: Select[Any]) -> Wording | None:
    study = session.scalar(select(Study).where(Study.id == study_id.scalar_subquery()))
    return None if study is None else wording_of(design_of(study))


def own_pace(session: Session, participant_id: int, answered: int) -> float | None:
    """Seconds a question by the median of a participant's last answers; None where there are too few."""
    if answered < _ENOUGH:
        return None
    last = (Answer.participant_id == participant_id) & (Answer.position > answered - _PACES)
    seen = session.scalars(select(Answer.rt_ms - Answer.hidden_ms).where(last))
    return statistics.median(seen) / 1000
