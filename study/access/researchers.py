"""Researchers: one-time sign-in links and signed-in browsers."""

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from db.tables import Researcher, SignInToken, WebSession
from study.access.acts import Act
from study.access.audit import note
from study.access.tokens import new_token, token_hash
from study.errors import ExpiredLinkError, RevokedLinkError, UnknownLinkError, UsedLinkError

SIGN_IN_FOR = timedelta(days=1)
"""How long a sign-in link waits for its one use."""
SIGNED_IN_FOR = timedelta(days=30)
"""How long a browser stays signed in."""
_PRESSED_AGAIN_WITHIN = timedelta(minutes=1)
_ANOTHER = (
    "An owner of this installation can make a new one on the page People; on the machine that it runs on, "
    "“python -m app links” prints one."
)
_USED = f"This link has been used already. {_ANOTHER}"


def owner(session: Session, *, now: datetime) -> Researcher:
    """The installation's owner, made where there is none yet."""
    found = session.scalar(
        select(Researcher)
        .where(Researcher.role == "owner", Researcher.disabled_at.is_(None))
        .order_by(Researcher.id)
    )
    if found is not None:
        return found
    made = add_researcher(session, "Owner", "owner", now=now)
    note(session, None, Act.RESEARCHER_INVITED, made.name, {"role": made.role}, now=now)
    return made


def add_researcher(session: Session, name: str, role: str, *, now: datetime) -> Researcher:
    """Add a person who may look: role owner, researcher or reader."""
    person = Researcher(name=name, role=role, created_at=now)
    session.add(person)
    session.flush()
    return person


def create_sign_in_token(session: Session, researcher: Researcher, now: datetime) -> str:
    """Make a link's token that signs the researcher in once, within a day."""
    token = new_token()
    expires_at = now + SIGN_IN_FOR
    session.add(SignInToken(researcher_id=researcher.id, token_hash=token_hash(token), expires_at=expires_at))
    session.flush()
    return token


def sign_in(session: Session, token: str, now: datetime, *, browser: str | None = None) -> str:
    """Use a sign-in link up, and return the token of the browser's new session.

    `browser` is the token that the session is to have; a link that made this very session a moment ago
    makes it again, so that a button pressed twice signs in once.

    Raises:
        UnknownLinkError, UsedLinkError, ExpiredLinkError, RevokedLinkError: the link signs nobody in.
    """
    link = find_link(session, token)
    try:
        person = require_usable(session, link, now)
    except UsedLinkError:
        if browser is not None and _made_just_now(session, link, browser, now):
            return browser
        raise
    # One statement decides, so that of two browsers that race only one gets in.
    used = session.execute(
        update(SignInToken)
        .where(SignInToken.id == link.id, SignInToken.used_at.is_(None))
        .values(used_at=now)
        .returning(SignInToken.id)
    ).scalar()
    if used is None:
        raise UsedLinkError(_USED)
    note(session, person.id, Act.RESEARCHER_SIGNED_IN, person.name, {"by": "link"}, now=now)
    return new_session(session, person.id, now, browser)


def find_link(session: Session, token: str) -> SignInToken:
    """The sign-in link of a token, used or not.

    Raises:
        UnknownLinkError: there is none.
    """
    found = session.scalar(select(SignInToken).where(SignInToken.token_hash == token_hash(token)))
    if found is None:
        raise UnknownLinkError("This link is not one of ours. Was it copied whole?")
    return found


def require_usable(session: Session, link: SignInToken, now: datetime) -> Researcher:
    """Whom a sign-in link would sign in now.

    Raises:
        RevokedLinkError, UsedLinkError, ExpiredLinkError: it signs nobody in any more.
    """
    person = session.get_one(Researcher, link.researcher_id)
    if person.disabled_at is not None:
        raise RevokedLinkError("This link is no longer valid. Please ask the owner of this installation.")
    if link.used_at is not None:
        raise UsedLinkError(_USED)
    if link.expires_at <= now:
        raise ExpiredLinkError(f"The time of this link is over. {_ANOTHER}")
    return person


def _made_just_now(session: Session, link: SignInToken, browser: str, now: datetime) -> bool:
    mine = session_researcher(session, browser, now)
    recent = link.used_at is not None and now - link.used_at < _PRESSED_AGAIN_WITHIN
    return recent and mine is not None and mine.id == link.researcher_id


def note_refused_link(session: Session, token: str, now: datetime) -> None:
    """Write down that somebody's sign-in link was opened once more, or too late; one of nobody's is not."""
    person = session.execute(
        select(Researcher.id, Researcher.name)
        .join(SignInToken, SignInToken.researcher_id == Researcher.id)
        .where(SignInToken.token_hash == token_hash(token))
    ).one_or_none()
    if person is not None:
        note(session, None, Act.RESEARCHER_LINK_REFUSED, person.name, now=now)


def new_session(session: Session, researcher_id: int, now: datetime, token: str | None = None) -> str:
    """Sign a browser in, and return its token: the one given, or a new one."""
    token = token or new_token()
    expires_at = now + SIGNED_IN_FOR
    session.add(
        WebSession(
            researcher_id=researcher_id, token_hash=token_hash(token), created_at=now, expires_at=expires_at
        )
    )
    session.flush()
    return token


def session_researcher(session: Session, token: str, now: datetime) -> Researcher | None:
    """Who is signed in with this session token; None where nobody is (any more)."""
    return session.scalar(
        select(Researcher)
        .join(WebSession, WebSession.researcher_id == Researcher.id)
        .where(
            WebSession.token_hash == token_hash(token),
            WebSession.revoked_at.is_(None),
            WebSession.expires_at > now,
            Researcher.disabled_at.is_(None),
        )
    )


def sign_out(session: Session, token: str, now: datetime) -> None:
    """End a browser's session."""
    ended = session.execute(
        update(WebSession)
        .where(WebSession.token_hash == token_hash(token), WebSession.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(WebSession.researcher_id)
    ).scalar()
    if ended is not None:
        name = session.get_one(Researcher, ended).name
        note(session, ended, Act.RESEARCHER_SIGNED_OUT, name, now=now)
