from datetime import UTC, datetime

import pandas as pd
import pytest
from PIL import Image

from engine.annotations import multi_annotated_set, read_annotations
from engine.commands import demo as command
from engine.demo import DemoError, make_demo
from engine.emfacs import ACTION_UNITS, EMOTIONS
from engine.images import read_manifest

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
FACES = 96


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("demo")
    make_demo(out, FACES, seed=3, size=48, now=NOW, workers=1)
    return out


def test_the_manifest_is_valid_and_its_pictures_are_there(folder):
    manifest = read_manifest(folder / "images.parquet")
    assert len(manifest) == FACES
    with Image.open(folder / manifest["path"][5]) as picture:
        assert (picture.size, picture.mode) == ((48, 48), "RGB")


def test_every_emotion_is_in_both_splits_and_a_sixth_is_held_out(folder):
    manifest = read_manifest(folder / "images.parquet")
    assert set(manifest["split"]) == {"train", "validation"}
    assert (manifest["split"] == "validation").sum() == FACES // 6
    for _, part in manifest.groupby("split"):
        assert set(part["keyword"]) == set(EMOTIONS)


def test_the_hard_label_is_the_majority_of_the_votes(folder):
    manifest = read_manifest(folder / "images.parquet").set_index("image")
    mas = multi_annotated_set(read_annotations(folder / "annotations.parquet"), manifest["keyword"])
    decided = mas.emotions.set_index("image")["label"]
    assert (manifest.loc[decided.index, "hard_label"] == decided).all()
    assert (manifest["hard_label"] == manifest["keyword"]).mean() > 0.75


def test_the_truth_says_what_was_drawn(folder):
    truth = pd.read_parquet(folder / "truth.parquet")
    assert truth.filter(like="mixture_").sum(axis=1).round(6).eq(1).all()
    assert set(truth.filter(like="au_")) == {f"au_{unit}" for unit in ACTION_UNITS}
    calm = truth[truth["keyword"] == "Neutral"]
    assert calm.filter(like="au_").to_numpy().max() == 0
    assert truth.loc[truth["mixture_happy"] == 1, "au_12"].min() > 0.2


def test_a_face_is_the_same_however_many_are_made_and_by_however_many_processes(folder, tmp_path):
    make_demo(tmp_path, 40, seed=3, size=48, now=NOW, workers=2)
    for name in ("face-00000.jpg", "face-00039.jpg"):
        assert (tmp_path / "images" / name).read_bytes() == (folder / "images" / name).read_bytes()


def test_an_interrupted_demo_goes_on_where_it_was(tmp_path):
    make_demo(tmp_path, 16, seed=3, size=48, now=NOW, workers=1)
    kept, lost = (tmp_path / "images" / f"face-0000{number}.jpg" for number in (1, 2))
    content, written = lost.read_bytes(), kept.stat().st_mtime_ns
    lost.unlink()
    (tmp_path / "images.parquet").unlink()
    make_demo(tmp_path, 16, seed=3, size=48, now=NOW, workers=1)
    assert lost.read_bytes() == content
    assert kept.stat().st_mtime_ns == written
    assert len(read_manifest(tmp_path / "images.parquet")) == 16


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"faces": 7}, "7 faces are too few"),
        ({"seed": -1}, "seed -1 is negative"),
        ({"seed": 4}, "holds demo faces of .*'seed': 3.*'seed': 4.*another folder"),
        ({"size": 64}, "'size': 64"),
    ],
)
def test_what_cannot_be_made_is_refused(folder, changes, says):
    asked = {"faces": 16, "seed": 3, "size": 48, **changes}
    with pytest.raises(DemoError, match=says):
        make_demo(folder, asked["faces"], asked["seed"], asked["size"], NOW, workers=1)


def test_held_out_faces_are_drawn_as_large_as_asked(tmp_path):
    make_demo(tmp_path, 48, seed=3, size=48, now=NOW, workers=1, held_out_size=64)
    for row in pd.read_parquet(tmp_path / "images.parquet").itertuples():
        with Image.open(tmp_path / row.path) as picture:
            assert picture.width == (64 if row.split == "validation" else 48)


def test_an_impossible_size_leaves_no_folder(tmp_path):
    with pytest.raises(DemoError, match="4 pixels"):
        make_demo(tmp_path / "new", 16, 3, 4, NOW, workers=1)
    assert not (tmp_path / "new").exists()


def test_a_broken_settings_file_is_named(tmp_path):
    (tmp_path / "demo.json").write_text("{")
    with pytest.raises(DemoError, match=r"demo\.json cannot be read"):
        make_demo(tmp_path, 16, 3, 48, NOW, workers=1)


def arguments(*words):
    import argparse

    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return parser.parse_args(list(words))


def test_the_command_writes_a_contact_sheet(tmp_path):
    sheet = tmp_path / "sheets" / "faces.png"
    assert command.run(arguments("--sheet", str(sheet), "--size", "40")) == 0
    with Image.open(sheet) as picture:
        assert picture.size == (6 * 40, (8 + 4) * (40 + 16))


def test_the_command_refuses_to_do_nothing():
    with pytest.raises(DemoError, match=r"nothing to do: give --out"):
        command.run(arguments())
    with pytest.raises(DemoError, match="--workers 0"):
        command.run(arguments("--out", "x", "--workers", "0"))
