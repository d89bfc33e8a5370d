"""What is made of all of a study's answers to be downloaded, in the process that it is asked for in."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from io import BytesIO

import numpy as np
from sqlalchemy.orm import Session

from db.session import open_database
from db.settings import Settings
from db.tables import Study
from study.annotation.tables import annotations, form_of_task, readings, votes
from study.exporting.folder import export_zip
from study.reporting.page import report_html


@contextmanager
def opened(settings: Settings) -> Iterator[Session]:
    """A session of the database for one piece of work, in whatever process that is done."""
    database = open_database(settings)
    try:
        with database.session() as session:
            yield session
    finally:
        database.dispose()


def written_report(settings: Settings, study_id: int) -> bytes:
    """The report as one HTML page."""
    with opened(settings) as session:
        return report_html(session, study_id, now=datetime.now(UTC)).encode()


def zipped_export(settings: Settings, study_id: int) -> bytes:
    """The anonymised data set as a zip."""
    with opened(settings) as session:
        return export_zip(session, study_id, now=datetime.now(UTC), rng=np.random.default_rng())


def task_table(settings: Settings, study_id: int, what: str) -> bytes:
    """What an annotation task's people said, as Parquet: readings, annotations (one a person) or votes."""
    with opened(settings) as session:
        study = session.get_one(Study, study_id)
        form, said = form_of_task(study), readings(session, study)
    if what != "readings":
        said = annotations(said, form)
    table = votes(said, form) if what == "votes" else said
    file = BytesIO()
    table.to_parquet(file, index=False)
    return file.getvalue()
