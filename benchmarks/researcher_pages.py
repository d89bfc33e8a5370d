"""How long the server works for each researcher's page at 450,000 images and 1,000,000 answers.

Every question that a page asks of the database, then whole pages (Streamlit's script from its start to its
end by AppTest, a new visitor each time, without network and browser). *first* is the first time in a new
process, when nothing is cached but what the operating system keeps of the file (the pages' modules are loaded
before, as the server does); *median* and *worst* are of the times after it, and *work* is the median of the
processor's time, which a busy machine lengthens less. The database is made where the folder holds none, which
takes some minutes; `benchmarks.first_visit` measures the first visit after a start in Chromium.

    python -m benchmarks.researcher_pages [--folder FOLDER] [--answers 1000000] [--only WORD]
"""

import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from streamlit.logger import set_log_level

from app.warming import warm
from benchmarks.researcher_queries import of_gallery, of_image, of_studies
from benchmarks.researcher_seed import arguments_of, seeded
from benchmarks.researcher_visits import sign_in, visits
from db.session import open_database

PROMISED_MS = 500


@dataclass(frozen=True)
class Taken:
    """How long one thing took, in milliseconds: the first time, and the times after it.

    `work` is the processor time of those after it, which other programs' load does not lengthen much.
    """

    what: str
    first: float
    again: list[float]
    work: list[float]

    @property
    def worst(self) -> float:
        """The longest of the times after the first."""
        return max(self.again)

    def line(self) -> str:
        """The figures as a row of a Markdown table."""
        mark = "" if max(self.first, self.worst) < PROMISED_MS else " (!)"
        median = statistics.median(self.again)
        work = statistics.median(self.work)
        return f"| {self.what} | {self.first:.0f} | {median:.0f} | {self.worst:.0f}{mark} | {work:.0f} |"


def measure(what: str, ask: Callable[[], Any], times: int) -> Taken:
    """Ask once, then `times` more."""
    taken, work = [], []
    for _ in range(times + 1):
        start, worked = time.perf_counter(), time.process_time()
        ask()
        taken.append(1000 * (time.perf_counter() - start))
        work.append(1000 * (time.process_time() - worked))
    return Taken(what, taken[0], taken[1:], work[1:])


def measured(asked: dict[str, Callable[[], Any]], only: str, times: int) -> list[Taken]:
    """Measure what has `only` in its name, and print each line as it is known; what fails says why."""
    found = []
    for what, ask in asked.items():
        if only not in what:
            continue
        try:
            found.append(measure(what, ask, times))
        except RuntimeError as problem:
            print(f"| {what} | could not be drawn: {problem} |", flush=True)
        else:
            print(found[-1].line(), flush=True)
    return found


def main() -> int:
    """Measure, and print the tables."""
    parser = arguments_of(__doc__)
    parser.add_argument("--times", type=int, default=5, help="how often each is asked after the first")
    parser.add_argument("--only", default="", help="only what has this in its name, such as Page")
    arguments = parser.parse_args()
    set_log_level("error")
    with tempfile.TemporaryDirectory(prefix="facevalue-benchmark-") as temporary:
        folder = arguments.folder or Path(temporary) / "data"
        settings = seeded(folder, arguments.images, arguments.participants, arguments.answers)
        print(f"{os.cpu_count()} cores, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}")
        print(f"{arguments.images:,} images, {arguments.answers:,} answers; milliseconds\n")
        print("| | first | median | worst after | work |\n|---|---|---|---|---|")
        database = open_database(settings)
        asked = {**of_gallery(database), **of_image(database), **of_studies(database)}
        found = measured(asked, arguments.only, arguments.times)
        database.dispose()
        sign_in(settings)
        warm()
        found += measured(visits(), arguments.only, arguments.times)
        over = [taken for taken in found if taken.worst >= PROMISED_MS]
        first = [taken for taken in found if taken.worst < PROMISED_MS <= taken.first]
        print(
            f"\n{len(found) - len(over)} of {len(found)} always under {PROMISED_MS} ms after the first time."
        )
        for told, some in (("Over it", over), ("Over it the first time alone", first)):
            names = "; ".join(f"{one.what} up to {max(one.first, one.worst):.0f}" for one in some)
            print(f"{told}: {names or 'none'}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
