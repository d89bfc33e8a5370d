"""A study's trials for its findings alone: ids instead of names, each label text once."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.tables import Answer, Label, Participant, Question, Study
from study.errors import NotFoundError

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
_LABELS = (Label.image_id, Label.hard_label, Label.subset, Label.margin, Label.entropy)
_TEXTS = ("side", "kind", "choice")
_FLOATS = ("foil", "foil_distance", "repeats", "rt_ms", "hidden_ms")


def compact_trials(session: Session, study_id: int) -> pd.DataFrame:
    """The same answers as `study.trial.trials.trials`, with numbers for questions, images and foils.

    Findings need no names of those, and reading them would take most of the time. `foil` and `repeats`
    are NaN where there is none; participants' codes, sides, kinds, choices and labels are categories.

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
    columns = _columns(session.execute(query).all(), len(_COLUMNS))
    table = pd.DataFrame(
        {name: _typed(name, column) for name, column in zip(_COLUMNS, columns, strict=True)}, copy=False
    )
    names = sorted(people.values())
    place = {number: names.index(code) for number, code in people.items()}
    at = [place[number] for number in columns[1]]
    table["participant"] = pd.Categorical.from_codes(at, pd.Index(names))
    return _labelled(session, table, label_set_id)


def _typed(name: str, values: Sequence[Any]) -> Any:
    """A column in its own type at once: guessing types takes longer than the query."""
    if name in _TEXTS:
        return pd.Categorical(np.array(values, dtype=object))
    return np.array(values, dtype=np.float64 if name in _FLOATS else np.int64)


def _people(session: Session, study_id: int) -> dict[int, str]:
    people = select(Participant.id, Participant.code).where(
        Participant.study_id == study_id, Participant.erased_at.is_(None)
    )
    return {row.id: row.code for row in session.execute(people)}


def _columns(rows: Sequence[Any], width: int) -> list[Sequence[Any]]:
    return list(zip(*rows, strict=True)) if rows else [()] * width


def _labelled(session: Session, table: pd.DataFrame, label_set_id: int) -> pd.DataFrame:
    """With hard_label, subset, margin and entropy of each image; answers about others are left out."""
    images = table["image"].unique().tolist()
    found: list[Any] = []
    for start in range(0, len(images), 10_000):
        some = images[start : start + 10_000]
        query = select(*_LABELS).where(Label.label_set_id == label_set_id, Label.image_id.in_(some))
        found += session.execute(query).all()
    names = ["image", "hard_label", "subset", "margin", "entropy"]
    labels = pd.DataFrame(dict(zip(names, _columns(found, len(names)), strict=True))).set_index("image")
    at = labels.index.get_indexer(pd.Index(table["image"]))
    table, at = table[at >= 0].reset_index(drop=True), at[at >= 0]
    for name in ("hard_label", "subset"):
        table[name] = labels[name].astype("category").array[at]
    for name in ("margin", "entropy"):
        table[name] = np.asarray(labels[name], dtype=float)[at]
    return table
