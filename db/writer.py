"""Group commit: concurrent writes share one transaction, and so one wait for the disk.

SQLite has one writer at a time, and each durable commit waits for the disk. Requests that write hand their
unit of work to one thread; it takes all that have gathered while the last transaction was being committed,
runs them in one transaction, and answers them only when that is on the disk. Under load the wait is shared;
alone, a write waits for nobody. No unit of work sees another fail: where one raises, the transaction is
rolled back and each is run again in a transaction of its own. What the database refuses as a whole (it is
locked for too long, the disk is full) is refused to all that share the transaction.
"""

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from db.session import Database

T = TypeVar("T")
LARGEST_GROUP = 64


@dataclass(frozen=True)
class _Job:
    work: Callable[[Session], Any]
    done: Future[Any] = field(default_factory=Future)


class Writer:
    """One thread that runs units of work in the order in which they came, several to a transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    def submit(self, work: Callable[[Session], T]) -> Future[T]:
        """Have `work(session)` run; the future holds its result once it is committed, or what it raised.

        `work` may be run twice (see above), so all it does must go through the session.
        """
        job = _Job(work)
        self._jobs.put(job)
        return job.done

    def close(self) -> None:
        """Finish what was submitted, and end the thread."""
        self._jobs.put(None)
        self._thread.join()

    def _run(self) -> None:
        ending = False
        while not ending:
            gathered, ending = self._gather()
            # From here on a job can no longer be cancelled; one that was before is left out.
            group = [job for job in gathered if job.done.set_running_or_notify_cancel()]
            if group:
                self._settle(group)

    def _gather(self) -> tuple[list[_Job], bool]:
        first = self._jobs.get()
        group: list[_Job] = []
        while first is not None:
            group.append(first)
            if len(group) == LARGEST_GROUP:
                return group, False
            try:
                first = self._jobs.get_nowait()
            except queue.Empty:
                return group, False
        return group, True

    def _settle(self, group: list[_Job]) -> None:
        try:
            results = self._together(group)
        except Exception as problem:
            # What the database itself refuses (locked for too long, disk full) it refuses to all: each
            # alone would only wait as long again.
            if len(group) == 1 or isinstance(problem, OperationalError):
                for job in group:
                    job.done.set_exception(problem)
            else:
                for job in group:
                    self._settle([job])
            return
        for job, result in zip(group, results, strict=True):
            job.done.set_result(result)

    def _together(self, group: list[_Job]) -> list[Any]:
        with self._database.begin() as session:
            return [job.work(session) for job in group]
