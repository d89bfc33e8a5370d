import dataclasses
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from engine.baselines import train_baseline
from engine.emfacs import EMOTIONS
from engine.errors import EngineError
from engine.recipe import Recipe
from engine.soft_labels import SOFT_COLUMNS, label_frame
from tests.engine.conftest import run_engine


@pytest.fixture(scope="module")
def labels(tiny_dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Labels whose own emotion scores 0.9, but for every fifth image, where it is second."""
    frame = pd.read_parquet(tiny_dataset / "images.parquet")
    places = np.array([EMOTIONS.index(label) for label in frame["hard_label"]])
    scores = np.full((len(frame), 8), 0.1)
    scores[np.arange(len(frame)), places] = 0.9
    harder = np.arange(len(frame)) % 5 == 0
    scores[harder, (places[harder] + 1) % 8] = 0.95
    out = tmp_path_factory.mktemp("labels") / "labels.parquet"
    label_frame(frame["image"], frame["hard_label"], scores, "hand").to_parquet(out)
    return out


@pytest.fixture(scope="module")
def longer(tiny_recipe: Recipe) -> Recipe:
    ensemble = dataclasses.replace(tiny_recipe.ensemble, epochs=25, learning_rate=5e-3, batch=8)
    images = dataclasses.replace(tiny_recipe.images, flip=False)
    return dataclasses.replace(tiny_recipe, ensemble=ensemble, images=images)


def test_a_hard_baseline_learns_the_hard_labels(tiny_dataset: Path, labels: Path, longer: Recipe) -> None:
    manifest = tiny_dataset / "images.parquet"
    found = train_baseline(manifest, labels, longer, kind="hard", backbone="test_resnet")
    assert (found.trained_on, found.score.images) == (72, 24)
    assert found.score.accuracy is not None
    assert found.score.accuracy > 0.5
    assert found.score.w_mae is None


def test_a_soft_baseline_learns_the_scores(tiny_dataset: Path, labels: Path, longer: Recipe) -> None:
    manifest = tiny_dataset / "images.parquet"
    found = train_baseline(manifest, labels, longer, kind="soft", backbone="test_resnet")
    constant = np.abs(np.array([0.9, *[0.1] * 7]) - 0.2) @ (1 / np.arange(1, 9)) / (1 / np.arange(1, 9)).sum()
    assert found.score.w_mae is not None
    assert found.score.w_mae < constant
    assert set(SOFT_COLUMNS) <= set(found.predictions.columns)


def test_a_subset_trains_and_validates_on_its_own_images(
    tiny_dataset: Path, labels: Path, tiny_recipe: Recipe
) -> None:
    manifest = tiny_dataset / "images.parquet"
    options = {"kind": "hard", "backbone": "test_byobnet"}
    easy = train_baseline(manifest, labels, tiny_recipe, subset="Easy", **options)  # type: ignore[arg-type]
    other = train_baseline(manifest, labels, tiny_recipe, subset="Challenging", **options)  # type: ignore[arg-type]
    assert easy.trained_on + other.trained_on == 72
    assert easy.score.images + other.score.images == 24
    with pytest.raises(EngineError, match="0 images of the split train are in the subset Difficult"):
        train_baseline(manifest, labels, tiny_recipe, subset="Difficult", **options)  # type: ignore[arg-type]
    with pytest.raises(EngineError, match="unknown subset 'Hard'"):
        train_baseline(manifest, labels, tiny_recipe, subset="Hard", **options)  # type: ignore[arg-type]


def test_the_command_writes_predictions_and_score(tiny_dataset: Path, labels: Path, tmp_path: Path) -> None:
    arguments = ["--labels", str(labels), "--kind", "soft", "--backbone", "test_byobnet", "--recipe", "demo"]
    short = ["--set", "ensemble.epochs=1", "--set", "images.size=32", "--out", str(tmp_path / "out")]
    done = run_engine("baseline", str(tiny_dataset / "images.parquet"), *arguments, *short)
    score = json.loads((tmp_path / "out" / "score.json").read_text())
    assert (score["kind"], score["images"], score["trained_on"]) == ("soft", 24, 72)
    assert len(pd.read_parquet(tmp_path / "out" / "predictions.parquet")) == 24
    assert "W-FR: " in done.stdout
