"""What the faces of an annotation task show, for annotators who are simulated."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.tables import Image, Study
from engine.emfacs import EMOTIONS
from engine.soft_labels import SOFT_COLUMNS
from study.annotation.findings import comparable
from study.annotation.responses import DIMENSIONS
from study.errors import NotFoundError
from study.images.catalog import soft_labels
from study.simulation.annotators import AFFECT

_CHUNK = 20_000


def faces_of(
    session: Session, study: Study, images: Sequence[str], labels: str | None, rng: np.random.Generator
) -> pd.DataFrame:
    """What is planted in each image: image, the eight soft_*, valence, arousal, source.

    The scores are the image's soft-label in the label set named `labels` (of the newest of its dataset, where
    none is named), else its hard-label alone, else one emotion drawn by lot; `source` says which: soft-label,
    hard-label, lot. Valence and arousal are the image's own, else those of its strongest emotion
    (`study.simulation.annotators.AFFECT`), times its score.

    Raises:
        NotFoundError: the dataset has no label set of this name.
    """
    known = _images(session, study, images)
    scores, source = _hard(known["hard_label"], rng)
    chosen = _label_set(session, study, labels)
    if chosen is not None:
        soft = soft_labels(session, chosen, images).set_index("image").reindex(known["image"])
        there = soft.notna().all(axis=1).to_numpy() & (soft.to_numpy(float) > 0).any(axis=1)
        scores[there] = soft.to_numpy(float)[there]
        source[there] = "soft-label"
    placed = np.array([AFFECT[emotion] for emotion in EMOTIONS])[scores.argmax(axis=1)]
    placed = placed * scores.max(axis=1, keepdims=True)
    own = known[list(DIMENSIONS)].to_numpy(float)
    faces = pd.DataFrame(scores, columns=list(SOFT_COLUMNS))
    faces[list(DIMENSIONS)] = np.where(np.isnan(own), placed, own)
    faces.insert(0, "image", known["image"])
    return faces.assign(source=source)


def _images(session: Session, study: Study, images: Sequence[str]) -> pd.DataFrame:
    query = select(Image.name, Image.hard_label, Image.valence, Image.arousal)
    query = query.where(Image.dataset_id == study.dataset_id)
    rows: list[tuple[object, ...]] = []
    for start in range(0, len(images), _CHUNK):
        some = session.execute(query.where(Image.name.in_(images[start : start + _CHUNK])))
        rows.extend(tuple(row) for row in some)
    frame = pd.DataFrame(rows, columns=["image", "hard_label", *DIMENSIONS]).astype(
        dict.fromkeys(DIMENSIONS, float)
    )
    # In one order whatever the database's, so that equal seeds plant the same.
    return frame.sort_values("image", ignore_index=True)


def _hard(labels: pd.Series, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    lot = rng.integers(len(EMOTIONS), size=len(labels))
    place = {emotion: at for at, emotion in enumerate(EMOTIONS)}
    known = np.array([place.get(str(label), -1) for label in labels], dtype=np.int64)
    scores = np.eye(len(EMOTIONS))[np.where(known < 0, lot, known)]
    return scores, np.where(known < 0, "lot", "hard-label").astype(object)


def _label_set(session: Session, study: Study, labels: str | None) -> int | None:
    known = comparable(session, study)
    if labels is None:
        return next(iter(known), None)
    for number, name in known.items():
        if name == labels:
            return number
    listed = ", ".join(known.values()) or "none"
    raise NotFoundError(f"the dataset of {study.name!r} has no label set {labels!r}; there are: {listed}")
