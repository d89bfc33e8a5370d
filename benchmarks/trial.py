"""From a press to the next question on the screen: one participant, in Chromium, on the real server.

Two times are taken in the page for every answer, both from the time stamp of the click or key:

- frame: to the animation frame in which the next question (image and both labels) is painted;
- shown: to the moment when the browser has put that frame on the screen, by its own Event Timing, which tells
  it in steps of 8 ms and calls everything under 16 ms the same (8 here).

Between two presses the participant looks for `--pace` seconds; server, database and browser share the
machine.

    python -m benchmarks.trial [--answers 100] [--pace 0.6]
"""

import argparse
import os
import platform
import shutil
import statistics
import sys
import tempfile

import numpy as np
from PIL import Image
from playwright.sync_api import Page, sync_playwright
from tqdm import tqdm

from benchmarks.answers import check_stored, free_port, running_server, seed
from db.session import open_database
from db.settings import Settings

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage")
WARM_UP = 10
SIZE = 224
# `data-question` changes with image and labels, before the animation frame that paints all of them.
MEASURE = """
root => {
  let pressed = null;
  window.presses = [];
  for (const kind of ["click", "keydown"])
    addEventListener(kind, (event) => { pressed = { at: event.timeStamp, shown: 8 }; }, { capture: true });
  new MutationObserver(() => requestAnimationFrame(() => {
    window.presses.push({ ...pressed, frame: performance.now() - pressed.at });
  })).observe(root, { attributes: true, attributeFilter: ["data-question"] });
  new PerformanceObserver((list) => {
    for (const { name, startTime, duration } of list.getEntries()) {
      const press = window.presses.find(({ at }) => at === startTime);
      if (press && ["click", "keydown"].includes(name)) press.shown = duration;
    }
  }).observe({ type: "event", durationThreshold: 16 });
}
"""


def answer(page: Page, presses: int, pace: float) -> dict[str, list[float]]:
    """Click and press keys by turns; returns the milliseconds that each press took, by both measures."""
    page.locator(".trial").evaluate(MEASURE)
    for number in tqdm(range(1, presses + 1), desc="answers", file=sys.stderr):
        page.wait_for_timeout(1000 * pace)
        if number % 2:
            page.locator(".answers [data-choice=left]").click()
        else:
            page.keyboard.press("ArrowRight")
        page.wait_for_function("n => window.presses.length === n", arg=number)
    page.wait_for_timeout(1000)  # Event Timing tells of the last press a while after it
    measured = page.evaluate("window.presses")
    return {name: [press[name] for press in measured[WARM_UP:]] for name in ("frame", "shown")}


def chromium_path() -> str:
    """The browser of this machine; ends the program where there is none."""
    found = next((path for name in CHROMIUM if (path := shutil.which(name))), None)
    if found is None:
        raise SystemExit("error: no Chromium: install it, for example by `apt-get install chromium`")
    return found


def take_part(url: str, token: str, answers: int, pace: float) -> dict[str, list[float]]:
    """Open the invitation in a new Chromium, and answer."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(f"{url}/join/{token}")
        page.locator(".trial[data-state=asking]").wait_for(timeout=60_000)
        waits = answer(page, WARM_UP + answers, pace)
        page.locator(".saving[data-kind=saved]").wait_for()
        page.wait_for_load_state("networkidle")
        browser.close()
    return waits


def run(answers: int, pace: float) -> dict[str, list[float]]:
    """Measure on a new database in a temporary folder; refuses figures of answers that were not stored."""
    with tempfile.TemporaryDirectory(prefix="facevalue-benchmark-") as folder:
        settings = Settings.from_environment(
            {"DATA_DIR": folder, "PORT": str(free_port()), "DATABASE_URL": ""}
        )
        [[token]] = seed(settings, [1], [WARM_UP + answers + 1])
        pixels = np.random.default_rng(3).integers(0, 256, (SIZE, SIZE, 3), np.uint8)
        Image.fromarray(pixels).save(settings.data_dir / "datasets" / "benchmark" / "face.png")
        with running_server(settings):
            waits = take_part(f"http://127.0.0.1:{settings.port}", token, answers, pace)
        database = open_database(settings)
        check_stored(database, WARM_UP + answers)
        database.dispose()
    return waits


def main() -> int:
    """Measure, and print median and p95."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--answers", type=int, default=100, help="answers measured, after a warm-up of ten")
    parser.add_argument("--pace", type=float, default=0.6, help="seconds between two answers")
    arguments = parser.parse_args()
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()}")
    for name, waits in run(arguments.answers, arguments.pace).items():
        cuts = statistics.quantiles(waits, n=100)
        print(
            f"press to next question, {name}: median {cuts[49]:.1f} ms, p95 {cuts[94]:.1f} ms, "
            f"worst {max(waits):.1f} ms  ({len(waits)} answers)"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
