"""From dropping a photograph to its label and action units on the page: a researcher, in Chromium.

The bundle of `--bundle` lies in a new installation on the real server; the photographs are drawn. In the same
run the engine alone explains them, in this process: the rest of the time is upload, page and drawing.

    python -m benchmarks.photograph --bundle data/bundles/demo [--photographs 20] [--size 1600]
"""

import argparse
import io
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Page, sync_playwright
from tqdm import tqdm

from app.serving import running_server
from benchmarks.answers import free_port
from benchmarks.trial import FLAGS, chromium_path
from db import schema
from db.session import open_database
from db.settings import Settings
from engine.bundle import open_bundle
from engine.explanation import explain
from engine.inference import LoadedBundle
from study.access import researchers

WARM_UP = 3
# Both are drawn anew with each photograph, and the units stand last on the page.
SHOWN = """
before => {
  const said = (form) => document.querySelector(`[aria-label^="${form}"]`)?.getAttribute("aria-label");
  return said("Soft-label: ") && said("Soft-label: ") !== before[0]
    && said("Action units: ") && said("Action units: ") !== before[1];
}
"""


def photographs(count: int, size: int) -> list[bytes]:
    """JPEG files of structured noise."""
    rng, drawn = np.random.default_rng(5), []
    for _ in range(count):
        stream = io.BytesIO()
        coarse = Image.fromarray(rng.integers(0, 256, (9, 9, 3), dtype=np.uint8))
        coarse.resize((size, size), Image.Resampling.BICUBIC).save(stream, "JPEG", quality=90)
        drawn.append(stream.getvalue())
    return drawn


def explained(bundle: Path, files: list[bytes]) -> list[float]:
    """Seconds that the engine takes for each photograph, without the page."""
    seconds = []
    with LoadedBundle(open_bundle(bundle)) as loaded:
        for file in files:
            began = time.perf_counter()
            explain(file, loaded)
            seconds.append(time.perf_counter() - began)
    return seconds


def shown(page: Page, files: list[bytes]) -> list[float]:
    """Seconds from handing each photograph to the page until its label and action units are there."""
    seconds, before = [], ["", ""]
    for number, file in enumerate(tqdm(files, desc="photographs", file=sys.stderr)):
        upload = {"name": f"{number}.jpg", "mimeType": "image/jpeg", "buffer": file}
        began = time.perf_counter()
        page.locator("input[type=file]").set_input_files(upload)  # type: ignore[arg-type]
        page.wait_for_function(SHOWN, arg=before)
        seconds.append(time.perf_counter() - began)
        forms = ("Soft-label: ", "Action units: ")
        before = [page.locator(f'[aria-label^="{form}"]').get_attribute("aria-label") or "" for form in forms]
        page.wait_for_timeout(1000)
    return seconds


def on_the_page(bundle: Path, files: list[bytes]) -> list[float]:
    """`shown` for a researcher of a new installation that holds the bundle."""
    with (
        tempfile.TemporaryDirectory(prefix="facevalue-benchmark-") as folder,
        sync_playwright() as playwright,
    ):
        values = {"DATA_DIR": folder, "PORT": str(free_port()), "DATABASE_URL": ""}
        settings, now = Settings.from_environment(values), datetime.now(UTC)
        (settings.data_dir / "bundles").mkdir(parents=True)
        (settings.data_dir / "bundles" / bundle.name).symlink_to(bundle.resolve())
        database = open_database(settings)
        schema.upgrade(database)
        with database.begin() as session:
            owner = researchers.owner(session, now=now)
            token = researchers.create_sign_in_token(session, owner, now)
        database.dispose()
        with running_server(settings):
            browser = playwright.chromium.launch(executable_path=chromium_path(), args=list(FLAGS))
            page = browser.new_page(viewport={"width": 1280, "height": 1400})
            page.goto(f"{settings.own_url}/signin/{token}")
            page.get_by_role("button", name="Sign in as").click()
            page.get_by_text("Signed in as").wait_for(timeout=60_000)
            page.goto(f"{settings.own_url}/photograph")
            page.locator("input[type=file]").wait_for(state="attached", timeout=60_000)
            seconds = shown(page, files)
            browser.close()
    return seconds


def main() -> int:
    """Measure, and print median and worst."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--bundle", type=Path, required=True)
    parser.add_argument("--photographs", type=int, default=20, help="measured after a warm-up of three")
    parser.add_argument("--size", type=int, default=1600, help="side of the JPEG files in pixels")
    args = parser.parse_args()
    files = photographs(WARM_UP + args.photographs, args.size)
    measured = {"dropped to shown": on_the_page(args.bundle, files), "engine": explained(args.bundle, files)}
    for name, seconds in measured.items():
        found = [1000 * second for second in seconds[WARM_UP:]]
        print(f"{name}: median {statistics.median(found):.0f} ms, worst {max(found):.0f} ms ({len(found)})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
