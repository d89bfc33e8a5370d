import os
import signal
import time

import pytest

from engine.errors import EngineError
from engine.workers import News, Send, run_tasks


def double(task: int, send: Send) -> None:
    send((task, 2 * task, os.getpid()))


def fail_on_three(task: int, send: Send) -> None:
    if task == 3:
        raise ValueError("three")
    for _ in range(6000):
        time.sleep(0.05)
        send(("still here",))


@pytest.mark.parametrize("workers", [1, 2])
def test_every_task_is_done_and_its_news_arrive(workers: int) -> None:
    news: list[News] = []
    run_tasks(double, range(5), workers, news.append)
    assert sorted(message[:2] for message in news) == [(task, 2 * task) for task in range(5)]
    assert (os.getpid() in {message[2] for message in news}) is (workers == 1)


def test_a_task_that_fails_stops_the_others_and_its_error_is_raised() -> None:
    began = time.monotonic()
    with pytest.raises(ValueError, match="three"):
        run_tasks(fail_on_three, [1, 3, 4, 5], 2, lambda _: None)
    assert time.monotonic() - began < 150


def test_what_the_receiver_raises_stops_the_tasks() -> None:
    def receive(_: News) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_tasks(fail_on_three, [1, 2], 2, receive)


def end_yourself(task: int, send: Send) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_worker_that_the_system_kills_is_told_with_what_to_do() -> None:
    with pytest.raises(EngineError, match=r"one of 2 worker processes was ended from outside.*--workers 1"):
        run_tasks(end_yourself, [1, 2, 3], 2, lambda _: None)
