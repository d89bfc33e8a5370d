import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from db.tables import Job
from study.errors import NotFoundError, StudyError
from study.jobs import queue
from study.jobs.runner import launch, log_file, run_job
from tests.small_study import NOW, empty_database

PLANNED = ["study", "plan", "--preset", "quick_pilot"]


@pytest.fixture
def here(tmp_path):
    settings, database = empty_database(tmp_path)
    log_file(settings, 0).parent.mkdir()
    return settings, database


def _add(database, *commands, now=None):
    with database.begin() as session:
        return queue.add_job(session, "test", "A job", commands, by=None, now=now or datetime.now(UTC)).id


def _state(database, job_id):
    with database.session() as session:
        job = session.get_one(Job, job_id)
        return job.state, job.message


def _wait(database, job_id, state, seconds=180):
    until = time.monotonic() + seconds
    while _state(database, job_id)[0] != state:
        assert time.monotonic() < until, _state(database, job_id)
        time.sleep(0.2)


def test_a_job_runs_its_commands_one_after_the_other_and_keeps_what_they_say(here):
    settings, database = here
    job = _add(database, PLANNED, ["engine", "tables"])
    assert run_job(settings, database, job) == 0
    assert _state(database, job) == ("done", None)
    said = log_file(settings, job).read_text()
    assert "$ python -m study plan --preset quick_pilot" in said
    assert said.index("$ python -m study plan") < said.index("$ python -m engine tables")


def test_a_command_that_fails_ends_the_job_with_what_it_said(here):
    settings, database = here
    job = _add(database, ["engine", "score", "absent.csv", "absent.csv"], ["engine", "tables"])
    assert run_job(settings, database, job) == 2
    state, message = _state(database, job)
    assert state == "failed"
    assert "absent.csv" in message
    assert "engine tables" not in log_file(settings, job).read_text()


def test_only_our_own_programs_are_run(here):
    settings, database = here
    job = _add(database, ["http.server"])
    with pytest.raises(StudyError, match="none of engine, study"):
        run_job(settings, database, job)


def test_a_job_outlives_who_started_it_and_stops_when_it_is_told(here):
    settings, database = here
    faces = settings.data_dir / "faces"
    job = _add(database, ["engine", "demo", "--out", str(faces), "--faces", "3000"])
    launch(settings, job)
    _wait(database, job, "running")
    until = time.monotonic() + 180
    while True:  # until its bar has been seen
        with database.session() as session:
            progress = session.get_one(Job, job).progress
        if progress and "share" in progress:
            break
        assert time.monotonic() < until
        time.sleep(0.2)
    with database.begin() as session:
        queue.stop_job(session, job, by=None, now=datetime.now(UTC))
    with database.session() as session:
        process = session.get_one(Job, job).process_id
    until = time.monotonic() + 180
    while _lives(process):
        assert time.monotonic() < until
        time.sleep(0.2)
    assert _state(database, job)[0] == "stopped"


def test_jobs_take_turns(here):
    settings, database = here
    first, second = _add(database, PLANNED), _add(database, PLANNED)
    runs = threading.Thread(target=run_job, args=(settings, database, second))
    runs.start()
    time.sleep(1.5)
    assert _state(database, second)[0] == "queued"
    run_job(settings, database, first)
    runs.join(30)
    assert (_state(database, first)[0], _state(database, second)[0]) == ("done", "done")


def test_a_queued_job_that_is_stopped_never_runs(here):
    settings, database = here
    job = _add(database, PLANNED)
    with database.begin() as session:
        queue.stop_job(session, job, by=None, now=NOW)
    with pytest.raises(StudyError, match="is stopped"):
        run_job(settings, database, job)


def test_a_job_whose_process_was_killed_is_found_out_and_can_start_again(here):
    _, database = here
    job = _add(database, PLANNED, now=NOW)
    with database.begin() as session:
        assert [one.state for one in queue.jobs(session, NOW)] == ["queued"]
        found = queue.jobs(session, NOW + timedelta(minutes=1))[0]
        assert (found.state, found.message) == ("failed", queue.DIED)
        repeated = queue.again(session, job, by=None, now=NOW + timedelta(minutes=1))
        assert repeated.arguments == found.arguments
        with pytest.raises(StudyError, match="is queued"):
            queue.again(session, repeated.id, by=None, now=NOW)
        with pytest.raises(NotFoundError, match="no job 99"):
            queue.get_job(session, 99)


def _lives(process):
    from pathlib import Path

    try:
        return Path(f"/proc/{process}/stat").read_text().split(")")[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
