"""Who may look and what they did: researchers, their sign-ins, the audit log, and the jobs they start."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from db.columns import Base, one_of


class Researcher(Base):
    """Who may look, and as what; `subject` names them to the OpenID provider, where one is configured."""

    __tablename__ = "researcher"
    __table_args__ = (one_of("role", "owner", "researcher", "reader"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    role: Mapped[str] = mapped_column(String(20))
    password_hash: Mapped[str | None]
    subject: Mapped[str | None] = mapped_column(String(400), unique=True)
    disabled_at: Mapped[datetime | None]
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


class AuditEvent(Base):
    """Who did what to what, and when; append-only (a trigger refuses anything else)."""

    __tablename__ = "audit_event"
    id: Mapped[int] = mapped_column(primary_key=True)
    researcher_id: Mapped[int | None] = mapped_column(ForeignKey("researcher.id"), index=True)
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(300))
    detail: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    at: Mapped[datetime]


class Job(Base):
    """A long piece of work that runs outside the web process: its command, where it is, how it ended."""

    __tablename__ = "job"
    __table_args__ = (one_of("state", "queued", "running", "done", "failed", "stopped"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(300))
    arguments: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(20), index=True)
    process_id: Mapped[int | None]
    host: Mapped[str | None] = mapped_column(String(200))
    progress: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    message: Mapped[str | None]
    started_by: Mapped[int | None] = mapped_column(ForeignKey("researcher.id"))
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    heartbeat_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
