import subprocess
import sys

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import CheckConstraint, inspect, select, text
from sqlalchemy.exc import DatabaseError as RefusedError

from db import schema
from db.__main__ import main
from db.errors import DatabaseError
from db.session import open_database
from db.settings import Settings
from db.tables import Answer, Participant
from engine.emfacs import EMOTIONS
from study.access.lapse import free
from tests.small_study import NOW, empty_database, small_study


def test_migrations_lead_to_the_tables_as_they_are_written(tmp_path):
    _, database = empty_database(tmp_path)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Answer.metadata) == []


def test_an_older_database_keeps_its_rows_and_gets_every_rule(tmp_path):
    from alembic import command

    database = open_database(Settings.from_environment({"DATA_DIR": str(tmp_path)}))
    with database.writer.connect() as connection:
        command.upgrade(schema.configuration(connection), "0001")
        connection.execute(text("INSERT INTO researcher VALUES (1, 'Owner', 'owner', '2026-01-01')"))
        connection.execute(text("INSERT INTO dataset VALUES (1, 'faces', 'faces', '2026-01-01')"))
        connection.execute(text("INSERT INTO label_set VALUES (1, 1, 'one', NULL, 'f', '2026-01-01')"))
        connection.execute(
            text(
                "INSERT INTO study (id, name, title, state, simulated, design, label_set_id, seed,"
                " consent_text, created_at) VALUES (1, 's', 'S', 'open', 0, '{}', 1, 0, 'yes', '2026-01-01')"
            )
        )
        connection.commit()
    assert schema.upgrade(database) == ("0001", schema.head())
    assert schema.problems(database) == []
    with database.engine.connect() as connection:
        assert connection.execute(text("SELECT name, kind, label_set_id FROM study")).all() == [
            ("s", "experiments", 1)
        ]
    assert _rules(database) == _rules(empty_database(tmp_path / "new")[1]) == _written_rules()


def test_a_database_of_1_1_keeps_its_events_and_their_guards_and_finds_those_of_a_participant(tmp_path):
    from alembic import command

    here = small_study(tmp_path)
    _store_one(here)
    with here.database.writer.connect() as connection:
        command.downgrade(schema.configuration(connection), "0002")
        connection.commit()
    with here.database.engine.connect() as connection:
        before = connection.execute(text("SELECT * FROM answer_event")).all()
    assert schema.upgrade(here.database) == ("0002", "0004")
    assert schema.problems(here.database) == []
    query = select(Participant.id).where(free(NOW))
    with here.database.engine.connect() as connection:
        assert connection.execute(text("SELECT * FROM answer_event")).all() == before != []
        shown = str(query.compile(connection, compile_kwargs={"literal_binds": True}))
        steps = connection.execute(text(f"EXPLAIN QUERY PLAN {shown}")).all()
    # Of a million events, each arrival would else read all for every free place.
    assert [step[3] for step in steps if "answer_event" in step[3]] == [
        "SEARCH answer_event USING INDEX ix_answer_event_participant_id (participant_id=?)"
    ]
    with pytest.raises(RefusedError, match="append-only"), here.database.begin() as session:
        session.execute(text("DELETE FROM answer_event"))


def _rules(database):
    """The checks of each table, by table and name; one that is there twice is listed twice."""
    with database.engine.connect() as connection:
        found = inspect(connection)
        tables = [name for name in found.get_table_names() if name != "alembic_version"]
        return sorted(
            (table, check["name"]) for table in tables for check in found.get_check_constraints(table)
        )


def _written_rules():
    return sorted(
        (table.name, str(rule.name))
        for table in Answer.metadata.tables.values()
        for rule in table.constraints
        if isinstance(rule, CheckConstraint)
    )


def test_the_guards_of_answers_plans_and_the_audit_log_are_there(tmp_path):
    _, database = empty_database(tmp_path)
    with database.engine.connect() as connection:
        guarded = connection.execute(text("SELECT tbl_name FROM sqlite_master WHERE type = 'trigger'"))
        assert sorted(guarded.scalars()) == sorted(
            ["answer", "answer_event", "audit_event", "question", "study"] * 2
        )


def test_the_label_columns_follow_the_emotions_in_their_order():
    columns = [column.name for column in Answer.metadata.tables["label"].columns]
    for part in ("soft", "eb", "au"):
        assert [name for name in columns if name.startswith(f"{part}_")] == [
            f"{part}_{emotion.lower()}" for emotion in EMOTIONS
        ]


def test_upgrading_twice_changes_nothing(tmp_path):
    _, database = empty_database(tmp_path)
    assert schema.upgrade(database) == (schema.head(), schema.head())
    assert schema.problems(database) == []


def test_an_empty_database_is_not_at_head(tmp_path):
    database = open_database(Settings.from_environment({"DATA_DIR": str(tmp_path)}))
    with pytest.raises(DatabaseError, match="is empty: run `python -m db upgrade`"):
        schema.require_head(database)
    assert "python -m db upgrade" in schema.problems(database)[0]


def test_a_database_of_a_newer_program_is_refused(tmp_path):
    _, database = empty_database(tmp_path)
    with database.begin() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for use in (schema.upgrade, schema.require_head):
        with pytest.raises(DatabaseError, match="revision 9999, which this program does not know"):
            use(database)


def test_a_row_that_points_nowhere_is_found(tmp_path):
    _, database = empty_database(tmp_path)
    with database.writer.connect() as connection:
        connection.connection.cursor().execute("PRAGMA foreign_keys = OFF")
        connection.execute(text("INSERT INTO annotation (id, image_id, annotator) VALUES (7, 99, 'a')"))
        connection.commit()
    assert schema.problems(database) == ["foreign key: row 7 of annotation points to no row of image"]


@pytest.mark.parametrize("change", ["UPDATE answer_event SET key = 'x'", "DELETE FROM answer_event"])
def test_events_are_append_only(tmp_path, change):
    here = small_study(tmp_path)
    _store_one(here)
    with pytest.raises(RefusedError, match="append-only"), here.database.begin() as session:
        session.execute(text(change))


@pytest.mark.parametrize("change", ["UPDATE answer SET choice = 'both'", "DELETE FROM answer"])
def test_an_answer_is_neither_changed_nor_deleted_without_its_undone_event(tmp_path, change):
    here = small_study(tmp_path)
    _store_one(here)
    with pytest.raises(RefusedError, match="an answer is"), here.database.begin() as session:
        session.execute(text(change))


def test_the_command_upgrades_and_checks(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert main(["check"]) == 1
    assert "python -m db upgrade" in capsys.readouterr().err
    assert main(["upgrade"]) == 0
    assert main(["check"]) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("well: schema")


def test_the_command_says_what_is_wrong_without_a_traceback(tmp_path):
    (tmp_path / "file").write_text("")
    done = subprocess.run(
        [sys.executable, "-m", "db", "check"],
        env={"DATA_DIR": str(tmp_path / "file" / "data"), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: the data folder")
    assert len(done.stderr.splitlines()) == 1


def test_a_damaged_file_is_told_in_one_line(tmp_path, monkeypatch, capsys):
    small_study(tmp_path).database.dispose()
    file = tmp_path / "facevalue.db"
    whole = file.read_bytes()
    file.write_bytes(whole[:8192] + b"\xff" * (len(whole) - 8192))
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert main(["check"]) in (1, 2)
    errors = capsys.readouterr().err.splitlines()
    assert errors
    assert all(line.startswith(("error: the database", "integrity: ")) for line in errors)


def _store_one(here):
    from study.trial import answers
    from study.trial.posts import AnswerPost
    from tests.small_study import NOW

    here.agree("P01")
    post = AnswerPost("key-00000001", here.question_ids("P01")[0], "left", 500.0, 0.0, NOW, "key", 8)
    with here.database.begin() as session:
        assert answers.record(session, here.participants["P01"], post, NOW).status == "stored"
