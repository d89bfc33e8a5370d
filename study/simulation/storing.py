"""Simulated participants' answers, put into a study that is marked as simulated."""

from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from db.tables import Answer, AnswerEvent, Participant, Question, Study
from study.errors import NotFoundError, StudyError
from study.images.catalog import label_frame
from study.simulation.respondents import PAPER, Truth, simulate_answers
from study.trial.trials import questions_frame

CONSENT = "simulated"
_CHUNK = 20_000


def simulate_into(
    session: Session,
    study_id: int,
    truth: Truth = PAPER,
    *,
    rng: np.random.Generator,
    now: datetime,
) -> int:
    """Let simulated respondents answer a simulated study, the last answer at `now`; returns how many.

    Raises:
        NotFoundError: there is no such study.
        StudyError: the study is not marked simulated, or has answers already.
    """
    study = session.get(Study, study_id)
    if study is None:
        raise NotFoundError(f"there is no study {study_id}")
    questions = questions_frame(session, study_id)
    if study.label_set_id is None:
        raise StudyError(f"the study {study.name!r} has no label set: only experiments can be simulated")
    labels = label_frame(session, study.label_set_id)
    answers = simulate_answers(questions, labels, truth, rng, now)
    answers["answered_at"] -= answers["answered_at"].max() - pd.Timestamp(now)
    return store_simulated(session, study_id, answers)


def store_simulated(session: Session, study_id: int, answers: pd.DataFrame) -> int:
    """Put simulated answers (the `answers` contract) into a simulated study, with their events.

    Raises:
        NotFoundError: there is no such study.
        StudyError: the study is not marked simulated, has answers already, or an answer is not its
            participant's next.
    """
    study = session.get(Study, study_id)
    if study is None:
        raise NotFoundError(f"there is no study {study_id}")
    if not study.simulated:
        raise StudyError(f"the study {study.name!r} is of people: simulated answers are never mixed in")
    if session.scalar(select(Answer.id).join(Question).where(Question.study_id == study_id).limit(1)):
        raise StudyError(f"the study {study.name!r} has answers already")
    placed = _placed(session, study_id, answers)
    rows = [_answer(row) for row in placed.to_dict("records")]
    events = [_event(row) for row in rows]
    for start in range(0, len(rows), _CHUNK):
        session.execute(insert(Answer), rows[start : start + _CHUNK])
        session.execute(insert(AnswerEvent), events[start : start + _CHUNK])
    _mark_participants(session, placed)
    return len(rows)


def _placed(session: Session, study_id: int, answers: pd.DataFrame) -> pd.DataFrame:
    """The answers with the ids and positions of their questions, in order."""
    query = select(
        Question.public_id, Question.id, Question.participant_id, Question.position, Question.experiment
    ).where(Question.study_id == study_id)
    planned = pd.DataFrame(
        [tuple(row) for row in session.execute(query)],
        columns=["question", "question_id", "participant_id", "position", "planned_experiment"],
    )
    total = planned.groupby("participant_id")["position"].max().rename("total")
    given = answers[["question", "choice", "rt_ms", "answered_at"]]
    placed = given.merge(planned, on="question", how="left", validate="one_to_one")
    if placed["question_id"].isna().any():
        name = placed["question"][placed["question_id"].isna()].iloc[0]
        raise StudyError(f"the answers name the question {name!r}, which is not of this study")
    placed = placed.sort_values(["participant_id", "position"]).join(total, on="participant_id")
    in_order = placed.groupby("participant_id").cumcount() + 1 == placed["position"]
    if not in_order.all():
        name = placed["question"][~in_order].iloc[0]
        raise StudyError(f"the answer of {name!r} comes before those of earlier questions")
    return placed


def _answer(row: dict[Any, Any]) -> dict[str, Any]:
    return {
        "question_id": int(row["question_id"]),
        "participant_id": int(row["participant_id"]),
        "position": int(row["position"]),
        "choice": row["choice"],
        "correct": row["choice"] == "own" if row["planned_experiment"] == 2 else None,
        "rt_ms": float(row["rt_ms"]),
        "hidden_ms": 0.0,
        "shown_at": None,
        "answered_at": pd.Timestamp(row["answered_at"]).to_pydatetime(),
        "key": f"simulated-{int(row['question_id'])}",
    }


def _event(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "participant_id": row["participant_id"],
        "question_id": row["question_id"],
        "event": "stored",
        "key": row["key"],
        "payload": {"simulated": True, "choice": row["choice"], "rt_ms": row["rt_ms"]},
        "at": row["answered_at"],
    }


def _mark_participants(session: Session, placed: pd.DataFrame) -> None:
    for participant_id, rows in placed.groupby("participant_id"):
        times = pd.to_datetime(rows["answered_at"], utc=True)
        done = len(rows) == int(rows["total"].iloc[0])
        session.execute(
            update(Participant)
            .where(Participant.id == int(str(participant_id)))
            .values(
                simulated=True,
                consented_at=times.min().to_pydatetime(),
                consent_version=CONSENT,
                finished_at=times.max().to_pydatetime() if done else None,
            )
        )
