"""A served copy of a data folder, browsers that visit it, and the pictures kept of what they show."""

import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from app.serving import ServingError, running_server
from db import schema
from db.session import Database, open_database
from db.settings import Settings
from study.access import researchers

IMAGES = Path(__file__).resolve().parents[1] / "images"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DESK: ViewportSize = {"width": 1280, "height": 860}
PHONE: ViewportSize = {"width": 390, "height": 780}
STILL_MS, LOOKS = 700, 60
RUNNING = "[data-testid='stApp'][data-test-script-state='running'], [data-testid='stSpinner']"


@dataclass(frozen=True)
class Served:
    """A program that is served, and a browser to visit it with."""

    settings: Settings
    database: Database
    browser: Browser

    @property
    def url(self) -> str:
        """The address, without a slash at its end."""
        return self.settings.own_url

    def visitor(self, size: ViewportSize | None = None, *, path: str = "/") -> Page:
        """A page of a browser that nobody has used, 1280 wide or of the size given, at a path."""
        touch = size is PHONE
        context = self.browser.new_context(viewport=size or DESK, has_touch=touch, is_mobile=touch)
        page = context.new_page()
        page.goto(self.url + path)
        return page

    def researcher(self, size: ViewportSize | None = None) -> Page:
        """The same, signed in as the installation's owner."""
        now = datetime.now(UTC)
        with self.database.begin() as session:
            owner = researchers.owner(session, now=now)
            token = researchers.create_sign_in_token(session, owner, now)
        page = self.visitor(size, path=f"/signin/{token}")
        page.get_by_role("button", name="Sign in as").click()
        page.get_by_text("Signed in as").first.wait_for()
        return page

    def visit(self, page: Page, path: str) -> None:
        """Go to a researchers' page, and wait until it has come to rest."""
        page.goto(self.url + path)
        page.get_by_text("Signed in as").first.wait_for()
        settle(page)


@contextmanager
def served_copy(settings: Settings) -> Iterator[Served]:
    """Serve a copy of the data folder on a free port, so that pictures change nothing.

    Raises:
        ServingError: there is no data folder to copy, no Chromium, or the server does not answer.
    """
    chromium = next((path for name in CHROMIUM if (path := shutil.which(name))), None)
    if chromium is None:
        raise ServingError("no Chromium was found: install it, for example by `apt-get install chromium`")
    if not (settings.data_dir / "facevalue.db").exists():
        raise ServingError(f"there is no demo in {settings.data_dir}: build it by `make demo`")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        copy = Path(folder) / "data"
        shutil.copytree(settings.data_dir, copy, ignore=shutil.ignore_patterns("unfinished"))
        copied = Settings.from_environment({"DATA_DIR": str(copy), "PORT": str(_free_port())})
        database = open_database(copied)
        schema.upgrade(database)
        with running_server(copied):
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            yield Served(copied, database, browser)
            browser.close()
        database.dispose()


def settle(page: Page) -> None:
    """Wait until Streamlit runs nothing and two looks, a moment apart, see the same.

    Raises:
        ServingError: the page does not come to rest.
    """
    before = b""
    for _ in range(LOOKS):
        page.wait_for_timeout(STILL_MS)
        now = page.screenshot()
        if now == before and not page.locator(RUNNING).count():
            return
        before = now
    raise ServingError(f"the page {page.url} does not come to rest")


def show(page: Page, heading: str) -> None:
    """Scroll to a heading."""
    page.get_by_role("heading", name=heading).first.evaluate("heading => heading.scrollIntoView()")
    settle(page)


def keep(page: Page, name: str) -> None:
    """Keep what the page shows as docs/images/NAME.png, in 256 colours so that the file is small."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    path = IMAGES / f"{name}.png"
    page.screenshot(path=path)
    with Image.open(path) as picture:
        few = picture.convert("RGB").quantize(
            256, Image.Quantize.MAXCOVERAGE, kmeans=3, dither=Image.Dither.NONE
        )
        few.save(path, optimize=True)
    print(f"{path.relative_to(IMAGES.parents[1])}  {path.stat().st_size / 1000:.0f} kB", flush=True)


def _free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        return int(listener.getsockname()[1])
