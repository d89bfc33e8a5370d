"""The narrow rows that a gallery filters and sorts by, made of labels, images and votes."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session
from tqdm import tqdm

from db.tables import Annotation, Image, Label, LabelFacet, LabelSet
from engine.emfacs import EMOTIONS
from engine.soft_labels import SOFT_COLUMNS, SUBSETS
from study.errors import NotFoundError
from study.findings.votes import jensen_shannon, majority_rank

NUMBERS = ("age", "yaw", "pitch", "roll", "valence", "arousal")
"""Metadata that are numbers, where the manifest knows them."""
NAMES = ("split", "gender", "ethnicity")
"""Metadata that are one of a few words."""
_LABEL = ("image_id", "hard_label", "subset", "rank", "margin", "entropy", *SOFT_COLUMNS)
_OF_VOTES = ("votes", "agreement", "divergence")
# Inserted into as a table: rows of a class go in by a statement for each pattern of what is unknown.
_TABLE: Any = LabelFacet.__table__
_CHUNK = 20_000


def write_facets(session: Session, label_set_id: int, *, progress: bool = False) -> None:
    """Make a label set's facets anew, and the summary of them that the label set keeps.

    To be called when its labels have changed; for votes `refresh_votes` does less. `progress` shows a bar.

    Raises:
        NotFoundError: there is no such label set.
    """
    label_set = session.get(LabelSet, label_set_id)
    if label_set is None:
        raise NotFoundError(f"there is no label set {label_set_id}")
    session.execute(delete(LabelFacet).where(LabelFacet.label_set_id == label_set_id))
    votes = _votes(session, label_set.dataset_id)
    every = session.scalar(select(func.count(Label.id)).where(Label.label_set_id == label_set_id))
    with tqdm(total=every, desc="facets", unit="image", disable=not progress) as bar:
        for frame in _parts(session, label_set_id):
            facets = frame.assign(label_set_id=label_set_id, top=_top(frame), **_people(frame, votes))
            session.execute(insert(_TABLE), _records(facets))
            bar.update(len(facets))
    label_set.summary = {**_summary(session, label_set_id), "version": _version(label_set) + 1}
    session.flush()


def refresh_votes(session: Session, dataset_id: int, image_ids: Sequence[int]) -> None:
    """Count the votes on some images of a dataset anew, in the facets of all of its label sets.

    A label set without facets, of an older version, gets all of them when it is looked at.
    """
    prepared = select(LabelSet).where(LabelSet.dataset_id == dataset_id, LabelSet.summary.is_not(None))
    label_sets = session.scalars(prepared).all()
    for start in range(0, len(image_ids), _CHUNK) if label_sets else ():
        among = image_ids[start : start + _CHUNK]
        votes = _votes(session, dataset_id, among)
        for label_set in label_sets:
            _count_votes(session, label_set.id, among, votes)
    for label_set in label_sets:
        known = dict(label_set.summary or {})
        ends = _ranges(session, label_set.id, _OF_VOTES)
        others = {name: pair for name, pair in known["ranges"].items() if name not in _OF_VOTES}
        counted = {"votes": _all_votes(session, label_set.id), "version": _version(label_set) + 1}
        label_set.summary = {**known, **counted, "ranges": {**others, **ends}}
    session.flush()


def _count_votes(session: Session, label_set_id: int, among: Sequence[int], votes: pd.DataFrame) -> None:
    query = select(Label.image_id, *(getattr(Label, name) for name in SOFT_COLUMNS))
    rows = session.execute(query.where(Label.label_set_id == label_set_id, Label.image_id.in_(among))).all()
    if not rows:
        return
    frame = pd.DataFrame([tuple(row) for row in rows], columns=["image_id", *SOFT_COLUMNS])
    counted = frame[["image_id"]].assign(label_set_id=label_set_id, **_people(frame, votes))
    session.execute(update(LabelFacet), _records(counted))


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    plain = frame.astype(object).where(frame.notna(), None)
    rows: list[dict[str, Any]] = plain.rename(columns=str).to_dict("records")  # type: ignore[assignment]
    return rows


def _parts(session: Session, label_set_id: int) -> Iterator[pd.DataFrame]:
    """Labels with their image's metadata, some thousands at a time, in the order of the images."""
    columns = [getattr(Label, name) for name in _LABEL]
    of_image = [getattr(Image, name) for name in ("name", *NAMES, *NUMBERS)]
    query = select(*columns, *of_image).join(Image, Image.id == Label.image_id)
    last = 0
    while True:
        page = query.where(Label.label_set_id == label_set_id, Label.image_id > last)
        rows = session.execute(page.order_by(Label.image_id).limit(_CHUNK)).all()
        if not rows:
            return
        frame = pd.DataFrame([tuple(row) for row in rows], columns=[*_LABEL, "name", *NAMES, *NUMBERS])
        last = int(frame["image_id"].iloc[-1])
        yield frame


def _top(frame: pd.DataFrame) -> list[str]:
    scores = frame[list(SOFT_COLUMNS)].to_numpy(float)
    return [EMOTIONS[place] for place in scores.argmax(axis=1)]


def _votes(session: Session, dataset_id: int, among: Sequence[int] | None = None) -> pd.DataFrame:
    """Counts of each label by image (rows; `among` some of them), with a column of each emotion and `all`."""
    query = (
        select(Annotation.image_id, Annotation.label, func.count())
        .join(Image, Image.id == Annotation.image_id)
        .where(Image.dataset_id == dataset_id)
        .group_by(Annotation.image_id, Annotation.label)
    )
    if among is not None:
        query = query.where(Annotation.image_id.in_(among))
    rows = pd.DataFrame([tuple(row) for row in session.execute(query)], columns=["image_id", "label", "n"])
    counts = rows.pivot_table(index="image_id", columns="label", values="n", aggfunc="sum", fill_value=0)
    table = counts.reindex(columns=list(EMOTIONS), fill_value=0)
    return table.assign(all=rows.groupby("image_id")["n"].sum())


def _people(frame: pd.DataFrame, votes: pd.DataFrame) -> dict[str, Any]:
    """votes, majority, agreement and divergence of the frame's images."""
    own = votes.reindex(frame["image_id"]).fillna(0)
    of_emotions, every = own[list(EMOTIONS)].to_numpy(float), own["all"].to_numpy(float)
    soft = frame[list(SOFT_COLUMNS)].to_numpy(float)
    place, _ = majority_rank(of_emotions, soft)
    given = of_emotions.sum(axis=1) > 0
    known = given & (place >= 0)
    share = np.divide(of_emotions.max(axis=1), every, out=np.full(len(every), np.nan), where=given)
    return {
        "votes": every.astype(int),
        "majority": [EMOTIONS[at] if sure else None for at, sure in zip(place, known, strict=True)],
        "agreement": share,
        "divergence": np.where(given, jensen_shannon(of_emotions, soft), np.nan),
    }


def _summary(session: Session, label_set_id: int) -> dict[str, Any]:
    """How many images in all and by subset; each facet's words with their counts, or its least and most."""
    own = LabelFacet.label_set_id == label_set_id

    def counts(name: str) -> dict[str, int]:
        column = getattr(LabelFacet, name)
        query = select(column, func.count()).where(own, column.is_not(None)).group_by(column)
        return {str(value): int(n) for value, n in session.execute(query.order_by(column))}

    subsets = counts("subset")
    return {
        "images": sum(subsets.values()),
        "votes": _all_votes(session, label_set_id),
        "subsets": {subset: subsets.get(subset, 0) for subset in SUBSETS},
        "words": {name: counts(name) for name in NAMES},
        "ranges": _ranges(session, label_set_id, (*NUMBERS, "rank", "margin", "entropy", *_OF_VOTES)),
    }


def _version(label_set: LabelSet) -> int:
    """Grows with each change of the facets: what was read of them before need not be true any more."""
    return int((label_set.summary or {}).get("version", 0))


def _all_votes(session: Session, label_set_id: int) -> int:
    own = LabelFacet.label_set_id == label_set_id
    return int(session.scalar(select(func.sum(LabelFacet.votes)).where(own)) or 0)


def _ranges(session: Session, label_set_id: int, names: Sequence[str]) -> dict[str, list[float]]:
    """The least and the most of each of these facets that has any value."""
    ends = [f(getattr(LabelFacet, name)) for name in names for f in (func.min, func.max)]
    values = list(session.execute(select(*ends).where(LabelFacet.label_set_id == label_set_id)).one())
    limits = {name: values[2 * at : 2 * at + 2] for at, name in enumerate(names)}
    return {name: pair for name, pair in limits.items() if pair[0] is not None}
