"""A file that grows by one line for each finished item, so that a stopped run goes on where it was."""

import json
from collections.abc import Iterator, Mapping
from io import TextIOWrapper
from pathlib import Path
from typing import Any, Self

from engine.errors import EngineError


class Journal:
    """Lines of json in a file: first what the run is about, then one an item, in their order.

    `identity` says what is done and with what; the journal of another run is refused with EngineError. A line
    that a full disk or a kill cut short does not count.
    """

    def __init__(self, path: Path, identity: Mapping[str, object]) -> None:
        self.path = path
        self._identity = json.dumps(identity, sort_keys=True)
        self._file: TextIOWrapper | None = None
        self.finished = 0

    def __enter__(self) -> Self:
        """Open the journal, and count the items that an earlier run finished."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        whole = self._whole_lines()
        with self.path.open("a") as file:
            file.truncate(sum(map(len, whole)))
        self._file = self.path.open("a", buffering=1)
        if not whole:
            self._file.write(self._identity + "\n")
        self.finished = max(0, len(whole) - 1)
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file, and leave it: it goes with `remove`."""
        if self._file is not None:
            self._file.close()

    def append(self, item: Mapping[str, Any]) -> None:
        """Add a finished item."""
        assert self._file is not None
        self._file.write(json.dumps(item) + "\n")
        self.finished += 1

    def items(self) -> Iterator[dict[str, Any]]:
        """The finished items, in their order."""
        with self.path.open() as file:
            next(file)
            for line in file:
                yield json.loads(line)

    def remove(self) -> None:
        """Delete the journal of a run that is done."""
        self.path.unlink()

    def _whole_lines(self) -> list[bytes]:
        if not self.path.is_file():
            return []
        with self.path.open("rb") as file:
            lines = [line for line in file if line.endswith(b"\n")]
        if lines and lines[0].decode().rstrip("\n") != self._identity:
            raise EngineError(
                f"{self.path} holds an unfinished run over other images or with other settings; give another "
                f"--out, or delete that file"
            )
        return lines
