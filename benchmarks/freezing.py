"""How long a study of full size takes to be frozen, and what it leaves: 500 people, 1,735 questions each.

The label set is read with all of its columns, and as planning reads it, in one run. Then a draft that takes
all images of the smaller emotions is frozen, and each step is timed by the clock and by the processor, whose
time a busy machine lengthens less; so is each transaction, for which other writers wait. It works on a copy
of the folder's database, which is made where the folder holds none (some minutes).

    python -m benchmarks.freezing [--folder FOLDER] [--images 450000] [--participants 500] [--questions 1735]
"""

import os
import platform
import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from benchmarks.researcher_seed import arguments_of, seeded
from db import schema
from db.session import Database, open_database
from db.settings import Settings
from study.design.design import Design
from study.drafts import create_draft
from study.images.catalog import label_frame
from study.images.eligible import eligible_counts, study_labels
from study.preregistration.freezing import freeze

AGAIN = 1.3
"""A participant's questions for each first-time one: a fifth again, and a tenth shared (the paper's)."""


class Timed(Database):
    """A database that keeps how long each of its transactions held the one writer."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.held: list[tuple[float, float]] = []

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """As `Database.begin`, timed by the clock and by the processor, with its commit."""
        with super().begin() as session:
            session.connection()  # BEGIN IMMEDIATE: what is waited for it is not held
            begun = (time.perf_counter(), time.process_time())
            yield session
        self.held.append((time.perf_counter() - begun[0], time.process_time() - begun[1]))

    def told(self) -> str:
        """The transactions in a line."""
        wall, work = np.array(self.held).T
        return (
            f"{len(wall)} writing transactions: median {np.median(wall):.2f} s, longest {wall.max():.2f} s;"
            f" processor {np.median(work):.2f} s and {work.max():.2f} s"
        )


class Steps:
    """Prints how long each step took when the next one begins."""

    def __init__(self) -> None:
        self.name, self.begun = "", (0.0, 0.0)

    def __call__(self, name: str) -> None:
        """Begin a step, and end the one before; the empty name ends the last."""
        now = (time.perf_counter(), time.process_time())
        if self.name:
            wall, work = now[0] - self.begun[0], now[1] - self.begun[1]
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
            print(
                f"{self.name}: {wall:.1f} s, processor {work:.1f} s, memory so far {peak:.1f} GiB", flush=True
            )
        self.name, self.begun = name, now


def design(database: Database, participants: int, questions: int) -> Design:
    """The emotions, smallest first, of which all images together make about so many questions."""
    every = Design(name="full-size", images_per_emotion=None, participants=participants)
    with database.session() as session:
        counts = eligible_counts(session, 1, every)
    wanted = participants * questions / AGAIN / len(every.experiments)
    taken: list[str] = []
    for emotion in sorted(counts, key=counts.__getitem__):
        if taken and sum(counts[one] for one in [*taken, emotion]) > 1.05 * wanted:
            continue
        taken.append(emotion)
    return every.changed(emotions=tuple(taken))


def read_labels(database: Database, about: Design) -> None:
    """Time both readings of the label set, by the processor."""

    def seconds(read: Callable[[], object]) -> float:
        start = time.process_time()
        read()
        return time.process_time() - start

    with database.session() as session:
        needed = seconds(lambda: study_labels(session, 1, about))
        whole = seconds(lambda: label_frame(session, 1))
    print(
        f"labels: whole {whole:.1f} s, for planning {needed:.1f} s of the processor: {whole / needed:.1f} : 1"
    )


def main() -> int:
    """Read, freeze, and print."""
    parser = arguments_of(__doc__)
    parser.add_argument("--questions", type=int, default=1735, help="about how many each (default 1,735)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="facevalue-benchmark-") as temporary:
        folder = arguments.folder or Path(temporary) / "seeded"
        source = seeded(folder, arguments.images, arguments.participants, arguments.answers)
        settings = Settings.from_environment({"DATA_DIR": str(Path(temporary) / "copy")})
        settings.data_dir.mkdir()
        place = settings.data_dir / "facevalue.db"
        _copy(source, place)
        print(f"{os.cpu_count()} cores, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}")
        database = Timed(open_database(settings).engine)
        schema.upgrade(database)
        about = design(database, arguments.participants, arguments.questions)
        read_labels(database, about)
        now, before, steps = datetime.now(UTC), place.stat().st_size, Steps()
        with database.begin() as session:
            made = create_draft(session, about, 1, now=now).id
        database.held.clear()
        frozen = freeze(database, settings.data_dir, made, now=now, rng=np.random.default_rng(0), say=steps)
        steps("")
        database.dispose()
        print(database.told())
        questions = len(frozen.plan.questions)
        each, images = questions / about.participants, len(frozen.plan.images)
        print(f"{questions:,} questions, {each:,.0f} each, of {images:,} images")
        grown = (place.stat().st_size - before) / 1e6
        print(f"preregistration {len(frozen.data) / 1e6:.0f} MB, database {grown:.0f} MB larger")
    return 0


def _copy(source: Settings, place: Path) -> None:
    """A copy as SQLite makes it: whole, whoever has the database open."""
    with (
        closing(sqlite3.connect(source.data_dir / "facevalue.db")) as old,
        closing(sqlite3.connect(place)) as new,
    ):
        old.backup(new)


if __name__ == "__main__":
    sys.exit(main())
