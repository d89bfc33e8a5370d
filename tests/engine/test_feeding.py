import threading

import numpy as np
import pytest
import torch

from engine.feeding import BATCHES_AHEAD, ahead_for, fetched, to_device


@pytest.mark.parametrize("ahead", [0, 1, 3, 50])
def test_what_is_fetched_ahead_comes_in_order(ahead: int) -> None:
    assert list(fetched(lambda number: number * number, range(20), ahead)) == [n * n for n in range(20)]


def test_batches_are_fetched_on_another_thread_while_one_is_worked_on() -> None:
    here, threads, begun = threading.get_ident(), set[int](), threading.Event()

    def fetch(number: int) -> int:
        threads.add(threading.get_ident())
        if number == 2:
            begun.set()
        return number

    reader = fetched(fetch, range(10), 2)
    next(reader)
    assert begun.wait(10)
    assert here not in threads
    reader.close()


def test_a_reader_that_stops_ends_the_thread() -> None:
    before = set(threading.enumerate())
    reader = fetched(lambda number: number, range(1000), 3)
    next(reader)
    reader.close()
    assert set(threading.enumerate()) <= before


@pytest.mark.parametrize("ahead", [0, 2])
def test_what_the_fetcher_raises_comes_in_its_place(ahead: int) -> None:
    def fetch(number: int) -> float:
        return 1 / (3 - number)

    reader = fetched(fetch, range(6), ahead)
    assert [next(reader) for _ in range(3)] == [1 / 3, 1 / 2, 1.0]
    with pytest.raises(ZeroDivisionError):
        next(reader)


def test_a_gpu_is_fed_ahead_and_a_cpu_is_not() -> None:
    assert ahead_for(torch.device("cpu")) == 0
    assert ahead_for(torch.device("cuda")) == BATCHES_AHEAD > 0
    assert to_device(np.arange(3), torch.device("cpu")).tolist() == [0, 1, 2]
