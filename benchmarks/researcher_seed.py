"""A database of the size of AffectNet+ for the benchmark of researchers' pages, made without the engine.

Scores are drawn so that they lean to the hard-label's emotion and, in a third of the images, to a second
one; a fifth of the images carries two to five votes that mostly follow the hard-label. The rows go in by
plain inserts, as what the imports do is not what is measured here.
"""

import argparse
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image as Picture

from benchmarks.researcher_seed_people import seed_people
from benchmarks.researcher_seed_studies import seed_studies
from benchmarks.seed_rows import NOW, insert, moment
from db import schema
from db.session import open_database
from db.settings import Settings
from engine.emfacs import EMOTIONS
from engine.soft_labels import SOFT_COLUMNS, SUBSETS
from study.images.facets import write_facets
from study.images.imports import PARTS
from study.images.overview import keep_overview

LABEL_SETS = ("large", "large-again")
BUNDLES = ("large-bundle", "large-bundle-2", "large-bundle-3")
# Shares of the hard-labels in AffectNet's training set, in the order of EMOTIONS.
_SHARES = np.array([0.2602, 0.4675, 0.0885, 0.0490, 0.0222, 0.0132, 0.0865, 0.0129])
_RACES = ("Asian", "Black", "Hispanic", "Indian", "Middle-Eastern", "White")

Floats = npt.NDArray[np.float64]


def seed(settings: Settings, images: int, participants: int, answers: int) -> None:
    """Fill an empty SQLite data folder.

    One dataset with two label sets, a closed study of `participants` and `answers`, one that is open and half
    answered, an annotation task, three bundles, past jobs, people and an audit log.
    """
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
    _dataset(raw, images, rng)
    seed_studies(raw, images, participants, answers, rng)
    raw.commit()
    raw.close()
    print("facets …", file=sys.stderr)
    for label_set_id in (1, 2):
        with database.begin() as session:
            write_facets(session, label_set_id)
    seed_people(database, settings, BUNDLES, images)
    print("tables of the label sets …", file=sys.stderr)
    with database.session() as session:
        for name in LABEL_SETS:
            keep_overview(session, settings, name)
    database.dispose()


def _dataset(raw: sqlite3.Connection, images: int, rng: np.random.Generator) -> None:
    hard = rng.choice(8, images, p=_SHARES / _SHARES.sum())
    stamp = moment(NOW)
    insert(raw, "dataset", "id, name, root, created_at", [(1, "large", "datasets/large", stamp)])
    sets = zip(LABEL_SETS, BUNDLES, ("f" * 64, "e" * 64), strict=False)
    named = [(at, 1, name, bundle, mark, stamp) for at, (name, bundle, mark) in enumerate(sets, 1)]
    insert(raw, "label_set", "id, dataset_id, name, bundle, fingerprint, created_at", named)
    _images(raw, images, hard, rng)
    soft = _scores(images, hard, rng)
    again = (soft + rng.normal(0, 0.06, soft.shape)).clip(0, 1)
    for label_set_id, scores in ((1, soft), (2, again)):
        _labels(raw, label_set_id, hard, scores, rng)
    _votes(raw, images, hard, rng)


def _images(
    raw: sqlite3.Connection, images: int, hard: npt.NDArray[np.int64], rng: np.random.Generator
) -> None:
    age, pose = rng.normal(35, 15, images).clip(1, 95).round(), rng.normal(0, 12, (images, 3)).round(1)
    gender, race = rng.integers(0, 2, images), rng.integers(0, 6, images)
    unknown = rng.random(images) < 0.1

    def rows() -> Iterator[Sequence[Any]]:
        for at in range(images):
            named = unknown[at]
            known: tuple[Any, ...] = (None,) * 6 if named else (
                float(age[at]), ("female", "male")[gender[at]], _RACES[race[at]], *map(float, pose[at])
            )  # fmt: skip
            split = "validation" if at % 100 == 0 else "train"
            yield (at + 1, 1, f"{at:06d}", f"{at % 64:02d}.jpg", EMOTIONS[hard[at]], split, *known)

    columns = "id, dataset_id, name, path, hard_label, split, age, gender, ethnicity, yaw, pitch, roll"
    insert(raw, "image", columns, rows(), images)


def _scores(images: int, hard: npt.NDArray[np.int64], rng: np.random.Generator) -> Floats:
    soft = rng.beta(0.7, 5, (images, 8))
    own = np.arange(images)
    soft[own, hard] = rng.beta(5, 2.2, images)
    second = rng.integers(0, 8, images)
    mixed = rng.random(images) < 0.33
    soft[own[mixed], second[mixed]] = np.maximum(soft[own[mixed], second[mixed]], rng.beta(4, 3, mixed.sum()))
    return soft


def _labels(
    raw: sqlite3.Connection,
    label_set_id: int,
    hard: npt.NDArray[np.int64],
    soft: Floats,
    rng: np.random.Generator,
) -> None:
    images = len(soft)
    own, first = np.arange(images), (label_set_id - 1) * images
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
            head = (
                first + at + 1,
                label_set_id,
                at + 1,
                EMOTIONS[hard[at]],
                *soft[at].tolist(),
                *parts[at].tolist(),
            )
            said = (
                int(rank[at]),
                float(mine[at] - others[at]),
                SUBSETS[subset[at]],
                float(entropy[at]),
                units,
            )
            yield (*head, *said)

    columns = ", ".join(("id", "label_set_id", "image_id", "hard_label", *SOFT_COLUMNS, *PARTS))
    insert(raw, "label", f"{columns}, rank, margin, subset, entropy, action_units", rows(), images)


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

    insert(raw, "annotation", "image_id, annotator, label", rows(), int(counts.sum()))


def arguments_of(description: str | None) -> argparse.ArgumentParser:
    """The arguments of a benchmark on such a database: its folder, and how large it is made."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, help="data folder with the database (default: one made anew)")
    parser.add_argument("--images", type=int, default=450_000)
    parser.add_argument("--participants", type=int, default=500)
    parser.add_argument("--answers", type=int, default=1_000_000)
    return parser


def seeded(folder: Path, images: int, participants: int, answers: int) -> Settings:
    """The settings of the data folder, which is filled if it holds no database yet."""
    settings = Settings.from_environment({"DATA_DIR": str(folder)})
    if not (folder / "facevalue.db").exists():
        seed(settings, images, participants, answers)
    return settings
