"""Passwords of researchers: kept as argon2id hashes, tried a few times only."""

import hashlib
import hmac
import unicodedata
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.session import Database
from db.tables import AuditEvent, Researcher
from study.access.acts import Act
from study.access.audit import note
from study.access.researchers import new_session
from study.errors import PasswordError, TooManyAttemptsError

SHORTEST, LONGEST = 12, 200
"""Characters of a password; long ones are better than strange ones (NIST SP 800-63B, Sec. 3.1.1)."""
ATTEMPTS = 10
WITHIN = timedelta(minutes=15)
"""So many wrong passwords for a name within this time, and the name has to wait."""

REFUSED = Act.RESEARCHER_REFUSED
NO_NAME = "a name that nobody has"
# The parameters of RFC 9106's low-memory choice, which argon2-cffi keeps as its defaults.
_HASHER = PasswordHasher()
# Verified where a name is unknown, so that the time taken does not tell which names exist.
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$XTF+VWqQugLI9vxEwrGN5A$4BoiUO3xBYO/YtEOgNBB0qHi7ZeZPU9j+Q9ZvDQLx4w"


def set_password(session: Session, researcher: Researcher, password: str, *, now: datetime) -> None:
    """Give a researcher a password, which replaces the one before.

    Raises:
        PasswordError: it is shorter than 12 or longer than 200 characters, or holds the name.
    """
    chosen = _normalised(password)
    if not SHORTEST <= len(chosen) <= LONGEST:
        raise PasswordError(f"A password has {SHORTEST} to {LONGEST} characters; this one has {len(chosen)}.")
    if researcher.name.casefold() in chosen.casefold() or len(set(chosen)) < 5:
        raise PasswordError("This password is easy to guess: leave your name out, and use more characters.")
    researcher.password_hash = _HASHER.hash(chosen)
    note(session, researcher.id, Act.RESEARCHER_PASSWORD_SET, researcher.name, now=now)
    session.flush()


def sign_in_by_password(
    database: Database, name: str, password: str, *, secret: bytes, now: datetime
) -> str | None:
    """The token of a new browser session, or None where name and password do not belong together.

    The costly part, the hash, holds no lock of the database: whoever guesses keeps no answer waiting.

    Raises:
        TooManyAttemptsError: ten wrong passwords came for this name within 15 minutes.
    """
    with database.session() as session:
        person = session.scalar(
            select(Researcher).where(Researcher.name == name.strip(), Researcher.disabled_at.is_(None))
        )
        known_as = person.name if person is not None else _nobody(name, secret)
        _refuse_guessing(session, known_as, now)
    kept = person.password_hash if person is not None else None
    right = _verified(kept or _NOBODY, password) and kept is not None
    with database.begin() as session:
        # Asked again: of passwords that are tried at the same time, each sees the others' refusals here.
        _refuse_guessing(session, known_as, now)
        found = session.get(Researcher, person.id) if person is not None and right else None
        if found is None or found.password_hash != kept or found.disabled_at is not None:
            note(session, None, REFUSED, known_as, now=now)
            return None
        if _HASHER.check_needs_rehash(kept or ""):
            found.password_hash = _HASHER.hash(_normalised(password))
        note(session, found.id, Act.RESEARCHER_SIGNED_IN, found.name, {"by": "password"}, now=now)
        return new_session(session, found.id, now)


def right_password(researcher: Researcher, password: str) -> bool:
    """Whether this is the researcher's password; true for one who has none yet."""
    return researcher.password_hash is None or _verified(researcher.password_hash, password)


def _nobody(name: str, secret: bytes) -> str:
    """What stands for a name that nobody has, so that it has to wait as a name that somebody has.

    The name itself is not kept, because it may be a password that was typed into the wrong box: six digits of
    a keyed digest tell one name from another, and lead back to none.
    """
    digest = hmac.new(secret, f"name:{_normalised(name.strip())}".encode(), hashlib.sha256)
    return f"{NO_NAME} ({digest.hexdigest()[:6]})"


def _refuse_guessing(session: Session, name: str, now: datetime) -> None:
    recent = select(func.count()).where(
        AuditEvent.action == REFUSED.value, AuditEvent.subject == name, AuditEvent.at > now - WITHIN
    )
    if (session.scalar(recent) or 0) >= ATTEMPTS:
        raise TooManyAttemptsError(
            "Too many wrong passwords came for this name. Wait a quarter of an hour, or use a sign-in link."
        )


def _verified(kept: str, password: str) -> bool:
    try:
        return _HASHER.verify(kept, _normalised(password))
    except (VerificationError, InvalidHashError):
        return False


def _normalised(password: str) -> str:
    # The same key presses make the same text on every system.
    return unicodedata.normalize("NFKC", password)
