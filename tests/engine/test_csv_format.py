"""Tables as spreadsheets write them, brought in as they are."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from engine.csv_format import CsvError, CsvFormat, csv_format
from engine.errors import EngineError
from engine.images import read_table
from engine.importing import import_source
from engine.preview import preview

ROWS = "0001;Müller 1.png;Happy;train;20,5\n0002;0002.png;Sad;train;31,25\n"
HEAD = "image;path;hard_label;split;age\n"


def folder_of(place: Path, content: bytes, names: tuple[str, ...] = ("Müller 1.png", "0002.png")) -> Path:
    place.mkdir(parents=True, exist_ok=True)
    for name in names:
        (place / name).parent.mkdir(exist_ok=True)
        Image.new("RGB", (8, 8)).save(place / name, "PNG")
    (place / "images.csv").write_bytes(content)
    return place


def manifest_of(source: Path) -> pd.DataFrame:
    import_source(source, source / "out" / "images.parquet", np.random.default_rng(0))
    return pd.read_parquet(source / "out" / "images.parquet")


@pytest.mark.parametrize("separator", [";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_spreadsheets_table_comes_in_whole(tmp_path: Path, encoding: str, separator: str) -> None:
    text = (HEAD + ROWS).replace(";", separator)
    images = manifest_of(folder_of(tmp_path, text.encode(encoding)))
    assert images["image"].tolist() == ["0001", "0002"]
    assert images["age"].tolist() == [20.5, 31.25]
    assert [Path(path).name for path in images["path"]] == ["Müller 1.png", "0002.png"]
    table = read_table(tmp_path / "images.csv")
    assert table["age"].tolist() == [20.5, 31.25]
    assert table["image"].tolist() == ["0001", "0002"]


def test_a_guessed_encoding_is_told_of_the_rows_that_it_touches(tmp_path: Path) -> None:
    found = preview(folder_of(tmp_path, (HEAD + ROWS).encode("cp1252")))
    assert found.remarks == {"its name was read as Windows-1252: the table is no UTF-8": 1}
    assert preview(folder_of(tmp_path / "b", (HEAD + ROWS).encode())).remarks == {}


def test_commas_within_a_comma_table_are_no_decimal_signs(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('image,note\n1,"2,5"\n')
    assert csv_format(tmp_path / "a.csv") == CsvFormat("utf-8", ",", ".")
    assert read_table(tmp_path / "a.csv")["note"].tolist() == ["2,5"]
    (tmp_path / "b.csv").write_text("image;note\n1,2;a,b\n")
    assert read_table(tmp_path / "b.csv")["image"].tolist() == ["1,2"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (bytes(range(256)), "holds zero bytes; save it as CSV"),
        (b"", "cannot be read: No columns"),
        (b"\xff\xfeh", "is no text table"),
    ],
)
def test_what_is_no_table_is_told(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(EngineError, match=message):
        manifest_of(folder_of(tmp_path, content))
    with pytest.raises(EngineError, match=message):
        read_table(tmp_path / "images.csv")
    with pytest.raises(CsvError):
        csv_format(folder_of(tmp_path / "b", bytes(range(256))) / "images.csv")


def test_whole_paths_and_backslashes_find_their_files(tmp_path: Path) -> None:
    names = ("sub/0001.png", "0002.png")
    text = f"image,path,hard_label,split\n1,sub\\0001.png,Happy,train\n2,{tmp_path}/0002.png,Sad,train\n"
    images = manifest_of(folder_of(tmp_path, text.encode(), names))
    assert images["path"].tolist() == ["../sub/0001.png", "../0002.png"]


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("1.png", "with zeros in front there is one, which a spreadsheet drops"),
        ("0001", "with an ending such as .png there is one, so name it with its ending"),
        ("x.png", "file missing: 1"),
    ],
)
def test_a_missing_file_says_which_slip_explains_it(tmp_path: Path, given: str, reason: str) -> None:
    text = f"path,hard_label,split\n{given},Happy,train\n"
    with pytest.raises(EngineError, match=reason):
        manifest_of(folder_of(tmp_path, text.encode(), ("0001.png",)))
