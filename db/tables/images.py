"""Images and what is said of them: datasets, label sets, votes, selections."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.columns import Base, one_of


class Dataset(Base):
    """A folder of images; `root` is absolute or relative to the data folder."""

    __tablename__ = "dataset"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    root: Mapped[str]
    created_at: Mapped[datetime]


class Image(Base):
    """One image of a dataset, with the manifest's metadata; `path` is relative to the dataset's root."""

    __tablename__ = "image"
    __table_args__ = (UniqueConstraint("dataset_id", "name"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    dataset_id: Mapped[int] = mapped_column(ForeignKey("dataset.id"))
    name: Mapped[str] = mapped_column(String(500))
    path: Mapped[str]
    hard_label: Mapped[str | None] = mapped_column(String(20))
    split: Mapped[str | None] = mapped_column(String(20), index=True)
    keyword: Mapped[str | None]
    age: Mapped[float | None]
    gender: Mapped[str | None]
    ethnicity: Mapped[str | None]
    yaw: Mapped[float | None]
    pitch: Mapped[float | None]
    roll: Mapped[float | None]
    valence: Mapped[float | None]
    arousal: Mapped[float | None]
    landmarks_68: Mapped[Any | None] = mapped_column(JSON(none_as_null=True))
    landmarks_28: Mapped[Any | None] = mapped_column(JSON(none_as_null=True))
    face_x: Mapped[float | None]
    face_y: Mapped[float | None]
    face_width: Mapped[float | None]
    face_height: Mapped[float | None]


class LabelSet(Base):
    """What one bundle said of a dataset's images.

    `summary` counts its images and says what its facets range over; it is written with the facets, and
    None until they are (a label set that an older version imported).
    """

    __tablename__ = "label_set"
    id: Mapped[int] = mapped_column(primary_key=True)
    dataset_id: Mapped[int] = mapped_column(ForeignKey("dataset.id"), index=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    bundle: Mapped[str | None]
    fingerprint: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    summary: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class Label(Base):
    """One image's soft-label beside its hard-label, with the parts it was made of where they are known.

    `rank`, `margin` and `subset` are as in Section 3.5 of the paper; `entropy` is that of the scores
    normalised to sum 1, in bits.
    """

    __tablename__ = "label"
    __table_args__ = (
        UniqueConstraint("label_set_id", "image_id"),
        one_of("subset", "Easy", "Challenging", "Difficult"),
        Index(None, "label_set_id", "subset"),
        Index(None, "label_set_id", "hard_label"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    label_set_id: Mapped[int] = mapped_column(ForeignKey("label_set.id"))
    image_id: Mapped[int] = mapped_column(ForeignKey("image.id"), index=True)
    hard_label: Mapped[str] = mapped_column(String(20))
    soft_neutral: Mapped[float]
    soft_happy: Mapped[float]
    soft_sad: Mapped[float]
    soft_surprise: Mapped[float]
    soft_fear: Mapped[float]
    soft_disgust: Mapped[float]
    soft_anger: Mapped[float]
    soft_contempt: Mapped[float]
    eb_neutral: Mapped[float | None]
    eb_happy: Mapped[float | None]
    eb_sad: Mapped[float | None]
    eb_surprise: Mapped[float | None]
    eb_fear: Mapped[float | None]
    eb_disgust: Mapped[float | None]
    eb_anger: Mapped[float | None]
    eb_contempt: Mapped[float | None]
    au_neutral: Mapped[float | None]
    au_happy: Mapped[float | None]
    au_sad: Mapped[float | None]
    au_surprise: Mapped[float | None]
    au_fear: Mapped[float | None]
    au_disgust: Mapped[float | None]
    au_anger: Mapped[float | None]
    au_contempt: Mapped[float | None]
    rank: Mapped[int]
    margin: Mapped[float]
    subset: Mapped[str] = mapped_column(String(20))
    entropy: Mapped[float]
    action_units: Mapped[dict[str, float] | None] = mapped_column(JSON(none_as_null=True))


SORTED_FACETS = (
    *("name", "rank", "margin", "entropy", "soft_neutral", "soft_happy", "soft_sad", "soft_surprise"),
    *("soft_fear", "soft_disgust", "soft_anger", "soft_contempt"),
)
"""The facets whose order an index holds: they are never empty, and all images of a label set have them."""


class LabelFacet(Base):
    """What a gallery filters and sorts by: one narrow row a label, kept together by label set.

    Copied from the label, the image and the votes, so that a scan of a label set reads a tenth of what
    those hold. `top` is the emotion that scores highest; `votes` counts all votes, `majority` is the
    emotion with most of them (None for a tie or none), `agreement` its share of all votes, and `divergence`
    the Jensen-Shannon distance (base 2) of the votes for emotions from the soft-label.
    """

    __tablename__ = "label_facet"
    __table_args__ = (
        *(Index(None, "label_set_id", column, "image_id") for column in SORTED_FACETS),
        {"sqlite_with_rowid": False},
    )
    label_set_id: Mapped[int] = mapped_column(ForeignKey("label_set.id"), primary_key=True)
    image_id: Mapped[int] = mapped_column(ForeignKey("image.id"), primary_key=True, index=True)
    hard_label: Mapped[str] = mapped_column(String(20))
    subset: Mapped[str] = mapped_column(String(20))
    split: Mapped[str | None] = mapped_column(String(20))
    rank: Mapped[int]
    margin: Mapped[float]
    entropy: Mapped[float]
    soft_neutral: Mapped[float]
    soft_happy: Mapped[float]
    soft_sad: Mapped[float]
    soft_surprise: Mapped[float]
    soft_fear: Mapped[float]
    soft_disgust: Mapped[float]
    soft_anger: Mapped[float]
    soft_contempt: Mapped[float]
    top: Mapped[str] = mapped_column(String(20))
    votes: Mapped[int]
    majority: Mapped[str | None] = mapped_column(String(20))
    agreement: Mapped[float | None]
    divergence: Mapped[float | None]
    age: Mapped[float | None]
    gender: Mapped[str | None]
    ethnicity: Mapped[str | None]
    yaw: Mapped[float | None]
    pitch: Mapped[float | None]
    roll: Mapped[float | None]
    valence: Mapped[float | None]
    arousal: Mapped[float | None]
    name: Mapped[str] = mapped_column(String(500))


class Annotation(Base):
    """One annotator's vote on an image."""

    __tablename__ = "annotation"
    id: Mapped[int] = mapped_column(primary_key=True)
    image_id: Mapped[int] = mapped_column(ForeignKey("image.id"), index=True)
    annotator: Mapped[str] = mapped_column(String(200))
    label: Mapped[str | None] = mapped_column(String(20))
    annotated_at: Mapped[datetime | None]


class Selection(Base):
    """A named list of images of a label set that a researcher has picked."""

    __tablename__ = "selection"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    label_set_id: Mapped[int] = mapped_column(ForeignKey("label_set.id"), index=True)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("researcher.id"))
    created_at: Mapped[datetime]


class SelectionImage(Base):
    """One image of a selection."""

    __tablename__ = "selection_image"
    selection_id: Mapped[int] = mapped_column(ForeignKey("selection.id"), primary_key=True)
    image_id: Mapped[int] = mapped_column(ForeignKey("image.id"), primary_key=True, index=True)
