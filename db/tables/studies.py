"""Studies, their questions and answers, and the links that let people in."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db.columns import Base, one_of


class Study(Base):
    """A design, frozen with the label set that it asks about (or, to annotate, with the dataset).

    `frozen_at` is when the plan and the preregistration were made, `preregistration` the SHA-256 of the
    latter; a draft that is not frozen has no questions yet.
    """

    __tablename__ = "study"
    __table_args__ = (
        one_of("state", "draft", "open", "paused", "closed"),
        one_of("kind", "experiments", "annotation"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    title: Mapped[str]
    kind: Mapped[str] = mapped_column(String(20), default="experiments")
    state: Mapped[str] = mapped_column(String(20), default="draft")
    simulated: Mapped[bool] = mapped_column(default=False)
    design: Mapped[dict[str, Any]] = mapped_column(JSON)
    label_set_id: Mapped[int | None] = mapped_column(ForeignKey("label_set.id"))
    dataset_id: Mapped[int | None] = mapped_column(ForeignKey("dataset.id"))
    seed: Mapped[int] = mapped_column(BigInteger)
    consent_text: Mapped[str]
    created_at: Mapped[datetime]
    frozen_at: Mapped[datetime | None]
    preregistration: Mapped[str | None] = mapped_column(String(64))
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    deadline: Mapped[datetime | None]


class Participant(Base):
    """A person (or a simulated one) in a study, known by a code alone.

    A row is made with the plan and is a place: `claimed_at` is when a person took it through an open link.
    `training_step` counts the steps of the training that are done; `qualification` holds the images drawn for
    the present attempt: {"attempt": n, "images": [ids]}; `demographics` is {} where all was skipped.
    `external_id` is the person's code at a recruiting service. `due_at` is the person's own deadline.
    `replaced_at` says that another participant (whose `replaces_id` names this one) was given what was
    unanswered. An erased participant (`erased_at`) is a tombstone: nothing personal and no answer is left.
    """

    __tablename__ = "participant"
    __table_args__ = (UniqueConstraint("study_id", "code"), UniqueConstraint("study_id", "external_id"))
    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"))
    code: Mapped[str] = mapped_column(String(20))
    simulated: Mapped[bool] = mapped_column(default=False)
    consented_at: Mapped[datetime | None]
    consent_version: Mapped[str | None] = mapped_column(String(64))
    declined_at: Mapped[datetime | None]
    demographics: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    training_step: Mapped[int | None]
    trained_at: Mapped[datetime | None]
    qualification: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    qualified_at: Mapped[datetime | None]
    disqualified_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    claimed_at: Mapped[datetime | None]
    open_link_id: Mapped[int | None] = mapped_column(ForeignKey("open_link.id"), index=True)
    external_id: Mapped[str | None] = mapped_column(String(200))
    external: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("participant.id"))
    replaced_at: Mapped[datetime | None]


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


class OpenLink(Base):
    """A link that gives each newcomer a place of the study, up to `capacity`.

    `source` is `open`, or `prolific`, whose parameters name the person; `completion_code` and
    `completion_url` are what a finished participant is shown and sent to.
    """

    __tablename__ = "open_link"
    __table_args__ = (one_of("source", "open", "prolific"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    nonce: Mapped[str] = mapped_column(String(64))
    source: Mapped[str] = mapped_column(String(20), default="open")
    capacity: Mapped[int]
    completion_code: Mapped[str | None] = mapped_column(String(100))
    completion_url: Mapped[str | None]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class ShareLink(Base):
    """A link that shows one study's findings to a reader."""

    __tablename__ = "share_link"
    id: Mapped[int] = mapped_column(primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    nonce: Mapped[str] = mapped_column(String(64))
    created_by: Mapped[int | None] = mapped_column(ForeignKey("researcher.id"))
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class QualificationAnswer(Base):
    """One image labelled in one attempt at a study's qualification."""

    __tablename__ = "qualification_answer"
    __table_args__ = (UniqueConstraint("participant_id", "attempt", "position"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"))
    attempt: Mapped[int]
    position: Mapped[int]
    image_id: Mapped[int] = mapped_column(ForeignKey("image.id"), index=True)
    label: Mapped[str] = mapped_column(String(20))
    correct: Mapped[bool]
    rt_ms: Mapped[float | None]
    answered_at: Mapped[datetime]


class Question(Base):
    """One planned question; `side` is where the soft-label (Exp. 1) or the image's own (Exp. 2) stands.

    `experiment` is None where the study is an annotation task, which shows the image alone: `side` is then
    `left` and means nothing. An `attention` check is a question of Experiment 2 whose foil is unmistakable.
    """

    __tablename__ = "question"
    __table_args__ = (
        UniqueConstraint("participant_id", "position"),
        one_of("side", "left", "right"),
        one_of("kind", "first", "self_repeat", "overlap", "attention"),
        CheckConstraint(
            "(experiment IS NULL AND foil_image_id IS NULL) OR (experiment = 1 AND foil_image_id IS NULL)"
            " OR (experiment = 2 AND foil_image_id IS NOT NULL)",
            name="foil",
        ),
        # Checks are few among many questions.
        Index(
            "ix_question_attention",
            "study_id",
            sqlite_where=text("kind = 'attention'"),
            postgresql_where=text("kind = 'attention'"),
        ),
        Index(
            "ix_question_foil_image_id",
            "foil_image_id",
            sqlite_where=text("foil_image_id IS NOT NULL"),
            postgresql_where=text("foil_image_id IS NOT NULL"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(40), unique=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("study.id"), index=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"))
    position: Mapped[int]
    experiment: Mapped[int | None]
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
    finds the next question in one step. `choice` answers an experiment; `response` an annotation task:
    {"label": …}, {"scores": [eight]} or {"valence": …, "arousal": …}.
    """

    __tablename__ = "answer"
    __table_args__ = (
        UniqueConstraint("participant_id", "position"),
        one_of("choice", "soft", "hard", "both", "none", "own", "foil"),
        CheckConstraint("choice IS NOT NULL OR response IS NOT NULL", name="given"),
        # How far a participant was at a moment, in one step.
        Index("ix_answer_participant_id_answered_at", "participant_id", "answered_at", "position"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"), unique=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"))
    position: Mapped[int]
    choice: Mapped[str | None] = mapped_column(String(5))
    response: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    correct: Mapped[bool | None]
    rt_ms: Mapped[float]
    hidden_ms: Mapped[float]
    shown_at: Mapped[datetime | None]
    answered_at: Mapped[datetime]
    key: Mapped[str] = mapped_column(String(64))


class AnswerEvent(Base):
    """Every post and undo, in the order they came; append-only (a trigger refuses anything else, but the
    erasure of a participant).
    """

    __tablename__ = "answer_event"
    __table_args__ = (
        one_of("event", "stored", "repeated", "late", "undone", "rejected"),
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
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"), index=True)
    question_id: Mapped[int | None] = mapped_column(ForeignKey("question.id"), index=True)
    event: Mapped[str] = mapped_column(String(10))
    key: Mapped[str] = mapped_column(String(64))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    at: Mapped[datetime]
