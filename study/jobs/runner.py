"""One job's process: waits for its turn, runs its commands, and tells the database how far they are.

The process belongs to no web process, so a restart of the server leaves it alone. It learns from the database
that it shall stop, and says there every second that it lives.
"""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from sqlalchemy import update

from db.session import Database
from db.settings import Settings
from db.tables import Job
from study.errors import StudyError
from study.jobs.progress import read_bar, split_lines
from study.jobs.queue import JOB, get_job, is_next

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = ("engine", "study")
_EVERY = 1.0
_PATIENCE = 20.0
_KEPT_LINES = 12


def log_file(settings: Settings, job_id: int) -> Path:
    """Where a job writes what its commands say."""
    return settings.data_dir / "jobs" / f"{job_id}.log"


def launch(settings: Settings, job_id: int) -> int:
    """Start a job's process, which outlives this one; returns its process id."""
    log = log_file(settings, job_id)
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as written:
        child = subprocess.Popen(
            [sys.executable, "-m", "study", "job", str(job_id)],
            cwd=ROOT,
            env=_environment(settings),
            stdin=subprocess.DEVNULL,
            stdout=written,
            stderr=written,
            start_new_session=True,
        )
    # Whoever started it need not wait for it, but must take its end in, or it would stay as a zombie.
    threading.Thread(target=child.wait, daemon=True).start()
    return child.pid


def run_job(settings: Settings, database: Database, job_id: int) -> int:
    """Run a job's commands in its turn; returns 0, or the status of the command that failed.

    Raises:
        StudyError: the job is not waiting, or names a program that is none of ours.
    """
    with database.session() as session:
        job = get_job(session, job_id)
        if job.state != "queued":
            raise StudyError(f"the job {job_id} is {job.state}: only a queued job can be run")
        commands: list[list[str]] = job.arguments["commands"]
    for command in commands:
        if not command or command[0] not in PROGRAMS:
            raise StudyError(f"the job {job_id} names {command[:1]}, which is none of {', '.join(PROGRAMS)}")
    if not _wait_for_turn(database, job_id):
        return 0
    with log_file(settings, job_id).open("a", encoding="utf-8", buffering=1) as log:
        for number, command in enumerate(commands, 1):
            print(f"$ python -m {' '.join(command)}", file=log)
            status, said = _run(settings, database, job_id, command, (number, len(commands)), log)
            if status != 0:
                _finish(database, job_id, "failed", "\n".join(said) or f"It ended with status {status}.")
                return status
    _finish(database, job_id, "done", None)
    return 0


def _wait_for_turn(database: Database, job_id: int) -> bool:
    """Wait until no earlier job is left; False where this one was stopped meanwhile."""
    while True:
        with database.begin() as session:
            job = get_job(session, job_id)
            if job.state != "queued":
                return False
            job.heartbeat_at = now = datetime.now(UTC)
            job.process_id, job.host = os.getpid(), socket.gethostname()
            if is_next(session, job_id, now):
                job.state, job.started_at = "running", now
                return True
        time.sleep(_EVERY)


def _run(
    settings: Settings,
    database: Database,
    job_id: int,
    command: list[str],
    place: tuple[int, int],
    log: IO[str],
) -> tuple[int, list[str]]:
    """Run one command; returns its status and the last lines that it said."""
    child = subprocess.Popen(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env={**_environment(settings), JOB: str(job_id)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    told = _Told(database, job_id, place)
    beat = threading.Thread(target=told.keep_telling, args=(child,), daemon=True)
    beat.start()
    said: list[str] = []
    try:
        for line in split_lines(_chunks(child)):
            bar = read_bar(line)
            if bar is not None:
                told.progress = bar.plain()
                continue
            print(line, file=log)
            said = [*said, line][-_KEPT_LINES:]
        status = child.wait()
    finally:
        told.over.set()
        beat.join()
    return (0 if told.stopped else status), said


def _chunks(child: "subprocess.Popen[bytes]") -> Iterator[str]:
    assert child.stdout is not None
    while chunk := os.read(child.stdout.fileno(), 65_536):
        yield chunk.decode("utf-8", "replace")


class _Told:
    """What the database is told of a running command, once a second; and whether it says to stop."""

    def __init__(self, database: Database, job_id: int, place: tuple[int, int]) -> None:
        self.progress: dict[str, Any] = {}
        self.over = threading.Event()
        self.stopped = False
        self._database, self._job_id, self._place = database, job_id, place

    def keep_telling(self, child: "subprocess.Popen[bytes]") -> None:
        while not self.over.wait(_EVERY):
            if not self._tell() and not self.stopped:
                self.stopped = True
                threading.Thread(target=_end, args=(child,), daemon=True).start()

    def _tell(self) -> bool:
        number, of = self._place
        progress = {**self.progress, "step": number, "steps": of}
        with self._database.begin() as session:
            living = session.execute(
                update(Job)
                .where(Job.id == self._job_id, Job.state == "running")
                .values(progress=progress, heartbeat_at=datetime.now(UTC))
                .returning(Job.id)
            ).scalar()
        return living is not None


def _end(child: "subprocess.Popen[bytes]") -> None:
    """End a command with all its workers, which are of its process group: first as Ctrl-C does."""
    for sent in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(child.pid, sent)
        except ProcessLookupError:
            return
        try:
            child.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            continue
        return


def _finish(database: Database, job_id: int, state: str, message: str | None) -> None:
    """Write the end down, unless the job was stopped meanwhile."""
    now = datetime.now(UTC)
    with database.begin() as session:
        session.execute(
            update(Job)
            .where(Job.id == job_id, Job.state == "running")
            .values(state=state, message=message, finished_at=now, heartbeat_at=now)
        )


def _environment(settings: Settings) -> dict[str, str]:
    return {
        **os.environ,
        "DATA_DIR": str(settings.data_dir),
        "DATABASE_URL": settings.database_url,
        "PYTHONUNBUFFERED": "1",
    }
