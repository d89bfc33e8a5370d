"""Studies: made of a design and its questions, opened, paused, closed and watched."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.tables import Answer, LabelSet, Participant, Question, Study
from study.design import Design
from study.errors import NotFoundError, StudyClosedError, StudyError
from study.questions import check_plan, store_questions

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
    """Make a draft study of a design and its planned questions (the `questions` contract).

    `rng` draws the public ids, which tell nothing about the questions.

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
    )
    session.add(study)
    session.flush()
    store_questions(session, study, label_set, questions, rng)
    return study


def open_study(session: Session, study_id: int, *, now: datetime) -> Study:
    """Open the door: answers are taken until the design's days are over (a closed study gets them anew)."""
    study = _move(session, study_id, "open")
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

    Columns: study_id, name, title, state, simulated, participants, answered, total, finished, last_answer_at.
    """
    people = select(Participant.study_id, func.count(), func.count(Participant.finished_at))
    counted = {row[0]: row[1:] for row in session.execute(people.group_by(Participant.study_id))}
    planned = select(Question.study_id, func.count()).group_by(Question.study_id)
    totals: dict[int, int] = {row[0]: row[1] for row in session.execute(planned)}
    given = (
        select(Participant.study_id, func.count(), func.max(Answer.answered_at))
        .join(Participant, Participant.id == Answer.participant_id)
        .group_by(Participant.study_id)
    )
    answered = {row[0]: row[1:] for row in session.execute(given)}
    rows = []
    for study in session.scalars(select(Study).order_by(Study.id)):
        participants, finished = counted.get(study.id, (0, 0))
        n, last = answered.get(study.id, (0, None))
        told = (study.id, study.name, study.title, study.state, study.simulated)
        rows.append((*told, participants, n, totals.get(study.id, 0), finished, last))
    columns = ["study_id", "name", "title", "state", "simulated", "participants", "answered", "total"]
    return pd.DataFrame(rows, columns=[*columns, "finished", "last_answer_at"])


def progress(session: Session, study_id: int) -> pd.DataFrame:
    """How far each participant of a study is, in the order of their codes.

    Columns: participant, answered, total, consented_at, finished_at, last_answer_at.
    """
    planned = (
        select(Question.participant_id, func.count().label("total"))
        .where(Question.study_id == study_id)
        .group_by(Question.participant_id)
        .subquery()
    )
    given = (
        select(
            Answer.participant_id,
            func.count().label("answered"),
            func.max(Answer.answered_at).label("last"),
        )
        .group_by(Answer.participant_id)
        .subquery()
    )
    query = (
        select(
            Participant.code,
            func.coalesce(given.c.answered, 0),
            func.coalesce(planned.c.total, 0),
            Participant.consented_at,
            Participant.finished_at,
            given.c.last,
        )
        .outerjoin(planned, planned.c.participant_id == Participant.id)
        .outerjoin(given, given.c.participant_id == Participant.id)
        .where(Participant.study_id == study_id)
        .order_by(Participant.code)
    )
    columns = ["participant", "answered", "total", "consented_at", "finished_at", "last_answer_at"]
    return pd.DataFrame([tuple(row) for row in session.execute(query)], columns=columns)


def _move(session: Session, study_id: int, state: str) -> Study:
    study = session.get(Study, study_id)
    if study is None:
        raise NotFoundError(f"there is no study {study_id}")
    if study.state not in _MOVES[state]:
        raise StudyClosedError(f"the study {study.name!r} is {study.state}: it cannot become {state}")
    study.state = state
    session.flush()
    return study
