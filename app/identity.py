"""Who is here: signed cookies, one for a participant and one for a researcher.

A participant's cookie holds the participant's id and that of the personal link that let them in, which ends
with the link (who came through an open link has none); a researcher's the token of a session that the
database can end. Both may be in one browser, and neither opens the other's pages.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from itsdangerous import BadSignature, Signer
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from app.installation import Installation, installation
from db.tables import Researcher
from study.access.invitations import still_lets_in
from study.access.researchers import session_researcher

PARTICIPANT_COOKIE = "facevalue_participant"
RESEARCHER_COOKIE = "facevalue_researcher"
READER_COOKIE = "facevalue_reader"
_PARTICIPANT = re.compile(r"(?P<participant>[0-9]{1,18})(-(?P<link>[0-9]{1,18}))?")
_DAYS = {PARTICIPANT_COOKIE: 365, RESEARCHER_COOKIE: 30, READER_COOKIE: 90}


@dataclass(frozen=True)
class Here:
    """The people that a browser's cookies stand for."""

    participant_id: int | None
    researcher: Researcher | None


def who_is_here() -> Here:
    """Who looks at the Streamlit page that is being drawn."""
    import streamlit as st

    return identify(installation(), st.context.cookies, datetime.now(UTC))


def identify(place: Installation, cookies: Mapping[str, str], now: datetime) -> Here:
    """Who these cookies stand for; a cookie that is unsigned, tampered with or ended stands for nobody."""
    return Here(participant_of(place, cookies), researcher_of(place, cookies, now))


@dataclass(frozen=True)
class Named:
    """The participant whom a cookie names, and the invitation that let them in; None for an open link."""

    participant_id: int
    invitation_id: int | None

    def still_in(self, session: Session) -> bool:
        """Whether the link that let them in has not been taken back or renewed since."""
        return self.invitation_id is None or still_lets_in(session, self.invitation_id)


def named(secret: bytes, cookies: Mapping[str, str]) -> Named | None:
    """Whom the cookies name, before the database is asked whether they may still come in."""
    value = unsigned(secret, PARTICIPANT_COOKIE, cookies.get(PARTICIPANT_COOKIE))
    found = None if value is None else _PARTICIPANT.fullmatch(value)
    if found is None:
        return None
    return Named(int(found["participant"]), None if found["link"] is None else int(found["link"]))


def participant_of(place: Installation, cookies: Mapping[str, str]) -> int | None:
    """The participant whom the cookies name; nobody where the link that let them in was taken back since."""
    found = named(place.secret, cookies)
    if found is None or found.invitation_id is None:
        return None if found is None else found.participant_id
    with place.database.session() as session:
        return found.participant_id if found.still_in(session) else None


def remember_participant(
    response: Response, request: Request, secret: bytes, participant_id: int, invitation_id: int | None
) -> None:
    """Set the cookie of a participant whom a personal link has let in, or an open one (None)."""
    value = f"{participant_id}" if invitation_id is None else f"{participant_id}-{invitation_id}"
    remember(response, request, secret, PARTICIPANT_COOKIE, value)


def researcher_of(place: Installation, cookies: Mapping[str, str], now: datetime) -> Researcher | None:
    """The researcher whose session the cookies hold, if it has not ended."""
    token = session_token(place.secret, cookies)
    if token is None:
        return None
    with place.database.session() as session:
        return session_researcher(session, token, now)


def session_token(secret: bytes, cookies: Mapping[str, str]) -> str | None:
    """The token of the researcher's session that the cookies hold."""
    return unsigned(secret, RESEARCHER_COOKIE, cookies.get(RESEARCHER_COOKIE))


def reader_token(secret: bytes, cookies: Mapping[str, str]) -> str | None:
    """The token of the share link that the cookies hold; whether it still opens anything is asked anew."""
    return unsigned(secret, READER_COOKIE, cookies.get(READER_COOKIE))


def signed(secret: bytes, name: str, value: str) -> str:
    """The value of the cookie `name` that holds `value`."""
    return _signer(secret, name).sign(value).decode()


def unsigned(secret: bytes, name: str, cookie: str | None) -> str | None:
    """What the cookie `name` holds; None where it is absent, or we did not sign it for that name."""
    if cookie is None:
        return None
    try:
        return _signer(secret, name).unsign(cookie).decode()
    except (BadSignature, UnicodeError):
        return None


def remember(response: Response, request: Request, secret: bytes, name: str, value: str) -> None:
    """Set a signed cookie that no script can read and no other site can send along."""
    response.set_cookie(
        name,
        signed(secret, name, value),
        max_age=_DAYS[name] * 24 * 3600,
        path="/",
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )


def forget(response: Response, name: str) -> None:
    """Take a cookie away."""
    response.delete_cookie(name, path="/", httponly=True, samesite="lax")


def _signer(secret: bytes, name: str) -> Signer:
    return Signer(secret, salt=name, digest_method=hashlib.sha256)
