import dataclasses
import json
import math
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from engine.emfacs import EMOTIONS
from engine.errors import EngineError
from engine.fitting import Examples, Fit, learning_rate, train
from engine.network_names import NetworkName
from engine.networks import build
from engine.recipe import Recipe, TrainingSettings
from engine.training import train_bundle
from tests.engine.conftest import ROOT, run_engine, run_engine_apart

SLOW_RECIPE = """
backbones = ["test_byobnet"]
au_backbone = "test_byobnet"
images = {{ size = 32 }}
ensemble = {{ learning_rate = 1e-3, epochs = {epochs}, batch = 8 }}
action_units = {{ learning_rate = 1e-3, epochs = {epochs}, batch = 8 }}
confidence = {{ test_images = 2 }}
"""


def files_of(bundle: Path) -> dict[str, bytes]:
    names = ["bundle.json", *(f"networks/{file.name}" for file in sorted((bundle / "networks").iterdir()))]
    return {name: (bundle / name).read_bytes() for name in names}


def test_keras_decay_divides_by_one_plus_decay_times_batches() -> None:
    settings = TrainingSettings(learning_rate=1e-3, epochs=2, batch=50, decay=1e-5)
    assert learning_rate(settings, 0, 100) == 1e-3
    assert math.isclose(learning_rate(settings, 1000, 100), 1e-3 / 1.01)


def test_one_cycle_warms_up_and_ends_near_nothing() -> None:
    settings = TrainingSettings(learning_rate=1.0, epochs=1, batch=8, schedule="one-cycle")
    rates = [learning_rate(settings, step, 100) for step in range(100)]
    assert rates[0] == 0.05
    assert max(rates) == rates[19] == 1.0
    assert rates[-1] < 0.01


def fit_for(epochs: int) -> Fit:
    settings = TrainingSettings(learning_rate=2e-3, epochs=epochs, batch=8)
    from engine.recipe import ImageSettings

    images = ImageSettings(32, flip=True)
    return Fit(settings, images, np.random.SeedSequence(3), torch.device("cpu"), torch.float32)


def examples() -> Examples:
    rng = np.random.default_rng(0)
    bright = np.arange(24) % 2 == 0
    pixels = np.where(bright[:, None, None, None], 200, 50) + rng.integers(0, 50, (24, 32, 32, 3))
    return Examples(
        pixels=pixels.astype(np.uint8),
        rows=np.arange(24),
        classes=np.stack([bright, ~bright], axis=1).astype(np.float32),
        units=np.zeros((24, 21), np.float32),
        has_units=np.ones(24, bool),
    )


def test_the_loss_falls_while_a_network_learns() -> None:
    name = NetworkName("action_units", "test_byobnet", "Happy")
    losses: list[float] = []
    train(build(name, 32, generator_seed=1), examples(), fit_for(8), lambda *news: losses.append(news[2]))
    assert len(losses) == 24
    assert losses[-1] < 0.7 * losses[2]


def test_training_resumed_after_an_epoch_ends_with_the_same_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.fitting._SECONDS_BETWEEN_CHECKPOINTS", 0.0)
    name, checkpoint = NetworkName("ensemble", "test_byobnet", "Happy"), tmp_path / "a.checkpoint"
    whole = build(name, 32, generator_seed=1)
    train(whole, examples(), fit_for(4), lambda *_: None)

    def stop_in_epoch_three(epoch: int, batches: int, loss: float) -> None:
        if epoch == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(build(name, 32, generator_seed=1), examples(), fit_for(4), stop_in_epoch_three, checkpoint)
    resumed, epochs = build(name, 32, generator_seed=9), set()
    train(resumed, examples(), fit_for(4), lambda epoch, *_: epochs.add(epoch), checkpoint)
    assert epochs == {3, 4}
    for key, value in whole.state_dict().items():
        assert torch.equal(value, resumed.state_dict()[key]), key


def test_the_same_seed_gives_the_same_bundle(
    tiny_bundle: Path, tiny_dataset: Path, tiny_recipe: Recipe, tmp_path: Path
) -> None:
    votes = tiny_dataset / "annotations.parquet"
    manifest = tiny_dataset / "images.parquet"
    train_bundle(manifest, tiny_recipe, tmp_path / "again", annotations=votes, workers=1, progress=False)
    assert files_of(tmp_path / "again") == files_of(tiny_bundle)


def test_another_seed_gives_another_bundle(
    tiny_bundle: Path, tiny_dataset: Path, tiny_recipe: Recipe, tmp_path: Path
) -> None:
    other = dataclasses.replace(tiny_recipe, seed=5)
    train_bundle(tiny_dataset / "images.parquet", other, tmp_path / "b", workers=1, progress=False)
    assert files_of(tmp_path / "b") != files_of(tiny_bundle)


def test_a_killed_training_goes_on_and_gives_the_same_bundle(tiny_dataset: Path, tmp_path: Path) -> None:
    recipe = tmp_path / "slow.toml"
    recipe.write_text(SLOW_RECIPE.format(epochs=3))
    manifest, out = str(tiny_dataset / "images.parquet"), tmp_path / "out"
    arguments = ["train", manifest, "--recipe", str(recipe), "--device", "cpu", "--workers", "2", "--out"]
    command = [sys.executable, "-m", "engine", *arguments, str(out)]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    while process.poll() is None and len(list(out.glob("networks/*.safetensors"))) < 3:
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert not (out / "bundle.json").exists()
    kept = {file: file.stat().st_mtime_ns for file in out.glob("networks/*.safetensors")}
    done = run_engine_apart(*arguments, str(out))
    # What was done before the kill stands in the bar from the beginning, and counts as no speed.
    assert "train 16 networks in 96 batches on cpu, 2 processes" in done.stderr  # 3 epochs of 2 batches
    assert f"| {len(kept) * 6}/96 [00:00<?, ?batch/s]" in done.stderr
    assert all(file.stat().st_mtime_ns == then for file, then in kept.items())
    assert not (out / "unfinished").exists()
    run_engine_apart(*arguments, str(tmp_path / "whole"))
    assert files_of(out) == files_of(tmp_path / "whole")


def test_a_finished_bundle_is_left_as_it_is_and_another_recipe_refused(
    tiny_bundle: Path, tiny_dataset: Path, tiny_recipe: Recipe, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(tiny_bundle, copy)
    manifest, votes = tiny_dataset / "images.parquet", tiny_dataset / "annotations.parquet"
    before = files_of(copy)
    (copy / "unfinished").mkdir()  # what a kill just after the bundle's last file leaves
    train_bundle(manifest, tiny_recipe, copy, annotations=votes, progress=False)
    assert files_of(copy) == before
    assert not (copy / "unfinished").exists()
    with pytest.raises(EngineError, match="another recipe or other images"):
        train_bundle(manifest, dataclasses.replace(tiny_recipe, seed=5), copy, progress=False)


def test_a_folder_of_other_things_is_not_written_into(
    tiny_dataset: Path, tiny_recipe: Recipe, tmp_path: Path
) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(EngineError, match="no empty folder"):
        train_bundle(tiny_dataset / "images.parquet", tiny_recipe, tmp_path, progress=False)


def test_unreadable_images_are_left_out_and_listed(
    tiny_dataset: Path, tiny_recipe: Recipe, tmp_path: Path
) -> None:
    shutil.copytree(tiny_dataset, tmp_path / "data")
    (tmp_path / "data" / "images" / "0003.jpg").write_bytes(b"broken")
    manifest = tmp_path / "data" / "images.parquet"
    recipe = dataclasses.replace(tiny_recipe, backbones=("test_byobnet",), foundation=None)
    bundle = train_bundle(manifest, recipe, tmp_path / "out", workers=1, progress=False)
    assert bundle.contents["data"]["images"]["unreadable"] == 1
    assert "no image that Pillow knows" in bundle.contents["data"]["unreadable"][0]["reason"]
    assert "unreadable, left out" in (tmp_path / "out" / "train.log").read_text()


def test_the_bundle_records_what_it_was_trained_by(tiny_bundle: Path) -> None:
    contents = json.loads((tiny_bundle / "bundle.json").read_text())
    assert set(contents["versions"]) == {"python", "torch", "timm", "numpy", "pillow"}
    assert contents["machine"]["device"] in ("cpu", "mps") or "cuda" in contents["machine"]["device"]
    assert (contents["machine"]["processes"], contents["machine"]["threads"] >= 1) == (1, True)


def test_the_log_tells_each_network_and_its_loss(tiny_bundle: Path) -> None:
    log = (tiny_bundle / "train.log").read_text()
    assert "train 26 networks" in log
    for emotion in EMOTIONS:
        assert f"ensemble-test_resnet-{emotion.lower()}: trained, loss" in log


def test_no_image_at_all_readable_is_an_error(
    tiny_dataset: Path, tiny_recipe: Recipe, tmp_path: Path
) -> None:
    frame = pd.read_parquet(tiny_dataset / "images.parquet")
    frame.to_parquet(tmp_path / "images.parquet")
    with pytest.raises(EngineError, match="none of the 72 images can be read"):
        train_bundle(tmp_path / "images.parquet", tiny_recipe, tmp_path / "out", progress=False)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--recipe", "nothing"], "error: no recipe 'nothing'"),
        (["--recipe", "demo", "--set", "epochs=3"], "error: "),
        (["--recipe", "single", "--set", "backbones=['resnet99']"], "knows no backbone 'resnet99'; perhaps"),
        (["--recipe", "demo", "--device", "cuda:7"], "error: device 'cuda:7' is not there"),
        (["--recipe", "demo", "--annotations", "absent.parquet"], "error: absent.parquet does not exist"),
        (["--recipe", "demo"], "error: the recipe sets 12 images of each emotion apart"),
    ],
)
def test_the_command_says_what_is_wrong_and_ends_with_2(
    tiny_dataset: Path, tmp_path: Path, arguments: list[str], message: str
) -> None:
    manifest = str(tiny_dataset / "images.parquet")
    done = run_engine("train", manifest, "--out", str(tmp_path / "out"), *arguments, status=2)
    assert message in done.stderr
    assert "Traceback" not in done.stderr
