"""The services on PostgreSQL: FACEVALUE_TEST_POSTGRES is the address of a database that may be emptied."""

import os
import threading
from collections import Counter

import numpy as np
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import delete, func, select, text
from sqlalchemy.exc import DBAPIError

from db import schema
from db.session import open_database
from db.settings import Settings
from db.tables import Answer, AnswerEvent, Question, Study
from db.writer import Writer
from study import drafts, studies
from study.access import invitations as registration
from study.design.design import Design
from study.preregistration.freezing import freeze
from study.simulation.dry_run import prepare_dry_run
from study.simulation.rehearsals import delete_rehearsal
from study.simulation.respondents import PAPER
from study.simulation.storing import store_simulated
from study.trial import answers, standing, storing, trials
from study.trial.posts import AnswerPost, UndoPost
from tests.small_study import NOW, QUESTIONS, SECRET, SmallStudy, fill

URL = os.environ.get("FACEVALUE_TEST_POSTGRES", "")
DRAFT = Design(
    name="mine", images_per_emotion=2, participants=2, overlap_design="complete", overlap=0.2, min_lag=2
)
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


def test_a_database_of_1_1_keeps_its_events_when_it_is_upgraded(here):
    _post(here, here.question_ids("P01")[0], "a")
    with here.database.writer.connect() as connection:
        command.downgrade(schema.configuration(connection), "0002")
        connection.commit()
    assert schema.upgrade(here.database) == ("0002", schema.head())
    with here.database.session() as session:
        assert [event.event for event in session.scalars(select(AnswerEvent))] == ["stored"]


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


def test_a_plan_is_stored_in_parts_and_what_a_killed_freezing_left_is_cleared(here, monkeypatch):
    monkeypatch.setattr(storing, "PART", 7)
    with here.database.begin() as session:
        study_id = drafts.create_draft(session, DRAFT, here.label_set_id, now=NOW).id

    def frozen():
        rng = np.random.default_rng(1)
        return freeze(here.database, here.settings.data_dir, study_id, now=NOW, rng=rng)

    with monkeypatch.context() as killed:
        killed.setattr(storing, "_let_others", lambda _database, _stored: 1 // 0)
        killed.setattr(storing, "clear", lambda *_: None)
        with pytest.raises(ZeroDivisionError):
            frozen()
    mine = select(func.count()).where(Question.study_id == study_id)
    with here.database.session() as session:
        assert session.scalar(mine) == 7
        assert studies.progress(session, study_id).empty
    planned = frozen().plan.questions
    with here.database.session() as session:
        assert session.scalar(mine) == len(planned)
        kinds = session.execute(
            select(Question.kind, Question.repeats_id).where(Question.study_id == study_id)
        ).all()
        assert [kind == "first" for kind, _ in kinds] == [repeats is None for _, repeats in kinds]
    with pytest.raises(DBAPIError, match="frozen study"), here.database.begin() as session:
        session.execute(delete(Question).where(Question.study_id == study_id))


def test_a_rehearsal_is_replaced_and_deleted_with_all_that_it_left(here):
    with here.database.begin() as session:
        draft = drafts.create_draft(session, DRAFT, here.label_set_id, now=NOW).id
    for replaces in (False, True):
        rng = np.random.default_rng(1)
        made = prepare_dry_run(
            here.database,
            draft,
            PAPER,
            replace=True,
            secret=SECRET,
            rng=rng,
            now=NOW.replace(day=3 + replaces),
        )
        with here.database.begin() as session:
            store_simulated(session, made.study_id, made.planned)
    with here.database.session() as session:
        assert session.scalar(select(func.count(Answer.id))) == len(made.planned)
        assert list(session.scalars(select(Study.name).order_by(Study.id))) == [
            "small",
            "mine",
            "mine-dry-run",
        ]
    delete_rehearsal(here.database, made.study_id, now=NOW)
    with here.database.session() as session:
        assert session.scalar(select(func.count(AnswerEvent.id))) == 0
        assert list(session.scalars(select(Study.name).order_by(Study.id))) == ["small", "mine"]
