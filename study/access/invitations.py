"""Invitations: personal links that let a participant in, again and again, on any browser."""

import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from db.tables import Invitation, OpenLink, Participant, Study
from study.access.acts import Act
from study.access.audit import note
from study.access.tokens import derived_token, token_hash
from study.errors import (
    ExpiredLinkError,
    NotFoundError,
    RevokedLinkError,
    StudyClosedError,
    StudyError,
    UnknownLinkError,
)
from study.plans import frozen

ENDED: tuple[Any, ...] = (Participant.withdrawn_at, Participant.erased_at, Participant.replaced_at)
"""What ends a participation for good; nobody is invited to it again."""


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


def invite_one(
    session: Session, participant_id: int, *, secret: bytes, now: datetime, by: int | None = None
) -> str:
    """Make one participant's link as an act of its own, such as after a replacement; returns its token."""
    token = invite(session, participant_id, secret=secret, now=now)
    named = subject(session, session.get_one(Participant, participant_id))
    note(session, by, Act.LINKS_MADE, named, {"links": 1}, now=now)
    return token


def invite_all(
    session: Session,
    study_id: int,
    *,
    secret: bytes,
    now: datetime,
    expires_at: datetime | None = None,
    by: int | None = None,
) -> pd.DataFrame:
    """Invite every participant of a study who has no valid link yet; returns `invitation_links`.

    Left out are those who came through an open link, and those whose participation has ended.
    """
    invited = select(Invitation.participant_id).where(*valid(now))
    missing = select(Participant.id).where(
        Participant.study_id == frozen(study_id),
        Participant.claimed_at.is_(None),
        *(ended.is_(None) for ended in ENDED),
        Participant.id.not_in(invited),
    )
    found = session.scalars(missing.order_by(Participant.code)).all()
    for participant_id in found:
        invite(session, participant_id, secret=secret, now=now, expires_at=expires_at)
    if found:
        study = session.get_one(Study, study_id)
        note(session, by, Act.LINKS_MADE, study.name, {"links": len(found)}, now=now)
    return invitation_links(session, study_id, secret)


def renew(
    session: Session,
    participant_id: int,
    *,
    secret: bytes,
    now: datetime,
    expires_at: datetime | None = None,
    by: int | None = None,
) -> str:
    """Give a participant a new link, and take all earlier ones back; returns its token.

    Raises:
        NotFoundError: there is no such participant.
        StudyError: the participation has ended.
    """
    person = session.get(Participant, participant_id)
    if person is None:
        raise NotFoundError(f"there is no participant {participant_id}")
    if person.withdrawn_at or person.erased_at or person.replaced_at:
        raise StudyError(f"the participation of {person.code} has ended: replace {person.code} instead")
    _take_back(session, Invitation.participant_id == participant_id, now)
    token = invite(session, participant_id, secret=secret, now=now, expires_at=expires_at)
    note(session, by, Act.LINK_RENEWED, subject(session, person), now=now)
    return token


def revoke_all(session: Session, participant_id: int, *, now: datetime, by: int | None = None) -> int:
    """Take all links of a participant back; returns how many there were.

    Raises:
        NotFoundError: there is no such participant.
    """
    person = session.get(Participant, participant_id)
    if person is None:
        raise NotFoundError(f"there is no participant {participant_id}")
    many = _take_back(session, Invitation.participant_id == participant_id, now)
    if many:
        note(session, by, Act.LINK_REVOKED, subject(session, person), now=now)
    return many


def invitation_links(session: Session, study_id: int, secret: bytes) -> pd.DataFrame:
    """The links of a study that were not taken back, made again from the secret.

    Columns: participant, token, expires_at, participant_id.
    """
    query = (
        select(Participant.code, Invitation)
        .join(Invitation, Invitation.participant_id == Participant.id)
        .where(Participant.study_id == study_id, Invitation.revoked_at.is_(None))
        .order_by(Participant.code, Invitation.id)
    )
    rows = [
        (code, _token(secret, invitation), invitation.expires_at, invitation.participant_id)
        for code, invitation in session.execute(query)
    ]
    return pd.DataFrame(rows, columns=["participant", "token", "expires_at", "participant_id"])


def anybody_invited(session: Session, study_id: int) -> bool:
    """Whether the study has a personal link or an open one, which may be taken back since."""
    tables = (Invitation, OpenLink)
    found = [select(table.id).where(table.study_id == study_id).limit(1) for table in tables]
    return any(session.scalar(query) is not None for query in found)


def links_table(session: Session, study_id: int, secret: bytes, base: str) -> pd.DataFrame:
    """The personal links as people get them: participant, link, expires (ISO 8601, empty for never)."""
    links = invitation_links(session, study_id, secret)
    expires = [one.isoformat(timespec="minutes") if pd.notna(one) else "" for one in links["expires_at"]]
    addresses = [f"{base}/join/{token}" for token in links["token"]]
    return pd.DataFrame({"participant": links["participant"], "link": addresses, "expires": expires})


def accept(session: Session, token: str, *, now: datetime) -> Participant:
    """The participant whose link this is; a link can be used as often as it is needed.

    Who has agreed to take part comes in even where the study is closed, or the share was given on: the page
    says how things stand, and there they can still have their answers erased.

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
    if person.consented_at is None and person.erased_at is None:
        if person.replaced_at is not None:
            raise RevokedLinkError("The place of this link has been given to somebody else.")
        refuse_closed(study, now)
    return person


def invitation_of(session: Session, token: str) -> int:
    """The number of the invitation that a token belongs to.

    Raises:
        UnknownLinkError: it belongs to none.
    """
    found = session.scalar(select(Invitation.id).where(Invitation.token_hash == token_hash(token)))
    if found is None:
        raise UnknownLinkError("This link is not one of ours. Was it copied whole?")
    return found


def still_lets_in(session: Session, invitation_id: int) -> bool:
    """Whether a browser that an invitation has let in may stay: until the link is taken back or renewed."""
    left = select(Invitation.id).where(Invitation.id == invitation_id, Invitation.revoked_at.is_(None))
    return session.scalar(left) is not None


def refuse_closed(study: Study, now: datetime) -> None:
    """Raise StudyClosedError, with kind words, where a study lets no newcomer in for good or not yet."""
    if study.state == "draft":
        raise StudyClosedError("This study has not begun yet. Please try again later.")
    if study.state == "closed" or (study.deadline is not None and study.deadline <= now):
        raise StudyClosedError("This study has ended. Thank you for your interest.")


def valid(now: datetime) -> Iterable[ColumnElement[bool]]:
    """The conditions of an invitation that lets its participant in."""
    lasting = or_(Invitation.expires_at.is_(None), Invitation.expires_at > now)
    return (Invitation.revoked_at.is_(None), lasting)


def subject(session: Session, person: Participant) -> str:
    """The study and the code of a participant, as the audit log names them."""
    return f"{session.get_one(Study, person.study_id).name}/{person.code}"


def _take_back(session: Session, which: ColumnElement[bool], now: datetime) -> int:
    taken = session.execute(
        update(Invitation)
        .where(which, Invitation.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(Invitation.id)
    )
    return len(taken.all())


def _token(secret: bytes, invitation: Invitation) -> str:
    return derived_token(secret, f"invitation:{invitation.id}:{invitation.nonce}")
