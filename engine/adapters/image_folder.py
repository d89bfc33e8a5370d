"""Images in a folder, and the annotation files that go with them by name."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.adapters.source import numbered
from engine.images import IMAGE_SUFFIXES


def image_names(folder: Path) -> dict[str, str]:
    """Names of the image files in a folder, by stem; empty where the folder is not there."""
    if not folder.is_dir():
        return {}
    with os.scandir(folder) as entries:
        names = [entry.name for entry in entries]
    split = (os.path.splitext(name) for name in names)  # noqa: PTH122 - a Path for each is slow
    return {stem: stem + suffix for stem, suffix in split if suffix.lower() in IMAGE_SUFFIXES}


def content(file: str) -> bytes:
    """A small file's bytes, unbuffered and without a Path: it is called for every file of a data set."""
    with open(file, "rb", buffering=0) as stream:  # noqa: PTH123
        return stream.read()


def sorted_files(folder: Path) -> tuple[list[str], list[str]]:
    """Names of the image files in a folder and of what else is there, each in counting order."""
    with os.scandir(folder) as entries:
        names = numbered([entry.name for entry in entries])
    is_image = [Path(name).suffix.lower() in IMAGE_SUFFIXES for name in names]
    return (
        [name for name, image in zip(names, is_image, strict=True) if image],
        [name for name, image in zip(names, is_image, strict=True) if not image],
    )


@dataclass(frozen=True)
class Piece:
    """Some annotation files of one split: their stems, the images of the split by stem, and in a split's
    first piece the images that have no annotation file, with that reason.
    """

    folder: str
    split: str
    stems: Sequence[str]
    images: Mapping[str, str]
    alone: Sequence[tuple[str, str]] = ()

    def path(self, stem: str) -> str:
        """Where the image of an annotation file lies, or, where there is none, would lie."""
        return f"{self.folder}/images/{self.images.get(stem, stem + '.jpg')}"


def has_annotations(source: Path, folders: Iterable[str]) -> bool:
    """Whether one of the folders holds annotations."""
    return any((source / folder / "annotations").is_dir() for folder in folders)


def annotated_pieces(source: Path, folders: Mapping[str, str], ending: str, size: int) -> Iterator[Piece]:
    """The annotation files in those of `folders` (with their splits) that are there, `size` files at a time.

    A folder holds `annotations` beside `images`; an annotation file is one that ends so, and its stem is its
    image's.
    """
    for folder, split in folders.items():
        if not has_annotations(source, [folder]):
            continue
        images = image_names(source / folder / "images")
        stems = annotation_stems(source / folder / "annotations", ending)
        without = sorted(images.keys() - set(stems))
        alone = [(f"{folder}/images/{images[stem]}", "no annotation file") for stem in without]
        yield Piece(folder, split, stems[:size], images, alone)
        for piece in pieces(stems[size:], size):
            yield Piece(folder, split, piece, images)


def annotation_stems(folder: Path, ending: str) -> list[str]:
    """Stems of the files in a folder that end so, in counting order."""
    with os.scandir(folder) as entries:
        names = [entry.name for entry in entries]
    return numbered([name.removesuffix(ending) for name in names if name.endswith(ending)])


def pieces(stems: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    """The stems, `size` at a time."""
    for start in range(0, len(stems), size):
        yield stems[start : start + size]
