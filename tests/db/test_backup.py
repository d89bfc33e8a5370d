import os
import sqlite3
import threading
from contextlib import closing
from functools import partial

import pytest
from sqlalchemy import func, select

from db.__main__ import main
from db.backup import back_up
from db.errors import DatabaseError
from db.session import open_database
from db.settings import Settings
from db.tables import Answer, AnswerEvent
from db.writer import Writer
from study.trial import answers
from study.trial.posts import AnswerPost, UndoPost
from tests.small_study import NOW, small_study


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    study = small_study(tmp_path / "data")
    study.agree("P01", "P02")
    return study


def restored(folder, copy):
    folder.mkdir()
    copy.rename(folder / "facevalue.db")
    return open_database(Settings.from_environment({"DATA_DIR": str(folder)}))


def test_a_copy_that_is_made_while_answers_are_written_is_of_one_moment(here, tmp_path):
    """Each post writes an answer and an event in one transaction: a torn copy has one without the other."""
    writer, over, stored, copies = Writer(here.database), threading.Event(), [], []

    def go_back_and_forth(code):
        who, question = here.participants[code], here.question_ids(code)[0]
        while not over.is_set():
            key = f"{code}-key-{len(stored):06}"
            one = AnswerPost(key, question, "left", 900.0, 0.0, NOW, "key", 0)
            back = UndoPost(f"{key}-back", question)
            assert (
                writer.submit(partial(answers.record, participant_id=who, post=one, now=NOW)).result().status
                == "stored"
            )
            stored.append(key)
            assert (
                writer.submit(partial(answers.undo, participant_id=who, post=back, now=NOW)).result().status
                == "undone"
            )

    writing = [threading.Thread(target=go_back_and_forth, args=(code,)) for code in here.participants]
    for thread in writing:
        thread.start()
    try:
        for number in range(8):
            copies.append((len(stored), tmp_path / f"copy-{number}.db"))
            back_up(here.settings, copies[-1][1])
    finally:
        over.set()
        for thread in writing:
            thread.join()
        writer.close()
    assert len(stored) > copies[0][0] + 2
    for number, (before, copy) in enumerate(copies):
        database = restored(tmp_path / f"restored-{number}", copy)
        with database.session() as session:
            kinds = select(AnswerEvent.event, func.count()).group_by(AnswerEvent.event)
            events = {"undone": 0, "stored": 0, **dict(session.execute(kinds).all())}
            kept = session.scalar(select(func.count(Answer.id)))
        database.dispose()
        assert kept == events["stored"] - events["undone"]
        assert events["stored"] >= before


def test_the_copy_is_one_file_for_this_user_alone_with_the_whole_schema(here, tmp_path, capsys):
    copy = tmp_path / "copy.db"
    (here.settings.data_dir / "secret").write_text("s")
    assert main(["backup", str(copy)]) == 0
    said = capsys.readouterr().out
    assert "backed up" in said
    assert "secret " in said
    assert "datasets " in said
    assert "bundles" not in said
    assert copy.stat().st_mode & 0o077 == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy.db", "data"]
    with closing(sqlite3.connect(copy)) as read:
        assert read.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    os.environ["DATABASE_URL"] = f"sqlite:///{copy}"
    try:
        assert main(["check"]) == 0
    finally:
        del os.environ["DATABASE_URL"]


def test_a_file_that_is_there_is_not_replaced(here, tmp_path, capsys):
    copy = tmp_path / "copy.db"
    copy.write_text("last week's")
    assert main(["backup", str(copy)]) == 2
    assert "is there already" in capsys.readouterr().err
    assert copy.read_text() == "last week's"


def test_what_cannot_be_backed_up_is_said_in_words_and_leaves_nothing(here, tmp_path, capsys, monkeypatch):
    assert main(["backup", str(tmp_path / "absent" / "copy.db")]) == 2
    assert "cannot be written" in capsys.readouterr().err
    monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg://user:password@host/lab")
    assert main(["backup", str(tmp_path / "copy.db")]) == 2
    said = capsys.readouterr().err
    assert "pg_dump" in said
    assert "password" not in said
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'none.db'}")
    assert main(["backup", str(tmp_path / "copy.db")]) == 2
    assert "there is no database" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_a_damaged_database_makes_no_backup(here, tmp_path):
    here.database.dispose()
    file = here.settings.data_dir / "facevalue.db"
    with closing(sqlite3.connect(file)) as written:
        written.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with file.open("r+b") as spoilt:
        spoilt.seek(4096 * 20)
        spoilt.write(b"\xff" * 4096 * 4)
    with pytest.raises(DatabaseError):
        back_up(here.settings, tmp_path / "copy.db")
    assert [path.name for path in tmp_path.iterdir()] == ["data"]
