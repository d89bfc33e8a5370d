"""From a click to the next question on the screen: one participant, in Chromium, on the real server.

The page itself measures, from the time of the press to the end of the frame in which the next question
(image and both labels) is painted. Between two presses the participant looks for `--pace` seconds; server,
database and browser share the machine.

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
# A frame is on its way to the screen when the first task after its animation callbacks runs.
MEASURE = """
root => {
  const channel = new MessageChannel();
  let pressed = null;
  window.waits = [];
  channel.port1.onmessage = () => {
    if (pressed !== null) window.waits.push(performance.now() - pressed);
    pressed = null;
  };
  for (const kind of ["click", "keydown"])
    addEventListener(kind, (event) => { pressed = event.timeStamp; }, { capture: true });
  new MutationObserver(() => requestAnimationFrame(() => channel.port2.postMessage(null)))
    .observe(root, { attributes: true, attributeFilter: ["data-question"] });
}
"""


def answer(page: Page, presses: int, pace: float) -> list[float]:
    """Click and press keys by turns; returns the milliseconds from each press to the next question."""
    trial = page.locator(".trial")
    trial.evaluate(MEASURE)
    for number in tqdm(range(1, presses + 1), desc="answers", file=sys.stderr):
        page.wait_for_timeout(1000 * pace)
        if number % 2:
            page.locator(".answers [data-choice=left]").click()
        else:
            page.keyboard.press("ArrowRight")
        page.wait_for_function("n => window.waits.length === n", arg=number)
    waits: list[float] = page.evaluate("window.waits")
    return waits


def take_part(url: str, token: str, answers: int, pace: float) -> list[float]:
    """Open the invitation in a new Chromium, and answer."""
    chromium = next((path for name in CHROMIUM if (path := shutil.which(name))), None)
    if chromium is None:
        raise SystemExit("error: no Chromium: install it, for example by `apt-get install chromium`")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, headless=True, args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(f"{url}/join/{token}")
        page.locator(".trial[data-state=asking]").wait_for(timeout=60_000)
        waits = answer(page, WARM_UP + answers, pace)
        page.locator(".saving[data-kind=saved]").wait_for()
        page.wait_for_load_state("networkidle")
        browser.close()
    return waits[WARM_UP:]


def run(answers: int, pace: float) -> list[float]:
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
    waits = run(arguments.answers, arguments.pace)
    cuts = statistics.quantiles(waits, n=100)
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()}")
    print(
        f"press to next question painted: median {cuts[49]:.1f} ms, p95 {cuts[94]:.1f} ms, "
        f"worst {max(waits):.1f} ms  ({len(waits)} answers)"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
