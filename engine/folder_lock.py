"""One writer for what a command makes: a second one is told, not let in."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.errors import EngineError


@contextmanager
def one_writer(target: Path, doing: str) -> Iterator[None]:
    """Be the only process that writes `target`, by a lock beside it; raises EngineError where another is.

    The system lets go of the lock when its holder ends, however that comes about, so that nothing has to be
    cleared up after a kill. `doing` says what is done, such as "training into bundles/mine".
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    file = target.with_name(f".{target.name}.lock")
    handle = _locked(file, doing)
    try:
        os.ftruncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)
        yield
    finally:
        file.unlink(missing_ok=True)
        os.close(handle)


def _locked(file: Path, doing: str) -> int:
    while True:
        handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as problem:
            holder = os.read(handle, 32).decode("ascii", "replace") or "unknown"
            os.close(handle)
            raise EngineError(
                f"another process ({holder}) is {doing} already: wait until it ends, or stop it; what it has "
                f"finished is kept"
            ) from problem
        # Its last holder may have removed the file between our two steps: then it guards nothing.
        if os.fstat(handle).st_nlink:
            return handle
        os.close(handle)
