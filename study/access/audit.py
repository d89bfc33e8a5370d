"""The audit log: who did what to what, and when. It can be added to and read, and nothing else."""

from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.tables import AuditEvent, Researcher


def note(
    session: Session,
    researcher_id: int | None,
    action: str,
    subject: str,
    detail: dict[str, Any] | None = None,
    *,
    now: datetime,
) -> None:
    """Write one act down, in the transaction of the act itself, so that neither stands without the other.

    `action` is a noun and a past participle, such as "study.frozen"; `subject` names what was acted upon;
    `detail` holds plain values and nothing personal. `researcher_id` is None for an act of a participant
    or of the command line.
    """
    session.add(
        AuditEvent(researcher_id=researcher_id, action=action, subject=subject[:300], detail=detail, at=now)
    )


def audit_log(
    session: Session,
    *,
    action: str | None = None,
    subject: str | None = None,
    limit: int = 500,
    skip: int = 0,
) -> pd.DataFrame:
    """The latest acts, newest first: at, who, action, subject, detail.

    `action` takes a whole action or its first word ("study"); `subject` a name that must be met exactly.
    """
    query = (
        select(AuditEvent.at, Researcher.name, AuditEvent.action, AuditEvent.subject, AuditEvent.detail)
        .outerjoin(Researcher, Researcher.id == AuditEvent.researcher_id)
        .order_by(AuditEvent.id.desc())
        .limit(limit)
        .offset(skip)
    )
    if action is not None:
        query = query.where(AuditEvent.action.startswith(action, autoescape=True))
    if subject is not None:
        query = query.where(AuditEvent.subject == subject)
    rows = [tuple(row) for row in session.execute(query)]
    return pd.DataFrame(rows, columns=["at", "who", "action", "subject", "detail"])
