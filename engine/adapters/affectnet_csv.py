"""AffectNet as lists: Manually_Annotated_file_lists/training.csv and validation.csv."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from engine.adapters.affectnet import affectnet_label
from engine.adapters.source import CHUNK_ROWS, Chunk, Options, SourceError
from engine.csv_format import csv_columns, csv_format, csv_parts

NAME = "affectnet-csv"

_FILES: Mapping[str, str] = {"training.csv": "train", "validation.csv": "validation"}
_LISTS = ("Manually_Annotated_file_lists", "Manually_Annotated/Manually_Annotated_file_lists", ".")
_IMAGES = ("Manually_Annotated_Images", "Manually_Annotated/Manually_Annotated_Images")
_PATH = "subDirectory_filePath"
_COLUMNS = (
    *(_PATH, "face_x", "face_y", "face_width", "face_height", "facial_landmarks", "expression"),
    *("valence", "arousal"),
)
_NUMBERS = ("face_x", "face_y", "face_width", "face_height", "valence", "arousal")


def recognises(source: Path) -> bool:
    """Whether a training.csv or a validation.csv of AffectNet's columns is there."""
    return any(_PATH in csv_columns(file) for file, _ in _lists(source))


def root(source: Path, options: Options) -> Path:
    """The folder Manually_Annotated_Images, or the source where it is not found."""
    found = [source / name for name in _IMAGES if (source / name).is_dir()]
    return options.images or (found[0] if found else source)


def chunks(source: Path, options: Options) -> Iterator[Chunk]:
    """The lists in chunks, with face box, landmarks, valence and arousal; -2 there means missing."""
    lists = [(file, split) for file, split in _lists(source) if _PATH in csv_columns(file)]
    if not lists:
        raise SourceError(
            f"{source} has no {_LISTS[0]}/training.csv or validation.csv with the column {_PATH!r}"
        )
    for file, split in lists:
        columns = csv_columns(file)
        missing = [name for name in (_PATH, "expression") if name not in columns]
        if missing:
            raise SourceError(f"{file} has no column {', '.join(map(repr, missing))}")
        written = csv_format(file)
        for part in csv_parts(file, written, CHUNK_ROWS):
            yield _chunk(part, split, file.name, written.decimal)


def _lists(source: Path) -> list[tuple[Path, str]]:
    if source.is_file():
        return [(source, _FILES[source.name])] if source.name in _FILES else []
    folders = [source / name for name in _LISTS if (source / name).is_dir()]
    found = ((folder / name, split) for folder in folders for name, split in _FILES.items())
    return [(file, split) for file, split in found if file.is_file()]


def _chunk(part: pd.DataFrame, split: str, file: str, decimal: str) -> Chunk:
    part = part.rename(columns=str.strip).reindex(columns=list(_COLUMNS)).astype("str")
    indices = part["expression"]
    labels = indices.map({value: affectnet_label(value) for value in indices.dropna().unique()})
    wrong = labels.isna() | part[_PATH].isna()
    left_out = [
        (str(path), f"no path or label in {file} (expression {value!r})")
        for path, value in part.loc[wrong, [_PATH, "expression"]].itertuples(index=False)
    ]
    words = {name: part[name].str.replace(decimal, ".", regex=False) for name in _NUMBERS}
    numbers = {name: pd.to_numeric(words[name], errors="coerce") for name in _NUMBERS}
    for name in ("valence", "arousal"):
        numbers[name] = numbers[name].where(numbers[name] != -2)
    landmarks = pd.Series([_landmarks(text) for text in part["facial_landmarks"]], dtype=object)
    frame = pd.DataFrame(
        {
            "image": part[_PATH],
            "path": part[_PATH],
            "hard_label": labels,
            "split": split,
            **numbers,
            "landmarks_68": landmarks,
        }
    )
    return Chunk(frame[~wrong].reset_index(drop=True), left_out)


def _landmarks(text: object) -> np.ndarray[tuple[int], np.dtype[np.float32]] | None:
    """68 points as flat x, y pairs; None where the text holds something else."""
    if not isinstance(text, str):
        return None
    try:
        points = np.array(text.split(";"), dtype=np.float32)
    except ValueError:
        return None
    return points if len(points) == 136 else None
