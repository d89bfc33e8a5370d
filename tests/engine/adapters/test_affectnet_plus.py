import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from engine.importing import Choices
from tests.engine.adapters.reading import imported, touch

SOFT = [0.1, 0.8, 0.05, 0.2, 0.1, 0.0, 0.1, 0.3]
WHOLE = {
    "human-label": 1,
    "soft-label": SOFT,
    "subset": 0,
    "meta-data": {
        "age": 31,
        "valence": 0.5,
        "arousal": -0.25,
        "gender": {"female": 0.9, "male": 0.1},
        "race": {
            "asian": 0.1,
            "indian": 0.05,
            "black": 0.1,
            "white": 0.1,
            "middle eastern": 0.6,
            "latino hispanic": 0.05,
        },
        "pose": {"Yaw": 1.5, "pitch": -2, "roll": 0},
        "landmark-68": list(range(136)),
        "landmark-29": list(range(58)),
    },
}


def tree(root: Path, **contents: object) -> Path:
    """Files such as train_set_1 = {...}: the annotation of image 1 of the train set."""
    for name, content in contents.items():
        folder, _, stem = name.rpartition("_")
        base = root / ("no_human_annotated" if folder == "no" else f"human_annotated/{folder}")
        touch(base / "images" / f"{stem}.jpg")
        (base / "annotations").mkdir(parents=True, exist_ok=True)
        text = content if isinstance(content, str) else json.dumps(content)
        (base / "annotations" / f"{stem}.json").write_text(text)
    return root


def test_a_whole_annotation_fills_every_column(tmp_path):
    report, frame = imported(tree(tmp_path / "in", train_set_7=WHOLE), tmp_path / "in" / "images.parquet")
    assert report.adapter == "affectnet-plus"
    row = frame.iloc[0]
    assert row["image"] == "human_annotated/train_set/7"
    assert row["path"] == "human_annotated/train_set/images/7.jpg"
    assert (row["hard_label"], row["split"], row["age"]) == ("Happy", "train", 31)
    assert (row["gender"], row["ethnicity"]) == ("Female", "Middle-Eastern")
    assert (row["yaw"], row["pitch"], row["roll"]) == (1.5, -2, 0)
    assert (row["valence"], row["arousal"]) == (0.5, -0.25)
    np.testing.assert_array_equal(row["landmarks_68"], np.arange(136))
    np.testing.assert_array_equal(row["landmarks_28"], np.arange(58))


def test_the_published_soft_labels_become_a_label_file(tmp_path):
    other = {**WHOLE, "human-label": 0, "subset": 1}
    source = tree(tmp_path / "in", train_set_1=WHOLE, validation_set_1=other)
    report, _ = imported(source, tmp_path / "images.parquet")
    labels = pd.read_parquet(tmp_path / "images.labels.parquet")
    assert tmp_path / "images.labels.parquet" in report.files
    assert labels.loc[0, [c for c in labels if c.startswith("soft_")]].tolist() == SOFT
    assert labels["rank"].tolist() == [1, 4]
    assert labels["subset"].tolist() == ["Easy", "Difficult"]
    assert labels["published_subset"].tolist() == ["Easy", "Challenging"]
    assert report.remarks == {"published subset differs from the rank's": 1}
    assert set(labels["bundle"]) == {"AffectNet+"}


def test_missing_keys_are_counted_and_the_image_stays(tmp_path):
    source = tree(tmp_path / "in", train_set_1={"human-label": 2}, train_set_2=WHOLE)
    report, frame = imported(source, tmp_path / "images.parquet")
    assert frame["hard_label"].tolist() == ["Sad", "Happy"]
    assert report.missing["age"] == report.missing["landmarks_68"] == report.missing["yaw"] == 1
    assert report.remarks == {"no usable soft-label": 1}


@pytest.mark.parametrize("soft", [[0.1] * 7, [0.1] * 7 + [1.5], ["x"] * 8, "high", [None] * 8])
def test_an_unusable_soft_label_leaves_the_image_in(tmp_path, soft):
    source = tree(tmp_path / "in", train_set_1={**WHOLE, "soft-label": soft}, train_set_2=WHOLE)
    report, frame = imported(source, tmp_path / "images.parquet")
    assert len(frame) == 2
    assert report.remarks == {"no usable soft-label": 1}
    assert pd.read_parquet(tmp_path / "images.labels.parquet")["image"].tolist() == [
        "human_annotated/train_set/2"
    ]


def test_what_is_left_out_is_listed_with_its_reason(tmp_path):
    source = tree(
        tmp_path / "in",
        train_set_1=WHOLE,
        train_set_2="{broken",
        train_set_3={**WHOLE, "human-label": 8},
        train_set_4=WHOLE,
        train_set_5="[1]",
        no_6={key: value for key, value in WHOLE.items() if key != "human-label"},
    )
    (source / "human_annotated/train_set/images/4.jpg").unlink()
    touch(source / "human_annotated/train_set/images/9.jpg")
    report, frame = imported(source, tmp_path / "images.parquet")
    assert frame["image"].tolist() == ["human_annotated/train_set/1"]
    assert report.left_out == {
        "unreadable annotation (JSONDecodeError)": 1,
        "annotation is no JSON object": 1,
        "labelled None": 1,
        "file missing": 1,
        "no hard-label": 1,
        "no annotation file": 1,
    }
    listed = pd.read_csv(tmp_path / "images.listed.csv")
    assert len(listed) == 6
    assert listed.set_index("item")["reason"]["human_annotated/train_set/4"] == "file missing"


def test_other_and_unlabelled_images_can_be_kept(tmp_path):
    source = tree(tmp_path / "in", train_set_3={**WHOLE, "human-label": 10}, no_6={"soft-label": SOFT})
    _, frame = imported(
        source, tmp_path / "images.parquet", choices=Choices(keep_other=True, keep_unlabelled=True)
    )
    assert frame["hard_label"].fillna("").tolist() == ["Non-Face", ""]
    labels = pd.read_parquet(tmp_path / "images.labels.parquet")
    assert labels["rank"].isna().all()
