"""A tiny data set and a bundle trained on it in seconds, and the demo's own for the slow tests."""

import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image, ImageDraw

from engine import commands
from engine.cli import main
from engine.emfacs import EMOTIONS
from engine.errors import EngineError
from engine.recipe import Recipe, recipe_from

ROOT = Path(__file__).resolve().parents[2]
SMALL = {"learning_rate": 2e-3, "epochs": 1, "batch": 16, "schedule": "one-cycle", "optimiser": "adamw"}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol() -> Generator[None, object, object]:
    """Where several tests run at a time, each keeps to a core: tiny networks gain nothing by threads."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker is None or not hasattr(os, "sched_setaffinity"):
        return (yield)
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[int(worker.removeprefix("gw")) % len(cores)]})
    try:
        return (yield)
    finally:
        os.sched_setaffinity(0, cores)


@pytest.fixture(scope="session")
def tiny_recipe() -> Recipe:
    """Two backbones and a foundation on 32 px images, one epoch each."""
    return recipe_from(
        {
            "name": "tiny",
            "backbones": ["test_byobnet", "test_resnet"],
            "au_backbone": "test_byobnet",
            "images": {"size": 32, "flip": True, "shift": 0.05},
            "foundation": {**SMALL, "epochs": 2},
            "ensemble": SMALL,
            "action_units": SMALL,
            "confidence": {"test_images": 2},
        }
    )


@pytest.fixture(scope="session")
def tiny_dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of 96 drawn images with manifest and three unanimous votes each: a shape for each emotion."""
    folder = tmp_path_factory.mktemp("tiny")
    write_dataset(folder, 96)
    return folder


@pytest.fixture(scope="session")
def tiny_bundle(tiny_dataset: Path, tiny_recipe: Recipe, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle of the tiny recipe; copy it before changing it."""
    from engine.training import train_bundle

    out = tmp_path_factory.mktemp("bundles") / "tiny"
    votes = tiny_dataset / "annotations.parquet"
    train_bundle(
        tiny_dataset / "images.parquet", tiny_recipe, out, annotations=votes, workers=1, progress=False
    )
    return out


@pytest.fixture(scope="session")
def demo_dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's faces; those in the data folder that FACEVALUE_TEST_DEMO names, where it is set."""
    given = os.environ.get("FACEVALUE_TEST_DEMO")
    if given:
        return Path(given) / "datasets" / "demo"
    out = tmp_path_factory.mktemp("demo") / "datasets" / "demo"
    run_engine_apart("demo", "--out", str(out))
    return out


@pytest.fixture(scope="session")
def demo_bundle(demo_dataset: Path) -> Path:
    """The demo's bundle, trained on its faces unless it lies beside them."""
    out = demo_dataset.parents[1] / "bundles" / "demo"
    if not (out / "bundle.json").is_file():
        votes = str(demo_dataset / "annotations.parquet")
        manifest = str(demo_dataset / "images.parquet")
        run_engine_apart("train", manifest, "--annotations", votes, "--recipe", "demo", "--out", str(out))
    return out


def run_engine(*arguments: str, status: int = 0) -> subprocess.CompletedProcess[str]:
    """Run a command of the engine in this process, which has torch already, and check its exit status."""
    with redirect_stdout(StringIO()) as out, redirect_stderr(StringIO()) as err:
        found = main("engine", commands, (EngineError,), arguments)
    assert found == status, err.getvalue()
    return subprocess.CompletedProcess(arguments, found, out.getvalue(), err.getvalue())


def run_engine_apart(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `python -m engine`, which must end well."""
    command = [sys.executable, "-m", "engine", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done


def write_dataset(folder: Path, count: int) -> None:
    """Draw `count` images in eight kinds, three quarters of them in the split train."""
    (folder / "images").mkdir()
    rng = np.random.default_rng(0)
    rows, votes = [], []
    for number in range(count):
        emotion, name = EMOTIONS[number % 8], f"{number:04d}"
        draw_shape(number % 8, rng).save(folder / "images" / f"{name}.jpg")
        split = "train" if number % 32 < 24 else "validation"
        rows.append({"image": name, "path": f"images/{name}.jpg", "hard_label": emotion, "split": split})
        votes += [{"image": name, "annotator": who, "label": emotion} for who in ("ann", "bob", "cyd")]
    pd.DataFrame(rows).to_parquet(folder / "images.parquet")
    pd.DataFrame(votes).to_parquet(folder / "annotations.parquet")


def draw_shape(kind: int, rng: np.random.Generator) -> Image.Image:
    """A 48 px image of a bar whose place and direction tell its kind."""
    image = Image.new("RGB", (48, 48), tuple(int(value) for value in rng.integers(120, 250, 3)))
    pen, place = ImageDraw.Draw(image), 6 + 10 * (kind // 2)
    box = (place, 4, place + 6, 44) if kind % 2 else (4, place, 44, place + 6)
    pen.rectangle(box, fill=(int(rng.integers(0, 60)), 20, 20))
    return image
