"""Whether a recipe can be trained on a dataset, told before a job is queued and not minutes into it."""

from collections.abc import Sequence

import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.tables import Annotation, Dataset, Image
from engine.errors import EngineError
from engine.recipe import load_recipe
from engine.roles import assign_roles
from study.errors import StudyError


def check_trainable(
    session: Session, dataset: str, recipe: str, changes: Sequence[str] = (), *, votes: bool = False
) -> None:
    """Refuse a training whose test set, or whose emotions, the dataset has too few images for.

    Raises:
        StudyError: it has, with the emotions and what to change.
    """
    own = select(Dataset.id).where(Dataset.name == dataset).scalar_subquery()
    query = select(Image.name, Image.hard_label, Image.split, Image.keyword).where(Image.dataset_id == own)
    rows = [tuple(row) for row in session.execute(query)]
    manifest = pd.DataFrame(rows, columns=["image", "hard_label", "split", "keyword"])
    annotations = _votes(session, own) if votes else None
    if annotations is not None and annotations.empty:
        raise StudyError(f"nobody has voted on the images of {dataset}: learn from the hard-labels")
    try:
        assign_roles(manifest, annotations, load_recipe(recipe, tuple(changes)))
    except EngineError as problem:
        raise StudyError(str(problem)) from problem


def _votes(session: Session, dataset_id: object) -> pd.DataFrame:
    query = (
        select(Image.name, Annotation.annotator, Annotation.label)
        .join(Image, Image.id == Annotation.image_id)
        .where(Image.dataset_id == dataset_id)
    )
    rows = [tuple(row) for row in session.execute(query)]
    return pd.DataFrame(rows, columns=["image", "annotator", "label"])
