"""RAF-DB's basic set: list_patition_label.txt and aligned photographs."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd

from engine.adapters.source import CHUNK_ROWS, Chunk, Options, SourceError
from engine.csv_format import csv_format

NAME = "rafdb"

# RAF-DB counts its seven emotions from 1, in an order of its own; it has no Contempt.
_LABELS: Mapping[str, str] = {
    "1": "Surprise",
    "2": "Fear",
    "3": "Disgust",
    "4": "Happy",
    "5": "Sad",
    "6": "Anger",
    "7": "Neutral",
}
# The file's name is misspelt in the data set itself.
_LISTS = ("list_patition_label.txt", "list_partition_label.txt")
_SPLITS = ("train", "test")


def recognises(source: Path) -> bool:
    """Whether EmoLabel/list_patition_label.txt is there."""
    return _list(source) is not None


def root(source: Path, options: Options) -> Path:
    """The folder of the aligned photographs."""
    if options.images:
        return options.images
    places = [source / base / "Image" / "aligned" for base in ("basic", ".")]
    return next((place for place in places if place.is_dir()), source)


def chunks(source: Path, options: Options) -> Iterator[Chunk]:
    """The images in chunks; the split is the name's prefix, train or test."""
    file = _list(source)
    if file is None:
        raise SourceError(f"{source} has no basic/EmoLabel/{_LISTS[0]}, as RAF-DB has")
    parts = pd.read_csv(
        file,
        sep=r"\s+",
        encoding=csv_format(file).encoding,
        header=None,
        names=["name", "label"],
        dtype="str",
        chunksize=CHUNK_ROWS,
    )
    for part in parts:
        yield _chunk(part.reset_index(drop=True))


def _list(source: Path) -> Path | None:
    if source.is_file():
        return source if source.name in _LISTS else None
    folders = (source / base / "EmoLabel" for base in ("basic", "."))
    return next((f / name for f in folders for name in _LISTS if (f / name).is_file()), None)


def _chunk(part: pd.DataFrame) -> Chunk:
    label, split = part["label"].map(_LABELS), part["name"].str.split("_").str[0]
    right = label.notna() & split.isin(_SPLITS)
    left_out = [
        (str(name), f"unknown label {value!r} or prefix")
        for name, value in part[~right].itertuples(index=False)
    ]
    stem = part["name"].str.replace(r"\.\w+$", "", regex=True)
    frame = pd.DataFrame({"image": stem, "path": stem + "_aligned.jpg", "hard_label": label, "split": split})
    return Chunk(frame[right].reset_index(drop=True), left_out)
