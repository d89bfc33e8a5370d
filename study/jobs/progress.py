"""What a command says of its progress: tqdm's bars, read from its stderr."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_BAR = re.compile(
    r"^(?P<name>[^:|]{1,80}):\s+\d+%\|[^|]*\|\s*(?P<done>[\d.]+[kMG]?)/(?P<total>[\d.]+[kMG]?)\s+"
    r"\[(?P<spent>[\d:]+)<(?P<left>[\d:?]+),\s*(?P<pace>[^\],]+)(?:,\s*(?P<note>[^\]]*))?\]"
)
_SIZES = {"k": 1e3, "M": 1e6, "G": 1e9}


@dataclass(frozen=True)
class Progress:
    """How far a command is: `done` of `total` units, `left` and `pace` as it says them."""

    name: str
    done: float
    total: float
    left: str
    pace: str
    note: str

    @property
    def share(self) -> float:
        """From 0 to 1."""
        return min(1.0, self.done / self.total) if self.total else 0.0

    def plain(self) -> dict[str, Any]:
        """As the database keeps it."""
        said = {"name": self.name, "share": self.share, "left": self.left, "pace": self.pace}
        return {**said, "note": self.note}


def read_bar(line: str) -> Progress | None:
    """The progress that a line of tqdm shows; None for any other line."""
    found = _BAR.match(line.strip())
    if found is None:
        return None
    of = found.groupdict()
    return Progress(
        of["name"],
        _number(of["done"]),
        _number(of["total"]),
        of["left"],
        of["pace"].strip(),
        of["note"] or "",
    )


def split_lines(chunks: Iterator[str]) -> Iterator[str]:
    """The lines of a stream, where a carriage return ends a line too."""
    rest = ""
    for chunk in chunks:
        *lines, rest = re.split(r"[\r\n]", rest + chunk)
        yield from (line for line in lines if line.strip())
    if rest.strip():
        yield rest


def _number(text: str) -> float:
    return float(text[:-1]) * _SIZES[text[-1]] if text[-1] in _SIZES else float(text)
