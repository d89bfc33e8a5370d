import pytest

from engine.adapters.source import SourceError
from tests.engine.adapters.reading import imported, touch


def test_the_seven_labels_follow_rafdbs_own_order(tmp_path):
    lines = [f"train_{n:05d}.jpg {n}" for n in range(1, 8)] + ["test_0001.jpg 4", "train_00009.jpg 8"]
    file = tmp_path / "in/basic/EmoLabel/list_patition_label.txt"
    file.parent.mkdir(parents=True)
    file.write_text("\n".join(lines) + "\n")
    names = [line.split(".")[0] for line in lines]
    touch(*(tmp_path / "in/basic/Image/aligned" / f"{name}_aligned.jpg" for name in names))
    report, frame = imported(tmp_path / "in", tmp_path / "images.parquet")
    assert report.adapter == "rafdb"
    assert frame["hard_label"].tolist() == [
        *("Surprise", "Fear", "Disgust", "Happy", "Sad", "Anger", "Neutral"),
        "Happy",
    ]
    assert frame["split"].tolist() == ["train"] * 7 + ["test"]
    assert frame["path"][0] == "in/basic/Image/aligned/train_00001_aligned.jpg"
    assert report.left_out == {"unknown label '8' or prefix": 1}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_a_list_saved_by_another_editor_loses_no_image(tmp_path, encoding):
    file = tmp_path / "in/basic/EmoLabel/list_patition_label.txt"
    file.parent.mkdir(parents=True)
    file.write_text("train_é1.jpg 1\r\ntest_2.jpg 4\r\n", encoding=encoding, newline="")
    names = ("train_é1", "test_2")
    touch(*(tmp_path / "in/basic/Image/aligned" / f"{name}_aligned.jpg" for name in names))
    report, frame = imported(tmp_path / "in", tmp_path / "images.parquet")
    assert frame[["image", "hard_label"]].to_numpy().tolist() == [
        ["train_é1", "Surprise"],
        ["test_2", "Happy"],
    ]
    assert report.left_out == {}


def test_a_folder_without_the_list_is_refused_by_name(tmp_path):
    with pytest.raises(SourceError, match=r"list_patition_label\.txt"):
        imported(tmp_path, tmp_path / "images.parquet", adapter="rafdb")
