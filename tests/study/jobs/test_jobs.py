import os
import signal
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from db.tables import Job
from study.errors import NotFoundError, StudyError
from study.jobs import queue
from study.jobs.runner import _reason, launch, log_file, run_job
from tests.full_disk import full_disk
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


def _progress(database, job_id, part, seconds=180):
    """A part of what a job says of its progress, once it is there."""
    until = time.monotonic() + seconds
    while True:
        with database.session() as session:
            progress = session.get_one(Job, job_id).progress
        if progress and part in progress:
            return progress[part]
        assert time.monotonic() < until, progress
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


def test_the_last_error_is_told_without_the_noise_before_it():
    said = ["Retrying in 8s [Retry 5/5].", "error: the weights cannot be had", "connect to the internet"]
    assert _reason(2, said) == "error: the weights cannot be had\nconnect to the internet"
    assert _reason(1, said[:1]) == said[0]


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
    _progress(database, job, "share")  # its bar has been seen
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
    runs.join(180)
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
        later = NOW + timedelta(minutes=1)
        assert [one.state for one in queue.jobs(session, ("test",))] == ["queued"]
        assert (queue.any_dead(session, NOW), queue.any_dead(session, later)) == (False, True)
        queue.mark_dead(session, later)
        found = queue.jobs(session, ("test", "other"))[0]
        assert queue.jobs(session, ("other",)) == []
        session.refresh(found)
        assert (found.state, found.message) == ("failed", queue.DIED)
        repeated = queue.again(session, job, by=None, now=NOW + timedelta(minutes=1))
        assert repeated.arguments == found.arguments
        with pytest.raises(StudyError, match="is queued"):
            queue.again(session, repeated.id, by=None, now=NOW)
        with pytest.raises(NotFoundError, match="no job 99"):
            queue.get_job(session, 99)


def _lives(process):
    try:
        return Path(f"/proc/{process}/stat").read_text().split(")")[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def _add_making(database, commands=(PLANNED,), **needs):
    now = datetime.now(UTC)
    with database.begin() as session:
        return queue.add_job(session, "train", "Train mine", commands, by=None, now=now, needs=needs).id


def test_a_double_click_starts_one_job(here):
    _, database = here
    first = _add_making(database, bundle="mine")
    with pytest.raises(StudyError, match="the job 'Train mine' is queued already and makes the same"):
        _add_making(database, bundle="mine")
    _add_making(database, bundle="another")
    with database.begin() as session:
        queue.stop_job(session, first, by=None, now=datetime.now(UTC))
        queue.again(session, first, by=None, now=datetime.now(UTC))
        with pytest.raises(StudyError, match="makes the same"):
            queue.again(session, first, by=None, now=datetime.now(UTC))


def test_a_command_that_the_system_kills_is_told_as_such(here):
    settings, database = here
    faces = settings.data_dir / "faces"
    job = _add(database, ["engine", "demo", "--out", str(faces), "--faces", "3000"], ["engine", "tables"])
    runs = threading.Thread(target=run_job, args=(settings, database, job))
    runs.start()
    os.kill(_child_of(os.getpid(), "demo"), signal.SIGKILL)
    runs.join(180)
    state, message = _state(database, job)
    assert state == "failed"
    assert "ended from outside (SIGKILL), as the system does where memory runs out" in message
    assert "engine tables" not in log_file(settings, job).read_text()


def test_no_command_follows_one_that_was_stopped(here):
    settings, database = here
    faces = settings.data_dir / "faces"
    job = _add(database, ["engine", "demo", "--out", str(faces), "--faces", "3000"], ["engine", "tables"])
    runs = threading.Thread(target=run_job, args=(settings, database, job))
    runs.start()
    _child_of(os.getpid(), "demo")
    with database.begin() as session:
        queue.stop_job(session, job, by=None, now=datetime.now(UTC))
    runs.join(120)
    assert _state(database, job)[0] == "stopped"
    assert "engine tables" not in log_file(settings, job).read_text()


def test_a_job_taken_for_dead_while_the_machine_slept_goes_on(here):
    settings, database = here
    job = _add(database, ["engine", "demo", "--out", str(settings.data_dir / "faces"), "--faces", "200"])
    runs = threading.Thread(target=run_job, args=(settings, database, job))
    runs.start()
    _child_of(os.getpid(), "demo")
    with database.begin() as session:
        queue.mark_dead(session, datetime.now(UTC) + timedelta(hours=8))
    _wait(database, job, "running")
    runs.join(180)
    assert _state(database, job) == ("done", None)


def test_a_job_outlives_a_disk_that_is_full_for_a_while(here):
    settings, database = here
    job = _add(database, ["engine", "demo", "--out", str(settings.data_dir / "faces"), "--faces", "200"])
    runs = threading.Thread(target=run_job, args=(settings, database, job))
    runs.start()
    _child_of(os.getpid(), "demo")
    with full_disk():  # for the database and the log; the command began before, and writes as it likes
        time.sleep(3)
    runs.join(180)
    assert _state(database, job) == ("done", None)


def test_progress_says_when_a_command_last_spoke(here):
    settings, database = here
    job = _add(database, ["engine", "demo", "--out", str(settings.data_dir / "faces"), "--faces", "400"])
    runs = threading.Thread(target=run_job, args=(settings, database, job))
    runs.start()
    _child_of(os.getpid(), "demo")
    spoke = datetime.fromisoformat(_progress(database, job, "spoke"))
    assert timedelta(0) <= datetime.now(UTC) - spoke < timedelta(minutes=2)
    with database.begin() as session:
        queue.stop_job(session, job, by=None, now=datetime.now(UTC))
    runs.join(120)


def _child_of(process, word, seconds=180):
    """The process id of a child whose command line has a word, once it is there."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for child in _children(process):
            # A child that ends is gone while it is looked at.
            with suppress(FileNotFoundError, ProcessLookupError):
                if word in Path(f"/proc/{child}/cmdline").read_text().split("\0"):
                    return child
        time.sleep(0.05)
    raise AssertionError(f"no child {word!r}")


def _children(process):
    tasks = Path(f"/proc/{process}/task").glob("*/children")
    found = []
    for task in tasks:
        with suppress(FileNotFoundError, ProcessLookupError):
            found += [int(child) for child in task.read_text().split()]
    return found


def test_a_freezing_waits_for_no_training_and_a_training_for_no_freezing(here):
    _, database = here
    now = datetime.now(UTC)
    with database.begin() as session:
        kinds = ("train", "freeze", "label", "freeze")
        ids = [queue.add_job(session, kind, kind, [PLANNED], by=None, now=now).id for kind in kinds]
        assert [queue.is_next(session, one, now) for one in ids] == [True, True, False, False]
