"""An export as a folder or a zip: written beside its place, and moved there whole or not at all."""

from __future__ import annotations

import io
import json
import re
import shutil
import tempfile
import zipfile
from datetime import datetime
from pathlib import Path

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.tables import Answer, Participant, Study
from study.errors import NotFoundError, StudyError
from study.exporting.description import changes, dataset_description, readme, study_json
from study.exporting.dictionary import dictionary
from study.exporting.reading import trials_of
from study.exporting.tables import Options, export_tables
from study.findings.summary import findings
from study.reporting.numbers import as_json, estimates_table, tests_table
from study.reporting.source import facts
from study.reporting.versions import versions

FIGURE6 = Path(__file__).parent / "analysis" / "figure6.py"
DESCRIPTION = "dataset_description.json"


def export_folder(
    session: Session,
    study_id: int,
    out: Path,
    *,
    now: datetime,
    rng: np.random.Generator,
    options: Options | None = None,
    force: bool = False,
) -> dict[str, int]:
    """Write the data set of a study to `out`, and return the rows of each table.

    `rng` draws new codes, where `options` ask for them: nothing known must seed it. `force` replaces an
    earlier export, and nothing else.

    Raises:
        NotFoundError: there is no such study.
        StudyError: `out` is a file, or a folder that is not empty (with `force`: that is no export).
    """
    _refuse(out, force)
    out.absolute().parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.absolute().parent, prefix=f".{out.name}.partial-") as beside:
        made = Path(beside) / "new"
        rows = _write(session, study_id, made, now, rng, options or Options())
        _put(made, out, Path(beside) / "old")
    return rows


def export_zip(
    session: Session,
    study_id: int,
    *,
    now: datetime,
    rng: np.random.Generator,
    options: Options | None = None,
) -> bytes:
    """The same data set as the bytes of a zip, in a folder of the study's name.

    Raises:
        NotFoundError: there is no such study.
    """
    packed = io.BytesIO()
    with tempfile.TemporaryDirectory() as beside:
        made = Path(beside) / "data set"
        _write(session, study_id, made, now, rng, options or Options())
        name = _study(session, study_id).name
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(made.rglob("*")):
                archive.write(path, Path(name) / path.relative_to(made))
    return packed.getvalue()


def _put(made: Path, out: Path, old: Path) -> None:
    """Move the new folder into place; the old one comes back where that fails."""
    if out.exists():
        out.rename(old)
    try:
        made.rename(out)
    except OSError:
        if old.exists():
            old.rename(out)
        raise


def _refuse(out: Path, force: bool) -> None:
    if not out.exists():
        return
    if not out.is_dir():
        raise StudyError(f"--out {out} is a file: name a folder")
    if not any(out.iterdir()):
        return
    if not force:
        raise StudyError(
            f"the folder {out} is not empty: name another, or replace an earlier export by --force"
        )
    if not (out / DESCRIPTION).is_file():
        raise StudyError(f"the folder {out} is not an export (it has no {DESCRIPTION}), and is not replaced")


def _study(session: Session, study_id: int) -> Study:
    study = session.get(Study, study_id)
    if study is None:
        raise NotFoundError(f"there is no study {study_id}")
    return study


def _write(
    session: Session, study_id: int, folder: Path, now: datetime, rng: np.random.Generator, options: Options
) -> dict[str, int]:
    study = _study(session, study_id)
    about, tables = facts(session, study), export_tables(session, study, options, rng)
    stem = f"study-{_keyword(study.name)}"
    for name in ("data", "parquet", "documentation", "analysis", "results", "materials"):
        (folder / name).mkdir(parents=True)
    for name, table in tables.items():
        table.to_csv(folder / "data" / f"{stem}_description-{name}_data.csv", index=False)
        table.to_parquet(folder / "parquet" / f"{name}.parquet", index=False)
    made_by = versions()
    described = dataset_description(
        about, tables, _months(session, study_id), now.date(), made_by["FaceValue"]
    )
    (folder / DESCRIPTION).write_text(json.dumps(described, indent=1) + "\n", encoding="utf-8")
    (folder / "README.md").write_text(readme(about, tables, options, stem), encoding="utf-8")
    (folder / "CHANGES.md").write_text(changes(now.date(), made_by), encoding="utf-8")
    (folder / ".psychds-ignore").write_text("parquet/\n", encoding="utf-8")
    dictionary(tables).to_csv(folder / "documentation" / "data_dictionary.csv", index=False)
    (folder / "documentation" / "study.json").write_text(study_json(about, options), encoding="utf-8")
    (folder / "materials" / "consent.md").write_text(study.consent_text, encoding="utf-8")
    if study.kind == "experiments" and "questions" in tables:
        shutil.copyfile(FIGURE6, folder / "analysis" / "figure6.py")
        # From the tables of the export: its codes, and nothing that is not in it.
        found = findings(trials_of(tables), sorted(map(str, tables["participants"]["participant"])))
        text = json.dumps(as_json(found), indent=1, allow_nan=False) + "\n"
        (folder / "results" / "numbers.json").write_text(text, encoding="utf-8")
        estimates_table(found).to_csv(folder / "results" / "estimates.csv", index=False)
        tests_table(found).to_csv(folder / "results" / "tests.csv", index=False)
    return {name: len(table) for name, table in tables.items()}


def _keyword(name: str) -> str:
    """A study's name as Psych-DS has values of keywords: letters and digits alone."""
    first, *rest = re.findall(r"[A-Za-z0-9]+", name) or ["unnamed"]
    return str(first) + "".join(part[:1].upper() + part[1:] for part in rest)


def _months(session: Session, study_id: int) -> str | None:
    """The first and last month in which answers were given, such as 2026-03/2026-04."""
    span = (
        select(func.min(Answer.answered_at), func.max(Answer.answered_at))
        .join(Participant)
        .where(Participant.study_id == study_id, Participant.erased_at.is_(None))
    )
    first, last = session.execute(span).one()
    return f"{first:%Y-%m}/{last:%Y-%m}" if first is not None else None
