"""Share links: a study's agreement report for readers, by a link that can be taken back."""

import secrets
from datetime import datetime

import pandas as pd
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from db.tables import Researcher, ShareLink, Study
from study.access.acts import Act
from study.access.audit import note
from study.access.tokens import derived_token, token_hash
from study.errors import ExpiredLinkError, NotFoundError, RevokedLinkError, UnknownLinkError

MADE, REVOKED = Act.SHARE_LINK_MADE, Act.SHARE_LINK_REVOKED


def share(
    session: Session,
    study_id: int,
    researcher_id: int | None,
    *,
    secret: bytes,
    now: datetime,
    expires_at: datetime | None = None,
) -> str:
    """Make a link to a study's report, note it in the audit log, and return its token.

    Raises:
        NotFoundError: there is no such study.
    """
    study = _study(session, study_id)
    nonce = secrets.token_hex(16)
    link = ShareLink(
        study_id=study_id,
        token_hash=token_hash(nonce),
        nonce=nonce,
        created_by=researcher_id,
        expires_at=expires_at,
        created_at=now,
    )
    session.add(link)
    session.flush()  # gives the id that the token is made of
    token = _token(secret, link)
    link.token_hash = token_hash(token)
    until = None if expires_at is None else expires_at.isoformat(timespec="minutes")
    note(session, researcher_id, MADE, study.name, {"link": link.id, "expires_at": until}, now=now)
    session.flush()
    return token


def share_links(session: Session, study_id: int, secret: bytes, now: datetime) -> pd.DataFrame:
    """The links of a study, newest first: link, token, made_at, made_by, expires_at, state (valid, expired
    or revoked). The token, made again from the secret, is None where the link opens nothing.
    """
    query = (
        select(ShareLink, Researcher.name)
        .outerjoin(Researcher, Researcher.id == ShareLink.created_by)
        .where(ShareLink.study_id == study_id)
        .order_by(ShareLink.id.desc())
    )
    rows = []
    for link, name in session.execute(query):
        state = _state(link, now)
        token = _token(secret, link) if state == "valid" else None
        rows.append((link.id, token, link.created_at, name, link.expires_at, state))
    columns = ["link", "token", "made_at", "made_by", "expires_at", "state"]
    return pd.DataFrame(rows, columns=columns, dtype=object)


def unshare(session: Session, link_id: int, researcher_id: int | None, *, now: datetime) -> None:
    """Take a link back: whoever reads by it is out at their next look. Another time changes nothing.

    Raises:
        NotFoundError: there is no such link.
    """
    link = session.get(ShareLink, link_id)
    if link is None:
        raise NotFoundError(f"there is no share link {link_id}")
    taken = session.execute(
        update(ShareLink)
        .where(ShareLink.id == link_id, ShareLink.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(ShareLink.id)
    ).scalar()
    if taken is not None:
        study = _study(session, link.study_id)
        note(session, researcher_id, REVOKED, study.name, {"link": link_id}, now=now)


def shared_study(session: Session, token: str, now: datetime) -> Study:
    """The study whose report this token opens.

    Raises:
        UnknownLinkError, RevokedLinkError, ExpiredLinkError: it opens nothing.
    """
    found = session.execute(
        select(ShareLink, Study)
        .join(Study, Study.id == ShareLink.study_id)
        .where(ShareLink.token_hash == token_hash(token))
    ).one_or_none()
    if found is None:
        raise UnknownLinkError("This link is not one of ours. Was it copied whole?")
    link, study = found
    state = _state(link, now)
    if state == "revoked":
        raise RevokedLinkError("This link has been taken back. Please ask the researchers for a new one.")
    if state == "expired":
        raise ExpiredLinkError("The time of this link is over. Please ask the researchers for a new one.")
    return study


def _state(link: ShareLink, now: datetime) -> str:
    if link.revoked_at is not None:
        return "revoked"
    return "expired" if link.expires_at is not None and link.expires_at <= now else "valid"


def _study(session: Session, study_id: int) -> Study:
    study = session.get(Study, study_id)
    if study is None:
        raise NotFoundError(f"there is no study {study_id}")
    return study


def _token(secret: bytes, link: ShareLink) -> str:
    return derived_token(secret, f"share:{link.id}:{link.nonce}")
