"""A dry run through the participants' real routes, and what was planted found again."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from sqlalchemy import func, select

from db.tables import Answer, Participant, Study
from study.errors import StudyError
from study.simulation.dry_run import prepare_dry_run, recovered
from study.simulation.respondents import Respondent, Truth
from study.simulation.server import trial_server
from study.simulation.walking import walk, walk_all

LOVES_SOFT = Respondent(0.85, 0.08, 0.04, 0.03, accuracy=0.9, side_bias=0.4)
TRUTH = Truth((LOVES_SOFT, replace(LOVES_SOFT, drop_out=1.0)))


def _prepare(program, truth=TRUTH, participants=4, name="demo"):
    with program.database.begin() as session:
        study_id = session.scalar(select(Study.id).where(Study.name == name))
        return prepare_dry_run(
            session,
            study_id,
            truth,
            participants=participants,
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
        other = Truth((replace(LOVES_SOFT, soft=0.1, hard=0.83, accuracy=0.55),))
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
