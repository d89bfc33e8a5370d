"""Does a study's data agree with its preregistration? Everything is compared again, from the database."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.tables import Answer, LabelSet, Participant, Question, Study
from study.design.design import Design
from study.errors import NotFoundError
from study.field.replacement import problems as replacement_problems
from study.images.catalog import label_frame
from study.images.imports import fingerprint
from study.plans import frozen
from study.preregistration.bundle import Bundle
from study.stages.consent import consent_version
from study.trial.trials import questions_frame

SHOWN = 20
_PLANNED = ("experiment", "image", "foil", "side", "kind", "repeats")
_OPTIONS = {1: ("soft", "hard", "both", "none"), 2: ("own", "foil")}


@dataclass(frozen=True)
class Verification:
    """What was compared: differences speak against the data, remarks only tell."""

    study: str
    questions: int
    answers: int
    differences: tuple[str, ...]
    remarks: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing differs."""
        return not self.differences


def verify(session: Session, bundle: Bundle) -> Verification:
    """Compare the study that a preregistration names with it.

    Raises:
        NotFoundError: there is no study of that name.
    """
    name = bundle.design.name
    study = session.scalar(select(Study).where(Study.name == name))
    if study is None:
        raise NotFoundError(f"there is no study {name!r} in this database")
    people = list(
        session.scalars(
            select(Participant).where(Participant.study_id == frozen(study.id)).order_by(Participant.code)
        )
    )
    answers = _answers(session, study.id)
    differences = [
        *_registration(study, bundle),
        *_labels(session, study, bundle),
        *_participants(people, bundle),
        *_questions(session, study, people, bundle),
        *replacement_problems(session, study.id),
        *_answering(answers),
        *_consents(study, people, answers),
    ]
    planned = len(bundle.questions)
    return Verification(name, planned, len(answers), tuple(differences), tuple(_remarks(study, people)))


def _registration(study: Study, bundle: Bundle) -> Iterator[str]:
    if study.frozen_at is None:
        yield "the study is a draft: it was never frozen"
        return
    if study.preregistration != bundle.sha256:
        yield (
            f"the study was frozen with another preregistration: its SHA-256 is {study.preregistration}, and"
            f" this file's is {bundle.sha256}"
        )
    mine, theirs = Design.from_dict(study.design).to_dict(), bundle.design.to_dict()
    for key in mine:
        if mine[key] != theirs[key]:
            yield f"design: {key} was {_short(theirs[key])} and is {_short(mine[key])}"
    if study.seed != bundle.design.seed:
        yield f"the study's seed is {study.seed}, and {bundle.design.seed} is registered"
    if study.consent_text != bundle.design.texts.consent:
        yield "the consent text is not the registered one"


def _labels(session: Session, study: Study, bundle: Bundle) -> Iterator[str]:
    registered = bundle.facts["label_set"]
    label_set = None if study.label_set_id is None else session.get(LabelSet, study.label_set_id)
    if label_set is None:
        yield "the study has no label set"
        return
    if label_set.name != registered.get("name"):
        yield f"the label set is {label_set.name!r}, and {registered.get('name')!r} is registered"
    if label_set.fingerprint != registered.get("fingerprint"):
        yield f"the label set's fingerprint is {label_set.fingerprint}, not {registered.get('fingerprint')}"
    if fingerprint(label_frame(session, label_set.id)) != registered.get("fingerprint"):
        yield f"the labels of {label_set.name!r} were changed after they were imported"


def _participants(people: list[Participant], bundle: Bundle) -> Iterator[str]:
    planned = set(bundle.questions["participant"])
    there = {person.code for person in people if person.replaces_id is None}
    for code in sorted(planned - there):
        yield f"{code} is planned and not in the study"
    for code in sorted(there - planned):
        yield f"{code} is in the study, not planned, and replaces nobody"


def _questions(session: Session, study: Study, people: list[Participant], bundle: Bundle) -> Iterator[str]:
    """Compare every question of the planned participants: all that its row says."""
    planned = {person.code for person in people if person.replaces_id is None}
    stored = questions_frame(session, study.id)
    named = _by_place(stored)
    stored = stored.assign(repeats=stored["repeats"].map(named), question=stored["question"].map(named))
    stored = stored[stored["participant"].isin(planned)]
    due = bundle.questions.assign(repeats=bundle.questions["repeats"].map(_by_place(bundle.questions)))
    both = due.merge(
        stored, on=["participant", "position"], how="outer", suffixes=("", "_now"), indicator=True
    )
    found = [_told(row) for row in both[_differs(both)].to_dict("records")]
    yield from found[:SHOWN]
    if len(found) > SHOWN:
        yield f"and {len(found) - SHOWN:,} more questions that differ"


def _by_place(questions: pd.DataFrame) -> dict[str, str]:
    """A name for each question that the plan and the database share: participant and position."""
    places = questions["participant"].astype(str) + "/" + questions["position"].astype(str)
    return dict(zip(questions["question"], places, strict=True))


def _differs(both: pd.DataFrame) -> "pd.Series[bool]":
    differs = both["_merge"] != "both"
    for key in _PLANNED:
        differs |= both[key].astype(object).fillna("") != both[f"{key}_now"].astype(object).fillna("")
    away = (both["foil_distance"].fillna(-1) - both["foil_distance_now"].fillna(-1)).abs()
    return differs | (away > 1e-9)


def _told(row: dict[Any, Any]) -> str:
    place = f"question {row['position']} of {row['participant']}"
    if row["_merge"] == "left_only":
        return f"{place} is planned and not in the study"
    if row["_merge"] == "right_only":
        return f"{place} is in the study and not planned"
    keys = [key for key in _PLANNED if _plain(row[key]) != _plain(row[f"{key}_now"])] or ["foil_distance"]
    parts = [f"{key} was {_plain(row[key])} and is {_plain(row[f'{key}_now'])}" for key in keys]
    return f"{place}: {', '.join(parts)}"


def _plain(value: Any) -> Any:
    return "nothing" if value is None or value != value or value is pd.NA else value


def _answers(session: Session, study_id: int) -> pd.DataFrame:
    """The answers of a study's participants, each with its question's place."""
    columns = {
        "code": Participant.code,
        "participant": Answer.participant_id,
        "position": Answer.position,
        "choice": Answer.choice,
        "correct": Answer.correct,
        "answered_at": Answer.answered_at,
        "planned_participant": Question.participant_id,
        "planned_position": Question.position,
        "experiment": Question.experiment,
        "study": Question.study_id,
    }
    query = (
        select(*columns.values())
        .select_from(Answer)
        .join(Participant, Participant.id == Answer.participant_id)
        .join(Question, Question.id == Answer.question_id)
        .where(Participant.study_id == study_id)
        .order_by(Participant.code, Answer.position)
    )
    frame = pd.DataFrame([tuple(row) for row in session.execute(query)], columns=list(columns))
    return frame.assign(other_study=frame["study"] != study_id)


def _answering(answers: pd.DataFrame) -> Iterator[str]:
    """Each answer belongs to its participant's question of that place; none is left out; times rise."""
    for code, rows in answers.groupby("code"):
        strange = (
            rows["other_study"]
            | (rows["participant"] != rows["planned_participant"])
            | (rows["position"] != rows["planned_position"])
        )
        if strange.any():
            yield f"{code}: {int(strange.sum())} answers are to questions that are not theirs at that place"
        if rows["position"].tolist() != list(range(1, len(rows) + 1)):
            yield f"{code}: the answers are not those of questions 1 to {len(rows)} in order"
        if not rows["answered_at"].is_monotonic_increasing:
            yield f"{code}: a later question was answered before an earlier one"
        wrong = [
            choice not in _OPTIONS.get(experiment, ())
            for choice, experiment in zip(rows["choice"], rows["experiment"], strict=True)
        ]
        if any(wrong):
            yield f"{code}: {sum(wrong)} answers are no answer of their experiment"
        second = rows[rows["experiment"] == 2]
        if ((second["choice"] == "own") != second["correct"].astype("boolean")).any():
            yield f"{code}: answers of Experiment 2 are marked right or wrong against their choice"


def _consents(study: Study, people: list[Participant], answers: pd.DataFrame) -> Iterator[str]:
    """People agree after the freezing, to the registered text, and before they answer."""
    first = answers.groupby("participant")["answered_at"].min() if len(answers) else pd.Series(dtype=object)
    agreed_text = consent_version(study.consent_text)
    for person in people:
        if person.simulated or person.erased_at is not None:
            continue
        began: datetime | None = first.get(person.id)
        if person.consented_at is None:
            if began is not None:
                yield f"{person.code} answered without having agreed"
            continue
        if study.frozen_at is not None and person.consented_at < study.frozen_at:
            yield f"{person.code} agreed at {person.consented_at}, before the freezing at {study.frozen_at}"
        if began is not None and began < person.consented_at:
            yield f"{person.code} answered at {began}, before agreeing at {person.consented_at}"
        if person.consent_version != agreed_text:
            yield f"{person.code} agreed to another consent text ({person.consent_version})"


def _remarks(study: Study, people: list[Participant]) -> Iterator[str]:
    codes = {person.id: person.code for person in people}
    for person in people:
        if person.erased_at is not None:
            yield f"{person.code} withdrew and was erased: no answer is left to check"
        elif person.withdrawn_at is not None:
            yield f"{person.code} stopped; the answers until then were checked"
        if person.replaces_id is not None:
            yield f"{person.code} answers what {codes.get(person.replaces_id, 'somebody')} left unanswered"
    if any(person.simulated for person in people):
        yield "participants are simulated: their times are made up and were not judged"
    if study.frozen_at is not None:
        yield f"frozen at {study.frozen_at:%Y-%m-%d %H:%M:%S} UTC"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}…"
