"""Invitations: personal links that let a participant in, again and again, on any browser."""

import secrets
from datetime import datetime

import pandas as pd
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from db.tables import Invitation, Participant, Study
from study.access.tokens import derived_token, token_hash
from study.errors import (
    ExpiredLinkError,
    NotFoundError,
    RevokedLinkError,
    StudyClosedError,
    UnknownLinkError,
)


def invite(
    session: Session,
    participant_id: int,
    *,
    secret: bytes,
    now: datetime,
    expires_at: datetime | None = None,
) -> str:
    """Make a participant's link, and return its token.

    Raises:
        NotFoundError: there is no such participant.
    """
    person = session.get(Participant, participant_id)
    if person is None:
        raise NotFoundError(f"there is no participant {participant_id}")
    nonce = secrets.token_hex(16)
    invitation = Invitation(
        study_id=person.study_id,
        participant_id=person.id,
        token_hash=token_hash(nonce),
        nonce=nonce,
        expires_at=expires_at,
        created_at=now,
    )
    session.add(invitation)
    session.flush()  # gives the id that the token is made of
    token = _token(secret, invitation)
    invitation.token_hash = token_hash(token)
    session.flush()
    return token


def invite_all(session: Session, study_id: int, *, secret: bytes, now: datetime) -> pd.DataFrame:
    """Invite every participant of a study who has no valid link yet; returns `invitation_links`."""
    invited = select(Invitation.participant_id).where(Invitation.revoked_at.is_(None))
    missing = select(Participant.id).where(Participant.study_id == study_id, Participant.id.not_in(invited))
    for participant_id in session.scalars(missing.order_by(Participant.code)).all():
        invite(session, participant_id, secret=secret, now=now)
    return invitation_links(session, study_id, secret)


def invitation_links(session: Session, study_id: int, secret: bytes) -> pd.DataFrame:
    """The valid links of a study, made again from the secret: participant, token."""
    query = (
        select(Participant.code, Invitation)
        .join(Invitation, Invitation.participant_id == Participant.id)
        .where(Participant.study_id == study_id, Invitation.revoked_at.is_(None))
        .order_by(Participant.code, Invitation.id)
    )
    rows = [(code, _token(secret, invitation)) for code, invitation in session.execute(query)]
    return pd.DataFrame(rows, columns=["participant", "token"])


def revoke(session: Session, token: str, *, now: datetime) -> None:
    """Take a link back; it lets nobody in again.

    Raises:
        UnknownLinkError: it was never given out.
    """
    found = select(Invitation.id).where(Invitation.token_hash == token_hash(token))
    if session.scalar(found) is None:
        raise UnknownLinkError("this link is not one of ours")
    session.execute(
        update(Invitation)
        .where(Invitation.token_hash == token_hash(token), Invitation.revoked_at.is_(None))
        .values(revoked_at=now)
    )


def accept(session: Session, token: str, *, now: datetime) -> Participant:
    """The participant whose link this is; a link can be used as often as it is needed.

    Raises:
        UnknownLinkError, RevokedLinkError, ExpiredLinkError: the link lets nobody in.
        StudyClosedError: the study is not open yet, or no longer.
    """
    found = session.execute(
        select(Invitation, Participant, Study)
        .join(Participant, Participant.id == Invitation.participant_id)
        .join(Study, Study.id == Invitation.study_id)
        .where(Invitation.token_hash == token_hash(token))
    ).one_or_none()
    if found is None:
        raise UnknownLinkError("This link is not one of ours. Was it copied whole?")
    invitation, person, study = found
    if invitation.revoked_at is not None:
        raise RevokedLinkError("This link has been taken back. Please ask the researchers for a new one.")
    if invitation.expires_at is not None and invitation.expires_at <= now:
        raise ExpiredLinkError("The time of this link is over. Please ask the researchers for a new one.")
    if study.state == "draft":
        raise StudyClosedError("This study has not begun yet. Please try again later.")
    if study.state == "closed" or (study.deadline is not None and study.deadline <= now):
        raise StudyClosedError("This study has ended. Thank you for your interest.")
    return person


def _token(secret: bytes, invitation: Invitation) -> str:
    return derived_token(secret, f"invitation:{invitation.id}:{invitation.nonce}")
