"""A dry run through the participants' real routes, and what was planted found again."""

from dataclasses import replace as changed
from datetime import UTC, datetime

import numpy as np
import pytest
from sqlalchemy import func, select

from db.tables import Answer, Participant, Study
from engine.cli import main
from study import commands
from study.annotation.tables import readings
from study.errors import StudyError
from study.simulation.annotation_run import annotation_recovered, prepare_annotation_run
from study.simulation.annotators import USUAL, Panel
from study.simulation.dry_run import prepare_dry_run, recovered
from study.simulation.respondents import Respondent, Truth
from study.simulation.server import trial_server
from study.simulation.walking import walk, walk_all
from tests.annotation_task import small_task
from tests.small_study import SECRET

LOVES_SOFT = Respondent(0.85, 0.08, 0.04, 0.03, accuracy=0.9, side_bias=0.4)
TRUTH = Truth((LOVES_SOFT, changed(LOVES_SOFT, drop_out=1.0)))


def _prepare(program, truth=TRUTH, participants=4, replace=False):
    with program.database.session() as session:
        study_id = session.scalar(select(Study.id).where(Study.name == "demo"))
    return prepare_dry_run(
        program.database,
        study_id,
        truth,
        participants=participants,
        replace=replace,
        secret=program.secret,
        rng=np.random.default_rng(4),
        now=datetime.now(UTC),
    )


def test_simulated_participants_walk_the_real_routes_and_the_findings_hold_what_was_planted(program):
    run = _prepare(program)
    with trial_server(program.settings) as url:
        stored = walk_all(url, run)
        # Whoever comes back goes on where they dropped out, and answers nothing twice.
        again = walk(url, run.tokens["P02"], run.presses("P02"))
    assert (stored, again) == (len(run.planned), 0)
    assert run.finishing == 2
    with program.database.begin() as session:
        people = select(Participant.id).where(Participant.study_id == run.study_id)
        assert session.scalar(select(func.count()).where(Answer.participant_id.in_(people))) == stored
        assert session.get_one(Study, run.study_id).simulated
        found = recovered(session, run, TRUTH, np.random.default_rng(1), count=8).set_index("finding")
        other = Truth((changed(LOVES_SOFT, soft=0.1, hard=0.83, accuracy=0.55),))
        wrong = recovered(session, run, other, np.random.default_rng(1), count=8).set_index("finding")
    assert found["holds"].all(), found
    assert not wrong.loc["preference.soft", "holds"]
    assert not wrong.loc["discrimination.accuracy", "holds"]


def test_a_study_is_copied_and_its_own_plan_answered_where_the_participants_are_as_many(program):
    run = _prepare(program, participants=None)
    with program.database.session() as session:
        design = session.scalar(select(Study.design).where(Study.name == "demo"))
        assert session.get_one(Study, run.study_id).name == "demo-dry-run"
    assert len(run.tokens) == design["participants"]
    assert _prepare(program, participants=None).name == "demo-dry-run-2"


def test_a_server_that_is_not_there_is_told(program):
    with (
        pytest.raises(StudyError, match="no server answers"),
        trial_server(program.settings, "http://127.0.0.1:9"),
    ):
        pass


def test_simulated_annotators_walk_the_real_routes_by_the_same_command(tmp_path, monkeypatch, capsys):
    task = small_task(tmp_path / "data", annotators_per_image=3)
    task.database.dispose()
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))

    def command(*argv):
        status = main("study", commands, (StudyError,), ["simulate", *argv])
        said = capsys.readouterr()
        return status, said.out, said.err

    status, said, _ = command("faces", "--sensitivity", "0.9", "--seed", "3")
    assert status == 0, said
    assert "the faces show: their soft-label (24)" in said
    assert "faces-dry-run: 87 answers of 3 participants, 3 to the end" in said
    assert "gwet_ac1" in said
    assert "P03, poor" in said
    status, said, told = command("faces", "--soft", "0.5")
    assert (status, said) == (2, "")
    assert "--soft: nothing of the kind is planted in an annotation task" in told
    with task.database.session() as session:
        made = session.scalars(select(Study).where(Study.simulated)).one()
        assert (made.name, made.state) == ("faces-dry-run", "closed")
        assert made.closed_at >= made.opened_at
        assert len(readings(session, made)) == 87
    task.database.dispose()


@pytest.mark.parametrize("form", ["soft_label", "affect"])
def test_what_simulated_annotators_say_in_numbers_is_found_again(tmp_path, form):
    task = small_task(tmp_path, form, annotators_per_image=3)
    now, rng = datetime.now(UTC), np.random.default_rng(4)
    run = prepare_annotation_run(task.database, task.study_id, USUAL, secret=SECRET, rng=rng, now=now)
    with trial_server(task.settings) as url:
        assert walk_all(url, run) == len(run.planned) == 87
    with task.database.begin() as session:
        found = annotation_recovered(session, run, USUAL, np.random.default_rng(1), count=6)
        calm = tuple(changed(one, slider_noise=0, affect_noise=0, lapse=0) for one in USUAL.annotators)
        wrong = annotation_recovered(session, run, Panel(calm), np.random.default_rng(1), count=6)
    assert found["holds"].all(), found
    scale = "soft_fear" if form == "soft_label" else "valence"
    assert not wrong.set_index("finding").loc[f"{scale} between", "holds"]
    task.database.dispose()
