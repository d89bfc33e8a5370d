"""Annotation tasks as studies: drafts, and freezing, which plans who labels which images."""

from datetime import datetime

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.tables import Dataset, Study
from study.access.audit import note
from study.annotation.design import AnnotationDesign
from study.annotation.images import check_qualification, check_selection, task_images
from study.annotation.kinds import ANNOTATION
from study.annotation.planning import AnnotationPlan, audit, plan
from study.design.errors import DesignError
from study.errors import FrozenError, NotFoundError, StudyError
from study.trial.questions import check_plan, store_questions


def create_draft(
    session: Session,
    design: AnnotationDesign,
    dataset_id: int,
    *,
    simulated: bool = False,
    researcher_id: int | None = None,
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
    note(session, researcher_id, "study.created", study.name, now=now)
    return study


def change_draft(session: Session, study_id: int, design: AnnotationDesign, dataset_id: int) -> Study:
    """Replace the design of a draft.

    Raises:
        NotFoundError: there is no such study, dataset or selection.
        FrozenError: the study is frozen.
        DesignError: the name is taken, or the selection is of another dataset.
    """
    study = _draft(session, study_id)
    _write(session, study, design, dataset_id)
    session.flush()
    return study


def freeze_task(
    session: Session,
    study_id: int,
    *,
    researcher_id: int | None = None,
    now: datetime,
    rng: np.random.Generator,
) -> AnnotationPlan:
    """Plan a draft, audit the plan, and store its questions; its design changes no more.

    The plan is drawn by the design's seed; `rng` draws the public ids, which tell nothing.

    Raises:
        NotFoundError: there is no such study.
        FrozenError: it is frozen.
        StudyError: its design cannot be met with its dataset.
    """
    study = _draft(session, study_id)
    design = AnnotationDesign.from_dict(study.design)
    if study.dataset_id is None:
        raise StudyError(f"the annotation task {study.name!r} has no dataset")
    drawn = np.random.default_rng(design.seed)
    check_qualification(session, study.dataset_id, design)
    images = task_images(session, study.dataset_id, design, drawn)
    planned = plan(images, design, drawn)
    audited = audit(planned, images, design)
    if not audited.passed:
        failed = "; ".join(f"{check.name} ({check.figure})" for check in audited.failed)
        raise StudyError(f"the plan of {design.name!r} does not keep what it promises: {failed}")
    check_plan(planned.questions)
    store_questions(session, study, None, planned.questions, rng)
    study.frozen_at = now
    detail = {"images": len(images), "questions": len(planned.questions)}
    note(session, researcher_id, "study.frozen", study.name, detail, now=now)
    session.flush()
    return planned


def _write(session: Session, study: Study, design: AnnotationDesign, dataset_id: int) -> None:
    if session.get(Dataset, dataset_id) is None:
        raise NotFoundError(f"there is no dataset {dataset_id}")
    check_selection(session, dataset_id, design)
    with session.no_autoflush:
        taken = session.scalar(select(Study.id).where(Study.name == design.name))
    if taken not in (None, study.id):
        raise DesignError("name", f"there is a study {design.name!r} already: give this one another name")
    study.name, study.title = design.name, design.title
    study.design, study.seed = design.to_dict(), design.seed
    study.dataset_id, study.consent_text = dataset_id, design.texts.consent


def _draft(session: Session, study_id: int) -> Study:
    study = session.get(Study, study_id)
    if study is None or study.kind != ANNOTATION:
        raise NotFoundError(f"there is no annotation task {study_id}")
    if study.frozen_at is not None:
        raise FrozenError(f"the study {study.name!r} is frozen: its design cannot change")
    return study
