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
    while not waiting.empty:
        ready = waiting["repeats"].isna() | waiting["repeats"].isin(list(ids))
        if not ready.any():
            name = waiting["question"].iloc[0]
            raise StudyError(f"question {name!r} repeats a question that is not planned")
        plain = waiting[ready].astype(object)
        records = plain.where(plain.notna(), None).to_dict("records")
        rows = [_row(record, study.id, people, images, ids, rng) for record in records]
        for start in range(0, len(rows), _CHUNK):
            session.execute(insert(Question), rows[start : start + _CHUNK])
        stored = select(Question.public_id, Question.id).where(Question.study_id == study.id)
        by_public: dict[str, int] = {row[0]: row[1] for row in session.execute(stored)}
        for record, row in zip(records, rows, strict=True):
            ids[record["question"]] = by_public[row["public_id"]]
        waiting = waiting[~ready]


def _row(
    record: Mapping[Any, Any],
    study_id: int,
    people: Mapping[str, int],
    images: Mapping[str, int],
    ids: Mapping[str, int],
    rng: np.random.Generator,
) -> dict[str, Any]:
    foil, repeats = record["foil"], record["repeats"]
    return {
        "public_id": base64.urlsafe_b64encode(rng.bytes(15)).decode(),
        "study_id": study_id,
        "participant_id": people[record["participant"]],
        "position": int(record["position"]),
        "experiment": None if record["experiment"] is None else int(record["experiment"]),
        "image_id": images[record["image"]],
        "foil_image_id": None if foil is None else images[foil],
        "foil_distance": None if foil is None else record["foil_distance"],
        "side": record["side"],
        "kind": record["kind"],
        "repeats_id": None if repeats is None else ids[repeats],
    }


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
        query = query.join(Label).where(Label.label_set_id == label_set.id)
        lacking = f"have no label in {label_set.name!r}"
    known: dict[str, int] = {row[0]: row[1] for row in session.execute(query)}
    named = set(questions["image"]) | set(questions["foil"].dropna())
    absent = sorted(str(name) for name in named if name not in known)
    if absent:
        raise StudyError(f"{len(absent)} images of the plan {lacking}: {', '.join(absent[:5])}")
    return known
