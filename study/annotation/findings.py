"""What a task's readings say: how far annotators agree, and how the engine's soft-labels compare."""

from dataclasses import dataclass

import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.tables import LabelSet, Study
from engine.annotations import HUMAN_COLUMNS
from engine.soft_labels import SOFT_COLUMNS
from study.annotation.responses import DIMENSIONS
from study.annotation.tables import annotations, form_of_task, readings
from study.findings.annotators import AnnotatorAgreement, annotator_agreement
from study.findings.scales import ScaleAgreement, scale_agreement
from study.findings.votes import VotesAgainstEngine, people_against_engine, votes_against_engine
from study.images.catalog import soft_labels

SCALES = {"soft_label": SOFT_COLUMNS, "affect": DIMENSIONS}


@dataclass(frozen=True)
class TaskFindings:
    """Findings of an annotation task so far.

    labels: agreement on hard-labels, None for the other forms; scales: agreement on each scale of those.
    people: [annotator, readings, images, seconds], seconds the median that a face took, unseen time less.
    """

    form: str
    readings: int
    images: int
    people: pd.DataFrame
    labels: AnnotatorAgreement | None
    scales: tuple[ScaleAgreement, ...]


def task_findings(found: pd.DataFrame, form: str) -> TaskFindings:
    """All findings of readings (`study.annotation.tables.readings`) that need no engine."""
    hard = form == "hard_label"
    return TaskFindings(
        form,
        len(found),
        found["image"].nunique(),
        _people(found),
        annotator_agreement(found, "image", "annotator", "label") if hard and len(found) else None,
        () if hard or found.empty else scale_agreement(found, SCALES[form]),
    )


def against_engine(
    session: Session, study: Study, label_set_id: int, found: pd.DataFrame | None = None
) -> VotesAgainstEngine | None:
    """A task's votes (or mean human soft-labels) against a label set; None where there is nothing to compare.

    Valence and arousal have no counterpart in a soft-label. `found` are the task's readings, where they have
    been read.
    """
    form = form_of_task(study)
    annotated = annotations(readings(session, study) if found is None else found, form)
    if form == "affect" or annotated.empty:
        return None
    labels = soft_labels(session, label_set_id, annotated["image"].unique().tolist())
    if form == "hard_label":
        return votes_against_engine(annotated, labels)
    return people_against_engine(human_soft_labels(annotated), labels)


def human_soft_labels(annotated: pd.DataFrame) -> pd.DataFrame:
    """The mean of the annotators' scores of each image: image, votes (annotators), human_*."""
    grouped = annotated.groupby("image", sort=False)[list(SOFT_COLUMNS)]
    means = grouped.mean().set_axis(list(HUMAN_COLUMNS), axis=1)
    return means.assign(votes=grouped.size()).reset_index()


def comparable(session: Session, study: Study) -> dict[int, str]:
    """The label sets of a task's dataset, newest first: what its annotations can be set against."""
    query = select(LabelSet.id, LabelSet.name).where(LabelSet.dataset_id == study.dataset_id)
    return {row[0]: row[1] for row in session.execute(query.order_by(LabelSet.id.desc()))}


def _people(found: pd.DataFrame) -> pd.DataFrame:
    seen = (found["rt_ms"] - found["hidden_ms"]) / 1000
    grouped = found.assign(seconds=seen).groupby("annotator")
    table = grouped.agg(
        readings=("image", "size"), images=("image", "nunique"), seconds=("seconds", "median")
    )
    return table.reset_index()
