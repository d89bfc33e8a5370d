"""A preregistration as one file: a zip whose bytes depend on nothing but what is registered."""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from study.design.design import Design
from study.errors import PreregistrationError, StudyError
from study.question_columns import QUESTION_COLUMNS

FORMAT = "facevalue-preregistration-1"
DESIGN, QUESTIONS, FACTS, README = "design.toml", "questions.csv", "study.json", "README.md"
AUDIT, FORECAST, FINDINGS = "audit.csv", "forecast.csv", "findings.csv"
FILES = (README, DESIGN, QUESTIONS, FACTS, AUDIT, FORECAST, FINDINGS)
LARGEST = 1_000_000_000  # bytes unpacked: what a million questions need, and no zip bomb
_BEGINNING = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip can hold: no file tells when it was written


@dataclass(frozen=True)
class Bundle:
    """A preregistration as it was read: what `study.preregistration.verification` compares.

    sha256: of the whole file. facts: study.json.
    """

    sha256: str
    design: Design
    questions: pd.DataFrame
    facts: Mapping[str, Any]


def pack(files: Mapping[str, str]) -> bytes:
    """The files as a zip: equal files give equal bytes, on any machine and at any time.

    They are stored, not compressed, because compressors differ between versions.
    """
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _BEGINNING)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            archive.writestr(entry, files[name].encode())
    return packed.getvalue()


def facts_text(facts: Mapping[str, Any], files: Mapping[str, str]) -> str:
    """study.json: the facts, the format, and the SHA-256 of every other file."""
    hashes = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in sorted(files.items())}
    return json.dumps({"format": FORMAT, **facts, "files": hashes}, indent=2, ensure_ascii=False) + "\n"


def table_text(frame: pd.DataFrame) -> str:
    """A table as CSV: numbers to twelve significant digits, lines ending in LF."""
    return frame.to_csv(index=False, float_format="%.12g", lineterminator="\n")


def read_bundle(path: Path) -> Bundle:
    """Read a preregistration.

    Raises:
        PreregistrationError: it is no zip, lacks a file, or a file is not what study.json says.
    """
    try:
        data = path.read_bytes()
    except OSError as problem:
        raise PreregistrationError(f"{path} cannot be read: {problem.strerror}") from problem
    files = _unpacked(data, path)
    facts = _facts(files, path)
    try:
        design = Design.from_toml_text(files[DESIGN], DESIGN)
        questions = _questions(files[QUESTIONS])
    except StudyError as problem:
        raise PreregistrationError(f"{path}: {problem}") from problem
    return Bundle(hashlib.sha256(data).hexdigest(), design, questions, facts)


def _unpacked(data: bytes, path: Path) -> dict[str, str]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            absent = [name for name in FILES if name not in names]
            if absent:
                raise PreregistrationError(f"{path} is no preregistration: it holds no {absent[0]}")
            if sum(archive.getinfo(name).file_size for name in FILES) > LARGEST:
                raise PreregistrationError(f"{path} is no preregistration: it is far too large")
            return {name: archive.read(name).decode("utf-8") for name in FILES}
    except (zipfile.BadZipFile, UnicodeDecodeError, NotImplementedError, RuntimeError) as problem:
        raise PreregistrationError(f"{path} is no preregistration: {problem}") from problem


def _facts(files: Mapping[str, str], path: Path) -> Mapping[str, Any]:
    try:
        facts = json.loads(files[FACTS])
    except json.JSONDecodeError as problem:
        raise PreregistrationError(f"{path}: {FACTS} is not JSON: {problem}") from problem
    if not isinstance(facts, dict) or facts.get("format") != FORMAT:
        raise PreregistrationError(f"{path}: {FACTS} is not of the format {FORMAT}")
    hashes, label_set = facts.get("files"), facts.get("label_set")
    if not isinstance(hashes, dict) or not isinstance(label_set, dict):
        raise PreregistrationError(f"{path}: {FACTS} lacks its files or its label set")
    for name in FILES:
        if name != FACTS and hashes.get(name) != hashlib.sha256(files[name].encode()).hexdigest():
            raise PreregistrationError(f"{path}: {name} was changed: its SHA-256 is not the one in {FACTS}")
    return facts


def _questions(text: str) -> pd.DataFrame:
    kinds = {"position": "int64", "experiment": "int64", "foil_distance": "float64"}
    columns: dict[str, Any] = {name: kinds.get(name, "str") for name in QUESTION_COLUMNS}
    try:
        frame = pd.read_csv(io.StringIO(text), dtype=columns, keep_default_na=False, na_values=[""])
    except ValueError as problem:
        raise PreregistrationError(f"{QUESTIONS} is no table of questions: {problem}") from problem
    if tuple(frame.columns) != QUESTION_COLUMNS:
        raise PreregistrationError(f"{QUESTIONS} has other columns than {', '.join(QUESTION_COLUMNS)}")
    return frame
