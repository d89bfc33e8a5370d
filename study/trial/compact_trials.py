"""A study's trials for its findings alone: ids instead of names, each label text once."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from db.tables import Answer, Label, Participant, Question, Study
from study.errors import NotFoundError
from study.plans import frozen

_COLUMNS = {
    "question": Question.id,
    "participant": Question.participant_id,
    "position": Question.position,
    "experiment": Question.experiment,
    "image": Question.image_id,
    "foil": Question.foil_image_id,
    "foil_distance": Question.foil_distance,
    "side": Question.side,
    "kind": Question.kind,
    "repeats": Question.repeats_id,
    "choice": Answer.choice,
    "rt_ms": Answer.rt_ms,
    "hidden_ms": Answer.hidden_ms,
}
_LABELS = {
    "image": Label.image_id,
    "hard_label": Label.hard_label,
    "subset": Label.subset,
    "margin": Label.margin,
    "entropy": Label.entropy,
}
_TEXTS = ("side", "kind", "choice", "hard_label", "subset")
_FLOATS = ("foil", "foil_distance", "repeats", "rt_ms", "hidden_ms", "margin", "entropy")
_CHUNK = 50_000

Progress = Callable[[int], None]


def compact_trials(session: Session, study_id: int, progress: Progress | None = None) -> pd.DataFrame:
    """The same answers as `study.trial.trials.trials`, with numbers for questions, images and foils.

    Findings need no names of those, and reading them would take most of the time. `foil` and `repeats`
    are NaN where there is none; participants' codes, sides, kinds, choices and labels are categories.
    `progress` is told how many answers have been read.

    Raises:
        NotFoundError: there is no such study of labels.
    """
    label_set_id = session.scalar(select(Study.label_set_id).where(Study.id == study_id))
    if label_set_id is None:
        raise NotFoundError(f"there is no study {study_id} with a label set")
    people = _people(session, study_id)
    query = (
        select(*_COLUMNS.values())
        .join(Answer, Answer.question_id == Question.id)
        .where(Question.study_id == study_id, Question.participant_id.in_(people))
        .order_by(Question.participant_id, Question.position)
    )
    table = pd.DataFrame(_read(session, query, list(_COLUMNS), progress), copy=False)
    names = sorted(people.values())
    place = {number: names.index(code) for number, code in people.items()}
    at = table["participant"].map(place).to_numpy(dtype=np.intp)
    table["participant"] = pd.Categorical.from_codes(at, pd.Index(names))
    return _labelled(session, table, study_id, label_set_id)


def _read(
    session: Session, query: Select[*tuple[Any, ...]], names: Sequence[str], progress: Progress | None = None
) -> dict[str, Any]:
    """The rows that a query finds, as columns of their own types.

    From the driver's cursor: these columns need no conversion, and a million row objects take as long again
    as the query.
    """
    cursor = session.connection().execute(query).cursor
    parts: dict[str, list[Any]] = {name: [] for name in names}
    read = 0
    while rows := cursor.fetchmany(_CHUNK):
        for name, values in zip(names, zip(*rows, strict=True), strict=True):
            parts[name].append(np.array(values, dtype=_type(name)))
        read += len(rows)
        if progress is not None:
            progress(read)
    columns = {name: np.concatenate([np.array([], _type(name)), *part]) for name, part in parts.items()}
    return {name: pd.Categorical(one) if name in _TEXTS else one for name, one in columns.items()}


def _type(name: str) -> type:
    return object if name in _TEXTS else float if name in _FLOATS else int


def _people(session: Session, study_id: int) -> dict[int, str]:
    people = select(Participant.id, Participant.code).where(
        Participant.study_id == frozen(study_id), Participant.erased_at.is_(None)
    )
    return {row.id: row.code for row in session.execute(people)}


def _labelled(session: Session, table: pd.DataFrame, study_id: int, label_set_id: int) -> pd.DataFrame:
    """With hard_label, subset, margin and entropy of each image; answers about others are left out."""
    asked = select(Question.image_id).where(Question.study_id == frozen(study_id))
    query = select(*_LABELS.values()).where(Label.label_set_id == label_set_id, Label.image_id.in_(asked))
    labels = _read(session, query, list(_LABELS))
    at = pd.Index(labels["image"]).get_indexer(pd.Index(table["image"]))
    table, at = table[at >= 0].reset_index(drop=True), at[at >= 0]
    for name in ("hard_label", "subset"):
        table[name] = labels[name].take(at)
    for name in ("margin", "entropy"):
        table[name] = labels[name][at]
    return table
