import os
import subprocess
import sys
import threading
import time

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError

from db.errors import DatabaseError
from db.session import create_engine_for, open_database, widen
from db.settings import Settings
from db.tables import Researcher
from tests.small_study import NOW, empty_database


def _settings(folder, url=None):
    return Settings.from_environment({"DATA_DIR": str(folder), "DATABASE_URL": url or ""})


def test_every_connection_has_the_pragmas(tmp_path):
    database = open_database(_settings(tmp_path))
    with database.session() as session:
        found = {name: session.scalar(text(f"PRAGMA {name}")) for name in _PRAGMAS}
    assert found == _PRAGMAS


_PRAGMAS = {"journal_mode": "wal", "synchronous": 2, "busy_timeout": 10_000, "foreign_keys": 1}


def test_a_large_write_may_hold_more_of_the_database_in_memory(tmp_path):
    database = open_database(_settings(tmp_path))
    with database.begin() as session:
        widen(session, 300)
        assert session.scalar(text("PRAGMA cache_size")) == -300 * 1024


def test_what_a_unit_of_work_wrote_is_there_for_the_next(tmp_path):
    _, database = empty_database(tmp_path)
    with database.begin() as session:
        session.add(Researcher(name="a", role="owner", created_at=NOW))
    with database.session() as session:
        assert session.scalars(select(Researcher.created_at)).all() == [NOW]


def test_a_unit_of_work_that_fails_leaves_nothing(tmp_path):
    _, database = empty_database(tmp_path)

    def fail(session):
        session.add(Researcher(name="a", role="owner", created_at=NOW))
        session.flush()
        raise RuntimeError

    with pytest.raises(RuntimeError), database.begin() as session:
        fail(session)
    with database.session() as session:
        assert session.scalars(select(Researcher)).all() == []


def test_a_read_session_writes_nothing(tmp_path):
    _, database = empty_database(tmp_path)
    with database.session() as session:
        session.execute(insert(Researcher).values(name="a", role="owner", created_at=NOW))
    with database.session() as session:
        assert session.scalars(select(Researcher)).all() == []


def test_threads_that_read_and_then_write_wait_for_each_other_instead_of_failing(tmp_path):
    _, database = empty_database(tmp_path)
    failures = []

    def add(number):
        try:
            with database.begin() as session:
                known = len(session.scalars(select(Researcher)).all())
                time.sleep(0.01)
                session.add(Researcher(name=f"{known}", role="reader", created_at=NOW))
        except Exception as problem:
            failures.append(problem)

    threads = [threading.Thread(target=add, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with database.session() as session:  # had two read at once, two would have had one name
        assert sorted(map(int, session.scalars(select(Researcher.name)))) == list(range(12))


def test_a_naive_moment_is_refused(tmp_path):
    _, database = empty_database(tmp_path)
    with pytest.raises(Exception, match="no time zone"), database.begin() as session:
        session.add(Researcher(name="a", role="owner", created_at=NOW.replace(tzinfo=None)))


@pytest.mark.parametrize(
    ("url", "message"),
    [("not a url", "cannot be read"), ("mysql://a@b/c", "names mysql: use sqlite or postgresql")],
)
def test_a_database_url_that_cannot_be_used_is_refused(tmp_path, url, message):
    with pytest.raises(DatabaseError, match=message):
        create_engine_for(_settings(tmp_path, url))


def test_an_unreachable_server_is_named_without_its_password(tmp_path):
    url = "postgresql+psycopg://someone:hidden@127.0.0.1:1/nowhere"
    with pytest.raises(DatabaseError, match="someone") as caught:
        open_database(_settings(tmp_path, url))
    assert "hidden" not in str(caught.value)


def test_a_file_that_is_no_database_is_refused(tmp_path):
    (tmp_path / "facevalue.db").write_text("this is a letter, not a database" * 50)
    with pytest.raises(DatabaseError, match=r"facevalue\.db cannot be opened: file is not a database"):
        open_database(_settings(tmp_path))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_data_folder_is_refused_by_name(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(DatabaseError, match="cannot be written"):
        open_database(_settings(tmp_path))


def test_a_second_opening_leaves_the_first_its_locks(tmp_path):
    first = open_database(_settings(tmp_path))
    with first.begin() as session:
        session.execute(text("CREATE TABLE kept (n INTEGER)"))
    open_database(_settings(tmp_path)).dispose()
    # Another process comes and goes: as the last one, it would take the write-ahead log with it.
    look = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('SELECT * FROM kept'); c.close()"
    subprocess.run([sys.executable, "-c", look, str(tmp_path / "facevalue.db")], check=True)
    assert (tmp_path / "facevalue.db-wal").exists()
    first.dispose()


def test_an_error_of_the_database_tells_no_value(tmp_path):
    opened = open_database(Settings.from_environment({"DATA_DIR": str(tmp_path)}))
    with opened.session() as session, pytest.raises(DBAPIError) as caught:
        session.execute(text("SELECT * FROM absent WHERE name = :name"), {"name": "a secret"})
    assert "a secret" not in str(caught.value)
    opened.dispose()
