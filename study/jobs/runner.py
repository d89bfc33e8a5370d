"""One job's process: waits for its turn, runs its commands, and tells the database how far they are.

The process belongs to no web process, so a restart of the server leaves it alone. It learns from the database
that it shall stop, and says there every second that it lives.
"""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import or_, update
from sqlalchemy.exc import SQLAlchemyError

from db.session import Database
from db.settings import Settings
from db.tables import Job
from study.errors import StudyError
from study.jobs.progress import read_bar, split_lines
from study.jobs.queue import DIED, JOB, get_job, is_next

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = ("engine", "study")
_EVERY = 1.0
_PATIENCE = 20.0
_PATIENCE_OF_THE_END = 3600.0
_KEPT_LINES = 12
# What a command left out although it ended well.
_WORTH_TELLING = re.compile(r"could not be read|^Left out: |^Kept, but: |^note: ")


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
    with _Log(log_file(settings, job_id)) as log:
        notes: list[str] = []
        for number, command in enumerate(commands, 1):
            log.write(f"$ python -m {' '.join(command)}")
            status, said = _run(settings, database, job_id, command, (number, len(commands)), log)
            if status is None:
                return 0
            if status != 0:
                _finish(database, job_id, "failed", _reason(status, said))
                return status
            notes += [line for line in said if _WORTH_TELLING.search(line)]
    _finish(database, job_id, "done", "\n".join(notes) or None)
    return 0


def _wait_for_turn(database: Database, job_id: int) -> bool:
    """Wait until no earlier job is left; False where this one was stopped meanwhile."""
    while True:
        try:
            with database.begin() as session:
                job = get_job(session, job_id)
                if job.state != "queued" and job.message != DIED:
                    return False
                job.state, job.message, job.finished_at = "queued", None, None
                job.heartbeat_at = now = datetime.now(UTC)
                job.process_id, job.host = os.getpid(), socket.gethostname()
                if is_next(session, job_id, now):
                    job.state, job.started_at = "running", now
                    return True
        except SQLAlchemyError as problem:
            _complain(f"the database does not answer: {problem}")
        time.sleep(_EVERY)


def _run(
    settings: Settings,
    database: Database,
    job_id: int,
    command: list[str],
    place: tuple[int, int],
    log: "_Log",
) -> tuple[int | None, list[str]]:
    """Run one command; returns its status, None where it was stopped, and the last lines that it said."""
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
                told.spoke(bar.plain())
                continue
            log.write(line)
            told.spoke()
            said = [*said, line][-_KEPT_LINES:]
        status = child.wait()
    finally:
        told.over.set()
        beat.join()
    return (None if told.stopped else status), said


def _reason(status: int, said: list[str]) -> str:
    """Why a command failed: what it said last, and where it was killed, that."""
    if status >= 0:
        # A command that knows why says so in its last words; a library's retries before them are noise.
        known = [at for at, line in enumerate(said) if line.startswith("error: ")]
        return "\n".join(said[known[-1] :] if known else said) or f"It ended with status {status}."
    name = signal.Signals(-status).name
    killed = f"Its process was ended from outside ({name})"
    if status == -signal.SIGKILL:
        killed += ", as the system does where memory runs out: close what else runs, or take smaller batches"
    return "\n".join([*said, f"{killed}. Start it again: finished parts are kept."])


class _Log:
    """What a job's commands say, in a file as far as the disk has room: a full one must not end the job."""

    def __init__(self, file: Path) -> None:
        self._file = file.open("a", encoding="utf-8", buffering=1)

    def __enter__(self) -> "_Log":
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._file.close()

    def write(self, line: str) -> None:
        with contextlib.suppress(OSError):
            print(line, file=self._file)


def _chunks(child: "subprocess.Popen[bytes]") -> Iterator[str]:
    assert child.stdout is not None
    while chunk := os.read(child.stdout.fileno(), 65_536):
        yield chunk.decode("utf-8", "replace")


class _Told:
    """What the database is told of a running command, once a second; and whether it says to stop."""

    def __init__(self, database: Database, job_id: int, place: tuple[int, int]) -> None:
        self._progress: dict[str, Any] = {}
        self._spoke = datetime.now(UTC)
        self.over = threading.Event()
        self.stopped = False
        self._database, self._job_id, self._place = database, job_id, place

    def spoke(self, progress: dict[str, Any] | None = None) -> None:
        """The command has said something, perhaps how far it is."""
        self._spoke, self._progress = datetime.now(UTC), progress or self._progress

    def keep_telling(self, child: "subprocess.Popen[bytes]") -> None:
        while not self.over.wait(_EVERY):
            try:
                living = self._tell()
            except SQLAlchemyError as problem:
                # A full disk or a database that is away must not end the work: it is told in a second.
                _complain(f"the database does not answer: {problem}")
                continue
            if not living and not self.stopped:
                self.stopped = True
                threading.Thread(target=_end, args=(child,), daemon=True).start()

    def _tell(self) -> bool:
        number, of = self._place
        progress = {**self._progress, "step": number, "steps": of, "spoke": self._spoke.isoformat()}
        with self._database.begin() as session:
            living = session.execute(
                update(Job)
                # Taken for dead while the machine slept or the disk was full, it lives all the same.
                .where(Job.id == self._job_id, or_(Job.state == "running", Job.message == DIED))
                .values(
                    progress=progress,
                    heartbeat_at=datetime.now(UTC),
                    state="running",
                    message=None,
                    finished_at=None,
                )
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
    """Write the end down, unless the job was stopped meanwhile; where the disk is full, once it has room."""
    now, until = datetime.now(UTC), time.monotonic() + _PATIENCE_OF_THE_END
    while True:
        try:
            with database.begin() as session:
                session.execute(
                    update(Job)
                    .where(Job.id == job_id, or_(Job.state == "running", Job.message == DIED))
                    .values(state=state, message=message, finished_at=now, heartbeat_at=now)
                )
            return
        except SQLAlchemyError as problem:
            _complain(f"the end of job {job_id} ({state}: {message}) is not stored: {problem}")
            if time.monotonic() > until:
                raise
        time.sleep(_EVERY)


def _complain(text: str) -> None:
    """Say it on stderr, which is the job's log: on a disk that may be full."""
    with contextlib.suppress(OSError):
        print(text, file=sys.stderr)


def _environment(settings: Settings) -> dict[str, str]:
    return {
        **os.environ,
        "DATA_DIR": str(settings.data_dir),
        "DATABASE_URL": settings.database_url,
        "PYTHONUNBUFFERED": "1",
    }
