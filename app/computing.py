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
from collections.abc import Callable, Hashable
from concurrent.futures import CancelledError, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from multiprocessing.sharedctypes import Synchronized
from typing import Any, Generic, TypeVar

import pandas as pd

from app.downloads import opened
from db.settings import Settings
from db.tables import Study
from study import dashboard
from study.annotation.findings import TaskFindings, against_engine, task_findings
from study.annotation.tables import form_of_task, readings
from study.dashboard import Answers, Filters, Version
from study.errors import StudyError
from study.findings.summary import Findings
from study.findings.votes import VotesAgainstEngine

FEW_ANSWERS = 20_000
KEPT = 12
Result = TypeVar("Result")
Wanted = TypeVar("Wanted", bound=Hashable)
Found = TypeVar("Found")
Key = tuple[str, int, Hashable]
_ENDED = (
    "The answers were being computed when the system ended the process, for want of memory perhaps "
    "(a million answers need 1 GB). Look again to try once more."
)


class ComputingError(StudyError):
    """Findings could not be computed: the message says why and what to do."""


@dataclass(frozen=True)
class Computed(Generic[Found]):
    """The findings of one version of a study's answers, how long they took, and when they were there."""

    found: Found
    seen: Version
    seconds: float
    at: datetime


@dataclass(frozen=True)
class Asked(Generic[Found]):
    """Findings on their way.

    older: the last that were asked for so, None where there are none yet. read: how many answers are read by
    now, None where they are few. told: a failure has been told, and the next to ask tries again.
    """

    future: "Future[Computed[Found]]"
    older: Computed[Found] | None
    read: Callable[[], int | None]
    told: Callable[[], None]

    def result(self, patience: float) -> Computed[Found] | None:
        """The findings if they are there within `patience` seconds; None if not yet.

        Raises:
            ComputingError: the process that computed them was ended from outside.
        """
        try:
            return self.future.result(patience)
        except (TimeoutError, CancelledError):
            return None
        except BrokenProcessPool as problem:
            self.told()
            raise ComputingError(_ENDED) from problem
        except Exception:
            self.told()
            raise


class Computing:
    """The thread and the process that compute, and what they computed last."""

    def __init__(self, few_answers: int = FEW_ANSWERS) -> None:
        self._few = few_answers
        self._lock = threading.RLock()
        self._asked: OrderedDict[Key, tuple[Version, Future[Computed[Any]]]] = OrderedDict()
        self._latest: OrderedDict[Key, Computed[Any]] = OrderedDict()
        self._thread: Executor | None = None
        self._process: Executor | None = None
        self._read: Synchronized[int] | None = None

    def ask(
        self, settings: Settings, study_id: int, seen: Version, what: Wanted, work: "Work[Wanted, Found]"
    ) -> Asked[Found]:
        """Have `work` compute `what` of a study, once however many ask.

        A request for an older version of the same answers that has not begun is given up. What failed is
        tried again once somebody has been told: a page that follows would else try for ever.
        """
        key = (settings.database_url, study_id, what)
        with self._lock:
            version, future = self._asked.get(key, (None, None))
            if version != seen or future is None or future.cancelled():
                if future is not None:
                    future.cancel()
                future = self._submit(seen[0], work, settings, study_id, seen, what)
                future.add_done_callback(lambda done: self._keep(key, done))
                _put(self._asked, key, (seen, future))
            return Asked(
                future,
                self._latest.get(key),
                lambda: self._answers_read(seen[0]),
                lambda: self._forget(key, future),
            )

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

    def _forget(self, key: Key, future: "Future[Any]") -> None:
        with self._lock:
            if key in self._asked and self._asked[key][1] is future:
                del self._asked[key]

    def _keep(self, key: Key, done: "Future[Computed[Any]]") -> None:
        if not done.cancelled() and done.exception() is None:
            with self._lock:
                _put(self._latest, key, done.result())


Work = Callable[[Settings, int, Version, Wanted], Computed[Found]]


def experiments(settings: Settings, study_id: int, seen: Version, filters: Filters) -> Computed[Findings]:
    """All findings of a study's experiments, of the answers that the filters leave in."""
    start = time.perf_counter()
    answers = _kept(_answers, settings, study_id, seen)
    return _computed(dashboard.report(answers, filters), seen, start)


def task(settings: Settings, study_id: int, seen: Version, _whole: None) -> Computed[TaskFindings]:
    """What an annotation task's readings say."""
    start = time.perf_counter()
    form, said = _kept(_readings, settings, study_id, seen)
    return _computed(task_findings(said, form), seen, start)


def task_and_engine(
    settings: Settings, study_id: int, seen: Version, label_set_id: int
) -> Computed[VotesAgainstEngine | None]:
    """An annotation task's votes beside the soft-labels of a label set; None where no image has both."""
    start = time.perf_counter()
    _, said = _kept(_readings, settings, study_id, seen)
    with opened(settings) as session:
        found = against_engine(session, session.get_one(Study, study_id), label_set_id, said)
    return _computed(found, seen, start)


@lru_cache(maxsize=1)
def computing() -> Computing:
    """The one of this process."""
    return Computing()


def _computed(found: Found, seen: Version, start: float) -> Computed[Found]:
    return Computed(found, seen, time.perf_counter() - start, datetime.now(UTC))


def _kept(
    read: Callable[[Settings, int, Version], Result], settings: Settings, study_id: int, seen: Version
) -> Result:
    """What was read of a version of a study's answers, at the first time or now."""
    _say(0)
    kept = read(settings, study_id, seen)
    _say(seen[0])
    return kept


@lru_cache(maxsize=2)
def _answers(settings: Settings, study_id: int, seen: Version) -> Answers:
    with opened(settings) as session:
        return dashboard.answers(session, study_id, _say)


@lru_cache(maxsize=2)
def _readings(settings: Settings, study_id: int, seen: Version) -> tuple[str, pd.DataFrame]:
    with opened(settings) as session:
        study = session.get_one(Study, study_id)
        return form_of_task(study), readings(session, study)


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


def _put(kept: "OrderedDict[Key, Any]", key: Key, value: Any) -> None:
    kept[key] = value
    kept.move_to_end(key)
    while len(kept) > KEPT:
        kept.popitem(last=False)
