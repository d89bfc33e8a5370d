"""Any CSV or Parquet table of images, its columns named by the user."""

import dataclasses
import os
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from engine.adapters.source import CHUNK_ROWS, Chunk, Options, SourceError, label_names
from engine.csv_format import CsvFormat, csv_format, csv_parts
from engine.images import NUMBER_COLUMNS, OPTIONAL_COLUMNS, REQUIRED_COLUMNS, SPLITS

NAME = "table"

_WORDS = ("image", "path", "keyword", "gender", "ethnicity")
_LANDMARKS = ("landmarks_68", "landmarks_28")
_KNOWN = (*REQUIRED_COLUMNS, *OPTIONAL_COLUMNS)
_SPLIT_WORDS = {word: word for word in SPLITS} | {
    "training": "train",
    "val": "validation",
    "valid": "validation",
    "testing": "test",
}


def recognises(source: Path) -> bool:
    """Whether the source is a .csv or .parquet file, or a folder with exactly one at its top."""
    return _file(source) is not None


def root(source: Path, options: Options) -> Path:
    """The table's folder, unless the user names another."""
    file = _file(source)
    return options.images or (file.parent if file else source)


def chunks(source: Path, options: Options) -> Iterator[Chunk]:
    """The table in chunks; image and path stand in for each other where one is missing.

    Raises SourceError where there is no hard_label, where `options.columns` names an unknown column, and for
    an unknown label or split.
    """
    file = _file(source)
    if file is None:
        raise SourceError(f"{source} is neither a .csv or .parquet file nor a folder with exactly one")
    columns = _mapping(_columns(file), options, file)
    written = csv_format(file) if file.suffix == ".csv" else None
    base, start = root(source, options), 0
    decimal = written.decimal if written else "."
    for part in _parts(file, list(dict.fromkeys(columns.values())), written):
        chunk = _chunk(part, columns, options, file.name, start + 1, decimal)
        yield _located(chunk, base, written is not None and written.guessed)
        start += len(part)


def _file(source: Path) -> Path | None:
    if source.is_file():
        return source if source.suffix in (".csv", ".parquet") else None
    tables = [*source.glob("*.csv"), *source.glob("*.parquet")]
    return tables[0] if len(tables) == 1 else None


def _columns(file: Path) -> list[str]:
    try:
        if file.suffix == ".parquet":
            return list(pq.read_schema(file).names)
        written = csv_format(file)
        return list(pd.read_csv(file, nrows=0, sep=written.separator, encoding=written.encoding).columns)
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeError, pa.ArrowInvalid) as problem:
        raise SourceError(f"{file} cannot be read: {problem}") from problem


def _mapping(present: list[str], options: Options, file: Path) -> dict[str, str]:
    """Source column of each manifest column."""
    for ours, theirs in options.columns.items():
        if ours not in _KNOWN:
            raise SourceError(
                f"--map {ours}={theirs}: a manifest has no column {ours!r}; {', '.join(_KNOWN)}"
            )
        if theirs not in present:
            raise SourceError(
                f"--map {ours}={theirs}: {file} has no column {theirs!r}, but {', '.join(present)}"
            )
    # As written, or else with other capitals: Path, IMAGE.
    capitals = {name.strip().lower(): name for name in reversed(present)}
    alike = {name: capitals[name] for name in _KNOWN if name in capitals}
    mapping = alike | {name: name for name in _KNOWN if name in present} | dict(options.columns)
    lacking = [] if "image" in mapping or "path" in mapping else [("image or path", "path=COLUMN")]
    lacking += [] if "hard_label" in mapping else [("hard_label", "hard_label=COLUMN")]
    if lacking:
        raise SourceError(
            f"{file} has no column {', and none '.join(name for name, _ in lacking)}, but "
            f"{', '.join(present)}; say which it is by {' and '.join(f'--map {said}' for _, said in lacking)}"
        )
    mapping.setdefault("image", mapping.get("path", ""))
    mapping.setdefault("path", mapping["image"])
    return mapping


def _parts(file: Path, columns: list[str], written: CsvFormat | None) -> Iterator[pd.DataFrame]:
    if written is not None:
        yield from csv_parts(file, written, CHUNK_ROWS, columns)
        return
    for batch in pq.ParquetFile(file).iter_batches(CHUNK_ROWS, columns=columns):
        yield batch.to_pandas()


def _located(chunk: Chunk, base: Path, guessed: bool) -> Chunk:
    """The chunk with paths relative to `base` as this system writes them, and a remark where the text of a
    row was read in an encoding that is a guess.
    """
    images = chunk.images
    paths = [_located_path(str(path), base) for path in images["path"]]
    # An image that is called by its path is called alike whichever system wrote the table.
    called = [
        name.replace("\\", "/") if name == path and "\\" not in located else name
        for name, path, located in zip(images["image"], images["path"], paths, strict=True)
    ]
    remarks = list(chunk.remarks)
    if guessed:
        words = images["image"].astype("str") + images["path"].astype("str")
        strange = images.loc[~words.map(str.isascii), "image"]
        remarks += [
            (str(image), "its name was read as Windows-1252: the table is no UTF-8") for image in strange
        ]
    return dataclasses.replace(
        chunk,
        images=images.assign(image=pd.array(called, dtype="str"), path=pd.array(paths, dtype="str")),
        remarks=remarks,
    )


def _located_path(path: str, base: Path) -> str:
    if "\\" in path and not (base / path).is_file():
        path = path.replace("\\", "/")
    return Path(os.path.relpath(path, base)).as_posix() if os.path.isabs(path) else path  # noqa: PTH117


def _chunk(
    part: pd.DataFrame,
    columns: dict[str, str],
    options: Options,
    where: str,
    first_row: int,
    decimal: str,
) -> Chunk:
    frame = pd.DataFrame({ours: part[theirs] for ours, theirs in columns.items()})
    frame["hard_label"] = label_names(frame["hard_label"], options, where, first_row)
    if "split" in frame.columns:
        frame["split"] = _splits(frame["split"], where, first_row)
    for name in (column for column in NUMBER_COLUMNS if column in frame.columns):
        words = frame[name] if decimal == "." else frame[name].str.replace(decimal, ".")
        numbers = pd.to_numeric(words, errors="coerce")
        wrong = numbers.isna() & frame[name].notna()
        if wrong.any():
            row = int(wrong.to_numpy().argmax())
            raise SourceError(f"{where} has {name} {frame[name][row]!r} in row {first_row + row}")
        frame[name] = numbers
    for name in (column for column in _WORDS if column in frame.columns):
        frame[name] = frame[name].astype("str")
    unread = _parse_landmarks(frame)
    nameless = frame["image"].isna() | frame["path"].isna()
    left_out = [(f"row {first_row + row}", "no image or path") for row in frame.index[nameless]]
    remarks = [(str(image), "landmarks are no pairs of numbers") for image in frame.loc[unread, "image"]]
    return Chunk(frame[~nameless].reset_index(drop=True), left_out, remarks=remarks)


def _parse_landmarks(frame: pd.DataFrame) -> pd.Series:
    """Turn text such as "1.5;2;…" or "[1.5, 2, …]" into flat x, y pairs; which rows could not be."""
    unread = pd.Series(False, index=frame.index)
    for name in (column for column in _LANDMARKS if column in frame.columns):
        given = frame[name].notna()
        frame[name] = pd.Series([_points(value) for value in frame[name]], index=frame.index, dtype=object)
        unread |= given & frame[name].isna()
    return unread


def _points(value: object) -> np.ndarray[tuple[int], np.dtype[np.float32]] | None:
    parts = re.split(r"[;,\s]+", value.strip(" []")) if isinstance(value, str) else value
    try:
        points = np.asarray(parts, dtype=np.float32).ravel()
    except (TypeError, ValueError):
        return None
    return points if len(points) > 1 and len(points) % 2 == 0 and np.isfinite(points).all() else None


def _splits(values: pd.Series, where: str, first_row: int) -> pd.Series:
    words = values.astype("str").str.strip().str.lower()
    unknown = ~words.isin(list(_SPLIT_WORDS))
    if unknown.any():
        row = int(unknown.to_numpy().argmax())
        raise SourceError(
            f"{where} has split {values[row]!r} in row {first_row + row}; known are {', '.join(SPLITS)}"
        )
    return words.map(_SPLIT_WORDS)
