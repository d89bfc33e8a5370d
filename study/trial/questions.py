"""A study's planned questions: checked, and put into the database."""

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import bindparam, insert, select
from sqlalchemy.orm import Session

from db.tables import Image, Label, LabelSet, Participant, Question, Study
from study.errors import StudyError

_CHUNK = 20_000
# The table itself: the rows need nothing of what an object would bring.
_TABLE: Any = Question.__table__
_ORIGINAL = "original"
_stored: Any = _TABLE.alias()
_number = select(_stored.c.id).where(_stored.c.public_id == bindparam(_ORIGINAL)).scalar_subquery()
_INSERT_REPEATS = insert(_TABLE).values(repeats_id=_number)


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


@dataclass(frozen=True)
class PlannedQuestions:
    """A checked plan on its way into the database; `table` is in the order in which it is stored.

    table: the `questions` contract, originals before their repeats, with `public_id` and, of a repeat,
    `original`, the public id of what it repeats. images: the numbers of those that are asked about.
    """

    study_id: int
    table: pd.DataFrame
    images: Mapping[str, int]

    @property
    def claim(self) -> str:
        """The public id of the question that is stored first: while it is there, so is what followed it."""
        return str(self.table["public_id"].iloc[0])

    def parts(self, size: int) -> Iterator[pd.DataFrame]:
        """The table, so many questions at a time."""
        return (self.table.iloc[start : start + size] for start in range(0, len(self.table), size))

    def rows(self, part: pd.DataFrame, people: Mapping[str, int]) -> list[dict[str, Any]]:
        """Rows of `question` for a part of the table; `people` are the participants' numbers by code."""
        known = part.astype(object).where(part.notna(), None)
        columns = {
            "public_id": known["public_id"],
            "participant_id": [people[code] for code in known["participant"]],
            "position": [int(one) for one in known["position"]],
            "experiment": [None if one is None else int(one) for one in known["experiment"]],
            "image_id": [self.images[name] for name in known["image"]],
            "foil_image_id": [None if name is None else self.images[name] for name in known["foil"]],
            "foil_distance": known["foil_distance"],
            "side": known["side"],
            "kind": known["kind"],
            _ORIGINAL: known["original"],
        }
        rows = (dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True))
        return [{"study_id": self.study_id, **row} for row in rows]


def plan_rows(
    session: Session,
    study: Study,
    label_set: LabelSet | None,
    questions: pd.DataFrame,
    rng: np.random.Generator,
) -> PlannedQuestions:
    """Make the questions of a checked plan ready to be stored; nothing is.

    Without a label set the study is an annotation task, and the images are those of its dataset. `rng` draws
    the public ids.

    Raises:
        StudyError: an image is not there (or has no label in the label set), or a repeat has no original.
    """
    images = _known_images(session, study, label_set, questions)
    public: dict[str, str] = {}
    waiting, parts = questions.sort_values(["participant", "position"]), []
    while not waiting.empty:
        ready = waiting["repeats"].isna() | waiting["repeats"].isin(list(public))
        if not ready.any():
            name = waiting["question"].iloc[0]
            raise StudyError(f"question {name!r} repeats a question that is not planned")
        part, waiting = waiting[ready], waiting[~ready]
        part = part.assign(public_id=_public_ids(len(part), rng), original=part["repeats"].map(public))
        public |= dict(zip(part["question"], part["public_id"], strict=True))
        parts.append(part)
    return PlannedQuestions(study.id, pd.concat(parts), images)


def store_questions(
    session: Session,
    study: Study,
    label_set: LabelSet | None,
    questions: pd.DataFrame,
    rng: np.random.Generator,
) -> None:
    """Add the participants and questions of a checked plan to a study, in the session's one transaction.

    Raises:
        StudyError: as `plan_rows`.
    """
    planned = plan_rows(session, study, label_set, questions, rng)
    people = add_participants(session, study, planned)
    for part in planned.parts(_CHUNK):
        insert_rows(session, planned.rows(part, people))


def add_participants(session: Session, study: Study, planned: PlannedQuestions) -> dict[str, int]:
    """Add the places of a plan to its study; their numbers by code."""
    people = [
        Participant(study_id=study.id, code=str(code), simulated=study.simulated)
        for code in sorted(planned.table["participant"].unique())
    ]
    session.add_all(people)
    session.flush()
    return {person.code: person.id for person in people}


def insert_rows(session: Session, rows: list[dict[str, Any]]) -> None:
    """Store some rows of a plan; the originals of repeats are among them or there already."""
    if any(row[_ORIGINAL] is not None for row in rows):
        session.execute(_INSERT_REPEATS, rows)
    else:
        session.execute(insert(_TABLE), [{k: v for k, v in row.items() if k != _ORIGINAL} for row in rows])


def _public_ids(count: int, rng: np.random.Generator) -> list[str]:
    """So many names of 120 random bits each: they tell nothing about a question, and nobody guesses one."""
    # 15 bytes are 20 characters of base64 without padding, so that all are drawn and written at once.
    text = base64.urlsafe_b64encode(rng.bytes(15 * count)).decode()
    return [text[start : start + 20] for start in range(0, 20 * count, 20)]


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
