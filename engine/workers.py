"""Running tasks in several processes, with their news and an orderly stop."""

import multiprocessing
import os
import queue
import signal
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Event
from typing import Any, TypeVar

from engine.errors import EngineError

Task = TypeVar("Task")
News = tuple[Any, ...]
Send = Callable[[News], None]

_SECONDS_BETWEEN_LOOKS = 0.2


class Stopped(Exception):  # noqa: N818 - no error: somebody asked for it
    """A task was asked to stop; what it finished is kept."""


class _Line:
    """A worker process's line to its parent."""

    news: "Queue[News] | None" = None
    stop: Event | None = None


def run_tasks(
    function: Callable[[Task, Send], None],
    tasks: Iterable[Task],
    workers: int,
    receive: Callable[[News], None],
) -> None:
    """Call `function(task, send)` for every task, in `workers` processes, or for one worker in this process.

    What tasks send comes to `receive` in this process. The first exception of a task stops the rest and is
    raised; so is KeyboardInterrupt, and EngineError where a process was killed. With more workers, `function`
    and the tasks must be picklable.
    """
    if workers == 1:
        for task in tasks:
            function(task, receive)
        return
    context = multiprocessing.get_context("spawn")
    news: Queue[News] = context.Queue()
    stop = context.Event()
    with ProcessPoolExecutor(workers, context, _start_worker, (news, stop)) as pool:
        futures = {pool.submit(_run, function, task) for task in tasks}
        try:
            _follow(futures, news, receive)
        except BrokenProcessPool as problem:
            stop.set()
            raise EngineError(
                f"one of {workers} worker processes was ended from outside, most often because the machine's "
                f"memory is full: give the same command again with --workers 1; what is finished is kept"
            ) from problem
        except BaseException:
            stop.set()
            pool.shutdown(cancel_futures=True)
            raise
    # A worker's last news may arrive after its last task is done, but not after its end.
    _pass_on(news, receive)


def _follow(futures: set[Future[None]], news: "Queue[News]", receive: Callable[[News], None]) -> None:
    while futures:
        done, futures = wait(futures, _SECONDS_BETWEEN_LOOKS, FIRST_COMPLETED)
        _pass_on(news, receive)
        for future in done:
            future.result()


def _pass_on(news: "Queue[News]", receive: Callable[[News], None]) -> None:
    while True:
        try:
            receive(news.get_nowait())
        except queue.Empty:
            return


def _start_worker(news: "Queue[News]", stop: Event) -> None:
    # Ctrl-C reaches the whole group of processes; the parent decides, and asks the workers to stop.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _Line.news, _Line.stop = news, stop
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A worker whose parent was killed would otherwise wait for work for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _run(function: Callable[[Task, Send], None], task: Task) -> None:
    function(task, _send)


def _send(message: News) -> None:
    if _Line.stop is not None and _Line.stop.is_set():
        raise Stopped
    if _Line.news is not None:
        _Line.news.put(message)
