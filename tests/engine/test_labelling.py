import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from engine.bundle import open_bundle
from engine.decoding import decode
from engine.emfacs import ACTION_UNITS, EMOTIONS
from engine.errors import EngineError
from engine.explanation import explain
from engine.inference import LoadedBundle
from engine.labelling import label_images, read_source
from engine.soft_labels import AU_COLUMNS, AUP_COLUMNS, EB_COLUMNS, SOFT_COLUMNS
from tests.engine.conftest import ROOT, run_engine

# The program itself, killed as its fourth part gets its name: no test's eye would be quick enough everywhere.
KILLED_AT_THE_FOURTH_PART = """
import os, runpy, signal, sys
parts = 0
def count(event, arguments):
    global parts
    if event == "os.rename" and str(arguments[1]).endswith(".labels.parquet"):
        parts += 1
        if parts == 4:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(count)
runpy.run_module("engine", run_name="__main__", alter_sys=True)
"""
SCORES = [*SOFT_COLUMNS, *EB_COLUMNS, *AU_COLUMNS, *AUP_COLUMNS]


@pytest.fixture
def broken_dataset(tiny_dataset: Path, tmp_path: Path) -> Path:
    shutil.copytree(tiny_dataset, tmp_path / "data")
    (tmp_path / "data" / "images" / "0005.jpg").write_bytes(b"broken")
    (tmp_path / "data" / "images" / "0009.jpg").unlink()
    return tmp_path / "data"


def test_labels_have_the_columns_of_the_contract(
    tiny_dataset: Path, tiny_bundle: Path, tmp_path: Path
) -> None:
    done = label_images(tiny_dataset / "images.parquet", tiny_bundle, tmp_path / "l.parquet", progress=False)
    labels = pd.read_parquet(done.labels_file)
    assert list(labels.columns) == ["image", "hard_label", *SCORES, "rank", "margin", "subset", "bundle"]
    assert (done.labelled, done.failed, done.failures_file) == (96, 0, None)
    assert labels["image"].tolist() == [f"{number:04d}" for number in range(96)]
    assert labels[SCORES].to_numpy().min() >= 0
    assert labels[SCORES].to_numpy().max() <= 1
    assert set(labels["bundle"]) == {"tiny"}
    halves = (labels[list(EB_COLUMNS)].to_numpy() + labels[list(AU_COLUMNS)].to_numpy()) / 2
    assert np.allclose(labels[list(SOFT_COLUMNS)].to_numpy(), halves)


def test_each_networks_probability_can_be_asked_for(
    tiny_dataset: Path, tiny_bundle: Path, tmp_path: Path
) -> None:
    out = tmp_path / "l.parquet"
    label_images(tiny_dataset / "images.parquet", tiny_bundle, out, per_network=True, progress=False)
    labels = pd.read_parquet(out)
    bundle = open_bundle(tiny_bundle)
    probability = np.stack(
        [labels[[f"p_{name}_{e.lower()}" for e in EMOTIONS]].to_numpy() for name in bundle.recipe.backbones]
    )
    expected = (bundle.ensemble_confidence[:, None, :] * probability).mean(axis=0)
    assert np.allclose(labels[list(EB_COLUMNS)].to_numpy(), expected)
    assert {f"bpv_{emotion.lower()}" for emotion in EMOTIONS} <= set(labels.columns)


def test_size_and_order_of_batches_change_no_score_by_a_thousandth_in_fp32(
    tiny_dataset: Path, tiny_bundle: Path, tmp_path: Path
) -> None:
    frame, root = read_source(tiny_dataset / "images.parquet")
    frame = frame.iloc[:40]
    mixed = frame.sample(frac=1, random_state=1)
    tables = []
    for name, rows, part in (
        ("whole", frame, 4096),
        ("by7", frame, 7),
        ("one", frame, 1),
        ("mixed", mixed, 31),
    ):
        out = tmp_path / f"{name}.parquet"
        label_images((rows, root), tiny_bundle, out, precision="fp32", part=part, progress=False)
        tables.append(pd.read_parquet(out).set_index("image").loc[frame["image"]][SCORES].to_numpy())
    for table in tables[1:]:
        assert np.abs(table - tables[0]).max() <= 1e-3


def test_bf16_moves_a_score_by_little(tiny_dataset: Path, tiny_bundle: Path, tmp_path: Path) -> None:
    tables = []
    for precision in ("fp32", "bf16"):
        out = tmp_path / f"{precision}.parquet"
        source = tiny_dataset / "images.parquet"
        label_images(source, tiny_bundle, out, precision=precision, progress=False)  # type: ignore[arg-type]
        tables.append(pd.read_parquet(out)[list(SOFT_COLUMNS)].to_numpy())
    assert np.abs(tables[0] - tables[1]).max() < 0.05


def test_unreadable_images_go_to_a_table_with_the_reason_and_the_status_is_1(
    broken_dataset: Path, tiny_bundle: Path, tmp_path: Path
) -> None:
    out = tmp_path / "labels.parquet"
    source = str(broken_dataset / "images.parquet")
    done = run_engine("label", source, "--bundle", str(tiny_bundle), "--out", str(out), status=1)
    failures = pd.read_csv(tmp_path / "labels.failures.csv", dtype=str)
    assert failures["image"].tolist() == ["0005", "0009"]
    assert failures["reason"].tolist() == ["it is no image that Pillow knows", "the file is not there"]
    assert len(pd.read_parquet(out)) == 94
    assert "2 images could not be read" in done.stderr


def test_a_part_in_which_nothing_can_be_read_is_no_stumbling_block(
    broken_dataset: Path, tiny_bundle: Path, tmp_path: Path
) -> None:
    frame, root = read_source(broken_dataset / "images.parquet")
    rows = frame[frame["image"].isin(["0001", "0005", "0009"])]
    done = label_images((rows, root), tiny_bundle, tmp_path / "l.parquet", part=1, progress=False)
    assert (done.labelled, done.failed) == (1, 2)
    assert pd.read_parquet(tmp_path / "l.parquet")["image"].tolist() == ["0001"]


def test_a_killed_labelling_goes_on_and_gives_the_same_file(
    tiny_dataset: Path, tiny_bundle: Path, tmp_path: Path
) -> None:
    source, out = str(tiny_dataset / "images.parquet"), tmp_path / "labels.parquet"
    arguments = ["label", source, "--bundle", str(tiny_bundle), "--part", "2", "--out"]
    killed = subprocess.run([sys.executable, "-c", KILLED_AT_THE_FOURTH_PART, *arguments, str(out)], cwd=ROOT)
    assert killed.returncode == -signal.SIGKILL
    parts = tmp_path / ".labels.parquet.parts"
    assert not out.exists()
    kept = {file: file.stat().st_mtime_ns for file in parts.glob("*.labels.parquet")}
    assert len(kept) == 3
    run_engine(*arguments, str(out))
    assert not parts.exists()
    run_engine(*arguments, str(tmp_path / "whole.parquet"))
    assert out.read_bytes() == (tmp_path / "whole.parquet").read_bytes()


def test_unfinished_parts_of_other_images_are_refused(
    tiny_dataset: Path, tiny_bundle: Path, tmp_path: Path
) -> None:
    frame, root = read_source(tiny_dataset / "images.parquet")
    parts = tmp_path / ".l.parquet.parts"
    parts.mkdir()
    (parts / "job.json").write_text('{"bundle": "other"}')
    (parts / "000000000000.labels.parquet").touch()
    with pytest.raises(EngineError, match="unfinished labelling of other images"):
        label_images((frame, root), tiny_bundle, tmp_path / "l.parquet", progress=False)


def test_a_folder_of_images_is_labelled_without_hard_labels(
    tiny_dataset: Path, tiny_bundle: Path, tmp_path: Path
) -> None:
    out = tmp_path / "l.parquet"
    label_images(tiny_dataset / "images", tiny_bundle, out, progress=False)
    labels = pd.read_parquet(out)
    assert labels["image"].iloc[0] == "0000.jpg"
    assert labels[["hard_label", "rank", "margin", "subset"]].isna().all(axis=None)


@pytest.mark.parametrize(
    ("source", "out", "message"),
    [
        ("absent.parquet", "l.parquet", "does not exist"),
        (".", "l.parquet", "holds no image"),
        ("none.csv", "l.parquet", "no image to label"),
        (None, "l.csv", "no .parquet name"),
    ],
)
def test_a_wrong_source_or_name_is_refused(
    tiny_dataset: Path, tiny_bundle: Path, tmp_path: Path, source: str | None, out: str, message: str
) -> None:
    (tmp_path / "none.csv").write_text("image,path,hard_label,split\n")
    given = tiny_dataset / "images.parquet" if source is None else tmp_path / source
    with pytest.raises(EngineError, match=message):
        label_images(given, tiny_bundle, tmp_path / out, progress=False)


def test_a_photograph_is_explained_as_it_is_labelled(
    tiny_dataset: Path, tiny_bundle: Path, tmp_path: Path
) -> None:
    label_images(tiny_dataset / "images.parquet", tiny_bundle, tmp_path / "l.parquet", progress=False)
    row = pd.read_parquet(tmp_path / "l.parquet").iloc[0]
    with LoadedBundle(open_bundle(tiny_bundle)) as loaded:
        found = explain(tiny_dataset / "images" / "0000.jpg", loaded)
        same = explain(Image.open(tiny_dataset / "images" / "0000.jpg"), loaded)
    assert found == same
    for emotion in EMOTIONS:
        assert abs(found.soft[emotion] - row[f"soft_{emotion.lower()}"]) < 0.01
        assert found.soft[emotion] == pytest.approx(
            (found.ensemble[emotion] + found.action_unit_classifier[emotion]) / 2
        )
    assert set(found.action_units) == set(ACTION_UNITS)
    assert found.subsets[max(EMOTIONS, key=lambda emotion: found.soft[emotion])] == "Easy"
    assert found.subsets[min(EMOTIONS, key=lambda emotion: found.soft[emotion])] == "Difficult"
    assert sorted(found.ranks.values()) == list(range(1, 9))


def test_no_image_gives_no_answer_and_no_error(tiny_bundle: Path) -> None:
    with LoadedBundle(open_bundle(tiny_bundle)) as loaded:
        assert loaded.soft_labels(np.empty((0, 32, 32, 3), np.uint8)).soft.shape == (0, 8)
        assert loaded.soft_labels(decode(Image.new("L", (9, 9)), 32)[None]).units.shape == (1, 21)
