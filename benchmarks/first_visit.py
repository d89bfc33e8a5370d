"""From navigation to the page drawn, for the first researcher after a start, in Chromium, at full size.

For each page the server is started anew and the page opened `--after` seconds after its first answer to
`/health`, in a browser that has seen the program before (its scripts are in the cache), and once more, when
nothing is left to load. *new browser* is the same in one with an empty cache, on the warm server. A page is
drawn when its last part stands and Streamlit's script has ended; pictures may still be on their way.

    python -m benchmarks.first_visit [--folder FOLDER] [--after 0 5] [--times 3]
"""

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, sync_playwright

from app.serving import running_server
from benchmarks.answers import free_port
from benchmarks.researcher_seed import arguments_of, seeded
from benchmarks.trial import FLAGS, chromium_path
from db.session import open_database
from db.settings import Settings
from study.access import researchers

ENDED = "[data-testid=stApp][data-test-script-state=notRunning]"
LAST = {
    "studies": ".fv-people, .stExpander",
    "gallery": ".fv-card",
    "image?set=1&image=4242": ".fv-card",
}
"""The pages by their address, and what stands last on each."""


@contextmanager
def server(settings: Settings) -> Iterator[float]:
    """The server while the block lasts; gives the seconds from its start to its answer."""
    began = time.perf_counter()
    with running_server(settings):
        yield time.perf_counter() - began


def signed_in(browser: Browser, settings: Settings) -> BrowserContext:
    """A browser with an empty cache, signed in as an owner."""
    database, now = open_database(settings), datetime.now(UTC)
    with database.begin() as session:
        owner = researchers.owner(session, now=now)
        token = researchers.create_sign_in_token(session, owner, now)
    database.dispose()
    context = browser.new_context(viewport={"width": 1280, "height": 1400})
    url = settings.own_url
    context.request.post(f"{url}/signin/{token}", headers={"Origin": url}, max_redirects=0)
    return context


def visit(context: BrowserContext, address: str, last: str) -> float:
    """Milliseconds from the navigation to the page drawn."""
    page = context.new_page()
    began = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.locator(last).first.wait_for(timeout=120_000)
    page.locator(ENDED).wait_for(timeout=120_000)
    taken = 1000 * (time.perf_counter() - began)
    page.close()
    return taken


def measure(
    browser: Browser, settings: Settings, name: str, after: float, times: int
) -> tuple[list[float], ...]:
    """Start, first visit, next visit and visit by a new browser: seconds, then milliseconds, of each time."""
    address, last = f"{settings.own_url}/{name}", LAST[name]
    with server(settings):
        known = signed_in(browser, settings)
        visit(known, address, last)
    starts, first, again, new = [], [], [], []
    for _ in range(times):
        with server(settings) as start:
            starts.append(start)
            time.sleep(after)
            first.append(visit(known, address, last))
            again.append(visit(known, address, last))
            fresh = signed_in(browser, settings)
            new.append(visit(fresh, address, last))
            fresh.close()
    known.close()
    return starts, first, again, new


def main() -> int:
    """Measure, and print a table."""
    parser = arguments_of(__doc__)
    parser.add_argument("--after", type=float, nargs="+", default=[0, 5], help="seconds after the start")
    parser.add_argument("--times", type=int, default=3)
    arguments = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="facevalue-benchmark-") as temporary,
        sync_playwright() as playwright,
    ):
        folder = arguments.folder or Path(temporary) / "data"
        settings = seeded(folder, arguments.images, arguments.participants, arguments.answers)
        settings = replace(settings, port=free_port())
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=list(FLAGS))
        print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; medians of {arguments.times}")
        print("| | opened after | server started in | first visit | again | new browser |")
        print("|---|---|---|---|---|---|")
        for name in LAST:
            for after in arguments.after:
                found = measure(browser, settings, name, after, arguments.times)
                start, *rest = (statistics.median(one) for one in found)
                told = " | ".join(f"{one:.0f} ms" for one in rest)
                print(f"| {name.partition('?')[0]} | {after:.0f} s | {start:.1f} s | {told} |", flush=True)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
