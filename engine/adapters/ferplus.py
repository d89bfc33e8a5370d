"""FER+: the votes of ten taggers an image, in fer2013new.csv."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from engine.adapters.source import CHUNK_ROWS, Chunk, Options, SourceError
from engine.annotations import multi_annotated_set
from engine.csv_format import csv_columns, csv_format, csv_parts

NAME = "ferplus"

# The file's own order of columns, which is not the project's.
_VOTES: Mapping[str, str] = {
    "neutral": "Neutral",
    "happiness": "Happy",
    "surprise": "Surprise",
    "sadness": "Sad",
    "anger": "Anger",
    "disgust": "Disgust",
    "fear": "Fear",
    "contempt": "Contempt",
    "unknown": "Uncertain",
    "NF": "Non-Face",
}
_SPLITS: Mapping[str, str] = {"Training": "train", "PublicTest": "validation", "PrivateTest": "test"}
_FOLDERS: Mapping[str, str] = {"train": "FER2013Train", "validation": "FER2013Valid", "test": "FER2013Test"}
_TAGGERS = 10


def recognises(source: Path) -> bool:
    """Whether the source is, or holds, a csv file with FER+'s columns."""
    return _file(source) is not None


def root(source: Path, options: Options) -> Path:
    """The folder of the images: `options.images`, data/ as in FER+'s repository, or beside the file."""
    if options.images:
        return options.images
    folder = source if source.is_dir() else source.parent
    places = (folder / "data", folder, folder / "images")
    return next((place for place in places if _layout(place) is not None), folder)


def chunks(source: Path, options: Options) -> Iterator[Chunk]:
    """The images in chunks with one annotation a vote; the hard-label is the majority, and a tie has none.

    FER+ counts votes but does not say who gave them: annotators are called vote 1 … vote 10 of each image,
    and vote 3 of two images is not one person. Without a folder of images the files are not asked for.
    """
    file = _file(source)
    if file is None:
        raise SourceError(f"{source} is no csv file with FER+'s columns Usage, Image name, neutral … NF")
    layout = _layout(root(source, options))
    start, seen = 0, set[str]()
    for part in csv_parts(file, csv_format(file), CHUNK_ROWS):
        yield _chunk(part, start, layout, seen)
        start += len(part)


def _file(source: Path) -> Path | None:
    candidates = sorted(source.glob("*.csv")) if source.is_dir() else [source]
    return next((file for file in candidates if file.suffix == ".csv" and _is_ferplus(file)), None)


def _is_ferplus(file: Path) -> bool:
    return file.is_file() and {"Usage", "Image name", *_VOTES} <= set(csv_columns(file))


def _layout(folder: Path) -> Mapping[str, str] | None:
    """Folder of each split's images relative to `folder`; None where there are no images."""
    if any((folder / name).is_dir() for name in _FOLDERS.values()):
        return _FOLDERS
    here = folder.is_dir() and next(folder.glob("fer*.png"), None) is not None
    return dict.fromkeys(_FOLDERS, ".") if here else None


def _chunk(part: pd.DataFrame, start: int, layout: Mapping[str, str] | None, seen: set[str]) -> Chunk:
    part = part.assign(split=part["Usage"].map(_SPLITS))
    part[list(_VOTES)] = part[list(_VOTES)].apply(pd.to_numeric, errors="coerce")
    reasons = _reasons_to_leave(part, seen)
    listed = reasons.dropna()
    kept = part[reasons.isna()].reset_index(drop=True)
    images, votes = kept["Image name"].str.removesuffix(".png"), kept[list(_VOTES)].to_numpy(dtype=np.int64)
    annotations = _annotations(images, votes)
    mas = multi_annotated_set(annotations, minimum=1, tie_rule="undecided")
    decided = pd.concat([mas.emotions, mas.others]).set_index("image")["label"]
    folders = kept["split"].map(layout or dict.fromkeys(_FOLDERS, "."))
    paths = (folders + "/" + kept["Image name"]).str.removeprefix("./")
    odd = np.flatnonzero(votes.sum(axis=1) != _TAGGERS)
    return Chunk(
        pd.DataFrame(
            {"image": images, "path": paths, "hard_label": images.map(decided), "split": kept["split"]}
        ),
        [(f"row {start + row + 1}", reason) for row, reason in zip(listed.index, listed, strict=True)],
        annotations=annotations,
        remarks=[(images[row], f"{votes[row].sum()} votes") for row in odd],
        check_files=layout is not None,
        unlabelled="votes tied",
    )


def _reasons_to_leave(part: pd.DataFrame, seen: set[str]) -> pd.Series:
    reasons = pd.Series(None, index=part.index, dtype=object)
    reasons[part[list(_VOTES)].isna().any(axis=1)] = "votes are no numbers"
    reasons[part["split"].isna()] = "unknown Usage"
    # fer2013new.csv names four images twice; a second row's votes must not be added to the first's.
    names = part["Image name"]
    reasons[names.duplicated() | np.array([name in seen for name in names], dtype=bool)] = (
        "image named before"
    )
    reasons[names.isna()] = "no image name"
    seen.update(names.dropna())
    return reasons


def _annotations(images: pd.Series, votes: np.ndarray[tuple[int, int], np.dtype[np.int64]]) -> pd.DataFrame:
    totals = votes.sum(axis=1)
    flat = votes.ravel()
    labels = np.repeat(np.tile(np.array(list(_VOTES.values()), dtype=object), len(images)), flat)
    number = np.arange(totals.sum()) - np.repeat(np.cumsum(totals) - totals, totals) + 1
    annotator = np.array([f"vote {n}" for n in range(int(totals.max(initial=0)) + 1)], dtype=object)[number]
    columns = {"image": np.repeat(images.to_numpy(), totals), "annotator": annotator, "label": labels}
    times = pd.Series(pd.NaT, index=range(len(labels)), dtype="datetime64[us, UTC]")
    return pd.DataFrame(columns).astype("str").assign(annotated_at=times)
