"""Freezing: the plan of a draft is made, preregistered and stored, and changes no more."""

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.session import Database
from db.tables import Dataset, Label, LabelSet, Study
from study.access.acts import Act
from study.access.audit import note
from study.design.design import Design
from study.errors import FrozenError, NotFoundError, StudyError
from study.images.eligible import study_labels
from study.images.feasibility import check_qualification
from study.planning.audit import Audit, audit
from study.planning.plan import Plan, plan
from study.preregistration.bundle import pack
from study.preregistration.contents import LabelSetFacts, contents
from study.trial.questions import PlannedQuestions, check_plan, plan_rows, store_questions
from study.trial.storing import clear_here, store_and_freeze

Say = Callable[[str], None]
FOLDER = "preregistrations"
STEPS = (
    "reading the label set",
    "planning",
    "auditing the plan",
    "letting simulated participants answer",
    "writing the preregistration",
    "storing the questions",
)
"""What `say` is told, in this order."""


@dataclass(frozen=True)
class Prepared:
    """A draft's plan and its preregistration, before anything is stored."""

    study_id: int
    design: Design
    label_set_id: int
    plan: Plan
    audit: Audit
    data: bytes

    @property
    def sha256(self) -> str:
        """The fingerprint of the preregistration."""
        return hashlib.sha256(self.data).hexdigest()


def freeze(
    database: Database,
    data_dir: Path,
    study_id: int,
    *,
    researcher_id: int | None = None,
    now: datetime,
    rng: np.random.Generator,
    say: Say = lambda _what: None,
) -> Prepared:
    """Freeze a draft; planning holds no lock, and storing holds one for moments (`study.trial.storing`).

    `say` is told what is being done. Raises as `prepare` and `seal`.
    """
    with database.session() as session:
        prepared = prepare(session, study_id, say)
        say(STEPS[-1])
        planned = _rows(session, prepared, rng)
    part = _written(data_dir, prepared)

    def mark(session: Session, study: Study) -> None:
        _mark(session, study, prepared, researcher_id, now)
        part.replace(_place(data_dir, study.name))

    try:
        store_and_freeze(database, planned, lambda session: _as_prepared(session, prepared), mark)
    finally:
        part.unlink(missing_ok=True)
    return prepared


def prepare(session: Session, study_id: int, say: Say = lambda _what: None) -> Prepared:
    """Make the plan and the preregistration of a draft; nothing is stored.

    Raises:
        NotFoundError: there is no such study.
        FrozenError: it is frozen.
        StudyError: its design cannot be met with its label set.
    """
    study = _draft(session, study_id)
    if study.label_set_id is None:
        raise StudyError(f"the study {study.name!r} has no label set: only experiments are planned")
    design = Design.from_dict(study.design)
    say("reading the label set")
    labels = study_labels(session, study.label_set_id, design)
    facts = _label_set(session, study.label_set_id)
    check_qualification(session, study.label_set_id, design)
    say("planning")
    planned = plan(labels, design, np.random.default_rng(design.seed))
    say("auditing the plan")
    audited = audit(planned.questions, design, planned.images)
    if not audited.passed:
        failed = "; ".join(f"{check.name} ({check.figure})" for check in audited.failed)
        raise StudyError(f"the plan of {design.name!r} does not keep what it promises: {failed}")
    data = pack(contents(planned, audited, facts, say))
    return Prepared(study_id, design, study.label_set_id, planned, audited, data)


def seal(
    session: Session,
    prepared: Prepared,
    data_dir: Path,
    *,
    researcher_id: int | None = None,
    now: datetime,
    rng: np.random.Generator,
) -> Path:
    """Store the questions, write the preregistration, and freeze the study; returns the file.

    `rng` draws the public ids, which tell nothing about the questions.

    Raises:
        FrozenError: the study is frozen.
        StudyError: the draft was changed since it was prepared.
    """
    study = _as_prepared(session, prepared)
    clear_here(session, study.id)
    check_plan(prepared.plan.questions)
    label_set = session.get_one(LabelSet, prepared.label_set_id)
    store_questions(session, study, label_set, prepared.plan.questions, rng)
    _mark(session, study, prepared, researcher_id, now)
    # Last, so that a study that is refused leaves no file; one whose transaction then fails is overwritten.
    return _written(data_dir, prepared).replace(_place(data_dir, study.name))


def preregistration_file(data_dir: Path, study: Study) -> Path:
    """Where a frozen study's preregistration lies.

    Raises:
        NotFoundError: the study has none, or its file is gone.
    """
    path = _place(data_dir, study.name)
    if study.preregistration is None:
        raise NotFoundError(f"the study {study.name!r} has no preregistration: it was not frozen here")
    if not path.is_file():
        raise NotFoundError(f"the preregistration {path} is gone: restore it from a backup")
    return path


def _rows(session: Session, prepared: Prepared, rng: np.random.Generator) -> PlannedQuestions:
    check_plan(prepared.plan.questions)
    study = session.get_one(Study, prepared.study_id)
    label_set = session.get_one(LabelSet, prepared.label_set_id)
    return plan_rows(session, study, label_set, prepared.plan.questions, rng)


def _mark(
    session: Session, study: Study, prepared: Prepared, researcher_id: int | None, now: datetime
) -> None:
    """Freeze the study, and note who did it."""
    study.frozen_at, study.preregistration = now, prepared.sha256
    detail = {"sha256": prepared.sha256, "questions": len(prepared.plan.questions)}
    note(session, researcher_id, Act.STUDY_FROZEN, study.name, detail, now=now)
    session.flush()


def _place(data_dir: Path, name: str) -> Path:
    return data_dir / FOLDER / f"{name}.zip"


def _written(data_dir: Path, prepared: Prepared) -> Path:
    """The preregistration on the disk, beside its place, where a rename puts it."""
    place = _place(data_dir, prepared.design.name)
    place.parent.mkdir(parents=True, exist_ok=True)
    part = place.with_name(f"{place.name}.part")
    with part.open("wb") as file:
        file.write(prepared.data)
        file.flush()
        os.fsync(file.fileno())
    return part


def _as_prepared(session: Session, prepared: Prepared) -> Study:
    """The draft, locked until the transaction ends, if it is still the one that was planned."""
    study = _draft(session, prepared.study_id, lock=True)
    if study.design != prepared.design.to_dict() or study.label_set_id != prepared.label_set_id:
        raise StudyError(f"the draft {study.name!r} was changed while it was planned: freeze it again")
    return study


def _draft(session: Session, study_id: int, lock: bool = False) -> Study:
    study = session.get(Study, study_id, with_for_update=lock, populate_existing=lock)
    if study is None:
        raise NotFoundError(f"there is no study {study_id}")
    if study.frozen_at is not None:
        raise FrozenError(f"the study {study.name!r} is frozen already; copy it and freeze the copy")
    return study


def _label_set(session: Session, label_set_id: int) -> LabelSetFacts:
    row = session.execute(
        select(LabelSet.name, LabelSet.fingerprint, LabelSet.bundle, Dataset.name)
        .join(Dataset, Dataset.id == LabelSet.dataset_id)
        .where(LabelSet.id == label_set_id)
    ).one()
    images = session.scalar(select(func.count()).where(Label.label_set_id == label_set_id)) or 0
    return LabelSetFacts(row[0], row[1], row[2], row[3], images)
