"""Memory that runs out, on the machine or on its GPU, and a GPU that fails, told as bad input is."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from engine.errors import EngineError

# What torch's allocator for the CPU says; it has no class of its own.
_CPU_ALLOCATOR = "can't allocate memory"


@contextmanager
def memory_told(device: torch.device, advice: str) -> Iterator[None]:
    """Whatever says that the memory of `device` (or of the machine) is full becomes an EngineError, and so
    does a GPU that fails.

    `advice` is what to do about memory, such as "give --batch 64".
    """
    try:
        yield
    except (torch.OutOfMemoryError, MemoryError) as problem:
        raise EngineError(f"the memory of {_named(device)} is full: {advice}") from problem
    except torch.AcceleratorError as problem:
        reason = str(problem).splitlines()[0]
        raise EngineError(
            f"the device {device} fails ({reason}): see that nothing else takes it, then give the same "
            f"command again, or one with --device cpu; what is finished is kept"
        ) from problem
    except RuntimeError as problem:
        if _CPU_ALLOCATOR not in str(problem):
            raise
        raise EngineError(f"the memory of {_named(device)} is full: {advice}") from problem


def _named(device: torch.device) -> str:
    return "this machine" if device.type == "cpu" else f"the device {device}"
