import dataclasses
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from engine.baselines import Baseline, BaselineRun, read_data, train_baseline
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


def trained(dataset: Path, labels: Path, recipe: Recipe, store: Path, run: BaselineRun) -> Baseline:
    data = read_data(dataset / "images.parquet", labels, recipe, [run.subset], store)
    return train_baseline(data, recipe, run)


def test_a_hard_baseline_learns_the_hard_labels(
    tiny_dataset: Path, labels: Path, longer: Recipe, tmp_path: Path
) -> None:
    found = trained(tiny_dataset, labels, longer, tmp_path / "store", BaselineRun("hard", "test_resnet"))
    assert (found.trained_on, found.score.images) == (72, 24)
    assert found.score.accuracy is not None
    assert found.score.accuracy > 0.5
    assert found.score.w_mae is None


def test_a_soft_baseline_learns_the_scores(
    tiny_dataset: Path, labels: Path, longer: Recipe, tmp_path: Path
) -> None:
    found = trained(tiny_dataset, labels, longer, tmp_path / "store", BaselineRun("soft", "test_resnet"))
    constant = np.abs(np.array([0.9, *[0.1] * 7]) - 0.2) @ (1 / np.arange(1, 9)) / (1 / np.arange(1, 9)).sum()
    assert found.score.w_mae is not None
    assert found.score.w_mae < constant
    assert set(SOFT_COLUMNS) <= set(found.predictions.columns)


def test_a_subset_is_judged_on_its_own_images_and_on_all_of_them(
    tiny_dataset: Path, labels: Path, tiny_recipe: Recipe, tmp_path: Path
) -> None:
    run = BaselineRun("hard", "test_byobnet", "Challenging", "both")
    found = trained(tiny_dataset, labels, tiny_recipe, tmp_path / "store", run)
    truth = pd.read_parquet(labels)
    held = truth[truth["image"].isin(found.predictions["image"])]
    own = int((held["subset"] == "Challenging").sum())
    assert (found.score.images, found.score_all.images) == (own, 24)
    assert int(found.score.confusion.sum()) == int(found.predictions["own"].sum()) == own
    assert int(found.score_all.confusion.sum()) == 24


def test_a_subset_without_images_and_an_unknown_one_are_refused(
    tiny_dataset: Path, labels: Path, tiny_recipe: Recipe, tmp_path: Path
) -> None:
    manifest = tiny_dataset / "images.parquet"
    with pytest.raises(EngineError, match="0 images of the split train are in the subset Difficult"):
        read_data(manifest, labels, tiny_recipe, ["Difficult"], tmp_path / "store")
    with pytest.raises(EngineError, match="unknown subset 'Hard'"):
        read_data(manifest, labels, tiny_recipe, ["Hard"], tmp_path / "store")


def test_a_stopped_baseline_goes_on_where_it_was(
    tiny_dataset: Path, labels: Path, tiny_recipe: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.fitting._SECONDS_BETWEEN_CHECKPOINTS", 0.0)
    ensemble = dataclasses.replace(tiny_recipe.ensemble, epochs=3)
    recipe, run = dataclasses.replace(tiny_recipe, ensemble=ensemble), BaselineRun("soft", "test_byobnet")
    data = read_data(tiny_dataset / "images.parquet", labels, recipe, ["All"], tmp_path / "store")
    whole, totals, epochs = train_baseline(data, recipe, run), [], []

    def stop_in_epoch_three(epoch: int, batches: int, loss: float) -> None:
        if epoch == 3:
            raise KeyboardInterrupt

    file = tmp_path / "a.checkpoint"
    with pytest.raises(KeyboardInterrupt):
        train_baseline(data, recipe, run, report=stop_in_epoch_three, checkpoint=file)
    again = train_baseline(
        data, recipe, run, begin=totals.append, report=lambda *news: epochs.append(news[:2]), checkpoint=file
    )
    assert (totals, epochs) == ([15], [(3, batch) for batch in range(11, 16)])
    pd.testing.assert_frame_equal(again.predictions, whole.predictions)


def test_soft_labels_are_not_balanced(
    tiny_dataset: Path, labels: Path, tiny_recipe: Recipe, tmp_path: Path
) -> None:
    with pytest.raises(EngineError, match="--balance both is for hard labels"):
        trained(
            tiny_dataset,
            labels,
            tiny_recipe,
            tmp_path / "store",
            BaselineRun("soft", "test_byobnet", balance="both"),
        )


def test_the_command_compares_subsets_and_keeps_finished_runs(
    tiny_dataset: Path, labels: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    what = ["--labels", str(labels), "--kind", "soft", "--backbone", "test_byobnet", "--recipe", "demo"]
    short = ["--set", "ensemble.epochs=1", "--set", "images.size=32", "--out", str(out)]
    subsets = ["--subset", "Easy", "--subset", "Challenging"]
    done = run_engine("baseline", str(tiny_dataset / "images.parquet"), *what, *short, *subsets)
    assert "table_10" in done.stdout
    table = pd.read_csv(out / "table_10.csv").set_index("metric")
    easy = json.loads((out / "test_byobnet-Easy" / "score.json").read_text())
    assert table.loc["W-MAE", "Easy"] == pytest.approx(100 * easy["w_mae"])
    assert table.loc["W-FR as printed", "Easy"] == pytest.approx(100 * easy["w_fr_printed"])
    assert len(pd.read_parquet(out / "test_byobnet-Easy" / "predictions.parquet")) == 24
    comparison = pd.read_csv(out / "comparison.csv")
    assert comparison.groupby("judged_on")["images"].sum().to_dict() == {"own subset": 24, "all": 48}
    curve = pd.read_csv(out / "error_curve_test_byobnet_Easy.csv")
    assert curve["error"].iloc[-1] == pytest.approx(0.3)
    assert not (out / ".decoded").exists()

    before = (out / "test_byobnet-Easy" / "predictions.parquet").stat().st_mtime_ns
    run_engine("baseline", str(tiny_dataset / "images.parquet"), *what, *short, *subsets)
    assert (out / "test_byobnet-Easy" / "predictions.parquet").stat().st_mtime_ns == before
