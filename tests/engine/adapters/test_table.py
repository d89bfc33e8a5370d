from pathlib import Path

import pandas as pd
import pytest

from engine.adapters.source import Options, SourceError
from engine.images import read_manifest
from tests.engine.adapters.reading import imported, touch

PHOTOS = Path(__file__).parents[4] / "shared" / "photos"


def table(folder: Path, suffix: str = ".csv", **columns: list[object]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    frame = pd.DataFrame(columns)
    file = folder / f"faces{suffix}"
    frame.to_csv(file, index=False) if suffix == ".csv" else frame.to_parquet(file, index=False)
    for name in ("path", "file", "image"):
        if name in columns:
            touch(*(folder / str(path) for path in columns[name]))
            break
    return file


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_columns_are_mapped_and_words_understood(tmp_path, suffix):
    file = table(
        tmp_path / "in",
        suffix,
        file=["1.png", "2.png", "3.png"],
        emotion=["happiness", "ANGRY", "joyful"],
        set=["Training", "val", "test"],
        years=[20, 30.5, None],
    )
    options = Options(
        {"path": "file", "hard_label": "emotion", "split": "set", "age": "years"}, words={"Joyful": "happy"}
    )
    report, frame = imported(file, tmp_path / "images.parquet", options)
    assert report.adapter == "table"
    assert frame["hard_label"].tolist() == ["Happy", "Anger", "Happy"]
    assert frame["split"].tolist() == ["train", "validation", "test"]
    assert frame["image"].tolist() == ["1.png", "2.png", "3.png"]
    assert report.missing["age"] == 1
    assert read_manifest(tmp_path / "images.parquet").shape == (3, 5)


def test_a_folder_with_one_table_is_found_by_a_look(tmp_path):
    file = table(tmp_path / "in", image=["a.png"], hard_label=["Sad"])
    assert imported(file.parent, tmp_path / "images.parquet")[0].adapter == "table"


def test_without_a_split_one_is_drawn_in_every_label(tmp_path):
    names = [f"{n}.png" for n in range(200)]
    file = table(tmp_path / "in", image=names, hard_label=["Sad", "Fear"] * 100)
    report, frame = imported(file, tmp_path / "images.parquet")
    assert report.split_drawn
    counts = frame.value_counts(["hard_label", "split"])
    for emotion in ("Sad", "Fear"):
        assert counts[emotion].to_dict() == {"train": 70, "validation": 15, "test": 15}
    again = imported(file, tmp_path / "again.parquet")[1]
    pd.testing.assert_series_equal(frame["split"], again["split"])


def test_numbers_need_an_order(tmp_path):
    file = table(tmp_path / "in", image=["a.png", "b.png"], hard_label=[0, 1])
    with pytest.raises(SourceError, match="--order"):
        imported(file, tmp_path / "images.parquet")
    _, frame = imported(file, tmp_path / "images.parquet", Options(order=("Anger", "contempt")))
    assert frame["hard_label"].tolist() == ["Anger", "Contempt"]
    with pytest.raises(SourceError, match="label 1, but --order names 1"):
        imported(file, tmp_path / "images.parquet", Options(order=("Anger",)))


def test_an_unknown_label_is_named_with_its_row(tmp_path):
    file = table(tmp_path / "in", image=["a.png", "b.png"], hard_label=["Sad", "bored"])
    with pytest.raises(SourceError, match=r"'bored' \(first in row 2\)"):
        imported(file, tmp_path / "images.parquet")


@pytest.mark.parametrize(
    ("columns", "options", "message"),
    [
        ({"image": ["a"], "emotion": ["Sad"]}, {}, "no column hard_label, but image, emotion"),
        ({"photo": ["a"], "hard_label": ["Sad"]}, {}, "no column image or path, but photo"),
        ({"image": ["a"], "hard_label": ["Sad"]}, {"age": "years"}, "no column 'years'"),
        ({"image": ["a"], "hard_label": ["Sad"]}, {"mood": "hard_label"}, "no column 'mood'"),
        ({"image": ["a"], "hard_label": ["Sad"], "split": ["dev"]}, {}, "split 'dev' in row 1"),
        ({"image": ["a"], "hard_label": ["Sad"], "age": ["old"]}, {}, "age 'old' in row 1"),
    ],
)
def test_wrong_columns_and_values_are_named(tmp_path, columns, options, message):
    with pytest.raises(SourceError, match=message):
        imported(table(tmp_path / "in", **columns), tmp_path / "images.parquet", Options(options))


def test_files_that_are_missing_are_left_out(tmp_path):
    file = table(tmp_path / "in", image=["a.png", "b.png"], hard_label=["Sad", "Sad"])
    (tmp_path / "in/b.png").unlink()
    report, frame = imported(file, tmp_path / "images.parquet")
    assert frame["image"].tolist() == ["a.png"]
    assert report.left_out == {"file missing": 1}


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_landmarks_as_text_become_pairs(tmp_path, suffix):
    columns = {"landmarks_28": ["1;2.5;3;4", "[5, 6]", "many", None], "image": ["a", "b", "c", "d"]}
    report, frame = imported(
        table(tmp_path / "in", suffix, **columns, hard_label=["Sad"] * 4), tmp_path / "images.parquet"
    )
    assert [None if v is None else list(v) for v in frame["landmarks_28"]] == [
        [1, 2.5, 3, 4],
        [5, 6],
        None,
        None,
    ]
    assert report.remarks == {"landmarks are no pairs of numbers": 1}


def test_numbers_as_names_and_words_become_text(tmp_path):
    file = table(tmp_path / "in", ".parquet", image=[1, 2], hard_label=["Sad", "Fear"], keyword=[7, 8])
    _, frame = imported(file, tmp_path / "images.parquet")
    assert frame["image"].tolist() == ["1", "2"]
    assert frame["keyword"].tolist() == ["7", "8"]


def test_a_broken_table_is_refused(tmp_path):
    (tmp_path / "faces.parquet").write_bytes(b"no parquet")
    with pytest.raises(SourceError, match="cannot be read"):
        imported(tmp_path / "faces.parquet", tmp_path / "images.parquet")


@pytest.mark.skipif(not PHOTOS.is_dir(), reason="the photographs are not beside the repository")
def test_real_photographs_come_in(tmp_path):
    report, frame = imported(PHOTOS, tmp_path / "images.parquet")
    assert report.images == 377
    read_manifest(tmp_path / "images.parquet")
    assert set(frame["split"]) == {"train", "validation", "test"}


def test_a_table_written_on_windows_names_images_as_any_other(tmp_path):
    file = table(tmp_path / "in", Path=["faces\\1.png", "faces\\2.png"], Hard_Label=["Sad", "Fear"])
    touch(tmp_path / "in" / "faces" / "1.png", tmp_path / "in" / "faces" / "2.png")
    _, frame = imported(file, tmp_path / "images.parquet")
    assert frame["image"].tolist() == ["faces/1.png", "faces/2.png"]


def test_all_columns_that_are_missing_are_named_at_once(tmp_path):
    file = table(tmp_path / "in", photo=["1.png"], mood=["Sad"])
    with pytest.raises(SourceError, match=r"image or path, and none hard_label, .* by --map path=COLUMN and"):
        imported(file, tmp_path / "images.parquet")
