"""The tables: images and their labels, studies and their questions, answers, and who may look."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db.columns import Base


def _one_of(column: str, *values: str) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


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
    """What one bundle said of a dataset's images."""

    __tablename__ = "label_set"
    id: Mapped[int] = mapped_column(primary_key=True)
    dataset_id: Mapped[int] = mapped_column(ForeignKey("dataset.id"), index=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    bundle: Mapped[str | None]
    fingerprint: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]


class Label(Base):
    """One image's soft-label beside its hard-label, with the parts it was made of where they are known.

    `rank`, `margin` and `subset` are as in Section 3.5 of the paper; `entropy` is that of the scores
    normalised to sum 1, in bits.
    """

    __tablename__ = "label"
    __table_args__ = (
        UniqueConstraint("label_set_id", "image_id"),
        _one_of("subset", "Easy", "Challenging", "Difficult"),
        Index(None, "label_set_id", "subset"),
        Index(None, "label_set_id", "hard_label"),
        Index(None, "label_set_id", "margin"),
        Index(None, "label_set_id", "rank"),
        Index(None, "label_set_id", "entropy"),
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


class Annotation(Base):
    """One annotator's vote on an image."""

    __tablename__ = "annotation"
    id: Mapped[int] = mapped_column(primary_key=True)
    image_id: Mapped[int] = mapped_column(ForeignKey("image.id"), index=True)
    annotator: Mapped[str] = mapped_column(String(200))
    label: Mapped[str | None] = mapped_column(String(20))
    annotated_at: Mapped[datetime | None]


class Study(Base):
    """A design, frozen with the label set that it asks about."""

    __tablename__ = "study"
    __table_args__ = (_one_of("state", "draft", "open", "paused", "closed"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    title: Mapped[str]
    state: Mapped[str] = mapped_column(String(20), default="draft")
    simulated: Mapped[bool] = mapped_column(default=False)
    design: Mapped[dict[str, Any]] = mapped_column(JSON)
    label_set_id: Mapped[int] = mapped_column(ForeignKey("label_set.id"))
    seed: Mapped[int] = mapped_column(BigInteger)
    consent_text: Mapped[str]
    created_at: Mapped[datetime]
    deadline: Mapped[datetime | None]


class Participant(Base):
    """A person (or a simulated one) in a study, known by a code alone."""

    __tablename__ = "participant"
    __table_args__ = (UniqueConstraint("study_id", "code"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"))
    code: Mapped[str] = mapped_column(String(20))
    simulated: Mapped[bool] = mapped_column(default=False)
    consented_at: Mapped[datetime | None]
    consent_version: Mapped[str | None] = mapped_column(String(64))
    finished_at: Mapped[datetime | None]


class Invitation(Base):
    """A personal link; the token is made again from `nonce` and the secret, and only its hash is kept."""

    __tablename__ = "invitation"
    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"), index=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    nonce: Mapped[str] = mapped_column(String(64))
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class Question(Base):
    """One planned question; `side` is where the soft-label (Exp. 1) or the image's own (Exp. 2) stands."""

    __tablename__ = "question"
    __table_args__ = (
        UniqueConstraint("participant_id", "position"),
        _one_of("side", "left", "right"),
        _one_of("kind", "first", "self_repeat", "overlap"),
        CheckConstraint(
            "(experiment = 1 AND foil_image_id IS NULL) OR (experiment = 2 AND foil_image_id IS NOT NULL)",
            name="foil",
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(40), unique=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"), index=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"))
    position: Mapped[int]
    experiment: Mapped[int]
    image_id: Mapped[int] = mapped_column(ForeignKey("image.id"), index=True)
    foil_image_id: Mapped[int | None] = mapped_column(ForeignKey("image.id"))
    foil_distance: Mapped[float | None]
    side: Mapped[str] = mapped_column(String(5))
    kind: Mapped[str] = mapped_column(String(20))
    repeats_id: Mapped[int | None] = mapped_column(ForeignKey("question.id"), index=True)


class Answer(Base):
    """The one final answer of a question.

    Answers are given in the order of the questions, so a participant's answers are always those of
    positions 1 to n: `position` repeats the question's, and its unique index both guards that order and
    finds the next question in one step.
    """

    __tablename__ = "answer"
    __table_args__ = (
        UniqueConstraint("participant_id", "position"),
        _one_of("choice", "soft", "hard", "both", "none", "own", "foil"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"), unique=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"))
    position: Mapped[int]
    choice: Mapped[str] = mapped_column(String(5))
    correct: Mapped[bool | None]
    rt_ms: Mapped[float]
    hidden_ms: Mapped[float]
    shown_at: Mapped[datetime | None]
    answered_at: Mapped[datetime]
    key: Mapped[str] = mapped_column(String(64))


class AnswerEvent(Base):
    """Every post and undo, in the order they came; append-only (a trigger refuses anything else)."""

    __tablename__ = "answer_event"
    __table_args__ = (
        _one_of("event", "stored", "repeated", "late", "undone", "rejected"),
        # One key does one thing, however often it is sent.
        Index(
            "uq_answer_event_participant_id_key",
            "participant_id",
            "key",
            unique=True,
            sqlite_where=text("event IN ('stored', 'undone')"),
            postgresql_where=text("event IN ('stored', 'undone')"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"))
    question_id: Mapped[int | None] = mapped_column(ForeignKey("question.id"), index=True)
    event: Mapped[str] = mapped_column(String(10))
    key: Mapped[str] = mapped_column(String(64))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    at: Mapped[datetime]


class Researcher(Base):
    """Who may look, and as what."""

    __tablename__ = "researcher"
    __table_args__ = (_one_of("role", "owner", "researcher", "reader"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    role: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime]


class SignInToken(Base):
    """A link that signs a researcher in once."""

    __tablename__ = "sign_in_token"
    id: Mapped[int] = mapped_column(primary_key=True)
    researcher_id: Mapped[int] = mapped_column(ForeignKey("researcher.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class WebSession(Base):
    """A researcher's signed-in browser."""

    __tablename__ = "web_session"
    id: Mapped[int] = mapped_column(primary_key=True)
    researcher_id: Mapped[int] = mapped_column(ForeignKey("researcher.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
