"""What a report is made of: a study's trials, its people, and what is known of how it was made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from db.tables import LabelSet, Participant, Study
from study.errors import NotFoundError, StudyError
from study.plans import frozen
from study.reporting.conduct import deviations, flow
from study.trial.trials import trials

if TYPE_CHECKING:
    import pandas as pd
    from sqlalchemy.orm import Session


@dataclass(frozen=True)
class StudyFacts:
    """What a report says of a study besides its findings.

    `preregistration` is the SHA-256 of the preregistration, None where the study has none. `erased` counts
    the participants whose data were erased. `flow` counts how far participants came (study.reporting.conduct)
    and `deviations` says where the study left its plan. Times are ISO 8601, UTC, None where unknown.
    """

    name: str
    title: str
    state: str
    simulated: bool
    seed: int | None
    design: Mapping[str, Any]
    preregistration: str | None
    label_set: str | None
    bundle: str | None
    fingerprint: str | None
    erased: int = 0
    created_at: str | None = None
    frozen_at: str | None = None
    opened_at: str | None = None
    closed_at: str | None = None
    deadline: str | None = None
    flow: Mapping[str, int] = field(default_factory=dict)
    deviations: Sequence[str] = ()


@dataclass(frozen=True)
class Source:
    """The trials of a study (the `trials` contract), the participants whose data may be shown, and facts."""

    facts: StudyFacts
    trials: pd.DataFrame
    participants: list[str]


def find_study(session: Session, wanted: str) -> int:
    """The id of the study of that name or, where no study has the name, of that id.

    Raises:
        NotFoundError: there is neither; the message lists the studies.
    """
    found = session.scalar(select(Study.id).where(Study.name == wanted))
    if found is None and wanted.isdecimal():
        found = session.scalar(select(Study.id).where(Study.id == int(wanted)))
    if found is None:
        names = ", ".join(session.scalars(select(Study.name).order_by(Study.id))) or "none"
        raise NotFoundError(f"there is no study {wanted!r}; the studies are: {names}")
    return found


def source(session: Session, study_id: int) -> Source:
    """Read a study of the two experiments from the database.

    Raises:
        NotFoundError: there is no such study.
        StudyError: it is an annotation study, which has no choices between labels.
    """
    study = session.get(Study, study_id)
    if study is None:
        raise NotFoundError(f"there is no study {study_id}")
    if study.kind != "experiments":
        raise StudyError(
            f"the study {study.name!r} is an annotation task, and the report is of the two experiments; "
            f"`python -m study export {study.name}` writes its answers, `python -m study agreement` reads "
            "them"
        )
    codes = select(Participant.code).where(
        Participant.study_id == frozen(study_id), Participant.erased_at.is_(None)
    )
    people = list(session.scalars(codes.order_by(Participant.code)))
    return Source(facts(session, study), trials(session, study_id), people)


def facts(session: Session, study: Study) -> StudyFacts:
    """What the database knows of how the study was made."""
    labels = None if study.label_set_id is None else session.get(LabelSet, study.label_set_id)
    counts = flow(session, study)
    return StudyFacts(
        name=study.name,
        title=study.title,
        state=study.state,
        simulated=study.simulated,
        seed=study.seed,
        design=study.design,
        preregistration=study.preregistration,
        label_set=None if labels is None else labels.name,
        bundle=None if labels is None else labels.bundle,
        fingerprint=None if labels is None else labels.fingerprint,
        erased=counts["erased"],
        created_at=_iso(study.created_at),
        frozen_at=_iso(study.frozen_at),
        opened_at=_iso(study.opened_at),
        closed_at=_iso(study.closed_at),
        deadline=_iso(study.deadline),
        flow=counts,
        deviations=deviations(session, study, counts),
    )


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds")
