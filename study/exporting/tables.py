"""The tables of an export, without anything that names a person or says when they were at the screen."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from db.tables import Answer, AnswerEvent, Image, Label, Participant, QualificationAnswer, Question, Study
from study.exporting.cells import plain
from study.plans import frozen
from study.trial.trials import option_order

DECIMALS = 1
"""Of seconds since a participant's first answer: enough for any analysis of breaks, too few to find the
request in a server's log.
"""
SAFE = ("choice", "rt_ms", "hidden_ms", "input", "status")
"""What an event's payload may tell: no key, no clock, and nothing that is added to payloads later."""


@dataclass(frozen=True)
class Options:
    """Are participants' codes drawn anew? Is what they said of themselves (`demographics`) included?

    A code is a place in the plan, and who took it stands in no export. Codes are kept unless asked, so that
    the export can be checked against the report and the preregistration, and a person's rows be taken out of
    a published data set when they ask. Redrawn codes are for people who know one another's.
    """

    redraw_codes: bool = False
    demographics: bool = False


def export_tables(
    session: Session, study: Study, options: Options, rng: np.random.Generator
) -> dict[str, pd.DataFrame]:
    """Questions, answers, participants, events, labels, and qualification where there is any.

    Erased participants are in none of them. `rng` draws the new codes, S01 and on, where they are asked
    for; questions are numbered anew in either case.
    """
    people = _people(session, study.id)
    codes = _codes(people, options.redraw_codes, rng)
    asked = _asked(session, study.id, codes)
    began = _began(session, people)
    events = _events(session, people, codes, asked, began)
    answers = _answers(asked, began)
    tables = {
        "answers": answers,
        "questions": _questions(asked),
        "participants": _participants(people, codes, asked, answers, options.demographics),
        "events": events,
        "labels": _labels(session, study, asked),
        "qualification": _qualification(session, people, codes),
    }
    return {name: table for name, table in tables.items() if not table.empty or name in ("answers", "events")}


def _people(session: Session, study_id: int) -> list[Participant]:
    query = select(Participant).where(
        Participant.study_id == frozen(study_id), Participant.erased_at.is_(None)
    )
    return list(session.scalars(query.order_by(Participant.code)))


def _codes(people: list[Participant], redraw: bool, rng: np.random.Generator) -> dict[int, str]:
    """The code of each participant's id in the export."""
    if not redraw:
        return {person.id: person.code for person in people}
    digits = max(2, len(str(len(people))))
    places = rng.permutation(len(people)) + 1
    return {person.id: f"S{place:0{digits}}" for person, place in zip(people, places, strict=True)}


def _asked(session: Session, study_id: int, codes: Mapping[int, str]) -> pd.DataFrame:
    """Every question of the participants with its answer, in order of the new codes, numbered anew."""
    foil = aliased(Image)
    columns: dict[str, Any] = {
        "id": Question.id,
        "person": Question.participant_id,
        "position": Question.position,
        "experiment": Question.experiment,
        "image": Image.name,
        "image_id": Question.image_id,
        "foil": foil.name,
        "foil_id": Question.foil_image_id,
        "foil_distance": Question.foil_distance,
        "side": Question.side,
        "kind": Question.kind,
        "repeats_id": Question.repeats_id,
        "choice": Answer.choice,
        "correct": Answer.correct,
        "response": Answer.response,
        "rt_ms": Answer.rt_ms,
        "hidden_ms": Answer.hidden_ms,
        "answered_at": Answer.answered_at,
    }
    query = (
        select(*columns.values())
        .select_from(Question)
        .join(Image, Image.id == Question.image_id)
        .outerjoin(foil, foil.id == Question.foil_image_id)
        .outerjoin(Answer, Answer.question_id == Question.id)
        .where(Question.study_id == frozen(study_id))
    )
    frame = pd.DataFrame([tuple(row) for row in session.execute(query)], columns=list(columns))
    frame = frame[frame["person"].isin(list(codes))]
    frame["participant"] = frame["person"].map(dict(codes)).astype("str")
    frame = frame.sort_values(["participant", "position"], ignore_index=True)
    digits = max(4, len(str(len(frame))))
    frame["question"] = [f"q{number:0{digits}}" for number in range(1, len(frame) + 1)]
    # A question of an erased participant is not there to be repeated.
    frame["repeats"] = frame["repeats_id"].map(dict(zip(frame["id"], frame["question"], strict=True)))
    frame["answered_at"] = pd.to_datetime(frame["answered_at"], utc=True)
    return frame.astype({"experiment": "Int64", "foil_distance": "float64", "correct": "boolean"})


def _began(session: Session, people: list[Participant]) -> dict[int, pd.Timestamp]:
    """When each participant's first post came."""
    found: dict[int, pd.Timestamp] = {}
    for person in people:
        first = select(AnswerEvent.at).where(AnswerEvent.participant_id == person.id).order_by(AnswerEvent.at)
        at = session.scalar(first.limit(1))
        if at is not None:
            found[person.id] = pd.Timestamp(at)
    return found


def _seconds(at: pd.Series, person: pd.Series, began: Mapping[int, pd.Timestamp]) -> pd.Series:
    first = pd.to_datetime(person.map(dict(began)), utc=True)
    return (pd.to_datetime(at, utc=True) - first).dt.total_seconds().round(DECIMALS)


def _answers(asked: pd.DataFrame, began: dict[int, pd.Timestamp]) -> pd.DataFrame:
    given = asked[asked["answered_at"].notna()].reset_index(drop=True)
    for person, at in given.groupby("person")["answered_at"].min().items():
        began.setdefault(int(str(person)), at)
    given["answered_s"] = _seconds(given["answered_at"], given["person"], began)
    columns = ["question", "participant", "position", "experiment", "image", "kind", "choice", "correct"]
    if given["response"].notna().any():
        given["response"] = [None if one is None else json.dumps(one) for one in given["response"]]
        columns.append("response")
    return given[[*columns, "rt_ms", "hidden_ms", "answered_s"]]


def _questions(asked: pd.DataFrame) -> pd.DataFrame:
    shown = asked.copy()
    known = shown["experiment"].notna()
    shown["option_order"] = option_order(shown[known]).reindex(shown.index)
    columns = ["question", "participant", "position", "experiment", "image", "foil", "foil_distance", "side"]
    return shown[[*columns, "option_order", "kind", "repeats"]]


def _participants(
    people: list[Participant],
    codes: Mapping[int, str],
    asked: pd.DataFrame,
    answers: pd.DataFrame,
    demographics: bool,
) -> pd.DataFrame:
    planned = asked.groupby("participant").size()
    given = answers.groupby("participant")["answered_s"].agg(["size", "min", "max"])
    rows = []
    for person in people:
        code = codes[person.id]
        answered = int(given["size"].get(code, 0))
        span = float(given["max"][code] - given["min"][code]) if answered else None
        row: dict[str, Any] = {
            "participant": code,
            "simulated": person.simulated,
            "status": _status(person, answered),
            "consent_version": person.consent_version,
            "questions": int(planned.get(code, 0)),
            "answers": answered,
            "span_s": None if span is None else round(span, DECIMALS),
            "replaces": codes.get(person.replaces_id or -1),
        }
        said = person.demographics if demographics and person.demographics else {}
        rows.append(row | {f"demographic_{key}": plain(value) for key, value in said.items()})
    return pd.DataFrame(rows).sort_values("participant", ignore_index=True) if rows else pd.DataFrame()


def _status(person: Participant, answered: int) -> str:
    ends = {
        "withdrawn": person.withdrawn_at,
        "disqualified": person.disqualified_at,
        "replaced": person.replaced_at,
        "done": person.finished_at,
        "declined": person.declined_at,
    }
    reached = [name for name, at in ends.items() if at is not None]
    return reached[0] if reached else "began" if answered else "not begun"


def _events(
    session: Session,
    people: list[Participant],
    codes: Mapping[int, str],
    asked: pd.DataFrame,
    began: Mapping[int, pd.Timestamp],
) -> pd.DataFrame:
    named = dict(zip(asked["id"], asked["question"], strict=True))
    columns = ["participant", "order", "question", "event", "at_s", *SAFE]
    rows = []
    for person in people:
        query = select(AnswerEvent.question_id, AnswerEvent.event, AnswerEvent.at, AnswerEvent.payload)
        found = session.execute(query.where(AnswerEvent.participant_id == person.id).order_by(AnswerEvent.id))
        for order, (question, event, at, payload) in enumerate(found, 1):
            seconds = (pd.Timestamp(at) - began[person.id]).total_seconds()
            safe = [_flat(payload.get(name)) for name in SAFE]
            rows.append(
                (codes[person.id], order, named.get(question), event, round(seconds, DECIMALS), *safe)
            )
    frame = pd.DataFrame(rows, columns=columns).rename(columns={"choice": "pressed", "status": "refusal"})
    return frame.sort_values(["participant", "order"], ignore_index=True)


def _flat(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, (dict, list)) else value


def _labels(session: Session, study: Study, asked: pd.DataFrame) -> pd.DataFrame:
    """The labels of every image that was shown, as they were shown; empty without a label set."""
    shown = set(asked["image_id"]) | set(asked["foil_id"].dropna().astype(int))
    if study.label_set_id is None or not shown:
        return pd.DataFrame()
    left_out = ("id", "label_set_id", "image_id", "action_units")
    columns = [one for one in Label.__table__.columns if one.name not in left_out]
    query = (
        select(Image.id, Image.name, Label.action_units, *columns)
        .join(Label, Label.image_id == Image.id)
        .where(Label.label_set_id == study.label_set_id)
        .order_by(Image.name)
    )
    names = ["id", "image", "units", *(one.name for one in columns)]
    frame = pd.DataFrame([tuple(row) for row in session.execute(query)], columns=names)
    frame = frame[frame["id"].isin(shown)].reset_index(drop=True)
    units = pd.DataFrame([one or {} for one in frame["units"]], index=frame.index)
    units = units.rename(columns=lambda name: str(name) if str(name).startswith("aup_") else f"aup_{name}")
    frame = pd.concat([frame.drop(columns=["id", "units"]), units], axis=1)
    return frame.dropna(axis=1, how="all")


def _qualification(session: Session, people: list[Participant], codes: Mapping[int, str]) -> pd.DataFrame:
    one = QualificationAnswer
    query = (
        select(one.participant_id, one.attempt, one.position, Image.name, one.label, one.correct, one.rt_ms)
        .join(Image, Image.id == one.image_id)
        .where(one.participant_id.in_([person.id for person in people]))
        .order_by(one.participant_id, one.attempt, one.position)
    )
    columns = ["participant", "attempt", "position", "image", "label", "correct", "rt_ms"]
    frame = pd.DataFrame([tuple(row) for row in session.execute(query)], columns=columns)
    frame["participant"] = frame["participant"].map(dict(codes))
    return frame.sort_values(["participant", "attempt", "position"], ignore_index=True)
