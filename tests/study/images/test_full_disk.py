"""An import that meets a full disk stores nothing, says so, and does all of it once there is room."""

import pandas as pd
import pytest
from sqlalchemy import func, select

import study.commands
from db.errors import DatabaseError
from db.session import open_database
from db.tables import Dataset, Image
from engine.cli import main
from engine.errors import EngineError
from study.errors import StudyError
from tests.full_disk import full_disk
from tests.small_study import empty_database, small_manifest


@pytest.fixture
def settings(tmp_path, monkeypatch):
    settings, database = empty_database(tmp_path / "data")
    database.dispose()
    monkeypatch.setenv("DATA_DIR", str(settings.data_dir))
    return settings


def test_an_import_that_meets_a_full_disk_stores_nothing_and_says_so(settings, tmp_path, capsys):
    (tmp_path / "faces").mkdir()
    images = small_manifest(tmp_path / "faces")
    many = pd.concat([images.assign(image=images["image"] + str(again)) for again in range(20)])
    many.to_parquet(tmp_path / "faces" / "images.parquet")
    command = ["import", "mine", "--manifest", str(tmp_path / "faces" / "images.parquet")]
    errors = (StudyError, EngineError, DatabaseError)
    with full_disk(40_000):  # room for the index of the write-ahead log, and little of the log
        status = main("study", study.commands, errors, command)
    assert (status, _stored(settings)) == (2, (0, 0))
    assert "error: the database refuses (" in capsys.readouterr().err
    assert main("study", study.commands, errors, command) == 0
    assert _stored(settings)[0] == 1


def _stored(settings):
    database = open_database(settings)
    with database.session() as session:
        found = session.scalar(select(func.count(Dataset.id))), session.scalar(select(func.count(Image.id)))
    database.dispose()
    return found
