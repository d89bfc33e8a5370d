"""Open links: one address for many newcomers, each of whom gets a place of the study while there are any."""

import re
import secrets
from datetime import datetime
from urllib.parse import urlsplit

import pandas as pd
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.tables import OpenLink, Participant, Study
from study.access.acts import Act
from study.access.audit import note
from study.access.invitations import refuse_closed
from study.access.lapse import held
from study.access.tokens import derived_token, token_hash
from study.errors import (
    ExpiredLinkError,
    NotFoundError,
    RevokedLinkError,
    StudyError,
    UnknownLinkError,
)

SOURCES = ("open", "prolific")
PROLIFIC_END = "https://app.prolific.com/submissions/complete?cc={code}"
"""Where Prolific takes a finished participant back."""
_CODE = re.compile(r"[A-Za-z0-9_-]{1,100}")
COLUMNS = (
    *("link_id", "token", "source", "capacity", "taken", "consented", "finished", "expires_at"),
    *("revoked_at", "completion_code", "completion_url", "created_at"),
)


def create_open_link(
    session: Session,
    study_id: int,
    capacity: int,
    *,
    secret: bytes,
    now: datetime,
    source: str = "open",
    completion_code: str | None = None,
    completion_url: str | None = None,
    expires_at: datetime | None = None,
    by: int | None = None,
) -> str:
    """Make a link through which up to `capacity` newcomers come in, and return its token.

    A completion code of Prolific gets its address where none is given.

    Raises:
        NotFoundError: there is no such study.
        StudyError: capacity, source, code, address or expiry cannot be used; the message says which.
    """
    study = session.get(Study, study_id)
    if study is None:
        raise NotFoundError(f"there is no study {study_id}")
    code, url = (completion_code or "").strip() or None, (completion_url or "").strip() or None
    _check(capacity, source, code, url)
    if expires_at is not None and expires_at <= now:
        raise StudyError(f"the link would expire at {expires_at:%Y-%m-%d %H:%M}, which is over already")
    if source == "prolific" and code is not None and url is None:
        url = PROLIFIC_END.format(code=code)
    nonce = secrets.token_hex(16)
    link = OpenLink(
        study_id=study_id,
        token_hash=token_hash(nonce),
        nonce=nonce,
        source=source,
        capacity=capacity,
        completion_code=code,
        completion_url=url,
        expires_at=expires_at,
        created_at=now,
    )
    session.add(link)
    session.flush()  # gives the id that the token is made of
    token = _token(secret, link)
    link.token_hash = token_hash(token)
    session.flush()
    detail = {"link": link.id, "source": source, "capacity": capacity}
    note(session, by, Act.OPEN_LINK_MADE, study.name, detail, now=now)
    return token


def revoke_open_link(
    session: Session, link_id: int, *, study_id: int, now: datetime, by: int | None = None
) -> None:
    """Let no newcomer in through a study's link again; who has a place through it keeps it.

    Raises:
        NotFoundError: the study has no such link.
    """
    link = session.get(OpenLink, link_id)
    if link is None or link.study_id != study_id:
        raise NotFoundError(f"the study has no open link {link_id}")
    if link.revoked_at is None:
        link.revoked_at = now
        session.flush()
        study = session.get_one(Study, link.study_id)
        note(session, by, Act.OPEN_LINK_REVOKED, study.name, {"link": link.id}, now=now)


def open_links(session: Session, study_id: int, secret: bytes, *, now: datetime) -> pd.DataFrame:
    """All open links of a study with how many places they have given (COLUMNS), the newest last."""
    taken = func.count(Participant.id).filter(held(now))
    query = (
        select(
            OpenLink,
            taken,
            func.count(Participant.consented_at).filter(held(now)),
            func.count(Participant.finished_at).filter(held(now)),
        )
        .outerjoin(Participant, Participant.open_link_id == OpenLink.id)
        .where(OpenLink.study_id == study_id)
        .group_by(OpenLink.id)
        .order_by(OpenLink.id)
    )
    rows = []
    for link, *counts in session.execute(query):
        ends = (link.completion_code, link.completion_url)
        times = (link.expires_at, link.revoked_at)
        rows.append(
            (
                link.id,
                _token(secret, link),
                link.source,
                link.capacity,
                *counts,
                *times,
                *ends,
                link.created_at,
            )
        )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def find_open_link(session: Session, token: str, *, now: datetime) -> tuple[OpenLink, Study]:
    """The open link of a token and its study.

    Raises:
        UnknownLinkError, RevokedLinkError, ExpiredLinkError: the link lets nobody in.
        StudyClosedError: the study is not open yet, or no longer.
    """
    found = session.execute(
        select(OpenLink, Study)
        .join(Study, Study.id == OpenLink.study_id)
        .where(OpenLink.token_hash == token_hash(token))
    ).one_or_none()
    if found is None:
        raise UnknownLinkError("This link is not one of ours. Was it copied whole?")
    link, study = found
    if link.revoked_at is not None:
        raise RevokedLinkError("This link has been taken back: nobody new is let in through it.")
    if link.expires_at is not None and link.expires_at <= now:
        raise ExpiredLinkError("The time of this link is over: nobody new is let in through it.")
    refuse_closed(study, now)
    return link, study


def _check(capacity: int, source: str, code: str | None, url: str | None) -> None:
    if not 1 <= capacity <= 100_000:
        raise StudyError(f"an open link has a capacity of 1 to 100,000 places, not {capacity}")
    if source not in SOURCES:
        raise StudyError(f"the source of an open link is {' or '.join(SOURCES)}, not {source!r}")
    if code is not None and not _CODE.fullmatch(code):
        raise StudyError(
            f"the completion code {code!r} may hold letters, digits, - and _ alone (100 at most)"
        )
    if url is not None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise StudyError(f"the completion address {url!r} must begin with https:// and name a host")


def _token(secret: bytes, link: OpenLink) -> str:
    return derived_token(secret, f"open:{link.id}:{link.nonce}")
