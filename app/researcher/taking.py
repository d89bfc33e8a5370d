"""Files that people take along: each made at the click, for those who may have it then, and logged."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import streamlit as st
from sqlalchemy.orm import Session

from app.identity import reader_token, session_token
from app.installation import Installation, installation
from app.researcher.access import EDITORS
from study.access.acts import Act
from study.access.audit import note
from study.access.researchers import session_researcher
from study.access.sharing import shared_study
from study.errors import LinkError

Make = Callable[[], bytes | str]


class NotAllowedError(Exception):
    """Whoever clicked may not have the file (any more); Streamlit says that the download failed."""


@dataclass(frozen=True)
class File:
    """A file to be taken along: how it is made, what the log calls the act, and who may.

    `roles` are those of researchers; a reader with a share link of the study `shared` may too.
    """

    make: Make
    act: Act
    subject: str
    detail: Mapping[str, Any] | None = None
    roles: tuple[str, ...] = EDITORS
    shared: int | None = None


def take(text: str, file: File, name: str, **button: Any) -> None:
    """Draw the button that makes and hands over a file; `button` is passed on to `st.download_button`."""
    # The click is served by another thread, where nobody's page is being drawn.
    cookies = dict(st.context.cookies)
    st.download_button(
        text,
        lambda: hand_over(installation(), cookies, file, datetime.now(UTC)),
        name,
        icon=button.pop("icon", ":material/download:"),
        on_click="ignore",
        **button,
    )


def logged(key: str) -> AbstractContextManager[object]:
    """A place for a table that is taken along by our button alone, which the log knows.

    The pages' style sheet hides the table's own button; what is on the screen can still be copied.
    """
    return st.container(key=f"logged-{key}")


def hand_over(place: Installation, cookies: Mapping[str, str], file: File, now: datetime) -> bytes | str:
    """The file's content, once the act is in the log.

    Raises:
        NotAllowedError: the cookies stand for nobody who may have it now.
    """
    with place.database.session() as session:
        by = _taker(session, place.secret, cookies, file, now)
    content = file.make()
    with place.database.begin() as session:
        act = Act.SHARE_LINK_REPORTED if by is None else file.act
        note(session, by, act, file.subject, dict(file.detail) if file.detail else None, now=now)
    return content


def _taker(
    session: Session, secret: bytes, cookies: Mapping[str, str], file: File, now: datetime
) -> int | None:
    """The researcher who takes the file; None where it is a reader with a share link."""
    token = session_token(secret, cookies)
    person = None if token is None else session_researcher(session, token, now)
    if person is not None and person.role in file.roles:
        return person.id
    link = reader_token(secret, cookies)
    if link is not None and file.shared is not None:
        try:
            if shared_study(session, link, now).id == file.shared:
                return None
        except LinkError as problem:
            raise NotAllowedError(str(problem)) from problem
    raise NotAllowedError(f"{file.subject}: whoever clicked may not have this file")
