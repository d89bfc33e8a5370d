"""Drafts: studies that are being designed. A frozen one is changed no more; a copy of it can be."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.tables import LabelSet, Study
from study.access.acts import Act
from study.access.audit import note
from study.annotation.design import AnnotationDesign
from study.annotation.drafts import create_draft as create_task
from study.annotation.drafts import created
from study.annotation.kinds import design_of
from study.design.design import Design
from study.design.errors import DesignError
from study.design.language import check_complete
from study.errors import FrozenError, NotFoundError
from study.images.eligible import check_selection
from study.trial.storing import clear_here


def create_draft(
    session: Session,
    design: Design,
    label_set_id: int,
    *,
    simulated: bool = False,
    researcher_id: int | None = None,
    copied_from: str | None = None,
    now: datetime,
) -> Study:
    """Keep a design as a draft, which has no questions yet.

    Raises:
        NotFoundError: there is no such label set or selection.
        DesignError: the name is taken.
    """
    _check_name(session, design.name)
    study = Study(state="draft", simulated=simulated, created_at=now)
    _write(session, study, design, label_set_id)
    session.add(study)
    session.flush()
    note(session, researcher_id, *created(study, copied_from), now=now)
    return study


def change_draft(
    session: Session,
    study_id: int,
    design: Design,
    label_set_id: int,
    *,
    researcher_id: int | None = None,
    now: datetime,
) -> Study:
    """Replace the design of a draft.

    Raises:
        NotFoundError: there is no such study, label set or selection.
        FrozenError: the study is frozen.
        DesignError: the name is taken.
    """
    study = _draft(session, study_id)
    if design.name != study.name:
        _check_name(session, design.name)
    _write(session, study, design, label_set_id)
    note(session, researcher_id, Act.STUDY_CHANGED, study.name, now=now)
    session.flush()
    return study


def delete_draft(session: Session, study_id: int, *, researcher_id: int | None = None, now: datetime) -> None:
    """Forget a draft, with what a freezing that was killed left of it (much is best cleared before:
    `study.trial.storing.clear`).

    Raises:
        NotFoundError: there is no such study.
        FrozenError: the study is frozen.
    """
    study = _draft(session, study_id)
    clear_here(session, study_id)
    note(session, researcher_id, Act.STUDY_DELETED, study.name, now=now)
    session.delete(study)
    session.flush()


def copy_study(
    session: Session,
    study_id: int,
    name: str | None = None,
    *,
    researcher_id: int | None = None,
    now: datetime,
) -> Study:
    """Make a draft of a study's design; without a name it is the first free of name-2, name-3 …

    Raises:
        NotFoundError: there is no such study.
        DesignError: the name is taken, or is none.
    """
    study = _study(session, study_id)
    design = design_of(study).changed(name=name or _free_name(session, study.name))
    if isinstance(design, AnnotationDesign):
        source = study.dataset_id or 0
        return create_task(
            session, design, source, researcher_id=researcher_id, copied_from=study.name, now=now
        )
    source = study.label_set_id or 0
    return create_draft(session, design, source, researcher_id=researcher_id, copied_from=study.name, now=now)


def _write(session: Session, study: Study, design: Design, label_set_id: int) -> None:
    if session.get(LabelSet, label_set_id) is None:
        raise NotFoundError(f"there is no label set {label_set_id}")
    check_selection(session, label_set_id, design)
    check_complete(design)
    study.name, study.title = design.name, design.title
    study.design, study.seed = design.to_dict(), design.seed
    study.label_set_id, study.consent_text = label_set_id, design.texts.consent


def _check_name(session: Session, name: str) -> None:
    if session.scalar(select(Study.id).where(Study.name == name)) is not None:
        raise DesignError("name", f"there is a study {name!r} already: give this one another name")


def _free_name(session: Session, name: str) -> str:
    taken = set(session.scalars(select(Study.name)))
    stem, number = name[:60].rstrip("-"), 2
    while f"{stem}-{number}" in taken:
        number += 1
    return f"{stem}-{number}"


def _draft(session: Session, study_id: int) -> Study:
    study = _study(session, study_id)
    if study.frozen_at is not None:
        raise FrozenError(
            f"the study {study.name!r} is frozen: its design cannot change; copy it and change the copy"
        )
    return study


def _study(session: Session, study_id: int) -> Study:
    study = session.get(Study, study_id)
    if study is None:
        raise NotFoundError(f"there is no study {study_id}")
    return study
