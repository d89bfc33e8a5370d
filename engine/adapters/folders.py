"""A folder for each class, named as its emotion or in an order the user gives; or one folder of images."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd

from engine.adapters.image_folder import image_names, pieces, sorted_files
from engine.adapters.source import (
    CHUNK_ROWS,
    SYNONYMS,
    Chunk,
    Options,
    SourceError,
    checked_label,
    numbered,
)

NAME = "folders"

_SPLITS: Mapping[str, str] = {
    "train": "train",
    "training": "train",
    "train_set": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "val_set": "validation",
    "test": "test",
}


def recognises(source: Path) -> bool:
    """Whether images, or folders of them by class or by split and class, are all that is there."""
    if not source.is_dir():
        return False
    tree = _classes(source)
    classes = [folder / name for folder, names in tree.items() for name in names]
    return any(image_names(folder) for folder in [*classes, source])


def root(source: Path, options: Options) -> Path:
    """The source itself."""
    return source


def chunks(source: Path, options: Options) -> Iterator[Chunk]:
    """The images in chunks, labelled by `options.order`: labels in the folders' order, or folder=label pairs.

    Without an order, folders that are all named as emotions say it themselves, and the images of a folder
    without folders have no label. Mirrors of data sets number their classes in several orders, so that none
    is guessed. Raises SourceError without an order otherwise, where it does not fit the folders, and where it
    contradicts a folder that is named as an emotion.
    """
    tree = _classes(source)
    names = numbered(sorted({name for folders in tree.values() for name in folders}))
    if not names:
        yield from _unlabelled(source)
        return
    labels = _labels(names, options.order)
    for folder, classes in tree.items():
        split = _SPLITS.get(folder.name.lower()) if folder != source else None
        for name in classes:
            place = (folder / name).relative_to(source).as_posix()
            images, others = sorted_files(folder / name)
            yield Chunk(
                pd.DataFrame(columns=["image", "path", "hard_label"]),
                [(f"{place}/{other}", "no image file") for other in others],
            )
            for piece in pieces(images, CHUNK_ROWS):
                paths = [f"{place}/{image}" for image in piece]
                frame = pd.DataFrame({"image": paths, "path": paths, "hard_label": labels[name]})
                yield Chunk(frame.assign(split=split) if split else frame)


def _unlabelled(source: Path) -> Iterator[Chunk]:
    images, others = sorted_files(source)
    if not images:
        raise SourceError(f"{source} has neither images nor folders of images")
    left_out = [(other, "no image file") for other in others]
    yield Chunk(pd.DataFrame(columns=["image", "path", "hard_label"]), left_out)
    for piece in pieces(images, CHUNK_ROWS):
        yield Chunk(pd.DataFrame({"image": piece, "path": piece, "hard_label": None}))


def _classes(source: Path) -> dict[Path, list[str]]:
    """Names of the class folders, by the folder that holds them: the source, or its train, test … folders."""
    folders = sorted(entry for entry in source.iterdir() if entry.is_dir())
    splits = [folder for folder in folders if folder.name.lower() in _SPLITS]
    if splits:
        return {split: numbered([f.name for f in split.iterdir() if f.is_dir()]) for split in splits}
    return {source: numbered([folder.name for folder in folders])}


def _labels(names: list[str], order: tuple[str, ...]) -> dict[str, str]:
    if not order and all(name.lower() in SYNONYMS for name in names):
        return {name: SYNONYMS[name.lower()] for name in names}
    if not order:
        raise SourceError(
            f"a folder-per-class tree needs its order: say --order LABEL,LABEL,… for the folders "
            f"{', '.join(names)}, or --order FOLDER=LABEL,…"
        )
    if all("=" in part for part in order):
        pairs = dict(part.split("=", 1) for part in order)
        unnamed = [name for name in names if name not in pairs]
        if unnamed or set(pairs) - set(names):
            raise SourceError(f"--order names {', '.join(pairs)}, but the folders are {', '.join(names)}")
    elif len(order) == len(names):
        pairs = dict(zip(names, order, strict=True))
    else:
        raise SourceError(
            f"--order has {len(order)} labels, but there are {len(names)} folders: {', '.join(names)}"
        )
    labels = {name: checked_label(pairs[name]) for name in names}
    for name, label in labels.items():
        if SYNONYMS.get(name.lower(), label) != label:
            raise SourceError(
                f"--order calls the folder {name!r} {label}; if that is meant, rename the folder"
            )
    return labels
