"""Studies: made of a design and its questions, opened, paused, closed and watched."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from db.tables import Answer, LabelSet, Participant, Question, Study
from study.design.design import Design
from study.errors import FrozenError, NotFoundError, StudyClosedError, StudyError
from study.trial.questions import check_plan, store_questions

_MOVES: Mapping[str, tuple[str, ...]] = {
    "open": ("draft", "paused", "closed", "open"),
    "paused": ("open", "paused"),
    "closed": ("open", "paused", "draft", "closed"),
}


def create_study(
    session: Session,
    design: Design,
    label_set_id: int,
    questions: pd.DataFrame,
    *,
    simulated: bool = False,
    now: datetime,
    rng: np.random.Generator,
) -> Study:
    """Make a frozen study of a design and questions that were planned elsewhere (the `questions` contract).

    It has no preregistration: `study.preregistration.freezing` plans a draft and makes one. `rng` draws the
    public ids, which tell nothing about the questions.

    Raises:
        NotFoundError: there is no such label set.
        StudyError: the name is taken, the plan names images without a label, or its positions have gaps.
    """
    label_set = session.get(LabelSet, label_set_id)
    if label_set is None:
        raise NotFoundError(f"there is no label set {label_set_id}")
    if session.scalar(select(Study.id).where(Study.name == design.name)) is not None:
        raise StudyError(f"there is a study {design.name!r} already: give this one another name")
    check_plan(questions)
    study = Study(
        name=design.name,
        title=design.title,
        state="draft",
        simulated=simulated,
        design=design.to_dict(),
        label_set_id=label_set_id,
        seed=design.seed,
        consent_text=design.texts.consent,
        created_at=now,
        frozen_at=now,
    )
    session.add(study)
    session.flush()
    store_questions(session, study, label_set, questions, rng)
    return study


def open_study(session: Session, study_id: int, *, now: datetime) -> Study:
    """Open the door: answers are taken until the design's days are over (a closed study gets them anew).

    Raises:
        NotFoundError: there is no such study.
        FrozenError: it is a draft that is not frozen.
    """
    draft = session.get(Study, study_id)
    if draft is not None and draft.frozen_at is None:
        raise FrozenError(f"the study {draft.name!r} is a draft: freeze it before it is opened")
    study = _move(session, study_id, "open")
    study.opened_at = study.opened_at or now
    study.closed_at = None
    days = int(study.design.get("deadline_days") or 0)
    if days > 0 and (study.deadline is None or study.deadline <= now):
        study.deadline = now + timedelta(days=days)
    session.flush()
    return study


def pause_study(session: Session, study_id: int) -> Study:
    """Take no answers for a while."""
    return _move(session, study_id, "paused")


def close_study(session: Session, study_id: int) -> Study:
    """Take no more answers."""
    return _move(session, study_id, "closed")


def list_studies(session: Session) -> pd.DataFrame:
    """All studies with their progress, newest last.

    Columns: study_id, name, title, kind, state, simulated, created_at, frozen_at, preregistration, deadline,
    label_set_id, participants, answered, total, finished, last_answer_at.
    """
    people = _people().subquery()
    own = (
        *("name", "title", "kind", "state", "simulated", "created_at", "frozen_at", "preregistration"),
        *("deadline", "label_set_id"),
    )
    query = (
        select(
            Study.id,
            *(getattr(Study, column) for column in own),
            func.count(people.c.id),
            func.coalesce(func.sum(people.c.answered), 0),
            func.coalesce(func.sum(people.c.total), 0),
            func.count(people.c.finished_at),
            func.max(people.c.last_answer_at),
        )
        .outerjoin(people, people.c.study_id == Study.id)
        .group_by(Study.id)
        .order_by(Study.id)
    )
    columns = ["study_id", *own, "participants", "answered", "total", "finished", "last_answer_at"]
    return pd.DataFrame([tuple(row) for row in session.execute(query)], columns=columns)


def progress(session: Session, study_id: int) -> pd.DataFrame:
    """How far each participant of a study is, in the order of their codes.

    Columns: participant, answered, total, consented_at, finished_at, last_answer_at.
    """
    people = _people().where(Participant.study_id == study_id).subquery()
    query = select(
        people.c.code,
        people.c.answered,
        people.c.total,
        people.c.consented_at,
        people.c.finished_at,
        people.c.last_answer_at,
    ).order_by(people.c.code)
    columns = ["participant", "answered", "total", "consented_at", "finished_at", "last_answer_at"]
    return pd.DataFrame([tuple(row) for row in session.execute(query)], columns=columns)


def _people() -> Select[Any]:
    """Each participant with answered, total and last_answer_at, by one step in an index each.

    Positions run from 1 without gaps and answers follow them, so the greatest position is the count.
    """
    own_answers = Answer.participant_id == Participant.id
    answered = select(func.max(Answer.position)).where(own_answers).scalar_subquery()
    planned = select(func.max(Question.position)).where(Question.participant_id == Participant.id)
    # What a replaced participant left is another's now, and what an erased one left is nobody's.
    gone = Participant.replaced_at.is_not(None) | Participant.erased_at.is_not(None)
    total = case((gone, answered), else_=planned.scalar_subquery())
    last = select(Answer.answered_at).where(own_answers).order_by(Answer.position.desc()).limit(1)
    columns: list[Any] = [
        Participant.id,
        Participant.study_id,
        Participant.code,
        Participant.consented_at,
        Participant.finished_at,
        func.coalesce(answered, 0).label("answered"),
        func.coalesce(total, 0).label("total"),
        last.scalar_subquery().label("last_answer_at"),
    ]
    # What a freezing has stored so far of a draft is nobody's place yet (`study.plans`).
    whole = (Study.id == Participant.study_id) & Study.frozen_at.is_not(None)
    people: Select[Any] = select(*columns).join(Study, whole)
    return people


def _move(session: Session, study_id: int, state: str) -> Study:
    study = session.get(Study, study_id)
    if study is None:
        raise NotFoundError(f"there is no study {study_id}")
    if study.state not in _MOVES[state]:
        raise StudyClosedError(f"the study {study.name!r} is {study.state}: it cannot become {state}")
    study.state = state
    session.flush()
    return study
