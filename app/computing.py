"""Findings computed beside the pages: a page asks, draws what is there, and draws the rest when it comes.

Few answers are computed in a thread. Many would keep the server's own thread from participants' answers, so
they are read and computed in a process of their own, which starts with the first of them and keeps the
answers that it read.
"""

import multiprocessing
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import CancelledError, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from multiprocessing.sharedctypes import Synchronized
from typing import Any, TypeVar

from db.session import open_database
from db.settings import Settings
from study import dashboard
from study.dashboard import Answers, Filters, Version
from study.errors import StudyError
from study.findings.summary import Findings

FEW_ANSWERS = 20_000
KEPT = 12
Result = TypeVar("Result")
Key = tuple[str, int, Filters]
_ENDED = (
    "The answers were being computed when the system ended the process, for want of memory perhaps "
    "(a million answers need 1 GB). Look again to try once more."
)


class ComputingError(StudyError):
    """Findings could not be computed: the message says why and what to do."""


@dataclass(frozen=True)
class Computed:
    """The findings of one version of a study's answers, how long they took, and when they were there."""

    found: Findings
    seen: Version
    seconds: float
    at: datetime


@dataclass(frozen=True)
class Asked:
    """Findings on their way.

    older: the last of the same filters, None where there are none yet. read: how many answers are read by
    now, None where they are few.
    """

    future: "Future[Computed]"
    older: Computed | None
    read: Callable[[], int | None]

    def result(self, patience: float) -> Computed | None:
        """The findings if they are there within `patience` seconds; None if not yet.

        Raises:
            ComputingError: the process that computed them was ended from outside.
        """
        try:
            return self.future.result(patience)
        except (TimeoutError, CancelledError):
            return None
        except BrokenProcessPool as problem:
            raise ComputingError(_ENDED) from problem


class Computing:
    """The thread and the process that compute, and what they computed last."""

    def __init__(self, few_answers: int = FEW_ANSWERS) -> None:
        self._few = few_answers
        self._lock = threading.RLock()
        self._asked: OrderedDict[Key, tuple[Version, Future[Computed]]] = OrderedDict()
        self._latest: OrderedDict[Key, Computed] = OrderedDict()
        self._thread: Executor | None = None
        self._process: Executor | None = None
        self._read: Synchronized[int] | None = None

    def ask(self, settings: Settings, study_id: int, seen: Version, filters: Filters) -> Asked:
        """Have the findings of a study computed, once however many ask.

        A request for an older version of the same answers that has not begun is given up. What failed is
        tried again.
        """
        key = (settings.database_url, study_id, filters)
        with self._lock:
            version, future = self._asked.get(key, (None, None))
            if version != seen or future is None or _failed(future):
                if future is not None:
                    future.cancel()
                future = self._submit(seen[0], compute, settings, study_id, seen, filters)
                future.add_done_callback(lambda done: self._keep(key, done))
                _put(self._asked, key, (seen, future))
            return Asked(future, self._latest.get(key), lambda: self._answers_read(seen[0]))

    def run(self, answers: int, function: Callable[..., Result], *given: Any) -> Result:
        """What a module's function makes of a study's answers, in the thread or process that suits so many.

        Raises:
            ComputingError: the process was ended from outside.
        """
        with self._lock:
            future = self._submit(answers, function, *given)
        try:
            return future.result()
        except BrokenProcessPool as problem:
            raise ComputingError(_ENDED) from problem

    def close(self) -> None:
        """Give up what waits, and end the process."""
        with self._lock:
            thread, process = self._thread, self._process
            self._thread = self._process = self._read = None
            self._asked.clear()
        if thread is not None:
            thread.shutdown(wait=False, cancel_futures=True)
        if process is not None:
            for child in multiprocessing.active_children():
                child.terminate()
            process.shutdown(cancel_futures=True)

    def _submit(self, answers: int, function: Callable[..., Result], *given: Any) -> "Future[Result]":
        if answers <= self._few:
            self._thread = self._thread or ThreadPoolExecutor(1, "findings")
            return self._thread.submit(function, *given)
        try:
            return self._of_process().submit(function, *given)
        except BrokenProcessPool:
            self._process = None
            return self._of_process().submit(function, *given)

    def _of_process(self) -> Executor:
        if self._process is None:
            context = multiprocessing.get_context("spawn")
            self._read = context.Value("q", 0)
            self._process = ProcessPoolExecutor(1, context, _begin, (self._read,))
        return self._process

    def _answers_read(self, answers: int) -> int | None:
        return None if self._read is None or answers <= self._few else self._read.value

    def _keep(self, key: Key, done: "Future[Computed]") -> None:
        if not done.cancelled() and done.exception() is None:
            with self._lock:
                _put(self._latest, key, done.result())


def compute(settings: Settings, study_id: int, seen: Version, filters: Filters) -> Computed:
    """Read the answers of a study, unless they are those that were read last, and compute their findings."""
    start = time.perf_counter()
    _say(0)
    answers = _answers(settings, study_id, seen)
    _say(seen[0])
    found = dashboard.report(answers, filters)
    return Computed(found, seen, time.perf_counter() - start, datetime.now(UTC))


@lru_cache(maxsize=1)
def computing() -> Computing:
    """The one of this process."""
    return Computing()


@lru_cache(maxsize=2)
def _answers(settings: Settings, study_id: int, seen: Version) -> Answers:
    database = open_database(settings)
    try:
        with database.session() as session:
            return dashboard.answers(session, study_id, _say)
    finally:
        database.dispose()


_read: "Synchronized[int] | None" = None


def _say(read: int) -> None:
    if _read is not None:
        _read.value = read


def _begin(read: "Synchronized[int]") -> None:
    """In the new process: say how far it is, and end with the server, however that ends."""
    global _read
    _read = read
    parent = multiprocessing.parent_process()

    def end_with_parent() -> None:
        if parent is not None:
            parent.join()
        os._exit(0)

    threading.Thread(target=end_with_parent, name="parent", daemon=True).start()


def _failed(future: "Future[Any]") -> bool:
    return future.done() and (future.cancelled() or future.exception() is not None)


def _put(kept: "OrderedDict[Key, Any]", key: Key, value: Any) -> None:
    kept[key] = value
    kept.move_to_end(key)
    while len(kept) > KEPT:
        kept.popitem(last=False)
