"""How long the server works for each researcher's page at 450,000 images and 1,000,000 answers.

Every question that a page asks of the database, then whole pages (Streamlit's script from its start to its
end by AppTest, a new visitor each time, without network and browser). *first* is the first time in a new
process, when nothing is cached but what the operating system keeps of the file; *median* and *worst* are of
the times after it, and *work* is the median of the processor's time, which a busy machine lengthens less. The
database is made where the folder holds none, which takes some minutes.

    python -m benchmarks.researcher_pages [--folder FOLDER] [--images 450000] [--answers 1000000]
"""

import argparse
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from benchmarks.researcher_seed import seeded
from db.session import Database, open_database
from db.settings import Settings
from db.tables import Image
from study import dashboard, studies
from study.images import catalog, nearest, opinions, portrait
from study.images.gallery import all_ids, count, page_ids, relaxed
from study.images.gallery import gallery as page_of
from study.images.places import place_of
from study.images.view import SORTS, View

PROMISED_MS = 500
PER_PAGE = 24


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
        """The longest of all times."""
        return max(self.first, *self.again)

    def line(self) -> str:
        """The figures as a row of a Markdown table."""
        mark = "" if self.worst < PROMISED_MS else " (!)"
        median = statistics.median(self.again)
        work = statistics.median(self.work)
        return f"| {self.what} | {self.first:.0f} | {median:.0f} | {max(self.again):.0f}{mark} | {work:.0f} |"


def views() -> dict[str, View]:
    """What the gallery is asked for, by name."""
    fearful_surprise = {"fear": (0.5, None), "surprise": (0.5, None)}
    several = {"age": (20.0, 30.0), "margin": (-0.2, 0.3), "entropy": (1.0, None), "yaw": (-20.0, 20.0)}
    few = {"contempt": (0.8, None), "disgust": (0.6, None)}
    return {
        "Fear and Surprise from 0.5": View(1, ranges=fearful_surprise),
        "Fear and Surprise from 0.5, most mixed first": View(1, {}, fearful_surprise, None, "entropy", True),
        "hard-label Sad or Fear, Difficult, validation": View(
            1, {"emotion": ("Sad", "Fear"), "subset": ("Difficult",), "split": ("validation",)}
        ),
        "four ranges and gender": View(1, {"gender": ("female",)}, several),
        "hard-label Happy, least happy first": View(1, {"emotion": ("Happy",)}, {}, None, "happy"),
        "Contempt and Disgust high, most happy first": View(1, {}, few, None, "happy", True),
        "people against the engine, farthest first": View(1, {}, {}, "people-engine", "divergence", True),
    }


def of_gallery(database: Database) -> dict[str, Callable[[], Any]]:
    """The gallery's questions, by name."""
    with database.session() as session:
        images = count(session, View(1))

    def page(view: View, number: int = 1, total: int | None = None) -> Callable[[], Any]:
        def ask() -> None:
            with database.session() as session:
                page_of(session, view, offset=(number - 1) * PER_PAGE, limit=PER_PAGE, total=total)

        return ask

    def in_session(ask: Callable[..., Any], *given: Any) -> Callable[[], Any]:
        def asked() -> None:
            with database.session() as session:
                ask(session, *given)

        return asked

    asked: dict[str, Callable[[], Any]] = {"gallery: label sets": in_session(catalog.label_sets)}
    for sort in SORTS:
        for descending in (False, True):
            order = "falling" if descending else "rising"
            view = View(1, sort=sort, descending=descending)
            asked[f"gallery: page 1, {sort} {order}"] = page(view, 1, images)
    for sort in ("image", "fear", "age"):
        for number in (1_000, images // PER_PAGE // 2, images // PER_PAGE):
            asked[f"gallery: page {number:,}, {sort} rising"] = page(View(1, sort=sort), number, images)
    for name, view in views().items():
        asked[f"gallery: count, {name}"] = in_session(count, view)
        with database.session() as session:
            total = count(session, view)
        asked[f"gallery: page 1, {name} ({total:,})"] = page(view, 1, total)
        last = -(-total // PER_PAGE)
        if last > 2:
            middle = min(1_000, last // 2)
            asked[f"gallery: page {middle:,}, {name}"] = page(view, middle, total)
    nothing = View(1, {"emotion": ("Happy",), "subset": ("Easy",)}, {"happy": (None, 0.01)})
    asked["gallery: which filter to relax"] = in_session(relaxed, nothing)
    asked["gallery: select all Fear and Surprise"] = in_session(all_ids, next(iter(views().values())))
    asked["gallery: where the files lie"] = lambda: _place(database)
    return asked


def of_image(database: Database) -> dict[str, Callable[[], Any]]:
    """The questions of the image's page: a different image each time."""
    with database.session() as session:
        images = int(session.scalar(select(func.max(Image.id))) or 1)
    at = iter(range(1, 10**9))

    def about(ask: Callable[..., Any]) -> Callable[[], Any]:
        def asked() -> None:
            with database.session() as session:
                ask(session, (next(at) * 7_919) % images + 1)

        return asked

    filtered = views()["Fear and Surprise from 0.5, most mixed first"]
    with database.session() as session:
        total = count(session, filtered)

    def neighbours(session: Any, image_id: int) -> None:
        page_ids(session, filtered, offset=image_id % total, limit=3, total=total)

    return {
        "image: labels, metadata, votes": about(lambda s, image: portrait.portrait(s, 1, image)),
        "image: nearest by soft-label": about(lambda s, image: nearest.nearest(s, 1, image)),
        "image: answers about it": about(opinions.study_opinions),
        "image: previous and next of a filtered view": about(neighbours),
    }


def of_studies(database: Database) -> dict[str, Callable[[], Any]]:
    """The questions of the pages about studies."""

    def in_session(ask: Callable[..., Any], *given: Any) -> Callable[[], Any]:
        def asked() -> None:
            with database.session() as session:
                ask(session, *given)

        return asked

    return {
        "studies: list": in_session(studies.list_studies),
        "studies: progress of 500 participants": in_session(studies.progress, 1),
        "agreement: whether anything is new": in_session(dashboard.version, 1),
    }


def measure(what: str, ask: Callable[[], Any], times: int) -> Taken:
    """Ask once, then `times` more."""
    taken, work = [], []
    for _ in range(times + 1):
        start, worked = time.perf_counter(), time.process_time()
        ask()
        taken.append(1000 * (time.perf_counter() - start))
        work.append(1000 * (time.process_time() - worked))
    return Taken(what, taken[0], taken[1:], work[1:])


def pages(settings: Settings, times: int) -> list[Taken]:
    """Measure whole pages as a signed-in researcher gets them, a new visitor each time."""
    from streamlit.runtime.context import ContextProxy
    from streamlit.testing.v1 import AppTest

    from app.identity import RESEARCHER_COOKIE, signed
    from app.installation import installation
    from study.access import researchers

    os.environ["DATA_DIR"] = str(settings.data_dir)
    place, now = installation(), datetime.now(UTC)
    with place.database.begin() as session:
        owner = researchers.owner(session, now=now)
        web = researchers.sign_in(session, researchers.create_sign_in_token(session, owner, now), now)
    cookies = {RESEARCHER_COOKIE: signed(place.secret, RESEARCHER_COOKIE, web)}
    ContextProxy.cookies = property(lambda _self: cookies)  # type: ignore[assignment,method-assign]

    def visit(room: str, query: Mapping[str, str | list[str]]) -> Callable[[], Any]:
        script = f"""
import streamlit as st
from app.researcher import agreement, gallery, image, studies
rooms = dict(studies=studies, gallery=gallery, image=image, agreement=agreement)
st.navigation([one.entry() for one in rooms.values()])
rooms[{room!r}].page()
"""

        def draw() -> None:
            test = AppTest.from_string(script, default_timeout=60)
            for name, value in query.items():
                test.query_params[name] = value
            test.run()
            if test.exception:
                raise RuntimeError(str(test.exception[0].value))

        return draw

    both = {"fear": "0.5..", "surprise": "0.5.."}
    asked: dict[str, tuple[str, Mapping[str, str | list[str]]]] = {
        "page Gallery": ("gallery", {}),
        "page Gallery, page 1,000": ("gallery", {"page": "1000"}),
        "page Gallery, Fear and Surprise from 0.5": ("gallery", both),
        "page Gallery, the same, most mixed first": ("gallery", {**both, "sort": "-entropy"}),
        "page Image": ("image", {"set": "1", "image": "4242"}),
        "page Image within a view": ("image", {**both, "set": "1", "image": "4242", "at": "100"}),
        "page Studies": ("studies", {}),
    }
    return [measure(what, visit(*given), times) for what, given in asked.items()]


def _place(database: Database) -> None:
    settings = Settings.from_environment({"DATA_DIR": str(Path(database.engine.url.database or "").parent)})
    with database.session() as session:
        place_of(session, settings, 1)


def main() -> int:
    """Measure, and print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, help="data folder to keep (default: a temporary one)")
    parser.add_argument("--images", type=int, default=450_000)
    parser.add_argument("--participants", type=int, default=500)
    parser.add_argument("--answers", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=5, help="how often each is asked after the first")
    parser.add_argument("--only", default="", help="only what has this in its name")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="facevalue-benchmark-") as temporary:
        folder = arguments.folder or Path(temporary) / "data"
        settings = seeded(folder, arguments.images, arguments.participants, arguments.answers)
        print(f"{os.cpu_count()} cores, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}")
        print(f"{arguments.images:,} images, {arguments.answers:,} answers; milliseconds\n")
        print("| | first | median | worst after | work |\n|---|---|---|---|---|")
        database = open_database(settings)
        asked = {**of_gallery(database), **of_image(database), **of_studies(database)}
        found = []
        for what, ask in asked.items():
            if arguments.only in what:
                found.append(measure(what, ask, arguments.times))
                print(found[-1].line(), flush=True)
        database.dispose()
        if arguments.only in "pages":
            for taken in pages(settings, arguments.times):
                found.append(taken)
                print(taken.line(), flush=True)
        over = [taken for taken in found if taken.worst >= PROMISED_MS]
        print(f"\n{len(found) - len(over)} of {len(found)} always under {PROMISED_MS} ms", end="")
        print("".join(f"; {taken.what} up to {taken.worst:.0f}" for taken in over) + ".")
    return 0


if __name__ == "__main__":
    sys.exit(main())
