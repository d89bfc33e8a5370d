"""A rehearsal as a job: a real dry run in a process of its own, and its result kept with the job."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from db.tables import AuditEvent, Job, Study
from study.access import researchers
from study.access.acts import Act
from study.errors import StudyError
from study.jobs import queue
from study.jobs.kinds import freezing, rehearsing
from study.jobs.runner import log_file, run_job
from study.simulation.outcome import Outcome
from tests.small_study import QUESTIONS, small_study


@pytest.fixture
def here(tmp_path):
    made = small_study(tmp_path / "data")
    (made.settings.data_dir / "jobs").mkdir()
    yield made
    made.database.dispose()


def rehearse(here, participants=2):
    now = datetime.now(UTC)
    with here.database.begin() as session:
        by = researchers.add_researcher(session, "Somebody", "researcher", now=now).id
        work = rehearsing(session.get_one(Study, here.study_id), participants, 7)
        given = {"by": by, "now": now, "needs": work.needs}
        job_id = queue.add_job(session, work.kind, work.title, work.commands, **given).id
        with pytest.raises(StudyError, match="makes the same"):
            queue.add_job(session, work.kind, work.title, work.commands, **given)
    return run_job(here.settings, here.database, job_id), job_id, by


def test_a_rehearsal_runs_as_a_job_and_its_result_stays_with_it(here):
    status, job_id, by = rehearse(here)
    said = log_file(here.settings, job_id).read_text()
    assert status == 0, said
    assert "$ python -m study simulate small --replace --seed 7" in said
    with here.database.session() as session:
        job = session.get_one(Job, job_id)
        found = Outcome.from_dict(job.arguments[queue.RESULT])
        made = session.get_one(Study, found.study_id)
        began = session.scalars(
            select(AuditEvent).where(
                AuditEvent.action == str(Act.STUDY_SIMULATED), AuditEvent.subject == "small"
            )
        ).one()
    assert (job.state, job.progress["name"]) == ("done", "check")
    assert (found.stored, found.planned, found.participants, found.finishing) == (
        2 * QUESTIONS,
        2 * QUESTIONS,
        2,
        2,
    )
    assert "preference.soft" in [one.finding for one in found.findings]
    assert (made.name, made.simulated, made.state) == ("small-dry-run", True, "closed")
    assert began.researcher_id == by
    with pytest.raises(StudyError, match="rehearse the study"):
        rehearsing(made, 2, 1)


def test_a_rehearsal_that_cannot_be_says_why_and_leaves_nothing(here):
    status, job_id, _ = rehearse(here, participants=1)
    with here.database.session() as session:
        job = session.get_one(Job, job_id)
        assert list(session.scalars(select(Study.name))) == ["small"]
    assert (status, job.state) == (2, "failed")
    assert job.message.startswith("error: ")
    assert queue.RESULT not in job.arguments


def test_a_rehearsal_waits_for_a_freezing_and_for_no_training(here):
    with here.database.begin() as session:
        study, now = session.get_one(Study, here.study_id), datetime.now(UTC)
        queue.add_job(session, "train", "A night", [["engine", "tables"]], by=None, now=now)
        work = rehearsing(study, 2, 1)
        mine = queue.add_job(session, work.kind, work.title, work.commands, by=None, now=now).id
        assert queue.is_next(session, mine, now)
        work = freezing(study)
        queue.add_job(session, work.kind, work.title, work.commands, by=None, now=now)
        other = queue.add_job(session, "rehearse", "Another", work.commands, by=None, now=now).id
        assert not queue.is_next(session, other, now)
