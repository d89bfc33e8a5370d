"""The audit log: who did what to what, and when. It can be added to and read, and nothing else."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from db.tables import AuditEvent, Researcher
from study.access.acts import COMMAND_LINE, Act, act_words

COLUMNS = ("at", "who", "action", "subject", "detail")
_UNSIGNED = {act.value: act.unsigned for act in Act}


def note(
    session: Session,
    researcher_id: int | None,
    act: Act,
    subject: str,
    detail: dict[str, Any] | None = None,
    *,
    now: datetime,
) -> None:
    """Write one act down, in the transaction of the act itself, so that neither stands without the other.

    `subject` names what was acted upon; `detail` holds plain values: nothing personal, and nothing secret.
    Where `researcher_id` is None, the act itself says who acts (`Act.unsigned`).
    """
    session.add(
        AuditEvent(researcher_id=researcher_id, action=str(act), subject=subject[:300], detail=detail, at=now)
    )


def audit_log(
    session: Session,
    *,
    action: str | None = None,
    subject: str | None = None,
    who: int | str | None = None,
    about: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int | None = 500,
    skip: int = 0,
) -> pd.DataFrame:
    """The latest acts, newest first: at, who, action, subject, detail.

    `action` takes a whole action or its beginning ("study"); `subject` a name that must be met exactly, and
    `about` a part of one; `who` a researcher's id, or one of `acts.UNSIGNED`; `since` is within the time,
    `until` is not.
    """
    query = (
        select(AuditEvent.at, Researcher.name, AuditEvent.action, AuditEvent.subject, AuditEvent.detail)
        .outerjoin(Researcher, Researcher.id == AuditEvent.researcher_id)
        .where(*_wanted(action, subject, about, since, until), *_by(who))
        .order_by(AuditEvent.id.desc())
        .limit(limit)
        .offset(skip)
    )
    rows = [
        (at, name or _UNSIGNED.get(act, COMMAND_LINE), act, named, detail)
        for at, name, act, named, detail in session.execute(query)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def in_words(log: pd.DataFrame) -> pd.DataFrame:
    """The log as people read it: when, who, what, of (the subject), more (the detail in words)."""
    return pd.DataFrame(
        {
            "when": log["at"],
            "who": log["who"],
            "what": [act_words(action) for action in log["action"]],
            "of": log["subject"],
            "more": [_said(detail) for detail in log["detail"]],
        }
    )


def _said(detail: dict[str, Any] | None) -> str:
    return ", ".join(f"{key.replace('_', ' ')} {_plain(value)}" for key, value in (detail or {}).items())


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return f"({_said(value)})"
    if isinstance(value, list):
        return "; ".join(_plain(one) for one in value) or "none"
    return "none" if value is None else str(value)


def _wanted(
    action: str | None,
    subject: str | None,
    about: str | None,
    since: datetime | None,
    until: datetime | None,
) -> Iterable[ColumnElement[bool]]:
    if action is not None:
        yield AuditEvent.action.startswith(action, autoescape=True)
    if subject is not None:
        yield AuditEvent.subject == subject
    if about is not None:
        yield AuditEvent.subject.icontains(about, autoescape=True)
    if since is not None:
        yield AuditEvent.at >= since
    if until is not None:
        yield AuditEvent.at < until


def _by(who: int | str | None) -> Iterable[ColumnElement[bool]]:
    if isinstance(who, int):
        yield AuditEvent.researcher_id == who
    elif who is not None:
        yield AuditEvent.researcher_id.is_(None)
        theirs = [act for act, unsigned in _UNSIGNED.items() if unsigned == who]
        others = [act for act, unsigned in _UNSIGNED.items() if unsigned != who]
        # What this program knows no more was done from the command line.
        yield AuditEvent.action.not_in(others) if who == COMMAND_LINE else AuditEvent.action.in_(theirs)
