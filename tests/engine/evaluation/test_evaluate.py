"""`python -m engine evaluate`, run in this process."""

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from engine import commands
from engine.cli import main
from engine.emfacs import EMOTIONS
from engine.errors import EngineError
from engine.soft_labels import label_frame


def evaluate(*arguments: object) -> int:
    return main("engine", commands, (EngineError,), ["evaluate", *map(str, arguments)])


@pytest.fixture
def labels(tiny_dataset: Path, tmp_path: Path) -> Path:
    images = pd.read_parquet(tiny_dataset / "images.parquet")
    scores = np.random.default_rng(1).random((len(images), 8))
    label_frame(images["image"], images["hard_label"], scores, "tiny").to_parquet(tmp_path / "labels.parquet")
    return tmp_path / "labels.parquet"


def test_a_bundle_gets_every_table(
    tiny_bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evaluate(tiny_bundle, "--out", tmp_path / "out") == 0
    said = capsys.readouterr().out
    assert said.startswith("Bundle tiny: 16 images of test-mas")
    for name in ("table_4", "table_6", "table_VIII", "table_7", "table_IX", "table_X", "counts", "means"):
        assert (tmp_path / "out" / f"{name}.csv").is_file()
    found = json.loads((tmp_path / "out" / "evaluation.json").read_text())
    assert (found["bundle"], found["images"], found["judged_on"]) == ("tiny", 16, "test-mas")
    models = {row["model"] for row in found["tables"]["table_6"]}
    assert {"test_resnet", "Ensemble (Eq. 5)", "Majority of the backbones"} <= models
    assert (tmp_path / "out" / "report.html").is_file()


def test_unreadable_images_are_listed_and_tell_in_the_exit_status(
    tiny_bundle: Path, tiny_dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    frame = pd.read_parquet(tiny_dataset / "images.parquet")
    frame.loc[frame["split"].eq("validation").idxmax(), "path"] = "images/absent.jpg"
    frame.to_parquet(tiny_dataset / "broken.parquet")
    assert evaluate(tiny_bundle, "--images", tiny_dataset / "broken.parquet", "--out", tmp_path / "out") == 1
    assert "1 images could not be read" in capsys.readouterr().err
    assert len(pd.read_csv(tmp_path / "out" / "unreadable.csv")) == 1


def test_a_label_file_gets_its_tables_shares_bias_and_changes(
    labels: Path, tiny_bundle: Path, tiny_dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    images = tiny_dataset / "images.parquet"
    assert (
        evaluate(labels, "--images", images, "--bundle", tiny_bundle, "--against", labels, "--out", out) == 0
    )
    said = capsys.readouterr().out
    assert "0 of 96 images (0.00%) changed their subset" in said
    assert "The manifest has no gender, ethnicity, age" in said
    table = pd.read_csv(out / "table_5.csv").set_index(["subset", "measure"])
    assert table.loc[("All", "images"), "Overall"] == 96
    shares = pd.read_csv(out / "joint_shares_validation.csv")
    assert shares["expression: Happy"].max() == pytest.approx(12.5)
    assert pd.read_csv(out / "confidence_bias.csv")["emotion"].tolist() == list(EMOTIONS)
    assert (out / "figure_joint_shares_train.json").is_file()


def test_bad_input_is_told_in_a_line(
    labels: Path, tiny_bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def told(*arguments: object) -> str:
        assert evaluate(*arguments, "--out", tmp_path / "out") == 2
        return capsys.readouterr().err

    assert "give a bundle's folder or a label file" in told(tmp_path / "nothing")
    assert "needs --images MANIFEST" in told(tiny_bundle, "--split", "validation")
    assert "go with a label file" in told(tiny_bundle, "--against", labels)
    assert "--split goes with a bundle" in told(labels, "--split", "test")
    assert "unknown split 'train'" in told(tiny_bundle, "--images", labels, "--split", "train")
    pd.read_parquet(labels).drop(columns="subset").to_parquet(tmp_path / "short.parquet")
    assert "has no column 'subset'; `python -m engine label` writes them all" in told(
        tmp_path / "short.parquet"
    )
    assert not (tmp_path / "out").exists()


def test_a_bundle_of_another_format_or_without_a_network_is_refused(
    tiny_bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(tiny_bundle, copy)
    (copy / "networks" / "ensemble-test_resnet-sad.safetensors").unlink()
    assert evaluate(copy, "--out", tmp_path / "out") == 2
    assert "lacks the network ensemble-test_resnet-sad.safetensors" in capsys.readouterr().err
    contents = json.loads((copy / "bundle.json").read_text())
    (copy / "bundle.json").write_text(json.dumps({**contents, "format": 99}))
    assert evaluate(copy, "--out", tmp_path / "out") == 2
    assert "format 99, and this engine reads format 1" in capsys.readouterr().err
