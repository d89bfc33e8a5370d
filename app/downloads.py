"""What is made of all of a study's answers to be downloaded, in the process that it is asked for in."""

from datetime import UTC, datetime

import numpy as np

from db.session import open_database
from db.settings import Settings
from study.exporting.folder import export_zip
from study.reporting.report import report_html


def written_report(settings: Settings, study_id: int) -> bytes:
    """The report as one HTML page."""
    database = open_database(settings)
    try:
        with database.session() as session:
            return report_html(session, study_id, now=datetime.now(UTC)).encode()
    finally:
        database.dispose()


def zipped_export(settings: Settings, study_id: int) -> bytes:
    """The anonymised data set as a zip."""
    database = open_database(settings)
    try:
        with database.session() as session:
            return export_zip(session, study_id, now=datetime.now(UTC), rng=np.random.default_rng())
    finally:
        database.dispose()
