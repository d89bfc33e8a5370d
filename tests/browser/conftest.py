"""Chromium, and a small program that is really served.

With FACEVALUE_REQUIRE_BROWSER=1 a missing Chromium fails the tests, which are skipped otherwise.
"""

import os
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from sqlalchemy import select

from app.serving import running_server
from db.tables import Study
from study.access import researchers
from tests import program as programs
from tests.program import Program
from tests.redesign import redesign

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"),
)
Opens = Callable[..., Page]
# Streamlit lets an expander grow for half a second, even for those who wish for less motion. On a busy
# machine a click on what it moves would press here and let go there.
WITHOUT_MOTION = """
const animate = Element.prototype.animate;
Element.prototype.animate = function (frames, timing) {
  return animate.call(this, frames, { ...(typeof timing === "object" ? timing : {}), duration: 0 });
};
"""


@dataclass(frozen=True)
class Served:
    """A program and the address that it answers at."""

    program: Program
    url: str

    def sign_in_link(self) -> str:
        """A fresh link for a researcher."""
        now = datetime.now(UTC)
        with self.program.database.begin() as session:
            owner = researchers.owner(session, now=now)
            return f"{self.url}/signin/{researchers.create_sign_in_token(session, owner, now)}"

    def invitation_link(self, number: int = 0) -> str:
        """The link of a participant of the open study."""
        return f"{self.url}/join/{self.program.invitations()[number]}"

    def design(self, **changes: object) -> None:
        """Change the design of the open study, which nobody has consented to yet."""
        with self.program.database.begin() as session:
            study_id = session.scalars(select(Study.id).where(Study.simulated.is_(False))).one()
            redesign(session, study_id, **changes)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    found = next((path for name in CHROMIUM if (path := shutil.which(name))), None)
    if found is None:
        reason = "no Chromium: install it, for example by `apt-get install chromium`"
        if os.environ.get("FACEVALUE_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    # A busy machine is not a failure: slowed six times, Chromium has drawn none of the agreement page's seven
    # figures after 20 s.
    expect.set_options(timeout=40_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, headless=True, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def served(
    chromium: Browser, built_program: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """A program that a module's tests share: they look, and answer nothing."""
    yield from _serve(built_program, tmp_path_factory.mktemp("served"))


@pytest.fixture
def served_with_stages(chromium: Browser, built_program: Path, tmp_path: Path) -> Iterator[Served]:
    """A program of the test's own, whose open study nobody has answered."""
    yield from _serve(built_program, tmp_path / "data")


@pytest.fixture
def freshly_served(served_with_stages: Served) -> Served:
    """The same, with nothing between consent and the questions."""
    served_with_stages.design(demographics=(), training=False)
    return served_with_stages


@pytest.fixture
def new_page(chromium: Browser) -> Iterator[Opens]:
    """Open pages of browsers that know nothing of each other: `new_page(width=390, color_scheme="dark")`."""
    with ExitStack() as contexts:

        def opens(width: int = 1280, height: int = 900, **options: object) -> Page:
            context: BrowserContext = chromium.new_context(
                viewport={"width": width, "height": height}, **options
            )
            contexts.callback(context.close)
            context.add_init_script(WITHOUT_MOTION)
            return context.new_page()

        yield opens


def _serve(built: Path, folder: Path) -> Iterator[Served]:
    programs.copy(built, folder)
    with programs.opened(folder) as program:
        settings = replace(program.settings, port=_free_port())
        with running_server(settings):
            yield Served(program, settings.own_url)


def _free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        return int(listener.getsockname()[1])
