"""Batches on their way to the device: a GPU must never wait for the disk, nor Python for a copy."""

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import torch

Asked = TypeVar("Asked")
Given = TypeVar("Given")

BATCHES_AHEAD = 3
"""Batches that are fetched before they are asked for, where a GPU computes meanwhile."""


def to_device(values: npt.NDArray[np.generic] | torch.Tensor, device: torch.device) -> torch.Tensor:
    """The values on the device; to a CUDA device from pinned memory, so that nobody waits for the copy."""
    tensor = values if isinstance(values, torch.Tensor) else torch.from_numpy(values)
    if device.type != "cuda":
        return tensor.to(device)
    return tensor.pin_memory().to(device, non_blocking=True)


def ahead_for(device: torch.device) -> int:
    """How many batches to fetch ahead: none for a CPU, whose cores have enough to do with the networks."""
    return 0 if device.type == "cpu" else BATCHES_AHEAD


def fetched(
    fetch: Callable[[Asked], Given], asked: Iterable[Asked], ahead: int
) -> Generator[Given, None, None]:
    """`fetch` of each of `asked` in order; a thread keeps `ahead` of them ready (0: no thread).

    What `fetch` raises comes in its place. The thread ends when the reader stops.
    """
    if ahead == 0:
        yield from map(fetch, asked)
        return
    source = iter(asked)
    with ThreadPoolExecutor(1) as pool:
        waiting = deque(pool.submit(fetch, one) for _, one in zip(range(ahead), source, strict=False))
        try:
            while waiting:
                given = waiting.popleft().result()
                waiting.extend(pool.submit(fetch, one) for _, one in zip(range(1), source, strict=False))
                yield given
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
