"""A database of the size of AffectNet+ for the benchmark of researchers' pages, made without the engine.

Scores are drawn so that they lean to the hard-label's emotion and, in a third of the images, to a second
one; a fifth of the images carries two to five votes that mostly follow the hard-label. The rows go in by
plain inserts, as what the imports do is not what is measured here.
"""

import sqlite3
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image as Picture
from tqdm import tqdm

from db import schema
from db.session import open_database
from db.settings import Settings
from engine.emfacs import EMOTIONS
from engine.soft_labels import SOFT_COLUMNS, SUBSETS
from study.design.design import Design
from study.images.facets import write_facets
from study.images.imports import PARTS

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
_CHUNK = 50_000
# Shares of the hard-labels in AffectNet's training set, in the order of EMOTIONS.
_SHARES = np.array([0.2602, 0.4675, 0.0885, 0.0490, 0.0222, 0.0132, 0.0865, 0.0129])
_RACES = ("Asian", "Black", "Hispanic", "Indian", "Middle-Eastern", "White")

Floats = npt.NDArray[np.float64]
Rows = Iterable[Sequence[Any]]


def seed(settings: Settings, images: int, participants: int, answers: int) -> None:
    """Fill an empty SQLite data folder: one dataset and label set, one closed study."""
    database = open_database(settings)
    schema.upgrade(database)
    rng = np.random.default_rng(450_000)
    root = settings.data_dir / "datasets" / "large"
    root.mkdir(parents=True)
    for number in range(64):
        shade = tuple(int(value) for value in rng.integers(60, 220, 3))
        Picture.new("RGB", (224, 224), shade).save(root / f"{number:02d}.jpg")
    raw = sqlite3.connect(settings.data_dir / "facevalue.db")
    raw.execute("PRAGMA synchronous = OFF")
    raw.execute("PRAGMA cache_size = -262144")
    hard = rng.choice(8, images, p=_SHARES / _SHARES.sum())
    stamp = _moment(NOW)
    _insert(raw, "dataset", "id, name, root, created_at", [(1, "large", "datasets/large", stamp)])
    _insert(raw, "label_set", "id, dataset_id, name, bundle, fingerprint, created_at", [
        (1, 1, "large", "large-bundle", "f" * 64, stamp)
    ])  # fmt: skip
    _images(raw, images, hard, rng)
    _labels(raw, images, hard, rng)
    _votes(raw, images, hard, rng)
    _study(raw, images, participants, answers, rng)
    raw.commit()
    raw.close()
    print("facets …", file=sys.stderr)
    with database.begin() as session:
        write_facets(session, 1)
    database.dispose()


def _images(
    raw: sqlite3.Connection, images: int, hard: npt.NDArray[np.int64], rng: np.random.Generator
) -> None:
    age, pose = rng.normal(35, 15, images).clip(1, 95).round(), rng.normal(0, 12, (images, 3)).round(1)
    gender, race = rng.integers(0, 2, images), rng.integers(0, 6, images)
    unknown = rng.random(images) < 0.1

    def rows() -> Iterator[Sequence[Any]]:
        for at in range(images):
            named = unknown[at]
            known = (None,) * 6 if named else (
                float(age[at]), ("female", "male")[gender[at]], _RACES[race[at]], *map(float, pose[at])
            )  # fmt: skip
            split = "validation" if at % 100 == 0 else "train"
            yield (at + 1, 1, f"{at:06d}", f"{at % 64:02d}.jpg", EMOTIONS[hard[at]], split, *known)

    columns = "id, dataset_id, name, path, hard_label, split, age, gender, ethnicity, yaw, pitch, roll"
    _insert(raw, "image", columns, rows(), images)


def _labels(
    raw: sqlite3.Connection, images: int, hard: npt.NDArray[np.int64], rng: np.random.Generator
) -> None:
    soft = rng.beta(0.7, 5, (images, 8))
    own = np.arange(images)
    soft[own, hard] = rng.beta(5, 2.2, images)
    second = rng.integers(0, 8, images)
    mixed = rng.random(images) < 0.33
    soft[own[mixed], second[mixed]] = np.maximum(soft[own[mixed], second[mixed]], rng.beta(4, 3, mixed.sum()))
    mine = soft[own, hard]
    rank = 1 + (soft > mine[:, None]).sum(axis=1)
    others = np.where(np.arange(8) == hard[:, None], -1, soft).max(axis=1)
    subset = np.where(rank == 1, 0, np.where(rank <= 3, 1, 2))
    share = soft / soft.sum(axis=1, keepdims=True)
    entropy = -(share * np.log2(np.maximum(share, 1e-12))).sum(axis=1)
    parts = np.hstack([(soft + rng.normal(0, 0.05, soft.shape)).clip(0, 1) for _ in range(2)])
    units = '{"1": 0.12, "4": 0.3, "6": 0.71, "12": 0.8, "25": 0.4}'

    def rows() -> Iterator[Sequence[Any]]:
        for at in range(images):
            head = (at + 1, 1, at + 1, EMOTIONS[hard[at]], *soft[at].tolist(), *parts[at].tolist())
            said = (
                int(rank[at]),
                float(mine[at] - others[at]),
                SUBSETS[subset[at]],
                float(entropy[at]),
                units,
            )
            yield (*head, *said)

    columns = ", ".join(("id", "label_set_id", "image_id", "hard_label", *SOFT_COLUMNS, *PARTS))
    _insert(raw, "label", f"{columns}, rank, margin, subset, entropy, action_units", rows(), images)


def _votes(
    raw: sqlite3.Connection, images: int, hard: npt.NDArray[np.int64], rng: np.random.Generator
) -> None:
    chosen = rng.choice(images, images // 5, replace=False)
    counts = rng.choice([2, 3, 4, 5], len(chosen), p=[0.7, 0.15, 0.1, 0.05])

    def rows() -> Iterator[Sequence[Any]]:
        for at, votes in zip(chosen.tolist(), counts.tolist(), strict=True):
            for voter in range(votes):
                label = int(hard[at]) if rng.random() < 0.7 else int(rng.integers(0, 8))
                yield at + 1, f"annotator {voter + 1}", EMOTIONS[label]

    _insert(raw, "annotation", "image_id, annotator, label", rows(), int(counts.sum()))


def _study(
    raw: sqlite3.Connection, images: int, participants: int, answers: int, rng: np.random.Generator
) -> None:
    design = Design(name="large", title="A large study", participants=participants)
    import json

    stamp = _moment(NOW)
    columns = "id, name, title, kind, state, simulated, design, label_set_id, seed, consent_text, created_at"
    study = (
        1,
        "large",
        "A large study",
        "experiments",
        "closed",
        1,
        json.dumps(design.to_dict()),
        1,
        0,
        "",
        stamp,
    )
    _insert(raw, "study", columns, [study])
    people = [(n, 1, f"P{n:03d}", 1, stamp, stamp) for n in range(1, participants + 1)]
    _insert(raw, "participant", "id, study_id, code, simulated, consented_at, finished_at", people)
    each = answers // participants
    total = each * participants
    image, foil = rng.integers(1, images + 1, (2, total))
    left, choice = rng.random(total) < 0.5, rng.random(total)
    times = rng.lognormal(7.7, 0.5, total).round(1)

    def questions() -> Iterator[Sequence[Any]]:
        for at in range(total):
            person, position = at // each + 1, at % each + 1
            experiment = 1 + at % 2
            other = (int(foil[at]), 0.4) if experiment == 2 else (None, None)
            side = "left" if left[at] else "right"
            yield at + 1, f"q{at:07d}", 1, person, position, experiment, int(image[at]), *other, side, "first"

    def given() -> Iterator[Sequence[Any]]:
        for at in range(total):
            person, position = at // each + 1, at % each + 1
            share = float(choice[at])
            if at % 2 == 0:
                said = ("soft", None) if share < 0.65 else ("hard", None) if share < 0.87 else ("both", None)
            else:
                said = ("own", 1) if share < 0.81 else ("foil", 0)
            when = _moment(NOW + timedelta(seconds=3 * at))
            yield at + 1, at + 1, person, position, *said, float(times[at]), 0.0, when, f"k{at:07d}"

    columns = "id, public_id, study_id, participant_id, position, experiment, image_id, foil_image_id"
    _insert(raw, "question", f"{columns}, foil_distance, side, kind", questions(), total)
    columns = "id, question_id, participant_id, position, choice, correct, rt_ms, hidden_ms, answered_at, key"
    _insert(raw, "answer", columns, given(), total)


def _insert(raw: sqlite3.Connection, table: str, columns: str, rows: Rows, total: int | None = None) -> None:
    marks = ", ".join("?" * len(columns.split(",")))
    bar = tqdm(rows, total=total, desc=table, file=sys.stderr, disable=total is None, unit_scale=True)
    with raw:
        raw.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", bar)


def _moment(when: datetime) -> str:
    """A moment as SQLAlchemy keeps it on SQLite."""
    return when.strftime("%Y-%m-%d %H:%M:%S.%f")


def seeded(folder: Path, images: int, participants: int, answers: int) -> Settings:
    """The settings of the data folder, which is filled if it holds no database yet."""
    settings = Settings.from_environment({"DATA_DIR": str(folder)})
    if not (folder / "facevalue.db").exists():
        seed(settings, images, participants, answers)
    return settings
