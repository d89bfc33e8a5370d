"""An export read back: its trials and the study's facts, of which a report can be made again."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import pandas as pd

from study.errors import StudyError
from study.reporting.source import Source, StudyFacts

STUDY = Path("documentation") / "study.json"
OF_LABELS = ["image", "hard_label", "subset", "margin", "entropy"]


def is_export(folder: Path) -> bool:
    """Whether the folder holds a data set that `study export` wrote."""
    return (folder / STUDY).is_file()


def read_export(folder: Path) -> Source:
    """The trials (without answered_at, which an export does not tell), participants and facts of an export.

    Raises:
        StudyError: a file is missing or cannot be read, or the study is an annotation task.
    """
    try:
        values = json.loads((folder / STUDY).read_text(encoding="utf-8"))
        read = {
            name: pd.read_parquet(folder / "parquet" / f"{name}.parquet")
            for name in ("answers", "questions", "participants", "labels")
        }
    except (OSError, ValueError) as problem:
        raise StudyError(f"{folder} is not a whole export of the two experiments: {problem}") from problem
    return Source(
        _facts(values, folder), trials_of(read), sorted(map(str, read["participants"]["participant"]))
    )


def _facts(values: dict[str, Any], folder: Path) -> StudyFacts:
    known = {one.name for one in fields(StudyFacts)}
    try:
        return StudyFacts(**{key: value for key, value in values.items() if key in known})
    except TypeError as problem:
        raise StudyError(f"{folder / STUDY} does not describe a study: {problem}") from problem


def trials_of(read: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """The `trials` contract (without answered_at), from an export's tables; the labels may be missing."""
    given = read["answers"][["question", "choice", "correct", "rt_ms", "hidden_ms"]]
    merged = read["questions"].merge(given, on="question").astype({"experiment": "int64"})
    if "labels" not in read:
        return merged
    known = [name for name in OF_LABELS if name in read["labels"].columns]
    return merged.merge(read["labels"][known], on="image", how="left")
