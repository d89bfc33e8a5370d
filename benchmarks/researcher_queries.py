"""What the researchers' pages ask of the database, as things to be measured."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from db.session import Database
from db.settings import Settings
from db.tables import Image
from study import dashboard, studies
from study.access.audit import audit_log
from study.design.design import preset
from study.field import watching
from study.images import catalog, eligible, manifests, nearest, opinions, portrait
from study.images.gallery import all_ids, count, page_ids, relaxed
from study.images.gallery import gallery as page_of
from study.images.places import place_of
from study.images.view import SORTS, View
from study.jobs import queue

PER_PAGE = 24

Asked = dict[str, Callable[[], Any]]


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


def of_gallery(database: Database) -> Asked:
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

    asked: Asked = {"gallery: label sets": in_session(catalog.label_sets)}
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


def of_image(database: Database) -> Asked:
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


def of_studies(database: Database) -> Asked:
    """The questions of the pages about studies, people, jobs and data sets; study 2 is the open one."""

    def asking(ask: Callable[..., Any], *given: Any) -> Callable[[], Any]:
        def asked() -> None:
            with database.session() as session:
                ask(session, *given)

        return asked

    now = datetime.now(UTC)
    return {
        "studies: list": asking(studies.list_studies),
        "studies: progress of 500 participants": asking(studies.progress, 1),
        "watch: who is where": asking(watching.watch, 2, now),
        "watch: who is where, of 500": asking(watching.watch, 1, now),
        "watch: answers per day": asking(watching.answers_per_day, 2, now),
        "agreement: whether anything is new": asking(dashboard.version, 1),
        "design: images that may be drawn": asking(eligible.eligible_counts, 1, preset("quick_pilot")),
        "import: data sets": asking(manifests.datasets),
        "engine: jobs": asking(queue.jobs, ("train", "label")),
        "people: the latest of 10,000 acts": asking(audit_log),
    }


def _place(database: Database) -> None:
    settings = Settings.from_environment({"DATA_DIR": str(Path(database.engine.url.database or "").parent)})
    with database.session() as session:
        place_of(session, settings, 1)
