"""A study's questions, answers and trials as tables, each as its contract says."""

from typing import Any

import pandas as pd
from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased

from db.tables import Answer, Image, Label, Participant, Question, Study
from study.errors import NotFoundError
from study.plans import frozen
from study.question_columns import OPTION_ORDERS, QUESTION_COLUMNS
from study.trial.answer_columns import ANSWER_COLUMNS

_original = aliased(Question)
_foil = aliased(Image)

_QUESTION: dict[str, Any] = {
    "question": Question.public_id,
    "participant": Participant.code,
    "position": Question.position,
    "experiment": Question.experiment,
    "image": Image.name,
    "foil": _foil.name,
    "foil_distance": Question.foil_distance,
    "side": Question.side,
    "kind": Question.kind,
    "repeats": _original.public_id,
}
_ANSWER: dict[str, Any] = {
    "choice": Answer.choice,
    "correct": Answer.correct,
    "rt_ms": Answer.rt_ms,
    "hidden_ms": Answer.hidden_ms,
    "answered_at": Answer.answered_at,
}
_OF_IMAGE: dict[str, Any] = {
    "hard_label": Label.hard_label,
    "subset": Label.subset,
    "margin": Label.margin,
    "entropy": Label.entropy,
}
TRIALS = (*QUESTION_COLUMNS, *_ANSWER, *_OF_IMAGE)


def trials(session: Session, study_id: int) -> pd.DataFrame:
    """The answered questions of a study with their answers and labels (the `trials` contract).

    `rt_ms` runs from the question's appearance to the press, `hidden_ms` of it while the page was hidden;
    `entropy` is the soft-label's, in bits. Erased participants are left out; the answers of one who only
    stopped stay, as the consent says.

    Raises:
        NotFoundError: there is no such study.
    """
    label_set_id = _label_set(session, study_id)
    columns = {**_QUESTION, **_ANSWER, **_OF_IMAGE}
    query = (
        _questions(columns, study_id)
        .join(Answer, Answer.question_id == Question.id)
        .join(Label, (Label.image_id == Question.image_id) & (Label.label_set_id == label_set_id))
        .where(Participant.erased_at.is_(None))
    )
    return _typed(session, query, list(columns))[list(TRIALS)]


def questions_frame(session: Session, study_id: int) -> pd.DataFrame:
    """All planned questions of a study (the `questions` contract), by participant and position."""
    _label_set(session, study_id)
    planned = _questions(_QUESTION, study_id).where(Question.study_id == frozen(study_id))
    frame = _typed(session, planned, list(_QUESTION))
    return frame[list(QUESTION_COLUMNS)]


def answers_frame(session: Session, study_id: int) -> pd.DataFrame:
    """All answers of a study (the `answers` contract), by participant and position."""
    return trials(session, study_id)[list(ANSWER_COLUMNS)]


def _label_set(session: Session, study_id: int) -> int:
    found = session.scalar(select(Study.label_set_id).where(Study.id == study_id))
    if found is None:
        raise NotFoundError(f"there is no study {study_id}")
    return found


def _questions(columns: dict[str, Any], study_id: int) -> Select[Any]:
    query: Select[Any] = (
        select(*columns.values())
        .select_from(Question)
        .join(Participant, Participant.id == Question.participant_id)
        .join(Image, Image.id == Question.image_id)
        .outerjoin(_foil, _foil.id == Question.foil_image_id)
        .outerjoin(_original, _original.id == Question.repeats_id)
        .where(Question.study_id == study_id)
        .order_by(Participant.code, Question.position)
    )
    return query


def _typed(session: Session, query: Select[Any], columns: list[str]) -> pd.DataFrame:
    """The rows with the dtypes that the contracts promise, also where there is no row."""
    frame = pd.DataFrame([tuple(row) for row in session.execute(query)], columns=columns)
    frame["option_order"] = option_order(frame)
    kinds: dict[str, Any] = {"position": "int64", "experiment": "int64", "foil_distance": "float64"}
    if "correct" in columns:
        kinds |= {"correct": "boolean", "rt_ms": "float64", "hidden_ms": "float64"}
        kinds |= {"margin": "float64", "entropy": "float64"}
        frame["answered_at"] = pd.to_datetime(frame["answered_at"], utc=True)
    for name in columns:
        if name not in kinds and name != "answered_at":
            kinds[name] = "str"
    return frame.astype(kinds)


def option_order(frame: pd.DataFrame) -> pd.Series:
    """What stood left and right, such as "soft,hard", from experiment and side."""
    pairs = zip(frame["experiment"], frame["side"], strict=True)
    return pd.Series([OPTION_ORDERS[pair] for pair in pairs], index=frame.index, dtype=object)
