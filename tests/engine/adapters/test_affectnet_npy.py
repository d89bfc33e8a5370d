from pathlib import Path

import numpy as np
import pytest

from tests.engine.adapters.reading import imported, touch


def save(folder: Path, stem: str, **values: object) -> None:
    touch(folder / "images" / f"{stem}.jpg")
    (folder / "annotations").mkdir(parents=True, exist_ok=True)
    for name, value in values.items():
        np.save(folder / "annotations" / f"{stem}_{name}.npy", value)


@pytest.mark.parametrize("kind", [str, int, float, np.int64, np.float32])
def test_numbers_and_strings_are_read_alike(tmp_path, kind):
    save(tmp_path / "in/train_set", "5", exp=kind(6), val=kind(1), aro=kind(0), lnd=np.arange(136.0))
    report, frame = imported(tmp_path / "in", tmp_path / "images.parquet")
    assert report.adapter == "affectnet-npy"
    row = frame.iloc[0]
    assert (row["image"], row["hard_label"], row["split"]) == ("train_set/5", "Anger", "train")
    assert (row["valence"], row["arousal"]) == (1, 0)
    assert row["path"] == "in/train_set/images/5.jpg"
    np.testing.assert_array_equal(row["landmarks_68"], np.arange(136))


def test_an_array_of_one_is_read_as_its_number(tmp_path):
    save(tmp_path / "in/val_set", "5", exp=np.array([[3]]), lnd=np.arange(136).reshape(68, 2))
    _, frame = imported(tmp_path / "in", tmp_path / "images.parquet")
    assert frame["hard_label"].tolist() == ["Surprise"]
    assert frame["split"].tolist() == ["validation"]
    np.testing.assert_array_equal(frame["landmarks_68"][0], np.arange(136))


def test_the_same_values_come_out_as_from_numpy(tmp_path):
    rng = np.random.default_rng(0)
    points = {str(n): rng.normal(size=(136,)).astype(rng.choice(["<f4", "<f8", ">f8"])) for n in range(20)}
    for stem, values in points.items():
        save(tmp_path / "in/train_set", stem, exp=0, lnd=np.asfortranarray(values.reshape(2, 68)))
    _, frame = imported(tmp_path / "in", tmp_path / "images.parquet")
    for image, landmarks in zip(frame["image"], frame["landmarks_68"], strict=True):
        expected = np.load(tmp_path / f"in/train_set/annotations/{image.split('/')[1]}_lnd.npy").ravel()
        np.testing.assert_allclose(landmarks, expected, rtol=1e-6)


def test_missing_values_are_counted(tmp_path):
    save(tmp_path / "in/train_set", "1", exp="2", val="-2", aro="-2")
    save(tmp_path / "in/train_set", "2", exp="2", val="0.5", lnd=np.zeros(10))
    report, frame = imported(tmp_path / "in", tmp_path / "images.parquet")
    assert len(frame) == 2
    assert report.missing == {"valence": 1, "arousal": 2, "landmarks_68": 2}


def test_what_cannot_be_read_is_listed(tmp_path):
    folder = tmp_path / "in/train_set"
    save(folder, "1", exp="1")
    save(folder, "2", exp="joy")
    save(folder, "3", exp=np.array({"a": 1}, dtype=object))
    save(folder, "4", val=0.5)
    (folder / "annotations/2_val.npy").write_bytes(b"")
    (folder / "annotations/5_exp.npy").write_bytes(b"\x93NUMPY\x01\x00\xff")
    report, frame = imported(tmp_path / "in", tmp_path / "images.parquet")
    assert frame["image"].tolist() == ["train_set/1"]
    assert report.left_out == {"unreadable expression": 3, "no annotation file": 1}


def test_images_stand_in_counting_order(tmp_path):
    for stem in ("10", "9", "100"):
        save(tmp_path / "in/train_set", stem, exp=0)
    _, frame = imported(tmp_path / "in", tmp_path / "images.parquet")
    assert frame["image"].tolist() == ["train_set/9", "train_set/10", "train_set/100"]
