"""The demo: faces, an engine trained on them, their labels, and two studies; each stage is done once."""

import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from sqlalchemy.orm import Session

from app.serving import ROOT
from db.session import Database
from db.settings import Settings
from engine.images import read_manifest, read_table
from study import drafts, studies
from study.access import invitations as registration
from study.access.secret import installation_secret
from study.design.design import Design
from study.field import doors
from study.images import catalog
from study.images.eligible import find_label_set
from study.preregistration import freezing
from study.simulation.storing import simulate_into

NAME = "demo"
FACES = 2400
# The networks see little more than 48 pixels; people look at the held-out faces on large screens.
LOOKED_AT = 384
SEED = 7
OPEN = Design(
    name="demo",
    title="Which label describes the face?",
    images_per_emotion=10,
    splits=("validation",),  # which the engine was not trained on
    participants=4,
    seed=SEED,
)
SIMULATED = OPEN.changed(
    name="demo-simulated",
    title="Which label describes the face? (simulated)",
    images_per_emotion=30,
    participants=6,
)
Engine = Callable[[Sequence[str]], None]


class DemoError(RuntimeError):
    """A stage of the demo failed: the message says which; what was done before it is kept."""


@dataclass(frozen=True)
class _Build:
    settings: Settings
    database: Database
    engine: Engine
    faces: int

    @property
    def dataset(self) -> Path:
        return self.settings.data_dir / "datasets" / NAME

    @property
    def manifest(self) -> Path:
        return self.dataset / "images.parquet"

    @property
    def bundle(self) -> Path:
        return self.settings.data_dir / "bundles" / NAME

    @property
    def labels(self) -> Path:
        return self.settings.data_dir / "labels" / f"{NAME}.parquet"


def run_engine(arguments: Sequence[str]) -> None:
    """Run `python -m engine ARGUMENTS` as a process of its own, its progress bars on this terminal.

    Raises:
        DemoError: it ended with another status than 0.
    """
    # What it says goes where its bars go: this program's own lines on stdout are the two links.
    command = [sys.executable, "-m", "engine", *arguments]
    process = subprocess.Popen(command, cwd=ROOT, stdout=sys.stderr.fileno())
    try:
        status = process.wait()
    except BaseException:
        _interrupt(process)
        raise
    if status != 0:
        raise DemoError(f"`python -m engine {arguments[0]}` ended with status {status}")


def _interrupt(process: "subprocess.Popen[bytes]") -> None:
    """End an engine with its workers: Ctrl-C has reached it already, another signal to us has not."""
    for patience, sent in ((2, signal.SIGINT), (10, signal.SIGKILL)):
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            process.send_signal(sent)
    process.wait()


def is_built(database: Database) -> bool:
    """Whether both studies of the demo are in the database."""
    return {OPEN.name, SIMULATED.name} <= _study_names(database)


def build(
    settings: Settings,
    database: Database,
    *,
    engine: Engine = run_engine,
    faces: int = FACES,
    say: Callable[[str], None] = lambda text: print(text, file=sys.stderr, flush=True),
) -> None:
    """Build what is absent of the demo, stage by stage; interrupted, it goes on where it was.

    Raises:
        DemoError: a stage failed.
    """
    if is_built(database):
        return
    told = _Build(settings, database, engine, faces)
    for number, (title, is_done, do) in enumerate(_STAGES, 1):
        if is_done(told):
            continue
        say(f"{number}/{len(_STAGES)} {title}…")
        try:
            do(told)
        except (DemoError, OSError, ValueError) as problem:
            raise DemoError(
                f"stage {number} of the demo ({title}) failed: {problem}\n"
                "What was done before it is kept: the same command goes on from there."
            ) from problem


def invitations(session: Session, secret: bytes) -> list[str]:
    """The tokens of the open study's invitations, in the order of its participants."""
    listed = studies.list_studies(session)
    found = [int(study_id) for study_id in listed.loc[listed["name"] == OPEN.name, "study_id"]]
    return [
        token
        for study_id in found
        for token in registration.invitation_links(session, study_id, secret)["token"]
    ]


def _render(told: _Build) -> None:
    part = _unfinished(told.dataset)
    sizes = ["--held-out-size", str(LOOKED_AT)]
    told.engine(["demo", "--out", str(part), "--faces", str(told.faces), "--seed", str(SEED), *sizes])
    part.replace(told.dataset)


def _train(told: _Build) -> None:
    part = _unfinished(told.bundle)
    votes = str(told.dataset / "annotations.parquet")
    told.engine(["train", str(told.manifest), "--annotations", votes, "--recipe", "demo", "--out", str(part)])
    part.replace(told.bundle)


def _label(told: _Build) -> None:
    part = _unfinished(told.labels)
    told.engine(["label", str(told.manifest), "--bundle", str(told.bundle), "--out", str(part)])
    part.replace(told.labels)


def _import(told: _Build) -> None:
    with told.database.begin() as session:
        manifest = read_manifest(told.manifest, unlabelled=True)
        dataset = catalog.import_dataset(
            session, NAME, told.dataset, manifest, data_dir=told.settings.data_dir
        )
        catalog.import_annotations(session, dataset, read_table(told.dataset / "annotations.parquet"))
        catalog.import_label_set(session, NAME, NAME, read_table(told.labels))


def _open(told: _Build) -> None:
    now = datetime.now(UTC)
    with told.database.begin() as session:
        study_id = _create(told, session, OPEN)
        studies.open_study(session, study_id, now=now)
        registration.invite_all(session, study_id, secret=installation_secret(told.settings), now=now)


def _simulate(told: _Build) -> None:
    now = datetime.now(UTC)
    with told.database.begin() as session:
        study_id = _create(told, session, SIMULATED, simulated=True)
        studies.open_study(session, study_id, now=now)
        simulate_into(session, study_id, rng=np.random.default_rng(SEED), now=now)
        doors.close_door(session, study_id, now=now)


_STAGES: tuple[tuple[str, Callable[[_Build], bool], Callable[[_Build], None]], ...] = (
    ("Rendering faces and their annotators", lambda told: told.manifest.exists(), _render),
    ("Training the engine", lambda told: told.bundle.exists(), _train),
    ("Labelling the images", lambda told: told.labels.exists(), _label),
    (
        "Bringing images and labels into the database",
        lambda told: NAME in _label_sets(told.database),
        _import,
    ),
    ("Planning and opening a study", lambda told: OPEN.name in _study_names(told.database), _open),
    (
        "Filling a second study with simulated participants",
        lambda told: SIMULATED.name in _study_names(told.database),
        _simulate,
    ),
)


def _create(told: _Build, session: Session, design: Design, *, simulated: bool = False) -> int:
    """Design and freeze a study, and return its id."""
    now = datetime.now(UTC)
    label_set_id = find_label_set(session, NAME)
    study = drafts.create_draft(session, design, label_set_id, simulated=simulated, now=now)
    prepared = freezing.prepare(session, study.id)
    freezing.seal(session, prepared, told.settings.data_dir, now=now, rng=np.random.default_rng())
    return study.id


def _label_sets(database: Database) -> dict[str, int]:
    with database.session() as session:
        sets = catalog.label_sets(session)
    return dict(zip(sets["name"], sets["label_set_id"], strict=True))


def _study_names(database: Database) -> set[str]:
    with database.session() as session:
        return set(studies.list_studies(session)["name"])


def _unfinished(target: Path) -> Path:
    """Where a stage writes before it is done, and where an interrupted engine finds its work again."""
    folder = target.parent / "unfinished"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / target.name
