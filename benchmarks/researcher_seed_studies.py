"""The studies of the benchmark's database: a large one that is closed, one that is open, one to annotate."""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from benchmarks.seed_rows import NOW, insert, moment
from study.annotation.design import AnnotationDesign
from study.design.design import Design

OPEN_DAYS = 10
_LABELS = ("Neutral", "Happy", "Sad", "Surprise", "Fear", "Disgust", "Anger", "Contempt", "Uncertain")
_QUESTION = (
    "id, public_id, study_id, participant_id, position, experiment, image_id, foil_image_id, foil_distance, "
    "side, kind"
)
_ANSWER = (
    "id, question_id, participant_id, position, choice, response, correct, rt_ms, hidden_ms, answered_at, key"
)


@dataclass(frozen=True)
class Seeded:
    """One study: how many people have how many questions each, of which they answered `answered`."""

    study_id: int
    name: str
    title: str
    kind: str
    state: str
    simulated: bool
    people: int
    questions: int
    answered: int
    began: datetime
    seconds: float
    """From one answer of a participant to the next."""

    def design(self) -> Mapping[str, Any]:
        """The design, as far as pages read it."""
        if self.kind == "annotation":
            task = AnnotationDesign(name=self.name, title=self.title, participants=self.people)
            return task.to_dict()
        return Design(name=self.name, title=self.title, participants=self.people).to_dict()


def seed_studies(
    raw: sqlite3.Connection, images: int, participants: int, answers: int, rng: np.random.Generator
) -> None:
    """Put the three studies in.

    The closed one has all `answers` of `participants`, the others a tenth as many people with half as many
    questions each, half of them answered.
    """
    few, each = max(participants // 10, 3), answers // participants
    some = max(each // 2, 2)
    lately, pace = datetime.now(UTC) - timedelta(days=OPEN_DAYS), OPEN_DAYS * 86_400 / some
    experiments = ("experiments", "closed", True, participants, each, each, NOW, 3.0)
    half_way = ("experiments", "open", False, few, some, some // 2, lately, pace)
    task = ("annotation", "open", False, few, some, some // 2, lately, pace)
    for study in (
        Seeded(1, "large", "A large study", *experiments),
        Seeded(2, "open", "A study half way", *half_way),
        Seeded(3, "labels", "What do these faces show?", *task),
    ):
        _store(raw, study, images, rng)


def _store(raw: sqlite3.Connection, study: Seeded, images: int, rng: np.random.Generator) -> None:
    began, closed = moment(study.began), study.state == "closed"
    last = max(study.began + timedelta(days=3 * OPEN_DAYS), NOW)
    row = (study.study_id, study.name, study.title, study.kind, study.state, study.simulated)
    of = (1, None) if study.kind == "experiments" else (None, 1)
    times = (began, began, began, began if closed else None, moment(last))
    insert(
        raw,
        "study",
        "id, name, title, kind, state, simulated, design, label_set_id, dataset_id, seed, consent_text, "
        "created_at, frozen_at, opened_at, closed_at, deadline",
        [(*row, json.dumps(study.design()), *of, 0, "", *times)],
    )
    first = _next(raw, "participant")
    ended = began if closed else None
    people = [
        (first + n, study.study_id, f"P{n + 1:03d}", study.simulated, began, ended)
        for n in range(study.people)
    ]
    insert(raw, "participant", "id, study_id, code, simulated, consented_at, finished_at", people)
    _questions(raw, study, first, images, rng)


def _questions(
    raw: sqlite3.Connection, study: Seeded, first: int, images: int, rng: np.random.Generator
) -> None:
    total, start = study.people * study.questions, _next(raw, "question")
    image, foil = rng.integers(1, images + 1, (2, total))
    if study.kind == "annotation":
        # Of a task's images each is labelled by several, by nobody twice.
        pool = max(images // 200, study.questions)
        image = np.concatenate([1 + rng.permutation(pool)[: study.questions] for _ in range(study.people)])
    left, choice = rng.random(total) < 0.5, rng.random(total)
    times = rng.lognormal(7.7, 0.5, total).round(1)
    annotated = study.kind == "annotation"

    def questions() -> Iterator[Sequence[Any]]:
        for at in range(total):
            person, position = first + at // study.questions, at % study.questions + 1
            experiment = None if annotated else 1 + at % 2
            other = (int(foil[at]), 0.4) if experiment == 2 else (None, None)
            side = "left" if annotated or left[at] else "right"
            head = (start + at, f"q{start + at:07d}", study.study_id, person, position)
            yield *head, experiment, int(image[at]), *other, side, "first"

    def given() -> Iterator[Sequence[Any]]:
        number = _next(raw, "answer")
        for at in range(total):
            position = at % study.questions + 1
            if position > study.answered:
                continue
            said = _said(float(choice[at]), at % 2 == 0, annotated)
            when = moment(study.began + timedelta(seconds=study.seconds * position))
            person = first + at // study.questions
            yield number, start + at, person, position, *said, float(times[at]), 0.0, when, f"k{number:07d}"
            number += 1

    insert(raw, "question", _QUESTION, questions(), total)
    insert(raw, "answer", _ANSWER, given(), study.people * study.answered)


def _said(share: float, first: bool, annotated: bool) -> tuple[str | None, str | None, int | None]:
    """An answer's choice, response and whether it is right."""
    if annotated:
        return None, json.dumps({"label": _LABELS[int(share * len(_LABELS))]}), None
    if first:
        return ("soft" if share < 0.65 else "hard" if share < 0.87 else "both"), None, None
    return ("own", None, 1) if share < 0.81 else ("foil", None, 0)


def _next(raw: sqlite3.Connection, table: str) -> int:
    return int(raw.execute(f"SELECT coalesce(max(id), 0) + 1 FROM {table}").fetchone()[0])
