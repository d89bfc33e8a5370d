"""The people of an installation: invited, given a role, signed out, shut out; each act is logged."""

import re
from datetime import datetime

import pandas as pd
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from db.tables import Researcher, SignInToken, WebSession
from study.access.acts import Act
from study.access.audit import note
from study.access.researchers import add_researcher, create_sign_in_token
from study.errors import NotFoundError, PeopleError

ROLES = {
    "owner": "everything, and who may come in",
    "researcher": "makes and runs studies, imports images, trains and labels",
    "reader": "looks at images, labels and findings, and changes nothing",
}
_NAME = re.compile(r"\S(.{0,78}\S)?")


def people(session: Session, now: datetime) -> pd.DataFrame:
    """Everybody who was ever let in, in the order of their coming.

    Columns: researcher_id, name, role, password (whether there is one), subject, browsers (signed in now),
    last_seen_at (the latest signing in), disabled_at.
    """
    valid = (WebSession.revoked_at.is_(None)) & (WebSession.expires_at > now)
    browsers = func.count(WebSession.id).filter(valid)
    query = (
        select(
            Researcher.id,
            Researcher.name,
            Researcher.role,
            Researcher.password_hash.is_not(None),
            Researcher.subject,
            browsers,
            func.max(WebSession.created_at),
            Researcher.disabled_at,
        )
        .outerjoin(WebSession, WebSession.researcher_id == Researcher.id)
        .group_by(Researcher.id)
        .order_by(Researcher.id)
    )
    columns = ["researcher_id", "name", "role", "password", "subject", "browsers", "last_seen_at"]
    rows = [tuple(row) for row in session.execute(query)]
    return pd.DataFrame(rows, columns=[*columns, "disabled_at"])


def invite_person(
    session: Session, name: str, role: str, *, by: int | None, subject: str | None = None, now: datetime
) -> str:
    """Add a person, and return the token of the link that signs them in once, within a day.

    `subject` is the e-mail address by which the OpenID provider, where one is configured, knows them.

    Raises:
        PeopleError: the name is empty, too long or taken, the role is none of ours, the address is taken.
    """
    named = name.strip()
    if not _NAME.fullmatch(named):
        raise PeopleError(f"The name {name!r} must be 1 to 80 characters long.")
    if session.scalar(select(Researcher.id).where(Researcher.name == named)) is not None:
        raise PeopleError(f"There is somebody called {named!r} already: give this person another name.")
    _check_role(role)
    person = add_researcher(session, named, role, now=now)
    if subject is not None:
        set_subject(session, person.id, subject, by=by, now=now)
    note(session, by, Act.RESEARCHER_INVITED, named, {"role": role}, now=now)
    return create_sign_in_token(session, person, now)


def new_link(session: Session, researcher_id: int, *, by: int | None, now: datetime) -> str:
    """Another one-time sign-in link's token for somebody, such as one who lost the first."""
    person = _person(session, researcher_id)
    if person.disabled_at is not None:
        raise PeopleError(f"{person.name} is shut out: let them in again first.")
    note(session, by, Act.RESEARCHER_LINK_MADE, person.name, now=now)
    return create_sign_in_token(session, person, now)


def change_role(session: Session, researcher_id: int, role: str, *, by: int | None, now: datetime) -> None:
    """Give somebody another role; the last owner keeps theirs."""
    person = _person(session, researcher_id)
    _check_role(role)
    if role != "owner":
        _keep_an_owner(session, person, "become a " + role)
    before, person.role = person.role, role
    note(session, by, Act.RESEARCHER_ROLE_CHANGED, person.name, {"from": before, "to": role}, now=now)
    session.flush()


def set_subject(
    session: Session, researcher_id: int, subject: str | None, *, by: int | None, now: datetime
) -> None:
    """Say by which e-mail address the OpenID provider knows somebody; None says by none."""
    person = _person(session, researcher_id)
    address = (subject or "").strip().casefold() or None
    if address is not None:
        if "@" not in address or len(address) > 320:
            raise PeopleError(f"{subject!r} is no e-mail address.")
        taken = select(Researcher.name).where(Researcher.subject == address, Researcher.id != person.id)
        if (name := session.scalar(taken)) is not None:
            raise PeopleError(f"{address} belongs to {name} already.")
    person.subject = address
    note(session, by, Act.RESEARCHER_ADDRESS_SET, person.name, now=now)
    session.flush()


def known_to_provider(session: Session, address: str) -> Researcher | None:
    """Who has this e-mail address, as the OpenID provider asserts it; None for nobody, or one shut out."""
    return session.scalar(
        select(Researcher).where(
            Researcher.subject == address.strip().casefold(), Researcher.disabled_at.is_(None)
        )
    )


def vouched_for(session: Session, address: str, *, now: datetime) -> str | None:
    """A one-time link's token for whom the OpenID provider vouches; None where nobody has the address."""
    person = known_to_provider(session, address)
    if person is None:
        return None
    note(session, person.id, Act.RESEARCHER_VOUCHED_FOR, person.name, now=now)
    return create_sign_in_token(session, person, now)


def shut_out(session: Session, researcher_id: int, *, by: int | None, now: datetime) -> None:
    """Sign somebody out everywhere, and let them in no more; what they did stays in the log."""
    person = _person(session, researcher_id)
    _keep_an_owner(session, person, "be shut out")
    person.disabled_at = now
    sign_out_everywhere(session, researcher_id, by=by, now=now)
    note(session, by, Act.RESEARCHER_SHUT_OUT, person.name, now=now)


def let_in_again(session: Session, researcher_id: int, *, by: int | None, now: datetime) -> None:
    """Undo `shut_out`; the browsers have to sign in anew."""
    person = _person(session, researcher_id)
    person.disabled_at = None
    note(session, by, Act.RESEARCHER_LET_IN, person.name, now=now)
    session.flush()


def sign_out_everywhere(session: Session, researcher_id: int, *, by: int | None, now: datetime) -> int:
    """End all of somebody's signed-in browsers, and their unused sign-in links; returns how many browsers."""
    person = _person(session, researcher_id)
    session.execute(
        update(SignInToken)
        .where(SignInToken.researcher_id == person.id, SignInToken.used_at.is_(None))
        .values(used_at=now)
    )
    ended = session.scalars(
        update(WebSession)
        .where(WebSession.researcher_id == person.id, WebSession.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(WebSession.id)
    ).all()
    note(session, by, Act.RESEARCHER_SIGNED_OUT_EVERYWHERE, person.name, {"browsers": len(ended)}, now=now)
    return len(ended)


def remove_password(session: Session, researcher_id: int, *, by: int | None, now: datetime) -> None:
    """Take somebody's password away, such as a forgotten one: by a link they come in and set another."""
    person = _person(session, researcher_id)
    person.password_hash = None
    note(session, by, Act.RESEARCHER_PASSWORD_REMOVED, person.name, now=now)
    session.flush()


def signed_in_since(session: Session, researcher_id: int, now: datetime) -> list[datetime]:
    """When each browser that somebody is signed in on signed in, latest first."""
    query = select(WebSession.created_at).where(
        WebSession.researcher_id == researcher_id,
        WebSession.revoked_at.is_(None),
        WebSession.expires_at > now,
    )
    return list(session.scalars(query.order_by(WebSession.created_at.desc())))


def _person(session: Session, researcher_id: int) -> Researcher:
    person = session.get(Researcher, researcher_id)
    if person is None:
        raise NotFoundError(f"there is no researcher {researcher_id}")
    return person


def _check_role(role: str) -> None:
    if role not in ROLES:
        raise PeopleError(f"The role {role!r} is none of {', '.join(ROLES)}.")


def _keep_an_owner(session: Session, person: Researcher, fate: str) -> None:
    if person.role != "owner" or person.disabled_at is not None:
        return
    others = select(func.count()).where(
        Researcher.role == "owner", Researcher.disabled_at.is_(None), Researcher.id != person.id
    )
    if not session.scalar(others):
        raise PeopleError(
            f"{person.name} is the only owner and cannot {fate}: make somebody else an owner first."
        )
