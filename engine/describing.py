"""Filling a manifest's metadata columns by a provider, image by image, so that it can be stopped."""

import hashlib
import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import pandas as pd
from tqdm import tqdm

from engine.annotations import LABELS
from engine.decoding import DecodingError, ImageFile, image_files
from engine.images import (
    FAILURE_COLUMNS,
    NUMBER_COLUMNS,
    OPTIONAL_COLUMNS,
    REQUIRED_COLUMNS,
    read_manifest,
    write_table,
)
from engine.journal import Journal
from engine.providers.provider import Describer, Photograph, ProviderError, checked_values
from engine.providers.registry import find_provider
from engine.table_stream import TableStream

_CHUNK = 10_000


@dataclass(frozen=True)
class Described:
    """What a run left: the manifest, how many values each column got, and the images that failed.

    `failures_file` (image, path, reason) is None where every image could be described. `complete` images had
    all of the provider's columns before.
    """

    manifest: Path
    failures_file: Path | None
    images: int
    complete: int
    failed: int
    filled: Mapping[str, int]


def describe_images(
    manifest: Path,
    provider: str,
    out: Path,
    *,
    model: Path | None = None,
    replace: bool = False,
    progress: bool = True,
) -> Described:
    """Write `manifest` to `out` (.parquet or .csv) with the values that a provider gives.

    A value that stands in the manifest stays, unless `replace`; an image that lacks nothing is not asked
    about. Stopped, the run keeps every image beside `out`, and the same call goes on. Raises EngineError for
    bad input.
    """
    if out.suffix not in (".csv", ".parquet"):
        raise ProviderError(f"{out} is no .csv or .parquet name")
    frame = read_manifest(manifest, check_files=False, labels=LABELS, unlabelled=True)
    source = find_provider(provider)
    identity = {
        "provider": provider,
        "model": _digest(model),
        "rows": _rows_digest(frame),
        "replace": replace,
    }
    with (
        source.open_provider(model) as describer,
        Journal(out.with_name(f".{out.name}.metadata.jsonl"), identity) as journal,
        tqdm(total=len(frame), desc="describe", unit="image", disable=not progress) as bar,
    ):
        bar.update(journal.finished)
        complete = _complete(frame, describer, replace)
        files = image_files(frame, manifest.parent)
        for row in range(journal.finished, len(frame)):
            if complete[row]:
                journal.append({})
            else:
                journal.append(_described(describer, _row(frame, row), files[row]))
            bar.update()
    report = _write(frame, journal, manifest.parent, out, replace)
    journal.remove()
    return Described(images=len(frame), complete=int(complete.sum()), **report)


def _described(describer: Describer, row: Mapping[str, Any], file: ImageFile) -> dict[str, Any]:
    photograph = Photograph(str(row["image"]), file.path, file.box, row)
    try:
        return {"values": checked_values(describer.describe(photograph), describer.columns)}
    except (ProviderError, DecodingError) as problem:
        return {"reason": str(problem)}


def _row(frame: pd.DataFrame, place: int) -> dict[str, Any]:
    return {str(name): value for name, value in frame.iloc[place].items()}


def _complete(frame: pd.DataFrame, describer: Describer, replace: bool) -> pd.Series:
    """Which rows lack none of the provider's columns."""
    known = pd.Series(not replace, index=frame.index)
    for name in describer.columns:
        known &= frame[name].notna() if name in frame else False
    return known


def _write(frame: pd.DataFrame, journal: Journal, root: Path, out: Path, replace: bool) -> dict[str, Any]:
    failures_file = out.with_suffix(".failures.csv")
    filled: Counter[str] = Counter()
    failures: list[tuple[str, str, str]] = []
    columns = _columns(frame, journal)
    prefix = Path(os.path.relpath(root.resolve(), out.parent.resolve())).as_posix()
    items = journal.items()
    with TableStream(out) as stream:
        for start in range(0, len(frame), _CHUNK):
            rows = frame.iloc[start : start + _CHUNK].reset_index(drop=True)
            found = list(islice(items, len(rows)))
            pairs = zip(rows["image"], rows["path"], found, strict=True)
            failures += [(image, path, item["reason"]) for image, path, item in pairs if "reason" in item]
            rows = _filled(rows, [item.get("values", {}) for item in found], columns, replace, filled)
            paths = (
                rows["path"] if prefix == "." else [Path(prefix, path).as_posix() for path in rows["path"]]
            )
            stream.append(rows.assign(path=paths)[columns])
        stream.finish()
    if failures:
        write_table(pd.DataFrame(failures, columns=list(FAILURE_COLUMNS)), failures_file)
    else:
        failures_file.unlink(missing_ok=True)
    named = failures_file if failures else None
    return {"manifest": out, "failures_file": named, "failed": len(failures), "filled": dict(filled)}


def _columns(frame: pd.DataFrame, journal: Journal) -> list[str]:
    """The manifest's columns in their usual order, with those that the provider filled, and others last."""
    given = set(frame.columns) | {name for item in journal.items() for name in item.get("values", {})}
    usual = [name for name in (*REQUIRED_COLUMNS, *OPTIONAL_COLUMNS) if name in given]
    return usual + [name for name in frame.columns if name not in usual]


def _filled(
    rows: pd.DataFrame,
    values: list[dict[str, Any]],
    columns: list[str],
    replace: bool,
    filled: Counter[str],
) -> pd.DataFrame:
    new: dict[str, pd.Series] = {}
    for name in {name for found in values for name in found}.union(set(columns) - set(rows.columns)):
        given = pd.Series([found.get(name) for found in values], dtype=object)
        before = (
            rows[name].astype(object) if name in rows else pd.Series(None, index=rows.index, dtype=object)
        )
        takes = given.notna() & (replace | before.isna())
        filled[name] += int(takes.sum())
        merged = before.where(~takes, given)
        new[name] = merged.astype("float64") if name in NUMBER_COLUMNS else merged
    return rows.assign(**new)


def _digest(model: Path | None) -> str | None:
    if model is None or not model.is_file():
        return None
    with model.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _rows_digest(frame: pd.DataFrame) -> str:
    return hashlib.sha256(frame.to_csv(index=False).encode()).hexdigest()
