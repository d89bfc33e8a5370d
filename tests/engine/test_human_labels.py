import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from engine.annotations import AnnotationError, multi_annotated_set, validate
from engine.emfacs import EMOTIONS
from engine.human_labels import human_labels, mas_table
from engine.label_file import read_labels


def annotations() -> pd.DataFrame:
    images = {f"{emotion}{n}": [emotion, emotion] for emotion in EMOTIONS for n in range(3)}
    images |= {
        "split": ["Sad", "Fear"],
        "none": ["None", "None"],
        "one": ["Happy"],
        "half": ["Sad", "None", "Sad"],
    }
    rows = [
        (image, f"A{place}", label) for image, labels in images.items() for place, label in enumerate(labels)
    ]
    return validate(pd.DataFrame(rows, columns=["image", "annotator", "label"]))


def test_every_annotated_image_has_a_part():
    mas = multi_annotated_set(annotations(), tie_rule="undecided")
    table = mas_table(mas, np.random.default_rng(0), per_emotion=2)
    assert sorted(table["image"]) == sorted(annotations()["image"].unique())
    assert table["part"].value_counts().to_dict() == {
        "test-MAS": 16,
        "train-MAS": 9,
        "undecided": 1,
        "other": 1,
        "too few": 1,
    }
    assert table.loc[table["part"] == "test-MAS", "unanimous"].all()


def test_the_votes_become_a_label_file(tmp_path):
    votes = annotations()
    labels = human_labels(votes, multi_annotated_set(votes)).set_index("image")
    assert "none" not in labels.index
    assert labels.loc["half", ["soft_sad", "soft_fear"]].tolist() == [1, 0]
    assert labels.loc["split", ["soft_sad", "soft_fear"]].tolist() == [0.5, 0.5]
    assert labels.loc["split", "rank"] == 1
    assert pd.isna(labels.loc["one", "hard_label"])  # one annotator is too few for a MAS label
    labels.reset_index().to_parquet(tmp_path / "labels.parquet")
    assert len(read_labels(tmp_path / "labels.parquet")) == len(labels)


def test_a_test_set_that_is_too_large_is_refused():
    with pytest.raises(AnnotationError, match="asks for 100"):
        mas_table(multi_annotated_set(annotations()), np.random.default_rng(0))


def test_the_command_writes_the_set_and_the_labels(tmp_path):
    annotations().to_csv(tmp_path / "votes.csv", index=False)
    (tmp_path / "words.csv").write_text("image,keyword\nsplit,Fear\n")
    command = [
        sys.executable,
        "-m",
        "engine",
        "mas",
        "votes.csv",
        "--out",
        "mas.parquet",
        "--keywords",
        "words.csv",
    ]
    command += ["--test-per-emotion", "2", "--labels", "human.parquet"]
    paths = [str(tmp_path / part) if part.endswith((".csv", ".parquet")) else part for part in command]
    done = subprocess.run(paths, capture_output=True, text=True, check=True)
    assert "train-MAS 10, test-MAS 16, other 1, undecided 0, too few 1" in done.stdout
    table = pd.read_parquet(tmp_path / "mas.parquet").set_index("image")
    assert table.loc["split", ["label", "decided_by"]].tolist() == ["Fear", "keyword"]
    assert (tmp_path / "human.parquet").is_file()


def test_the_command_refuses_votes_without_a_column(tmp_path):
    (tmp_path / "votes.csv").write_text("image,label\na,Sad\n")
    command = [
        sys.executable,
        "-m",
        "engine",
        "mas",
        str(tmp_path / "votes.csv"),
        "--out",
        str(tmp_path / "m.csv"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "'annotator'" in done.stderr
    assert len(done.stderr.splitlines()) == 1
