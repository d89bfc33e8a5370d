"""Take the README's pictures of the built demo: `DATA_DIR=data python docs/screenshots.py`."""

import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from app import demo  # noqa: E402
from app.serving import base_url, require_free_port, running_server  # noqa: E402
from db.session import open_database  # noqa: E402
from db.settings import Settings  # noqa: E402
from study import researchers  # noqa: E402
from study.access.secret import installation_secret  # noqa: E402

IMAGES = ROOT / "docs" / "images"
SIZE = {"width": 1200, "height": 800}
ROOMS = {"studies": "/", "gallery": "/gallery", "agreement": "/agreement"}


def main() -> None:
    """Serve the data folder's demo, and keep one picture of each room and of a question."""
    settings = Settings.from_environment()
    require_free_port(settings)
    now = datetime.now(UTC)
    database = open_database(settings)
    with database.begin() as session:
        token = researchers.create_sign_in_token(session, researchers.owner(session, now=now), now)
        invitation = demo.invitations(session, installation_secret(settings))[0]
    with running_server(settings), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        rooms(browser, base_url(settings), token)
        question(browser, f"{base_url(settings)}/join/{invitation}")


def rooms(browser: Browser, url: str, token: str) -> None:
    """The researchers' rooms."""
    page = browser.new_page(viewport=SIZE)
    page.goto(f"{url}/signin/{token}")
    for name, path in ROOMS.items():
        page.goto(url + path)
        page.get_by_text("Signed in as").wait_for()
        page.wait_for_timeout(2500)
        if name == "agreement":
            page.get_by_role("heading", name="6-c").evaluate("heading => heading.scrollIntoView()")
            page.wait_for_timeout(500)
        keep(page, name)


def question(browser: Browser, link: str) -> None:
    """The question that a participant is at, after the consent."""
    page = browser.new_page(viewport=SIZE)
    page.goto(link)
    page.get_by_role("heading").first.wait_for()
    page.wait_for_timeout(2500)
    agree = page.get_by_role("button", name="I agree and take part")
    if agree.count():
        agree.click()
    page.wait_for_timeout(2500)
    keep(page, "trial")


def keep(page: Page, name: str) -> None:
    """Keep what the page shows, in 256 colours so that the file is small."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    path = IMAGES / f"{name}.png"
    page.screenshot(path=path)
    with Image.open(path) as picture:
        few = picture.convert("RGB").quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
        few.save(path, optimize=True)


if __name__ == "__main__":
    main()
