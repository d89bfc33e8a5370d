"""A study's planned questions: checked, and put into the database."""

import base64
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from db.tables import Image, Label, LabelSet, Participant, Question, Study
from study.errors import StudyError

_CHUNK = 20_000
# The table itself: the rows need nothing of what an object would bring.
_TABLE: Any = Question.__table__


def check_plan(questions: pd.DataFrame) -> None:
    """Refuse a plan (the `questions` contract) that a study cannot be made of.

    Raises:
        StudyError: it is empty, has a question twice, or gaps in a participant's positions.
    """
    if questions.empty:
        raise StudyError("the plan holds no questions")
    again = questions["question"].duplicated()
    if again.any():
        raise StudyError(f"the plan holds question {questions['question'][again].iloc[0]!r} twice")
    for participant, positions in questions.groupby("participant")["position"]:
        if sorted(positions) != list(range(1, len(positions) + 1)):
            raise StudyError(f"the positions of {participant} are not 1 to {len(positions)} without gaps")


def store_questions(
    session: Session,
    study: Study,
    label_set: LabelSet | None,
    questions: pd.DataFrame,
    rng: np.random.Generator,
) -> None:
    """Add the participants and questions of a checked plan to a study.

    Without a label set the study is an annotation task, and the images are those of its dataset.

    Raises:
        StudyError: an image is not there (or has no label in the label set), or a repeat has no original.
    """
    people = _add_participants(session, study, questions)
    images = _known_images(session, study, label_set, questions)
    ids: dict[str, int] = {}
    waiting = questions.sort_values(["participant", "position"])
    # Originals first, so that every repeat knows its original's id.
    while True:
        ready = waiting["repeats"].isna() | waiting["repeats"].isin(list(ids))
        if not ready.any():
            name = waiting["question"].iloc[0]
            raise StudyError(f"question {name!r} repeats a question that is not planned")
        part, waiting = waiting[ready], waiting[~ready]
        public = _public_ids(len(part), rng)
        for start in range(0, len(part), _CHUNK):
            rows = _rows(part.iloc[start : start + _CHUNK], study.id, people, images, ids)
            named = zip(rows, public[start : start + _CHUNK], strict=True)
            session.execute(insert(_TABLE), [row | {"public_id": name} for row, name in named])
        if waiting.empty:
            return
        stored = select(Question.public_id, Question.id).where(Question.study_id == study.id)
        by_public: dict[str, int] = {row[0]: row[1] for row in session.execute(stored)}
        ids |= {name: by_public[one] for name, one in zip(part["question"], public, strict=True)}


def _public_ids(count: int, rng: np.random.Generator) -> list[str]:
    """So many names of 120 random bits each: they tell nothing about a question, and nobody guesses one."""
    # 15 bytes are 20 characters of base64 without padding, so that all are drawn and written at once.
    text = base64.urlsafe_b64encode(rng.bytes(15 * count)).decode()
    return [text[start : start + 20] for start in range(0, 20 * count, 20)]


def _rows(
    part: pd.DataFrame,
    study_id: int,
    people: Mapping[str, int],
    images: Mapping[str, int],
    ids: Mapping[str, int],
) -> list[dict[str, Any]]:
    known = part.astype(object).where(part.notna(), None)
    columns = {
        "participant_id": [people[code] for code in known["participant"]],
        "position": [int(one) for one in known["position"]],
        "experiment": [None if one is None else int(one) for one in known["experiment"]],
        "image_id": [images[name] for name in known["image"]],
        "foil_image_id": [None if name is None else images[name] for name in known["foil"]],
        "foil_distance": known["foil_distance"],
        "side": known["side"],
        "kind": known["kind"],
        "repeats_id": [None if name is None else ids[name] for name in known["repeats"]],
    }
    rows = (dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True))
    return [{"study_id": study_id, **row} for row in rows]


def _add_participants(session: Session, study: Study, questions: pd.DataFrame) -> dict[str, int]:
    people = [
        Participant(study_id=study.id, code=str(code), simulated=study.simulated)
        for code in sorted(questions["participant"].unique())
    ]
    session.add_all(people)
    session.flush()
    return {person.code: person.id for person in people}


def _known_images(
    session: Session, study: Study, label_set: LabelSet | None, questions: pd.DataFrame
) -> dict[str, int]:
    query = select(Image.name, Image.id)
    if label_set is None:
        query, lacking = query.where(Image.dataset_id == study.dataset_id), "are not in the dataset"
    else:
        query = query.join(Label).where(
            Label.label_set_id == label_set.id, Image.dataset_id == label_set.dataset_id
        )
        lacking = f"have no label in {label_set.name!r}"
    named = sorted({*questions["image"], *questions["foil"].dropna()})
    known: dict[str, int] = {}
    for start in range(0, len(named), _CHUNK):
        found = session.execute(query.where(Image.name.in_(named[start : start + _CHUNK])))
        known |= {row[0]: row[1] for row in found}
    absent = [str(name) for name in named if name not in known]
    if absent:
        raise StudyError(f"{len(absent)} images of the plan {lacking}: {', '.join(absent[:5])}")
    return known
