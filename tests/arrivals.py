"""A study of six places in a ring, on SQLite or PostgreSQL: for tests of newcomers and drop-outs."""

import os
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
from sqlalchemy import text

from db import schema
from db.session import Database, open_database
from db.settings import Settings
from study import studies
from study.design.design import Design
from study.images.catalog import import_dataset, import_label_set
from study.planning.plan import plan
from tests.small_study import NOW, small_labels, small_manifest

POSTGRES = os.environ.get("FACEVALUE_TEST_POSTGRES", "")
DESIGN = Design(
    name="ring",
    title="A study in a ring",
    images_per_emotion=3,
    participants=6,
    self_repeats=0.25,
    overlap=0.25,
    min_lag=3,
    deadline_days=30,
    seed=11,
)


@contextmanager
def ring_study(folder: Path, now=NOW, design: Design = DESIGN, *, postgres: bool = False):
    """The settings, the database and the id of an open study that nobody is invited to."""
    values = {"DATA_DIR": str(folder)} | ({"DATABASE_URL": POSTGRES} if postgres else {})
    settings = Settings.from_environment(values)
    database = open_database(settings)
    if postgres:
        with database.begin() as session:
            session.execute(text("DROP SCHEMA public CASCADE"))
            session.execute(text("CREATE SCHEMA public"))
    schema.upgrade(database)
    yield settings, database, _fill(settings, database, design, now)
    database.dispose()


def planned(design: Design = DESIGN) -> pd.DataFrame:
    """The questions of the study."""
    return plan(small_labels(), design, np.random.default_rng(design.seed)).questions


def _fill(settings: Settings, database: Database, design: Design, now) -> int:
    root = settings.data_dir / "datasets" / "small"
    rng = np.random.default_rng(5)
    with database.begin() as session:
        import_dataset(session, "small", root, small_manifest(root), data_dir=settings.data_dir, now=now)
        label_set = import_label_set(session, "small", "small", small_labels(), now=now)
        study = studies.create_study(session, design, label_set.id, planned(design), now=now, rng=rng)
        studies.open_study(session, study.id, now=now)
        return study.id
