"""Plans that are stored in many transactions: what others see meanwhile, and after a freezing was killed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import create_engine, event, func, select, text

from db import schema
from db.tables import Participant, Question, Study
from study import dashboard, drafts, studies
from study.access import invitations
from study.design.design import Design
from study.errors import FrozenError, NotFoundError, StudyError
from study.exporting.tables import Options, export_tables
from study.field import doors, watching
from study.preregistration import freezing
from study.reporting.source import source
from study.trial import answers, storing
from study.trial.posts import AnswerPost
from study.trial.trials import questions_frame
from tests.small_study import NOW, SECRET, small_study

DESIGN = Design(
    name="mine", images_per_emotion=2, participants=2, overlap_design="complete", overlap=0.2, min_lag=2
)
ROOT = Path(__file__).resolve().parents[3]
KILLED = """
import os, signal, sys
from datetime import datetime
from pathlib import Path
import numpy as np
from db.session import open_database
from db.settings import Settings
from study.preregistration.freezing import freeze
from study.trial import storing

storing.PART, storing.PAUSE, calls, insert = 7, 0.0, [], storing.insert_rows

def insert_and_die(session, rows):
    insert(session, rows)
    calls.append(rows)
    if len(calls) == 3:
        os.kill(os.getpid(), signal.SIGKILL)

storing.insert_rows = insert_and_die
database = open_database(Settings.from_environment(os.environ))
now = datetime.fromisoformat(sys.argv[2])
freeze(database, Path(os.environ["DATA_DIR"]), int(sys.argv[1]), now=now, rng=np.random.default_rng(1))
"""


@pytest.fixture
def here(tmp_path):
    return small_study(tmp_path)


@pytest.fixture
def parts(monkeypatch):
    monkeypatch.setattr(storing, "PART", 7)
    monkeypatch.setattr(storing, "PAUSE", 0.0)


def create(here, design=DESIGN):
    with here.database.begin() as session:
        return drafts.create_draft(session, design, here.label_set_id, now=NOW).id


def freeze(here, study_id, seed=1):
    rng = np.random.default_rng(seed)
    return freezing.freeze(here.database, here.settings.data_dir, study_id, now=NOW, rng=rng)


def kill_in_the_middle(here, study_id):
    env = {**os.environ, "DATA_DIR": str(here.settings.data_dir), "DATABASE_URL": here.settings.database_url}
    command = [sys.executable, "-c", KILLED, str(study_id), NOW.isoformat()]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr


def stored(here, study_id, table=Question):
    with here.database.session() as session:
        return session.scalar(select(func.count()).where(table.study_id == study_id))


def what_is_seen(here, study_id):
    """All that pages, commands, counts, links and findings tell of a study's plan."""
    with here.database.begin() as session:
        seen = watching.watch(session, study_id, NOW)
        told, study = source(session, study_id), session.get_one(Study, study_id)
        exported = export_tables(session, study, Options(), np.random.default_rng(0))
        try:
            coded = doors.participant_coded(session, study, "P01").code
        except NotFoundError:
            coded = None
        return (
            studies.list_studies(session).fillna("").to_dict("records"),
            studies.progress(session, study_id).to_dict("records"),
            seen.people.to_dict("records"),
            dashboard.participants(session, study_id),
            dashboard.version(session, study_id),
            (told.participants, told.facts.flow, len(told.trials)),
            invitations.invite_all(session, study_id, secret=SECRET, now=NOW).to_dict("records"),
            coded,
            {name: table.to_dict("records") for name, table in exported.items()},
            len(dashboard.answers(session, study_id).trials),
            len(questions_frame(session, study_id)),
        )


def test_a_killed_freezing_is_seen_nowhere_and_the_draft_freezes_as_if_it_had_not_been(here, tmp_path):
    study_id = create(here)
    before = what_is_seen(here, study_id)
    kill_in_the_middle(here, study_id)
    assert stored(here, study_id) == 14
    assert what_is_seen(here, study_id) == before
    other = small_study(tmp_path / "other")
    untouched = freeze(other, create(other))
    again = freeze(here, study_id)
    assert again.data == untouched.data
    assert stored(here, study_id) == len(again.plan.questions) == stored(other, 2)
    assert stored(here, study_id, Participant) == 2
    assert [path.name for path in (here.settings.data_dir / "preregistrations").iterdir()] == ["mine.zip"]
    assert (
        freezing.preregistration_file(here.settings.data_dir, _study(here, study_id)).read_bytes()
        == again.data
    )
    assert schema.problems(here.database) == []


def _study(here, study_id):
    with here.database.session() as session:
        return session.get_one(Study, study_id)


def test_a_draft_whose_freezing_was_killed_can_be_deleted(here):
    study_id = create(here)
    kill_in_the_middle(here, study_id)
    with here.database.begin() as session:
        drafts.delete_draft(session, study_id, now=NOW)
    assert stored(here, study_id) == stored(here, study_id, Participant) == 0
    assert schema.problems(here.database) == []


def test_a_plan_stored_in_parts_is_the_plan_stored_at_once(here, parts, tmp_path):
    study_id, other = create(here), small_study(tmp_path / "other")
    freeze(here, study_id)
    with other.database.begin() as session:
        made = drafts.create_draft(session, DESIGN, other.label_set_id, now=NOW).id
        prepared = freezing.prepare(session, made)
        freezing.seal(session, prepared, other.settings.data_dir, now=NOW, rng=np.random.default_rng(1))
    tables = []
    for one in (here, other):
        with one.database.session() as session:
            rows = session.execute(text("SELECT * FROM question WHERE study_id = 2 ORDER BY id")).all()
            tables.append([tuple(row) for row in rows])
    assert tables[0] == tables[1]
    assert sum(row[-1] is not None for row in tables[0]) > 3


def test_answers_of_another_study_are_stored_between_the_short_transactions(here, parts, monkeypatch):
    study_id = create(here)
    here.agree("P01", "P02")
    asked = [(code, one) for code in ("P01", "P02") for one in here.question_ids(code)]
    impatient = create_engine(here.settings.database_url, connect_args={"timeout": 0})
    inserted, between = [], []

    def insert(session, rows):
        insert_rows(session, rows)
        inserted.append(len(rows))

    def post(_database, _stored):
        # A second writer who does not wait at all: so nothing holds the database here.
        with impatient.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        code, question = asked[len(between)]
        sent = AnswerPost(f"key-{len(between):08}", question, "left", 640.0, 0.0, NOW, "key", 8)
        with here.database.begin() as session:
            between.append(answers.record(session, here.participants[code], sent, NOW).status)

    insert_rows = storing.insert_rows
    monkeypatch.setattr(storing, "insert_rows", insert)
    monkeypatch.setattr(storing, "_let_others", post)
    committed = []
    event.listen(here.database.writer, "commit", committed.append)
    questions = len(freeze(here, study_id).plan.questions)
    assert sum(inserted) == questions
    assert max(inserted) == storing.PART
    assert len(between) >= len(inserted) == -(-questions // storing.PART) > 3
    assert set(between) == {"stored"}
    # Besides the answers: the two looks for what was left, the parts, and the freezing.
    assert len(committed) - len(between) == 2 + len(inserted) + 1


def test_who_waits_for_the_writer_is_let_in():
    # SQLite asks again every 100 ms (sqliteDefaultBusyCallback), so a shorter pause would be missed.
    assert storing.PAUSE > 0.1


def test_a_freezing_that_another_process_overtakes_stops_and_leaves_the_other_alone(here, parts, monkeypatch):
    study_id, calm = create(here), storing._let_others

    def overtake(database, _stored):
        if stored(here, study_id) >= 14:
            monkeypatch.setattr(storing, "_let_others", calm)
            freeze(here, study_id, seed=2)

    monkeypatch.setattr(storing, "_let_others", overtake)
    with pytest.raises(FrozenError, match="frozen already"):
        freeze(here, study_id)
    assert stored(here, study_id) == _planned(here, study_id) > 14
    assert freezing.preregistration_file(here.settings.data_dir, _study(here, study_id)).is_file()


def _planned(here, study_id):
    with here.database.session() as session:
        return int(studies.progress(session, study_id)["total"].sum())


def test_a_freezing_whose_rows_another_process_cleared_stops(here, parts, monkeypatch):
    study_id, calm = create(here), storing._let_others

    def clear(database, _stored):
        if stored(here, study_id) >= 14:
            monkeypatch.setattr(storing, "_let_others", calm)
            storing.clear(database, study_id)

    monkeypatch.setattr(storing, "_let_others", clear)
    with pytest.raises(StudyError, match="being frozen by another process"):
        freeze(here, study_id)
    assert stored(here, study_id) == stored(here, study_id, Participant) == 0


def test_a_draft_that_changes_while_it_is_stored_is_not_frozen_and_nothing_is_left(here, parts, monkeypatch):
    study_id, calm = create(here), storing._let_others

    def change(_database, _stored):
        if stored(here, study_id) >= 14:
            monkeypatch.setattr(storing, "_let_others", calm)
            with here.database.begin() as session:
                drafts.change_draft(session, study_id, DESIGN.changed(seed=5), here.label_set_id, now=NOW)

    monkeypatch.setattr(storing, "_let_others", change)
    with pytest.raises(StudyError, match="was changed while it was planned"):
        freeze(here, study_id)
    assert stored(here, study_id) == stored(here, study_id, Participant) == 0
    assert _study(here, study_id).frozen_at is None
    assert list((here.settings.data_dir / "preregistrations").iterdir()) == []


def test_a_frozen_study_is_never_cleared(here, parts):
    study_id = create(here)
    questions = len(freeze(here, study_id).plan.questions)
    storing.clear(here.database, study_id)
    assert stored(here, study_id) == questions
