import pytest

from engine.adapters.source import Options, SourceError
from engine.importing import Choices
from tests.engine.adapters.reading import imported, touch


def test_numbered_folders_take_the_order_given(tmp_path):
    for number in range(11):
        touch(tmp_path / f"in/train/{number}/a.png")
    touch(tmp_path / "in/test/10/b.jpg")
    order = (
        "Neutral",
        "Happy",
        "Sad",
        "Surprise",
        "Fear",
        "Disgust",
        "Anger",
        "Contempt",
        "none",
        "Uncertain",
    )
    options = Options(order=(*order, "Fear"))
    report, frame = imported(tmp_path / "in", tmp_path / "images.parquet", options)
    assert report.adapter == "folders"
    assert dict(zip(frame["image"], frame["hard_label"], strict=True))["train/10/a.png"] == "Fear"
    assert frame["split"].value_counts().to_dict() == {"train": 9, "test": 1}
    assert report.left_out == {"labelled None": 1, "labelled Uncertain": 1}


def test_the_order_is_never_guessed(tmp_path):
    touch(tmp_path / "in/0/a.png", tmp_path / "in/1/b.png")
    with pytest.raises(SourceError, match=r"needs its order.*0, 1"):
        imported(tmp_path / "in", tmp_path / "images.parquet")


def test_pairs_name_each_folder(tmp_path):
    touch(tmp_path / "in/smile/a.png", tmp_path / "in/frown/b.png")
    report, frame = imported(
        tmp_path / "in", tmp_path / "images.parquet", Options(order=("smile=Happy", "frown=Anger"))
    )
    assert report.split_drawn
    assert sorted(frame["hard_label"]) == ["Anger", "Happy"]
    with pytest.raises(SourceError, match="folders are frown, smile"):
        imported(tmp_path / "in", tmp_path / "images.parquet", Options(order=("smile=Happy",)))


def test_an_order_that_contradicts_a_folders_name_is_refused(tmp_path):
    touch(tmp_path / "in/anger/a.png", tmp_path / "in/happy/b.png")
    with pytest.raises(SourceError, match="'anger' Happy"):
        imported(tmp_path / "in", tmp_path / "images.parquet", Options(order=("Happy", "Anger")))


def test_an_order_of_another_length_is_refused(tmp_path):
    touch(tmp_path / "in/0/a.png", tmp_path / "in/1/b.png")
    with pytest.raises(SourceError, match="3 labels, but there are 2 folders"):
        imported(tmp_path / "in", tmp_path / "images.parquet", Options(order=("Sad", "Fear", "Anger")))


def test_files_that_are_no_images_are_listed(tmp_path):
    touch(tmp_path / "in/0/a.png", tmp_path / "in/0/a.jpg", tmp_path / "in/0/notes.txt")
    report, frame = imported(tmp_path / "in", tmp_path / "images.parquet", Options(order=("Sad",)))
    assert frame["image"].tolist() == ["0/a.jpg", "0/a.png"]
    assert report.left_out == {"no image file": 1}


def test_folders_named_as_emotions_need_no_order(tmp_path):
    touch(tmp_path / "in/Angry/a.png", tmp_path / "in/happiness/b.png", tmp_path / "in/Sad/c.png")
    _, frame = imported(tmp_path / "in", tmp_path / "images.parquet")
    assert sorted(frame["hard_label"]) == ["Anger", "Happy", "Sad"]
    touch(tmp_path / "in/other/d.png")
    with pytest.raises(SourceError, match=r"needs its order.*other"):
        imported(tmp_path / "in", tmp_path / "images.parquet")


def test_a_folder_of_images_alone_has_no_labels(tmp_path):
    touch(tmp_path / "in/a.png", tmp_path / "in/b.jpg", tmp_path / "in/readme.txt")
    keep = Choices(keep_unlabelled=True)
    report, frame = imported(tmp_path / "in", tmp_path / "images.parquet", choices=keep)
    assert report.adapter == "folders"
    assert list(frame["image"]) == ["a.png", "b.jpg"]
    assert frame["hard_label"].isna().all()
    assert report.left_out == {"no image file": 1}
