"""Which images a qualification asks about."""

from collections.abc import Collection
from typing import Any

import numpy as np
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from db.tables import Image, Label, QualificationAnswer, Question, Study
from engine.emfacs import EMOTIONS
from study.annotation.kinds import design_of
from study.errors import StudyError
from study.trial.standing import Standing


def draw_images(session: Session, where: Standing, attempt: int) -> list[int]:
    """Draw an attempt's images: of all hard-labels alike, in random order, as many as the design says.

    Images of the participant's own questions and of earlier attempts are taken only where no others are left;
    where the label set is smaller than the design asks, all of its images are drawn.

    Raises:
        StudyError: no image of the label set has an emotion as its hard-label.
    """
    study = session.get_one(Study, where.study_id)
    wanted = design_of(study).qualification_images
    rng = np.random.default_rng(np.random.SeedSequence([study.seed, where.participant_id, attempt, 40]))
    avoided = _met(session, where.participant_id)
    shares = [wanted // len(EMOTIONS) + (place < wanted % len(EMOTIONS)) for place in range(len(EMOTIONS))]
    drawn: list[int] = []
    for emotion, share in zip(rng.permutation(list(EMOTIONS)), shares, strict=True):
        ids = _images(session, study, [str(emotion)])
        shuffled = [int(one) for one in rng.permutation(ids)]
        drawn += sorted(shuffled, key=avoided.__contains__)[:share]
    if len(drawn) < wanted:
        rest = [one for one in _images(session, study, EMOTIONS) if one not in set(drawn)]
        shuffled = [int(one) for one in rng.permutation(rest)]
        drawn += sorted(shuffled, key=avoided.__contains__)[: wanted - len(drawn)]
    if not drawn:
        raise StudyError("the study's label set holds no image with the hard-label of an emotion")
    return [int(one) for one in rng.permutation(drawn)]


def hard_labels(study: Study, *, image_id: int | None = None) -> Select[Any]:
    """The hard-labels of a study's images (or of one): its label set's, or its dataset's to be annotated."""
    if study.label_set_id is None:
        query: Select[Any] = select(Image.hard_label).where(Image.dataset_id == study.dataset_id)
        return query if image_id is None else query.where(Image.id == image_id)
    query = select(Label.hard_label).where(Label.label_set_id == study.label_set_id)
    return query if image_id is None else query.where(Label.image_id == image_id)


def _images(session: Session, study: Study, emotions: Collection[str]) -> list[int]:
    """The ids of the study's images with one of these hard-labels."""
    image = Image.id if study.label_set_id is None else Label.image_id
    label = Image.hard_label if study.label_set_id is None else Label.hard_label
    query = hard_labels(study).with_only_columns(image).where(label.in_(emotions)).order_by(image)
    return list(session.scalars(query))


def _met(session: Session, participant_id: int) -> set[int]:
    """The images that a participant's questions show, or an earlier attempt has shown."""
    own = Question.participant_id == participant_id
    asked = session.execute(select(Question.image_id, Question.foil_image_id).where(own))
    before = session.scalars(
        select(QualificationAnswer.image_id).where(QualificationAnswer.participant_id == participant_id)
    )
    return {image for pair in asked for image in pair if image is not None} | set(before)
