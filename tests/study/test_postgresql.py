"""The services on PostgreSQL: FACEVALUE_TEST_POSTGRES is the address of a database that may be emptied."""

import os
import threading
from collections import Counter

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from db import schema
from db.session import open_database
from db.settings import Settings
from db.tables import Answer, AnswerEvent
from db.writer import Writer
from study.access import invitations as registration
from study.trial import answers, standing, trials
from study.trial.posts import AnswerPost, UndoPost
from tests.small_study import NOW, QUESTIONS, SECRET, SmallStudy, fill

URL = os.environ.get("FACEVALUE_TEST_POSTGRES", "")
pytestmark = pytest.mark.skipif(not URL, reason="FACEVALUE_TEST_POSTGRES names no PostgreSQL database")


@pytest.fixture
def here(tmp_path):
    settings = Settings.from_environment({"DATA_DIR": str(tmp_path), "DATABASE_URL": URL})
    database = open_database(settings)
    with database.begin() as session:
        session.execute(text("DROP SCHEMA public CASCADE"))
        session.execute(text("CREATE SCHEMA public"))
    schema.upgrade(database)
    fill(settings, database)
    with database.session() as session:
        links = registration.invitation_links(session, 1, SECRET)
        tokens = dict(zip(links["participant"], links["token"], strict=True))
        people = {code: registration.accept(session, token, now=NOW).id for code, token in tokens.items()}
    study = SmallStudy(settings, database, 1, 1, tokens, people)
    study.agree("P01", "P02")
    yield study
    database.dispose()


def _post(here, question, key):
    sent = AnswerPost(f"key-{key:>08}", question, "left", 640.0, 0.0, NOW, "key", 8)
    with here.database.begin() as session:
        return answers.record(session, here.participants["P01"], sent, NOW)


def test_migrations_lead_to_the_tables_as_they_are_written(here):
    with here.database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Answer.metadata) == []
    assert schema.problems(here.database) == []


def test_answers_repeats_and_undos_are_as_on_sqlite(here):
    ids = here.question_ids("P01")
    assert [_post(here, ids[0], key).status for key in ("a", "a", "b")] == ["stored", "repeated", "moved_on"]
    with here.database.begin() as session:
        undo = UndoPost("undo-0001", ids[0])
        assert answers.undo(session, here.participants["P01"], undo, NOW).status == "undone"
    for number, question in enumerate(ids):
        assert _post(here, question, number).status == "stored"
    with here.database.session() as session:
        assert standing.step(session, here.participants["P01"], NOW) == "done"
        assert len(trials.trials(session, here.study_id)) == QUESTIONS


@pytest.mark.parametrize("change", ["UPDATE answer_event SET key = 'x'", "DELETE FROM answer"])
def test_events_and_answers_are_guarded(here, change):
    _post(here, here.question_ids("P01")[0], "a")
    with pytest.raises(DBAPIError, match=r"append-only|never changed"), here.database.begin() as session:
        session.execute(text(change))


def test_many_threads_that_post_one_question_store_one_answer(here):
    first, statuses = here.question_ids("P01")[0], []
    threads = [
        threading.Thread(target=lambda key=number // 2: statuses.append(_post(here, first, key).status))
        for number in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(statuses) == {"stored": 1, "repeated": 1, "moved_on": 14}
    with here.database.session() as session:
        assert len(session.scalars(select(AnswerEvent)).all()) == 16


def test_group_commit_keeps_what_succeeds(here):
    writer = Writer(here.database)
    first = here.question_ids("P01")[0]
    sent = AnswerPost("key-00000001", first, "left", 640.0, 0.0, NOW, "key", 8)
    person = here.participants["P01"]
    broken = writer.submit(lambda _session: 1 // 0)
    done = writer.submit(lambda session: answers.record(session, person, sent, NOW))
    assert done.result(5).status == "stored"
    with pytest.raises(ZeroDivisionError):
        broken.result(5)
    writer.close()
