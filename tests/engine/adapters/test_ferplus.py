from pathlib import Path

import pandas as pd
import pytest

from engine.adapters.source import SourceError
from engine.annotations import human_distribution, read_annotations
from tests.engine.adapters.reading import imported, touch

HEADER = "Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF"
REAL = Path(__file__).parents[4] / "shared" / "ferplus" / "fer2013new.csv"


def write(folder: Path, *lines: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "fer2013new.csv").write_text("\n".join([HEADER, *lines]) + "\n")
    return folder


def test_the_majority_of_the_votes_is_the_label_and_every_vote_an_annotation(tmp_path):
    source = write(
        tmp_path / "in", "Training,fer0.png,1,0,0,7,0,0,0,2,0,0", "PublicTest,fer1.png,0,0,0,0,0,0,9,0,1,0"
    )
    touch(source / "data/FER2013Train/fer0.png", source / "data/FER2013Valid/fer1.png")
    report, frame = imported(source, tmp_path / "images.parquet")
    assert report.adapter == "ferplus"
    assert frame["hard_label"].tolist() == ["Sad", "Fear"]
    assert frame["split"].tolist() == ["train", "validation"]
    assert frame["path"].tolist() == ["in/data/FER2013Train/fer0.png", "in/data/FER2013Valid/fer1.png"]
    votes = read_annotations(tmp_path / "images.annotations.parquet")
    assert votes["label"].value_counts().to_dict() == {
        "Fear": 9,
        "Sad": 7,
        "Contempt": 2,
        "Neutral": 1,
        "Uncertain": 1,
    }
    shares = human_distribution(votes)
    assert shares["human_sad"].tolist() == [0.7, 0.0]
    assert shares["human_fear"].tolist() == [0.0, 1.0]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_a_file_that_a_spreadsheet_wrote_comes_in_whole(tmp_path, encoding):
    source = write(tmp_path / "in")
    rows = [HEADER, "Training,é0.png,1,0,0,7,0,0,0,2,0,0"]
    text = "\n".join(rows).replace(",", ";") + "\n"
    (source / "fer2013new.csv").write_text(text, encoding=encoding)
    report, frame = imported(source, tmp_path / "images.parquet")
    assert report.adapter == "ferplus"
    assert frame[["image", "hard_label"]].to_numpy().tolist() == [["é0", "Sad"]]


def test_ties_blank_names_and_repeated_names_are_listed(tmp_path):
    source = write(
        tmp_path / "in",
        "Training,fer0.png,10,0,0,0,0,0,0,0,0,0",
        "Training,fer1.png,5,5,0,0,0,0,0,0,0,0",
        "Training,,0,0,0,0,0,0,0,0,0,10",
        "Training,fer0.png,0,10,0,0,0,0,0,0,0,0",
        "Training,fer2.png,0,0,0,0,0,0,0,0,9,1",
        "Other,fer3.png,10,0,0,0,0,0,0,0,0,0",
        "Training,fer4.png,many,0,0,0,0,0,0,0,0,0",
        "Training,fer5.png,9,0,0,0,0,0,0,0,0,0",
    )
    report, frame = imported(source, tmp_path / "images.parquet")
    assert frame["image"].tolist() == ["fer0", "fer5"]
    assert frame["hard_label"].tolist() == ["Neutral", "Neutral"]  # the second fer0 adds no vote
    assert report.left_out == {
        "votes tied": 1,
        "no image name": 1,
        "image named before": 1,
        "labelled Uncertain": 1,
        "unknown Usage": 1,
        "votes are no numbers": 1,
    }
    assert report.remarks == {"9 votes": 1}
    assert not report.files_checked
    listed = pd.read_csv(tmp_path / "images.listed.csv").set_index("reason")["item"]
    assert listed["no image name"] == "row 3"


@pytest.mark.skipif(not REAL.is_file(), reason="fer2013new.csv is not beside the repository")
def test_the_real_file_comes_in_whole(tmp_path):
    report, frame = imported(REAL, tmp_path / "images.parquet")
    assert report.images + sum(report.left_out.values()) == 35_887
    assert report.left_out["no image name"] == 173
    assert report.left_out["image named before"] == 4
    assert report.remarks == {"9 votes": 1}
    votes = read_annotations(tmp_path / "images.annotations.parquet")
    assert len(votes) == 10 * (35_887 - 173 - 4) - 1
    assert frame["image"].is_unique


def test_a_file_without_a_usable_row_is_refused_with_the_reasons(tmp_path):
    source = write(tmp_path / "in", "Training,,0,0,0,0,0,0,0,0,0,10", "Other,fer3.png,10,0,0,0,0,0,0,0,0,0")
    with pytest.raises(SourceError, match="no image name: 1"):
        imported(source, tmp_path / "images.parquet")
