"""The image manifest: one row an image, and what is wrong with it when it is wrong."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa

from engine.csv_format import csv_format
from engine.emfacs import EMOTIONS
from engine.errors import EngineError

REQUIRED_COLUMNS: tuple[str, ...] = ("image", "path", "hard_label", "split")
FACE_BOX_COLUMNS: tuple[str, ...] = ("face_x", "face_y", "face_width", "face_height")
NUMBER_COLUMNS: tuple[str, ...] = ("age", "yaw", "pitch", "roll", "valence", "arousal", *FACE_BOX_COLUMNS)
OPTIONAL_COLUMNS: tuple[str, ...] = (
    *("keyword", "age", "gender", "ethnicity", "yaw", "pitch", "roll", "valence", "arousal"),
    *("landmarks_68", "landmarks_28"),
    *FACE_BOX_COLUMNS,
)
SPLITS: tuple[str, ...] = ("train", "validation", "test")
FAILURE_COLUMNS: tuple[str, ...] = ("image", "path", "reason")
"""The table of images that could not be read, labelled or described."""

IMAGE_SUFFIXES: frozenset[str] = frozenset(
    {".jpg", ".jpeg", ".png", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".avif", ".jp2", ".ppm", ".pgm"}
)
"""What a folder's file must end with to be taken for an image."""

_SHOWN = 5


class ManifestError(EngineError):
    """A manifest, or another table of images, that cannot be used."""


def read_table(path: str | Path, text: Sequence[str] = ("image", "annotator")) -> pd.DataFrame:
    """The table in a .csv or .parquet file; a csv's empty cells are missing, and the word "None" is a word.

    A csv may be written by any spreadsheet: with semicolons, tabs, decimal commas, and not in Unicode.
    Columns named in `text` are read as text, so that image 0001 stays 0001. Raises ManifestError where the
    file is absent, of another kind, or unreadable.
    """
    file = Path(path)
    if not file.is_file():
        raise ManifestError(f"{file} does not exist; give a .csv or .parquet file")
    try:
        if file.suffix == ".csv":
            frame = _read_csv(file, text)
        elif file.suffix == ".parquet":
            frame = pd.read_parquet(file)
        else:
            raise ManifestError(f"{file} is no .csv or .parquet file")
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeError, pa.ArrowInvalid) as problem:
        raise ManifestError(f"{file} cannot be read: {problem}") from problem
    for name in set(text) & set(frame.columns):
        frame[name] = frame[name].astype("str")
    return frame


def _read_csv(file: Path, text: Sequence[str]) -> pd.DataFrame:
    written = csv_format(file)
    return pd.read_csv(
        file,
        sep=written.separator,
        encoding=written.encoding,
        decimal=written.decimal,
        dtype=dict.fromkeys(text, "str"),
        keep_default_na=False,
        na_values=[""],
    )


def write_table(frame: pd.DataFrame, path: str | Path) -> None:
    """Write a table as .csv or .parquet, as the name says, in one step: a reader never sees half of it."""
    file = Path(path)
    if file.suffix not in (".csv", ".parquet"):
        raise ManifestError(f"{file} is no .csv or .parquet name")
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(f".{file.name}.unfinished")
    if file.suffix == ".csv":
        frame.to_csv(unfinished, index=False)
    else:
        frame.to_parquet(unfinished, index=False)
    unfinished.replace(file)


def read_manifest(
    path: str | Path,
    *,
    check_files: bool = True,
    labels: Sequence[str] = EMOTIONS,
    unlabelled: bool = False,
) -> pd.DataFrame:
    """The validated manifest in a .csv or .parquet file; see `validate` for the errors.

    `path` values stay relative to the manifest's folder. `check_files` asks the disk for every image.
    """
    file = Path(path)
    root = file.parent if check_files else None
    return validate(read_table(file), root=root, source=str(file), labels=labels, unlabelled=unlabelled)


def validate(
    frame: pd.DataFrame,
    root: Path | None = None,
    source: str = "manifest",
    labels: Sequence[str] = EMOTIONS,
    unlabelled: bool = False,
) -> pd.DataFrame:
    """The manifest with text where text belongs, rows numbered from 0; raises ManifestError where it is
    wrong.

    Wrong are a missing column, an empty or duplicate image, an empty path, a label not among `labels`, a
    split other than train, validation and test, a number that is none, and, where `root` is given, a file
    that is not there. `unlabelled` allows an empty hard_label.
    """
    absent = [name for name in REQUIRED_COLUMNS if name not in frame.columns]
    if absent:
        raise ManifestError(
            f"{source} has no column {', '.join(map(repr, absent))}; a manifest needs "
            f"{', '.join(REQUIRED_COLUMNS)}, and this one has {', '.join(map(repr, frame.columns))}"
        )
    checked = frame.reset_index(drop=True)
    for name in (*REQUIRED_COLUMNS, "keyword", "gender", "ethnicity"):
        if name in checked.columns:
            checked[name] = checked[name].astype("str")
    _check_names(checked, source)
    _check_words(checked, "hard_label", labels, source, missing=unlabelled)
    _check_words(checked, "split", SPLITS, source)
    _check_numbers(checked, source)
    if root is not None:
        _check_files(checked, root, source)
    return checked


def _check_names(frame: pd.DataFrame, source: str) -> None:
    for name in ("image", "path"):
        empty = frame[name].isna() | (frame[name] == "")
        if empty.any():
            raise ManifestError(f"{source} has no {name} in {_rows(frame, empty)}; give each row one")
    again = frame["image"].duplicated()
    if again.any():
        row = int(again.to_numpy().argmax())
        name = frame["image"].iloc[row]
        first = int((frame["image"] == name).to_numpy().argmax())
        raise ManifestError(
            f"{source} has image {name!r} in row {first + 1} and again in row {row + 1} "
            f"({int(again.sum())} repeated in all); an image stands once"
        )


def _check_words(
    frame: pd.DataFrame, column: str, known: Sequence[str], source: str, missing: bool = False
) -> None:
    values = frame[column]
    wrong = ~values.isin(list(known)) & ~(values.isna() if missing else False)
    if wrong.any():
        row = int(wrong.to_numpy().argmax())
        value = None if pd.isna(values.iloc[row]) else values.iloc[row]
        raise ManifestError(
            f"{source} has an unknown {column} {value!r} in {_rows(frame, wrong)}; "
            f"known are {', '.join(known)}"
        )


def _check_numbers(frame: pd.DataFrame, source: str) -> None:
    for name in NUMBER_COLUMNS:
        if name not in frame.columns:
            continue
        numbers = pd.to_numeric(frame[name], errors="coerce")
        wrong = numbers.isna() & frame[name].notna()
        if wrong.any():
            value = frame[name].iloc[int(wrong.to_numpy().argmax())]
            raise ManifestError(
                f"{source} has {name} {value!r} in {_rows(frame, wrong)}; it must be a number"
            )
        frame[name] = numbers.astype("float64")


def _check_files(frame: pd.DataFrame, root: Path, source: str) -> None:
    absent = pd.Series([not (root / path).is_file() for path in frame["path"]], dtype=bool)
    if absent.any():
        path = frame["path"].iloc[int(absent.to_numpy().argmax())]
        raise ManifestError(
            f"{source} names the file {path!r} in {_rows(frame, absent)}, which is not in {root}; "
            f"{int(absent.sum())} of {len(frame)} files are missing"
        )


def _rows(frame: pd.DataFrame, where: pd.Series) -> str:
    """Rows counted from 1, the first few by image: `row 3 (image '0003') and 7 more rows`."""
    found = frame.index[where.to_numpy()]
    names = (f"row {row + 1} (image {frame['image'].iloc[row]!r})" for row in found[:_SHOWN])
    more = f" and {len(found) - _SHOWN} more rows" if len(found) > _SHOWN else ""
    return ", ".join(names) + more
