"""Who may look at a researcher's page: asked again on every run, whatever the navigation lists."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec

import streamlit as st
from sqlalchemy.orm import Session

from app.identity import who_is_here
from app.installation import installation
from db.session import Database
from db.tables import Researcher

EDITORS = INVITERS = ("owner", "researcher")
OWNERS = ("owner",)
RESEARCHERS = (*EDITORS, "reader")

Given = ParamSpec("Given")


def researchers_only(draw: Callable[Given, None]) -> Callable[Given, None]:
    """Draw a page, or a part of one that runs alone, for signed-in researchers; tell others why not."""

    @wraps(draw)
    def guarded(*args: Given.args, **kwargs: Given.kwargs) -> None:
        if who_is_here().researcher is None:
            st.warning("This page is for signed-in researchers. Open a fresh sign-in link, then reload.")
            return
        draw(*args, **kwargs)

    return guarded


def editors_only(draw: Callable[Given, None]) -> Callable[Given, None]:
    """As `researchers_only`, for those who may change something: readers are told that they may not."""
    return _for_roles(EDITORS, draw)


def owners_only(draw: Callable[Given, None]) -> Callable[Given, None]:
    """As `researchers_only`, for owners."""
    return _for_roles(OWNERS, draw)


def _for_roles(roles: tuple[str, ...], draw: Callable[Given, None]) -> Callable[Given, None]:
    @wraps(draw)
    def guarded(*args: Given.args, **kwargs: Given.kwargs) -> None:
        researcher = who_is_here().researcher
        if researcher is not None and researcher.role not in roles:
            allowed = " and ".join(f"{role}s" for role in roles)
            st.warning(
                f"This page is for {allowed}; you are a {researcher.role}. "
                "An owner can change that, on the page People."
            )
            return
        draw(*args, **kwargs)

    return researchers_only(guarded)


def may_enter(roles: tuple[str, ...]) -> bool:
    """Whether the visitor has one of these roles."""
    researcher = who_is_here().researcher
    return researcher is not None and researcher.role in roles


def may_invite() -> bool:
    """Whether the visitor may see and make invitation links; a reader may not."""
    return may_enter(INVITERS)


class Guarded(Database):
    """The database as a page sees it: it asks at every write whether whoever is here may write now.

    A callback, a dialog's button and a fragment run in a page that was drawn before, perhaps for somebody who
    has been signed out, shut out or given another role since.
    """

    def __init__(self, opened: Database, writers: tuple[str, ...]) -> None:
        self.engine, self.writer, self._writers = opened.engine, opened.writer, writers

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """Write, as `Database.begin`; whoever may not gets a warning in place of the page."""
        researcher = who_is_here().researcher
        if researcher is None or researcher.role not in self._writers:
            st.warning("Nothing was changed: you may not do this (any more). Reload the page to go on.")
            st.stop()
        with super().begin() as session:
            yield session


def database(writers: tuple[str, ...] = EDITORS) -> Guarded:
    """The database of this installation, which people of these roles may write to."""
    return Guarded(installation().database, writers)


def secret() -> bytes:
    """The installation's secret, from which invitation links are made."""
    return installation().secret


def me() -> Researcher:
    """The signed-in researcher, on a page that only they see."""
    researcher = who_is_here().researcher
    if researcher is None:
        st.stop()
    return researcher
