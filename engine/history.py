"""How a training went: each network's loss and balanced accuracy after each epoch, kept in the bundle."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

FILE = "history.jsonl"
COLUMNS: tuple[str, ...] = ("kind", "backbone", "emotion", "epoch", "loss", "balanced_accuracy", "at")
"""`loss` is the epoch's mean over its batches; `balanced_accuracy` the network's own (its binary head's) on
the images that the confidence scores come from, missing for a foundation; `at` the time at the epoch's end.
"""


class History:
    """The file of a training that is under way; each finished epoch adds a line."""

    def __init__(self, folder: Path) -> None:
        self._file = (folder / FILE).open("a", buffering=1)

    def add(
        self,
        network: tuple[str, str, str],
        epoch: int,
        loss: float,
        balanced_accuracy: float | None,
    ) -> None:
        """Add an epoch (from 1) of a network, which is its kind, backbone and emotion."""
        now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
        line = dict(zip(COLUMNS, (*network, epoch, loss, balanced_accuracy, now), strict=True))
        self._file.write(json.dumps(line) + "\n")

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def read_history(folder: Path) -> pd.DataFrame:
    """What a bundle, or a training that is under way, tells of its epochs: a row an epoch, in their order.

    Columns are `COLUMNS`. A training that was stopped goes through some epochs again: the last time counts.
    Empty for a bundle of an older engine. A line that was cut short is left out.
    """
    file = folder / FILE
    rows = _lines(file) if file.is_file() else []
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    table["balanced_accuracy"] = pd.to_numeric(table["balanced_accuracy"])
    return table.drop_duplicates(["kind", "backbone", "emotion", "epoch"], keep="last").reset_index(drop=True)


def _lines(file: Path) -> list[dict[str, Any]]:
    found = []
    for line in file.read_text().splitlines():
        try:
            found.append(json.loads(line))
        except json.JSONDecodeError:
            continue
    return found
