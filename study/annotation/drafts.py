"""Annotation tasks as studies: drafts, and freezing, which plans who labels which images."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.session import Database
from db.tables import Dataset, Study
from study.access.acts import Act
from study.access.audit import note
from study.annotation.design import AnnotationDesign
from study.annotation.images import check_qualification, check_selection, task_images
from study.annotation.kinds import ANNOTATION
from study.annotation.planning import AnnotationPlan, audit, plan
from study.design.errors import DesignError
from study.design.language import check_complete
from study.errors import FrozenError, NotFoundError, StudyError
from study.trial.questions import check_plan, plan_rows, store_questions
from study.trial.storing import clear_here, store_and_freeze


def create_draft(
    session: Session,
    design: AnnotationDesign,
    dataset_id: int,
    *,
    simulated: bool = False,
    researcher_id: int | None = None,
    copied_from: str | None = None,
    now: datetime,
) -> Study:
    """Keep a design as a draft, which has no questions yet.

    Raises:
        NotFoundError: there is no such dataset or selection.
        DesignError: the name is taken, or the selection is of another dataset.
    """
    study = Study(kind=ANNOTATION, state="draft", simulated=simulated, created_at=now)
    _write(session, study, design, dataset_id)
    session.add(study)
    session.flush()
    note(session, researcher_id, *created(study, copied_from), now=now)
    return study


def created(study: Study, copied_from: str | None) -> tuple[Act, str, dict[str, Any] | None]:
    """What the audit log says of a new draft: the act, the study's name, and whose copy it is."""
    if copied_from is None:
        return Act.STUDY_CREATED, study.name, None
    return Act.STUDY_COPIED, study.name, {"from": copied_from}


def change_draft(
    session: Session,
    study_id: int,
    design: AnnotationDesign,
    dataset_id: int,
    *,
    researcher_id: int | None = None,
    now: datetime,
) -> Study:
    """Replace the design of a draft.

    Raises:
        NotFoundError: there is no such study, dataset or selection.
        FrozenError: the study is frozen.
        DesignError: the name is taken, or the selection is of another dataset.
    """
    study = _draft(session, study_id)
    _write(session, study, design, dataset_id)
    note(session, researcher_id, Act.STUDY_CHANGED, study.name, now=now)
    session.flush()
    return study


@dataclass(frozen=True)
class PreparedTask:
    """A draft's plan, before anything is stored."""

    study_id: int
    design: AnnotationDesign
    dataset_id: int
    plan: AnnotationPlan


def freeze_task(
    database: Database,
    study_id: int,
    *,
    researcher_id: int | None = None,
    now: datetime,
    rng: np.random.Generator,
) -> AnnotationPlan:
    """Freeze a draft; planning holds no lock, and storing holds one for moments (`study.trial.storing`).

    Raises as `prepare` and `seal`.
    """
    with database.session() as session:
        prepared = prepare(session, study_id)
        rows = plan_rows(session, session.get_one(Study, study_id), None, prepared.plan.questions, rng)
    store_and_freeze(
        database,
        rows,
        lambda session: _as_prepared(session, prepared),
        lambda session, study: _mark(session, study, prepared, researcher_id, now),
    )
    return prepared.plan


def prepare(session: Session, study_id: int) -> PreparedTask:
    """Plan a draft by its design's seed, and audit the plan; nothing is stored.

    Raises:
        NotFoundError: there is no such study.
        FrozenError: it is frozen.
        StudyError: its design cannot be met with its dataset.
    """
    study = _draft(session, study_id)
    design = AnnotationDesign.from_dict(study.design)
    if study.dataset_id is None:
        raise StudyError(f"the annotation task {study.name!r} has no dataset")
    return PreparedTask(study_id, design, study.dataset_id, planned(session, design, study.dataset_id))


def planned(session: Session, design: AnnotationDesign, dataset_id: int) -> AnnotationPlan:
    """Plan a design by its seed, and audit the plan.

    Raises:
        StudyError: it cannot be met with the dataset.
    """
    rng = np.random.default_rng(design.seed)
    check_qualification(session, dataset_id, design)
    images = task_images(session, dataset_id, design, rng)
    found = plan(images, design, rng)
    audited = audit(found, images, design)
    if not audited.passed:
        failed = "; ".join(f"{check.name} ({check.figure})" for check in audited.failed)
        raise StudyError(f"the plan of {design.name!r} does not keep what it promises: {failed}")
    check_plan(found.questions)
    return found


def seal(
    session: Session,
    prepared: PreparedTask,
    *,
    researcher_id: int | None = None,
    now: datetime,
    rng: np.random.Generator,
) -> None:
    """Store the questions of a plan, and freeze the study; its design changes no more.

    `rng` draws the public ids, which tell nothing about the questions.

    Raises:
        FrozenError: the study is frozen.
        StudyError: the draft was changed since it was prepared.
    """
    study = _as_prepared(session, prepared)
    clear_here(session, study.id)
    store_questions(session, study, None, prepared.plan.questions, rng)
    _mark(session, study, prepared, researcher_id, now)


def _as_prepared(session: Session, prepared: PreparedTask) -> Study:
    """The draft, locked until the transaction ends, if it is still the one that was planned."""
    study = _draft(session, prepared.study_id, lock=True)
    if (study.design, study.dataset_id) != (prepared.design.to_dict(), prepared.dataset_id):
        raise StudyError(f"the draft {study.name!r} was changed while it was planned: freeze it again")
    return study


def _mark(
    session: Session, study: Study, prepared: PreparedTask, researcher_id: int | None, now: datetime
) -> None:
    study.frozen_at, questions = now, prepared.plan.questions
    detail = {"images": questions["image"].nunique(), "questions": len(questions)}
    note(session, researcher_id, Act.STUDY_FROZEN, study.name, detail, now=now)
    session.flush()


def _write(session: Session, study: Study, design: AnnotationDesign, dataset_id: int) -> None:
    if session.get(Dataset, dataset_id) is None:
        raise NotFoundError(f"there is no dataset {dataset_id}")
    check_selection(session, dataset_id, design)
    check_complete(design)
    with session.no_autoflush:
        taken = session.scalar(select(Study.id).where(Study.name == design.name))
    if taken not in (None, study.id):
        raise DesignError("name", f"there is a study {design.name!r} already: give this one another name")
    study.name, study.title = design.name, design.title
    study.design, study.seed = design.to_dict(), design.seed
    study.dataset_id, study.consent_text = dataset_id, design.texts.consent


def _draft(session: Session, study_id: int, lock: bool = False) -> Study:
    study = session.get(Study, study_id, with_for_update=lock, populate_existing=lock)
    if study is None or study.kind != ANNOTATION:
        raise NotFoundError(f"there is no annotation task {study_id}")
    if study.frozen_at is not None:
        raise FrozenError(f"the study {study.name!r} is frozen: its design cannot change")
    return study
