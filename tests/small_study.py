"""A small open study in a new SQLite file, for tests of the database, the services and the routes."""

import shutil
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

from db import schema
from db.session import Database, open_database
from db.settings import Settings
from engine.emfacs import EMOTIONS
from study import studies
from study.access import invitations as registration
from study.design.design import Design
from study.images.catalog import import_dataset, import_label_set
from study.stages import consent
from study.trial import flow

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
SECRET = b"s" * 32
IMAGES = 24
QUESTIONS = 8
"""Questions of each of the two participants: Experiments 1 and 2 by turns, the last two self-repeats."""


@dataclass(frozen=True)
class SmallStudy:
    """The opened database and the ids of what is in it."""

    settings: Settings
    database: Database
    study_id: int
    label_set_id: int
    tokens: dict[str, str]
    participants: dict[str, int]

    def agree(self, *codes: str) -> None:
        """Give the participants' consent."""
        with self.database.begin() as session:
            for code in codes:
                consent.agree(session, self.participants[code], "1", NOW)

    def question_ids(self, code: str) -> list[str]:
        """The public ids of a participant's unanswered questions in their order."""
        with self.database.session() as session:
            asked = flow.next_questions(session, self.participants[code], limit=100)
        return [question.id for question in asked]


def small_study(folder: Path) -> SmallStudy:
    """Copy the small study into `folder`, which becomes its data folder."""
    shutil.copytree(_template(), folder, dirs_exist_ok=True)
    settings = Settings.from_environment({"DATA_DIR": str(folder)})
    database = open_database(settings)
    with database.session() as session:
        links = registration.invitation_links(session, 1, SECRET)
        tokens = dict(zip(links["participant"], links["token"], strict=True))
        people = {code: registration.accept(session, token, now=NOW).id for code, token in tokens.items()}
    return SmallStudy(settings, database, 1, 1, tokens, people)


def empty_database(folder: Path) -> tuple[Settings, Database]:
    """A new database at the newest schema."""
    settings = Settings.from_environment({"DATA_DIR": str(folder)})
    database = open_database(settings)
    schema.upgrade(database)
    return settings, database


def fill(settings: Settings, database: Database) -> None:
    """Put the images, labels and the open study with its invitations into an empty database."""
    root = settings.data_dir / "datasets" / "small"
    manifest = small_manifest(root)
    rng = np.random.default_rng(5)
    with database.begin() as session:
        import_dataset(session, "small", root, manifest, data_dir=settings.data_dir, now=NOW)
        label_set = import_label_set(session, "small", "small", small_labels(), now=NOW)
        design = Design(
            name="small",
            title="A small study",
            participants=2,
            overlap_design="complete",
            demographics=(),
            training=False,
        )
        study = studies.create_study(session, design, label_set.id, small_plan(), now=NOW, rng=rng)
        studies.open_study(session, study.id, now=NOW)
        registration.invite_all(session, study.id, secret=SECRET, now=NOW)


def small_manifest(root: Path) -> pd.DataFrame:
    """Draw the images into `root`, and return their manifest."""
    root.mkdir(parents=True, exist_ok=True)
    for number in range(IMAGES):
        Image.new("RGB", (48, 48), (10 * number, 90, 120)).save(root / f"{number:02d}.png")
    return pd.DataFrame(
        {
            "image": [f"face-{number:02d}" for number in range(IMAGES)],
            "path": [f"{number:02d}.png" for number in range(IMAGES)],
            "hard_label": [EMOTIONS[number % 8] for number in range(IMAGES)],
            "split": ["validation" if number % 2 else "train" for number in range(IMAGES)],
            "age": [20.0 + number if number % 3 else None for number in range(IMAGES)],
            "landmarks_68": [[[1.0, 2.0], [3.0, 4.0]] if number == 0 else None for number in range(IMAGES)],
        }
    )


def small_labels() -> pd.DataFrame:
    """Labels of the images; scores differ from image to image."""
    rng = np.random.default_rng(4)
    names = [f"face-{number:02d}" for number in range(IMAGES)]
    frame = pd.DataFrame({"image": names, "hard_label": [EMOTIONS[n % 8] for n in range(IMAGES)]})
    for emotion in EMOTIONS:
        frame[f"soft_{emotion.lower()}"] = rng.random(IMAGES)
        frame[f"eb_{emotion.lower()}"] = rng.random(IMAGES)
        frame[f"au_{emotion.lower()}"] = rng.random(IMAGES)
    subsets = ["Easy", "Challenging", "Difficult"]
    frame["rank"] = [1 + number % 4 for number in range(IMAGES)]
    frame["margin"] = rng.random(IMAGES) - 0.5
    frame["subset"] = [subsets[number % 3] for number in range(IMAGES)]
    return frame.assign(bundle="small-bundle", aup_12=0.25)


def small_plan() -> pd.DataFrame:
    """Eight questions for each of two participants; P02's third is P01's first (overlap)."""
    rows = [_planned(person, position) for person in (0, 1) for position in range(1, QUESTIONS + 1)]
    return pd.DataFrame(rows)


def _planned(person: int, position: int) -> dict[str, object]:
    kind, repeats, source = "first", None, (person, position)
    if position > QUESTIONS - 2:
        source = (person, position - QUESTIONS + 2)
        kind, repeats = "self_repeat", f"q{source[0]}-{source[1]}"
    elif (person, position) == (1, 3):
        source = (0, 1)
        kind, repeats = "overlap", "q0-1"
    number = source[0] * 10 + source[1]
    experiment = 2 - source[1] % 2
    side = "left" if position % 3 else "right"
    orders = {(1, "left"): "soft,hard", (1, "right"): "hard,soft"}
    return {
        "question": f"q{person}-{position}",
        "participant": f"P0{person + 1}",
        "position": position,
        "experiment": experiment,
        "image": f"face-{number:02d}",
        "foil": f"face-{number + 1:02d}" if experiment == 2 else None,
        "foil_distance": 0.4 if experiment == 2 else None,
        "side": side,
        "option_order": orders.get((experiment, side), "own,foil" if side == "left" else "foil,own"),
        "kind": kind,
        "repeats": repeats,
    }


@cache
def _template() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="facevalue-small-study-"))
    settings, database = empty_database(folder)
    fill(settings, database)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.dispose()
    return folder
