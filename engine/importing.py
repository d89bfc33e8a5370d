"""Importing a data set: chunks of an adapter into a manifest, and a report of what is missing."""

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from tqdm import tqdm

from engine.adapters.registry import find_adapter
from engine.adapters.source import Adapter, Chunk, Options, SourceError
from engine.annotations import LABELS
from engine.emfacs import EMOTIONS, OTHER_LABELS
from engine.images import OPTIONAL_COLUMNS, REQUIRED_COLUMNS, SPLITS
from engine.table_stream import TableStream

MISSING = "file missing"
# Looking for what was meant takes some questions to the disk, so not for every file of a wrong folder.
_LOOKED_FOR = 200
_ENDINGS = (".jpg", ".png", ".jpeg", ".JPG")


@dataclass(frozen=True)
class Choices:
    """Which images stay, and how those without a split are split.

    `shares` are the parts of train, validation and test. `keep_other` keeps images labelled None, Uncertain
    or Non-Face, `keep_unlabelled` those without a label, `keep_missing` those whose file is not there.
    """

    shares: tuple[float, float, float] = (0.70, 0.15, 0.15)
    keep_other: bool = False
    keep_unlabelled: bool = False
    keep_missing: bool = False


@dataclass
class ImportReport:
    """What an import found: `images` kept, those `left_out` by reason, `remarks`, and `missing` values."""

    adapter: str
    images: int = 0
    split_drawn: bool = False
    files_checked: bool = True
    by_emotion: Counter[str] = field(default_factory=Counter)
    by_split: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    remarks: Counter[str] = field(default_factory=Counter)
    missing: Counter[str] = field(default_factory=Counter)
    files: list[Path] = field(default_factory=list)


def import_source(
    source: Path,
    out: Path,
    rng: np.random.Generator,
    *,
    adapter: str | None = None,
    options: Options | None = None,
    choices: Choices | None = None,
    progress: bool = False,
) -> ImportReport:
    """Write the manifest of a data set to `out` (.parquet or .csv), and what else it holds beside it.

    Beside images.parquet stand images.labels.parquet and images.annotations.parquet where the data set has
    labels or annotations, and images.listed.csv with every item that was left out or is not whole, and why.
    `rng` splits the images where the data set does not, stratified by label. Memory is bounded by the chunk.
    Raises SourceError where no image is left; nothing is written then.
    """
    found = find_adapter(source, adapter)
    settings, kept = options or Options(), choices or Choices()
    report = ImportReport(found.NAME)
    splits = (
        _drawn_splits(found, source, settings, kept, rng) if _needs_split(found, source, settings) else None
    )
    report.split_drawn = splits is not None
    base, place = found.root(source, settings), 0
    prefix = Path(os.path.relpath(base.resolve(), out.parent.resolve())).as_posix()
    with ExitStack() as stack:
        streams = _streams(out, stack)
        chunks = kept_chunks(found, source, settings, kept)
        for chunk in tqdm(chunks, desc=f"Reading {found.NAME}", unit="chunk", disable=not progress):
            images = chunk.images
            if splits is not None:
                images = images.assign(split=np.array(SPLITS)[splits[place : place + len(images)]])
                place += len(images)
            _write(
                Chunk(images, chunk.left_out, chunk.labels, chunk.annotations, chunk.remarks), streams, prefix
            )
            _count(report, images, chunk)
        if not report.images:
            raise SourceError(f"{source} gives no image; {_reasons(report.left_out)}")
        report.files = [file for stream in streams.values() if (file := stream.finish()) is not None]
    return report


def stratified_splits(
    codes: np.ndarray[tuple[int], np.dtype[np.int8]], shares: tuple[float, ...], rng: np.random.Generator
) -> np.ndarray[tuple[int], np.dtype[np.int8]]:
    """Split (place in SPLITS) of each image: within each label, `shares` of its images drawn at random."""
    total = sum(shares)
    if len(shares) != len(SPLITS) or min(shares) < 0 or total <= 0:
        raise SourceError(f"shares {shares} of train, validation and test must be three numbers of 0 or more")
    drawn = np.zeros(len(codes), dtype=np.int8)
    for code in np.unique(codes):
        rows = rng.permutation(np.flatnonzero(codes == code))
        ends = np.round(np.cumsum(shares) / total * len(rows)).astype(np.int64)
        drawn[rows[ends[0] : ends[1]]] = 1
        drawn[rows[ends[1] :]] = 2
    return drawn


def _needs_split(adapter: Adapter, source: Path, options: Options) -> bool:
    chunks = _readable(adapter.chunks(source, options), source)
    first = next((chunk.images for chunk in chunks if len(chunk.images)), None)
    return first is not None and "split" not in first


def _drawn_splits(
    adapter: Adapter, source: Path, options: Options, choices: Choices, rng: np.random.Generator
) -> np.ndarray[tuple[int], np.dtype[np.int8]]:
    """A first pass over the labels alone, so that the second can write each chunk with its split."""
    labels = pd.Index(LABELS)
    codes = [
        labels.get_indexer(pd.Index(chunk.images["hard_label"])).astype(np.int8)
        for chunk in kept_chunks(adapter, source, options, choices)
    ]
    return stratified_splits(np.concatenate(codes), choices.shares, rng)


def kept_chunks(adapter: Adapter, source: Path, options: Options, choices: Choices) -> Iterator[Chunk]:
    """The adapter's chunks without the images that do not stay, each of which is listed with its reason.

    Raises SourceError for a source that cannot be read.
    """
    seen: set[str] = set()
    base = str(adapter.root(source, options))
    for chunk in _readable(adapter.chunks(source, options), source):
        reasons = _reasons_to_leave(chunk, base, seen, choices)
        stays = reasons.isna()
        gone = chunk.images.loc[~stays, "image"]
        images = chunk.images[stays].reset_index(drop=True)
        names = set(images["image"])
        seen |= names
        yield Chunk(
            images,
            [*chunk.left_out, *zip(gone, reasons[~stays], strict=True)],
            _only(chunk.labels, names),
            chunk.annotations,
            [remark for remark in chunk.remarks if remark[0] in names],
            chunk.check_files,
            chunk.unlabelled,
        )


def _readable(chunks: Iterator[Chunk], source: Path) -> Iterator[Chunk]:
    try:
        yield from chunks
    except UnicodeDecodeError as problem:
        raise SourceError(
            f"{source} cannot be read: it holds a table that is no UTF-8 ({problem}); save it as CSV UTF-8"
        ) from problem
    except (pd.errors.ParserError, pd.errors.EmptyDataError, pa.ArrowInvalid) as problem:
        raise SourceError(f"{source} cannot be read: {problem}") from problem


def _only(labels: pd.DataFrame | None, names: set[str]) -> pd.DataFrame | None:
    return None if labels is None else labels[labels["image"].isin(names)]


def _reasons_to_leave(chunk: Chunk, base: str, seen: set[str], choices: Choices) -> pd.Series:
    images = chunk.images
    reasons = pd.Series(None, index=images.index, dtype=object)
    # Series.isin would copy all names seen so far for each chunk.
    again = images["image"].duplicated() | np.array([name in seen for name in images["image"]], dtype=bool)
    reasons[again] = "image named before"
    label = images["hard_label"]
    if not choices.keep_unlabelled:
        reasons[reasons.isna() & label.isna()] = chunk.unlabelled
    if not choices.keep_other:
        other = reasons.isna() & label.isin(list(OTHER_LABELS))
        reasons[other] = "labelled " + label[other]
    if chunk.check_files and not choices.keep_missing:
        paths = images["path"][reasons.isna()]
        absent = [not os.path.isfile(f"{base}/{path}") for path in paths]  # noqa: PTH113 - a Path each is slow
        missing = paths[absent]
        reasons[missing.index] = MISSING
        for row in missing.index[:_LOOKED_FOR]:
            reasons.loc[row] = _why_missing(Path(base) / str(paths[row]))
    return reasons


def _why_missing(file: Path) -> str:
    """Why a file is not where a table says, where a likely slip explains it."""
    endings = [ending for ending in _ENDINGS if file.with_name(file.name + ending).is_file()]
    if endings:
        return f"{MISSING}: with an ending such as {endings[0]} there is one, so name it with its ending"
    stem, suffix = file.stem, file.suffix
    names = [f"{stem.zfill(width)}{ending}" for width in range(2, 13) for ending in (suffix, *_ENDINGS)]
    if stem.isdigit() and any(file.with_name(name).is_file() for name in names if name != file.name):
        return f"{MISSING}: with zeros in front there is one, which a spreadsheet drops from names"
    return MISSING


def _streams(out: Path, stack: ExitStack) -> Mapping[str, TableStream]:
    names = {
        "images": out,
        "labels": out.with_name(f"{out.stem}.labels{out.suffix}"),
        "annotations": out.with_name(f"{out.stem}.annotations{out.suffix}"),
        "listed": out.with_name(f"{out.stem}.listed.csv"),
    }
    return {name: stack.enter_context(TableStream(path)) for name, path in names.items()}


def _write(chunk: Chunk, streams: Mapping[str, TableStream], prefix: str) -> None:
    images = chunk.images
    if len(images):
        columns = [name for name in (*REQUIRED_COLUMNS, *OPTIONAL_COLUMNS) if name in images]
        paths = images["path"] if prefix == "." else prefix + "/" + images["path"]
        streams["images"].append(images.assign(path=paths)[columns])
    for name, table in (("labels", chunk.labels), ("annotations", chunk.annotations)):
        if table is not None and len(table):
            streams[name].append(table)
    listed = [(*item, False) for item in chunk.left_out] + [(*item, True) for item in chunk.remarks]
    if listed:
        streams["listed"].append(pd.DataFrame(listed, columns=["item", "reason", "in_manifest"]))


def _count(report: ImportReport, images: pd.DataFrame, chunk: Chunk) -> None:
    report.images += len(images)
    report.files_checked &= chunk.check_files
    report.by_emotion.update(images["hard_label"].fillna("no label"))
    if "split" in images:
        report.by_split.update(images["split"])
    report.left_out.update(reason for _, reason in chunk.left_out)
    report.remarks.update(reason for _, reason in chunk.remarks)
    for name in (column for column in OPTIONAL_COLUMNS if column in images):
        report.missing[name] += int(images[name].isna().sum())


def _reasons(left_out: Counter[str]) -> str:
    listed = ", ".join(f"{reason}: {count}" for reason, count in left_out.most_common(5))
    return f"left out were {sum(left_out.values())} ({listed})" if listed else "it is empty"


def emotion_counts(report: ImportReport) -> dict[str, int]:
    """Images kept of each emotion in the usual order, then of every other label that was kept."""
    order = [*EMOTIONS, *OTHER_LABELS, "no label"]
    return {name: report.by_emotion[name] for name in order if name in EMOTIONS or report.by_emotion[name]}
