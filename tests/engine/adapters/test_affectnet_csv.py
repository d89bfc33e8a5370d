from pathlib import Path

import numpy as np
import pytest

from engine.adapters.source import SourceError
from tests.engine.adapters.reading import imported, touch

HEADER = (
    "subDirectory_filePath,face_x,face_y,face_width,face_height,facial_landmarks,expression,valence,arousal"
)
LANDMARKS = ";".join(f"{n}.5" for n in range(136))


def tree(root: Path, training: list[str], validation: list[str] = (), header: str = HEADER) -> Path:
    lists = root / "Manually_Annotated_file_lists"
    lists.mkdir(parents=True)
    for name, lines in (("training.csv", training), ("validation.csv", validation)):
        (lists / name).write_text("\n".join([header, *lines]) + "\n")
        touch(*(root / "Manually_Annotated_Images" / line.split(",")[0] for line in lines))
    return root


def test_a_row_gives_box_landmarks_valence_and_arousal(tmp_path):
    source = tree(
        tmp_path / "in", [f"689/a.jpg,10,20,150,160,{LANDMARKS},4,-0.5,0.25"], ["7/b.jpg,1,2,3,4,,0,0,0"]
    )
    report, frame = imported(source, tmp_path / "images.parquet")
    assert report.adapter == "affectnet-csv"
    row = frame.iloc[0]
    assert (row["image"], row["path"]) == ("689/a.jpg", "in/Manually_Annotated_Images/689/a.jpg")
    assert (row["hard_label"], row["split"], frame["split"][1]) == ("Fear", "train", "validation")
    assert row[["face_x", "face_y", "face_width", "face_height"]].tolist() == [10, 20, 150, 160]
    np.testing.assert_array_equal(row["landmarks_68"], np.arange(136) + 0.5)
    assert frame["landmarks_68"].isna().tolist() == [False, True]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_a_list_that_a_spreadsheet_wrote_comes_in_whole(tmp_path, encoding):
    source = tree(tmp_path / "in", [f"é/a.jpg,10,20,150,160,{LANDMARKS},4,-0.5,0.25"])
    lists = source / "Manually_Annotated_file_lists"
    row = f'é/a.jpg;10;20;150;160;"{LANDMARKS}";4;-0,5;0,25'
    (lists / "training.csv").write_text(f"{HEADER.replace(',', ';')}\n{row}\n", encoding=encoding)
    report, frame = imported(source, tmp_path / "images.parquet")
    assert report.adapter == "affectnet-csv"
    row = frame.iloc[0]
    assert (row["image"], row["hard_label"]) == ("é/a.jpg", "Fear")
    assert row[["face_x", "face_height", "valence", "arousal"]].tolist() == [10, 160, -0.5, 0.25]
    np.testing.assert_array_equal(row["landmarks_68"], np.arange(136) + 0.5)


def test_a_list_of_paths_and_expressions_alone_is_enough(tmp_path):
    source = tree(tmp_path / "in", ["1/a.jpg,1"], header="subDirectory_filePath,expression")
    _, frame = imported(source, tmp_path / "images.parquet")
    assert frame["hard_label"].tolist() == ["Happy"]


def test_minus_two_means_that_valence_and_arousal_are_missing(tmp_path):
    source = tree(tmp_path / "in", ["1/a.jpg,1,2,3,4,,1,-2,-2"])
    report, frame = imported(source, tmp_path / "images.parquet")
    assert frame[["valence", "arousal"]].isna().all(axis=None)
    assert report.missing["valence"] == 1


def test_none_uncertain_and_non_face_are_left_out_by_name(tmp_path):
    lines = [f"1/{n}.jpg,1,2,3,4,,{n},0,0" for n in range(12)]
    report, frame = imported(tree(tmp_path / "in", lines), tmp_path / "images.parquet")
    assert len(frame) == 8
    assert report.left_out == {
        "labelled None": 1,
        "labelled Uncertain": 1,
        "labelled Non-Face": 1,
        "no path or label in training.csv (expression '11')": 1,
    }


def test_a_list_without_the_expression_is_refused(tmp_path):
    source = tree(tmp_path / "in", [], header="subDirectory_filePath,face_x")
    with pytest.raises(SourceError, match=r"training.csv has no column 'expression'"):
        imported(source, tmp_path / "images.parquet")
