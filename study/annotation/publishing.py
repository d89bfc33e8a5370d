"""Votes of annotation tasks put beside those that came with the data, for gallery and training."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, insert, select
from sqlalchemy.orm import Session

from db.tables import Annotation, Image, Participant, Question, Study
from study.access.acts import Act
from study.access.audit import note
from study.annotation.tables import annotations, annotator_name, form_of_task, readings, votes
from study.errors import StudyError
from study.images.facets import refresh_votes
from study.plans import frozen

_CHUNK = 20_000


@dataclass(frozen=True)
class Published:
    """How many votes of how many annotators on how many images stand now, and how many stood before."""

    votes: int
    annotators: int
    images: int
    before: int


def publish(
    session: Session, study: Study, *, finished: bool = False, by: int | None = None, now: datetime
) -> Published:
    """Put a task's votes into the votes of its dataset, in place of those that it published before.

    Each annotator's first reading of an image counts; who was erased is left out, and what of theirs had been
    published goes. `finished` takes those alone who have answered everything.

    Raises:
        StudyError: the annotators are simulated, or the form names no emotion.
    """
    if study.simulated:
        raise StudyError(f"the annotators of {study.name!r} are simulated: they are no human votes")
    form = form_of_task(study)
    given = votes(annotations(readings(session, study, finished=finished), form), form)
    before = _withdraw(session, study)
    ids = _image_ids(session, study, given["image"].unique().tolist())
    rows = [
        {"image_id": ids[row["image"]], "annotator": row["annotator"], "label": row["label"]}
        | {"annotated_at": row["annotated_at"].to_pydatetime()}
        for row in given.to_dict("records")
    ]
    for start in range(0, len(rows), _CHUNK):
        session.execute(insert(Annotation), rows[start : start + _CHUNK])
    _refresh(session, study, {*before, *(row["image_id"] for row in rows)})
    done = Published(len(given), given["annotator"].nunique(), given["image"].nunique(), len(before))
    note(session, by, Act.ANNOTATIONS_PUBLISHED, study.name, {"votes": done.votes}, now=now)
    return done


def published(session: Session, study: Study) -> int:
    """How many votes of a task stand among those of its dataset."""
    query = select(func.count(Annotation.id)).where(*_of_task(session, study))
    return session.scalar(query) or 0


def erase_votes(session: Session, study: Study, code: str) -> None:
    """Delete what was published of one participant, and count the votes on those images again."""
    _refresh(session, study, set(_withdraw(session, study, code)))


def _withdraw(session: Session, study: Study, code: str | None = None) -> Sequence[int]:
    """Delete a task's published votes, or one participant's; returns the image of each."""
    own = _of_task(session, study, code)
    images = session.scalars(select(Annotation.image_id).where(*own)).all()
    session.execute(delete(Annotation).where(*own).execution_options(synchronize_session=False))
    return images


def _of_task(session: Session, study: Study, code: str | None = None) -> tuple[ColumnElement[bool], ...]:
    """Votes on the task's images, by names that are its participants'."""
    codes = session.scalars(select(Participant.code).where(Participant.study_id == frozen(study.id)))
    names = [annotator_name(study.name, one) for one in ([code] if code else codes)]
    images = select(Question.image_id).where(Question.study_id == frozen(study.id)).distinct()
    return Annotation.annotator.in_(names), Annotation.image_id.in_(images)


def _refresh(session: Session, study: Study, image_ids: set[int]) -> None:
    if study.dataset_id is not None and image_ids:
        refresh_votes(session, study.dataset_id, sorted(image_ids))


def _image_ids(session: Session, study: Study, names: Sequence[str]) -> dict[str, int]:
    query = select(Image.name, Image.id).where(Image.dataset_id == study.dataset_id)
    found: dict[str, int] = {}
    for start in range(0, len(names), _CHUNK):
        rows = session.execute(query.where(Image.name.in_(names[start : start + _CHUNK])))
        found |= {row[0]: row[1] for row in rows}
    return found
