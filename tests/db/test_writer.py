import threading
import time

import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError

from db.tables import Researcher
from db.writer import Writer
from tests.small_study import NOW, empty_database


@pytest.fixture
def database(tmp_path):
    return empty_database(tmp_path)[1]


@pytest.fixture
def writer(database):
    writer = Writer(database)
    yield writer
    writer.close()


def _add(name):
    def work(session):
        session.add(Researcher(name=name, role="reader", created_at=NOW))
        session.flush()
        return name

    return work


def test_a_result_comes_after_its_commit(database, writer):
    assert writer.submit(_add("a")).result(60) == "a"
    with database.session() as session:
        assert session.scalars(select(Researcher.name)).all() == ["a"]


def test_work_that_gathers_shares_transactions_and_keeps_its_order(database, writer):
    commits = []
    event.listen(database.engine, "commit", lambda _connection: commits.append(1))
    wait = threading.Event()
    first = writer.submit(lambda _session: wait.wait(60))
    rest = [writer.submit(_add(f"{number:03d}")) for number in range(100)]
    wait.set()
    assert first.result(60)
    assert [done.result(60) for done in rest] == [f"{number:03d}" for number in range(100)]
    assert len(commits) <= 4
    with database.session() as session:
        names = session.scalars(select(Researcher.name).order_by(Researcher.id)).all()
    assert names == [f"{number:03d}" for number in range(100)]


def test_work_that_fails_takes_no_other_with_it(database, writer):
    wait = threading.Event()
    writer.submit(lambda _session: wait.wait(60))
    kept, twice, broken, after = (
        writer.submit(_add("a")),
        writer.submit(_add("a")),
        writer.submit(lambda _session: 1 // 0),
        writer.submit(_add("b")),
    )
    wait.set()
    assert (kept.result(60), after.result(60)) == ("a", "b")
    with pytest.raises(ZeroDivisionError):
        broken.result(60)
    with pytest.raises(Exception, match="UNIQUE"):
        twice.result(60)
    with database.session() as session:
        assert sorted(session.scalars(select(Researcher.name))) == ["a", "b"]


def test_closing_finishes_what_was_submitted(database):
    writer = Writer(database)
    submitted = [writer.submit(_add(f"{number}")) for number in range(50)]
    writer.close()
    assert all(done.done() for done in submitted)


def test_work_that_was_cancelled_while_it_waited_is_left_out(database, writer):
    wait = threading.Event()
    writer.submit(lambda _session: wait.wait(60))
    cancelled, kept = writer.submit(_add("a")), writer.submit(_add("b"))
    assert cancelled.cancel()
    wait.set()
    assert kept.result(60) == "b"
    with database.session() as session:
        assert session.scalars(select(Researcher.name)).all() == ["b"]


def test_a_database_that_stays_locked_is_told_to_all_at_once(tmp_path, monkeypatch):
    monkeypatch.setattr("db.session.BUSY_TIMEOUT_MS", 1_000)
    database = empty_database(tmp_path)[1]
    writer = Writer(database)
    with database.begin() as session:
        session.add(Researcher(name="slow", role="reader", created_at=NOW))
        session.flush()
        waiting = [writer.submit(_add(f"{number}")) for number in range(20)]
        started = time.monotonic()
        for done in waiting:
            with pytest.raises(OperationalError, match="locked"):
                done.result(60)
        assert time.monotonic() - started < 10  # and not a second for each
    assert writer.submit(_add("after")).result(60) == "after"
    writer.close()
