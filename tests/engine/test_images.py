import pandas as pd
import pytest

from engine.images import ManifestError, read_manifest, read_table, validate, write_table


def manifest(**changes: object) -> pd.DataFrame:
    columns = {
        "image": ["0001", "0002", "0003"],
        "path": ["a.png", "b.png", "c.png"],
        "hard_label": ["Happy", "Sad", "Neutral"],
        "split": ["train", "validation", "test"],
    }
    return pd.DataFrame({**columns, **changes})


@pytest.mark.parametrize("name", ["images.csv", "images.parquet"])
def test_a_manifest_comes_back_as_it_was_written(tmp_path, name):
    for path in manifest()["path"]:
        (tmp_path / path).write_bytes(b"x")
    write_table(manifest(), tmp_path / name)
    frame = read_manifest(tmp_path / name)
    assert frame["image"].tolist() == ["0001", "0002", "0003"]
    assert [p.name for p in tmp_path.iterdir() if "unfinished" in p.name] == []


def test_the_word_none_in_a_csv_is_a_word(tmp_path):
    (tmp_path / "votes.csv").write_text("image,annotator,label\n1,A1,None\n2,A1,\n")
    labels = read_table(tmp_path / "votes.csv")["label"]
    assert labels[0] == "None"
    assert pd.isna(labels[1])


def test_a_missing_column_is_named():
    with pytest.raises(ManifestError, match=r"no column 'hard_label', 'split'.*has 'image', 'path'"):
        validate(manifest()[["image", "path"]])


def test_a_duplicate_image_is_named_with_both_rows():
    with pytest.raises(ManifestError, match="'0001' in row 1 and again in row 3"):
        validate(manifest(image=["0001", "0002", "0001"]))


def test_an_unknown_label_is_named_with_its_row_and_image():
    with pytest.raises(ManifestError, match=r"hard_label 'Bored' in row 2 \(image '0002'\)"):
        validate(manifest(hard_label=["Happy", "Bored", "Sad"]))


def test_a_missing_label_is_refused_unless_images_may_be_unlabelled():
    frame = manifest(hard_label=["Happy", None, "Sad"])
    with pytest.raises(ManifestError, match="hard_label None in row 2"):
        validate(frame)
    assert validate(frame, unlabelled=True)["hard_label"].isna().tolist() == [False, True, False]


def test_an_unknown_split_is_named():
    with pytest.raises(ManifestError, match="split 'dev' in row 1"):
        validate(manifest(split=["dev", "train", "test"]))


def test_a_missing_file_is_named(tmp_path):
    (tmp_path / "a.png").write_bytes(b"x")
    with pytest.raises(ManifestError, match=r"'b.png' in row 2.*2 of 3 files are missing"):
        validate(manifest(), root=tmp_path)


def test_a_number_that_is_none_is_named():
    with pytest.raises(ManifestError, match="age 'old' in row 3"):
        validate(manifest(age=["20", "30", "old"]))


def test_an_empty_image_is_named_by_row():
    with pytest.raises(ManifestError, match="no image in row 2"):
        validate(manifest(image=["0001", None, "0003"]))


def test_a_file_of_another_kind_is_refused(tmp_path):
    (tmp_path / "images.txt").write_text("x")
    with pytest.raises(ManifestError, match=r"no \.csv or \.parquet"):
        read_table(tmp_path / "images.txt")
    with pytest.raises(ManifestError, match="does not exist"):
        read_table(tmp_path / "absent.csv")


def test_a_broken_parquet_file_is_named(tmp_path):
    (tmp_path / "images.parquet").write_bytes(b"not parquet")
    with pytest.raises(ManifestError, match=r"images\.parquet cannot be read"):
        read_table(tmp_path / "images.parquet")
