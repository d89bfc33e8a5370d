"""What an adapter gives: chunks of a data set in the project's tables."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

import pandas as pd

from engine.annotations import LABELS
from engine.errors import EngineError

CHUNK_ROWS = 10_000
"""Rows that are held in memory at once."""

# Words that data sets use for the same labels. Numbers are never guessed: they need an explicit order.
SYNONYMS: Mapping[str, str] = MappingProxyType(
    {
        **{label.lower(): label for label in LABELS},
        "happiness": "Happy",
        "joy": "Happy",
        "sadness": "Sad",
        "surprised": "Surprise",
        "fearful": "Fear",
        "afraid": "Fear",
        "disgusted": "Disgust",
        "angry": "Anger",
        "contemptuous": "Contempt",
        "nonface": "Non-Face",
        "unknown": "Uncertain",
    }
)


class SourceError(EngineError):
    """A data set that cannot be imported as it is."""


@dataclass(frozen=True)
class Options:
    """What the user says about a source.

    `columns` maps a manifest column to the source's; `words` maps a source's word to a label; `order` gives
    the labels of classes 0, 1, 2 … (or of folders in their order), or `folder=label` pairs; `images` is the
    folder that holds the images where that is not plain.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    order: tuple[str, ...] = ()
    images: Path | None = None


@dataclass(frozen=True)
class Chunk:
    """Some rows of a source.

    `images` has the manifest's columns, with paths relative to the adapter's root; without a split column the
    importer draws one. `left_out` lists (item, reason) of what is not in `images`, `remarks` (item, remark)
    of what is, but not whole. `labels` and `annotations` follow their contracts. `check_files` is False where
    the source comes without its images, and `unlabelled` says why a hard_label is missing.
    """

    images: pd.DataFrame
    left_out: Sequence[tuple[str, str]] = ()
    labels: pd.DataFrame | None = None
    annotations: pd.DataFrame | None = None
    remarks: Sequence[tuple[str, str]] = ()
    check_files: bool = True
    unlabelled: str = "no hard-label"


class Adapter(Protocol):
    """One format: a module with these names."""

    NAME: str

    def recognises(self, source: Path) -> bool:
        """Whether a look at the source, without reading it through, says that it is of this format."""

    def root(self, source: Path, options: Options) -> Path:
        """The folder that the paths of the chunks are relative to."""

    def chunks(self, source: Path, options: Options) -> Iterator[Chunk]:
        """The source in chunks; raises SourceError where it is not of this format."""


def label_names(values: pd.Series, options: Options, where: str, first_row: int = 1) -> pd.Series:
    """The label of each value: by `options.words`, by its word, or, for a number, by `options.order`.

    An empty value stays missing. `first_row` is the number of the first row in the source. Raises SourceError
    for any other value, and for numbers without an order.
    """
    known = {word.lower(): checked_label(label) for word, label in options.words.items()}
    names: dict[object, str] = {}
    for value in values.dropna().unique():
        word = _number_text(str(value).strip())
        label = known.get(word.lower())
        if label is None and word.isdigit():
            label = _by_order(int(word), options.order, where)
        label = label or SYNONYMS.get(word.lower())
        if label is None:
            row = int((values == value).to_numpy().argmax()) + first_row
            raise SourceError(
                f"{where} has an unknown label {word!r} (first in row {row}); say what it means with "
                f"--label {word}=LABEL, where LABEL is one of {', '.join(LABELS)}"
            )
        names[value] = label
    return values.map(names).astype("str")


def checked_label(word: str) -> str:
    """The label that a word of the user's means; raises SourceError for an unknown one."""
    label = SYNONYMS.get(word.strip().lower())
    if label is None:
        raise SourceError(f"unknown label {word!r}; known are {', '.join(LABELS)}")
    return label


def numbered(names: Sequence[str]) -> list[str]:
    """Names sorted as people count: 2 before 10."""
    return sorted(
        names, key=lambda name: [(not p.isdigit(), int(p) if p.isdigit() else 0, p) for p in _parts(name)]
    )


def _parts(name: str) -> list[str]:
    return [part for part in re.split(r"(\d+)", name) if part]


def _number_text(word: str) -> str:
    return word[:-2] if re.fullmatch(r"\d+\.0", word) else word


def _by_order(number: int, order: Sequence[str], where: str) -> str:
    if not order:
        raise SourceError(
            f"{where} labels with numbers, such as {number}; give their order with --order, "
            f"for AffectNet's --order {','.join(LABELS[:8])}"
        )
    if number >= len(order):
        raise SourceError(
            f"{where} has label {number}, but --order names {len(order)} labels (0..{len(order) - 1})"
        )
    return checked_label(order[number])
