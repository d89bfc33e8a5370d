"""Whether a design can be met with its label set: what freezing would refuse, told while it is written."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.tables import Image, Label
from engine.emfacs import EMOTIONS
from study.design.design import DEFAULT, Design
from study.design.errors import DesignError, refusal
from study.errors import StudyError
from study.images.eligible import eligible_counts, filters, shortfalls
from study.planning.attention import check_attention
from study.planning.foils import check_foils
from study.planning.images import SOFT_COLUMNS, check_people, select_images
from study.planning.precision import forecast, least_questions

JUDGED = 2_000
"""Images whose scores are read while a design is written."""


def design_problems(session: Session, label_set_id: int, design: Design) -> list[StudyError]:
    """Everything for which freezing would refuse a design, as far as it can be known without a plan."""
    counts = eligible_counts(session, label_set_id, design)
    found: list[StudyError] = [*shortfalls(counts, design)]
    try:
        forecast(design, sum(counts.values()))
    except StudyError as problem:
        return [*found, problem]
    return [*found, *plan_problems(session, label_set_id, design, counts)]


def plan_problems(
    session: Session, label_set_id: int, design: Design, counts: dict[str, int]
) -> list[DesignError]:
    """Why there can be no plan of a design: people, attention checks, foils, or the qualification.

    counts: its `eligible_counts`. Of more than JUDGED images the scores are not read: so many hardly lack a
    foil.
    """
    there = sum(counts.values())
    asked = design.images_per_emotion * len(counts) if design.images_per_emotion else there
    try:
        check_people(asked, design)
    except DesignError as problem:
        return [problem]
    needed = there <= JUDGED and 2 in design.experiments
    pool = _scores(session, label_set_id, design) if needed else None
    checks: list[Callable[[], None]] = [
        lambda: check_attention(pool, least_questions(design, there), design),
        lambda: check_qualification(session, label_set_id, design),
    ]
    if 2 in design.experiments and not shortfalls(counts, design):
        checks.append(lambda: _check_foils(pool, counts, asked, design))
    return [refused for check in checks if (refused := _refused(check)) is not None]


def check_qualification(session: Session, label_set_id: int, design: Design) -> None:
    """Refuse a qualification of more images than the label set has with an emotion as hard-label."""
    if not design.qualification_images:
        return
    known = Label.hard_label.in_(EMOTIONS)
    there = session.scalar(select(func.count()).where(Label.label_set_id == label_set_id, known)) or 0
    if design.qualification_images > there:
        raise refusal(
            "qualification_images",
            design.qualification_images,
            f"is more than the {there} images of the label set that have an emotion as their hard-label",
        )


def _refused(check: Callable[[], None]) -> DesignError | None:
    try:
        check()
    except DesignError as problem:
        return problem
    return None


def _check_foils(pool: pd.DataFrame | None, counts: dict[str, int], asked: int, design: Design) -> None:
    """Refuse a study of images of which one has no foil: by their number, and those of a pool by scores."""
    alike = design.foil_policy == "matched_hard_label"
    each = design.images_per_emotion or min(counts.values(), default=0)
    least, what = (each, "with one hard-label") if alike else (asked, "in all")
    if least < 2:
        raise refusal(
            "foil_policy",
            design.foil_policy,
            f"takes an image's foil from the study's others, and there is {least} {what}: add images"
            + (", leave this emotion out, or choose 'random'" if alike else ", or ask Experiment 1 alone"),
        )
    if pool is None:
        return
    # The plan draws its images first, from this seed: these are they.
    rng = np.random.default_rng(design.seed)
    unfiltered = {
        key: getattr(DEFAULT, key) for key in ("splits", "subsets", "ranks", "margins", "selection")
    }
    check_foils(select_images(pool, design.changed(**unfiltered), rng), design)


def _scores(session: Session, label_set_id: int, design: Design) -> pd.DataFrame:
    """The images that a design may draw: image, hard_label, soft_*."""
    kept = [Label.label_set_id == label_set_id, *filters(design, Label)]
    if not design.images:
        kept.append(Label.hard_label.in_(design.emotions))
    columns = ["hard_label", *SOFT_COLUMNS]
    query = select(Image.name, *(getattr(Label, column) for column in columns)).join(
        Image, Image.id == Label.image_id
    )
    rows = session.execute(query.where(*kept).order_by(Label.image_id))
    return pd.DataFrame([tuple(row) for row in rows], columns=["image", *columns])
