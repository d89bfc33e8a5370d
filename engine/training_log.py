"""What a training job tells: one progress bar on stderr, and a plain file that outlives it."""

import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import torch
from tqdm import tqdm

from engine.history import History
from engine.network_names import NetworkName
from engine.workers import News


class TrainingLog:
    """Collects the news of a job's networks; `progress` shows them on stderr."""

    def __init__(self, file: Path, progress: bool) -> None:
        self._file = file.open("a", buffering=1)
        self._history = History(file.parent)
        self._progress = progress
        self._bar: tqdm[Any] | None = None
        self._totals: Mapping[NetworkName, int] = {}
        self._seen: dict[NetworkName, tuple[int, int]] = {}
        self._trained = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is not None:
            self.write(f"stopped: {problem or kind.__name__}")
        if self._bar is not None:
            self._bar.close()
        self._history.close()
        self._file.close()

    def write(self, text: str, *, loud: bool = False) -> None:
        """Add a dated line to the file, and if `loud` show it too."""
        self._file.write(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} {text}\n")
        if loud and self._progress:
            tqdm.write(text, file=sys.stderr)

    @contextmanager
    def counting(self, total: int, what: str) -> Iterator[Callable[[], None]]:
        """A bar of its own for the work before training; gives the function to call after each item."""
        with tqdm(total=total, desc=what, unit="image", disable=not self._progress) as bar:

            def advance() -> None:
                bar.update()

            yield advance
        self.write(f"{what}: {total} images")

    def start(
        self, machine: str, batches: Mapping[NetworkName, int], kept: Collection[NetworkName] = ()
    ) -> None:
        """Begin the job's bar; `batches` says how many each network takes, `kept` which an earlier run left.

        `machine` is what they are trained on, said aloud: a day on a CPU is soon lost where a GPU was meant.
        """
        self._totals = batches
        total, done = sum(batches.values()), sum(batches[name] for name in kept)
        text = f"train {len(batches)} networks in {total:,} batches on {machine}"
        self.write(f"{text}, torch {torch.__version__}", loud=True)
        # What was done before must not count as speed.
        self._bar = tqdm(total=total, initial=done, desc="train", unit="batch", disable=not self._progress)
        for name in kept:
            self._seen[name] = (0, batches[name])
            self._trained += 1
            self.write(f"{name.stem}: kept")

    def receive(self, news: News) -> None:
        """Take a worker's message: ("batch", name, epoch, batches, loss), ("epoch", name, epoch, loss,
        balanced accuracy), ("trained", name, loss) or ("waiting", name).
        """
        kind, name = news[0], news[1]
        if kind == "batch":
            self._batch(name, *news[2:])
            return
        if kind == "epoch":
            self._epoch(name, *news[2:])
            return
        if kind == "waiting":
            return
        self._trained += 1
        self._advance(name, self._totals[name])
        self.write(f"{name.stem}: trained, loss {news[2]:.4f}")

    def _epoch(self, name: NetworkName, epoch: int, loss: float, balanced_accuracy: float | None) -> None:
        self._history.add((name.kind, name.backbone, name.emotion), epoch, loss, balanced_accuracy)
        judged = "" if balanced_accuracy is None else f", balanced accuracy {balanced_accuracy:.3f}"
        self.write(f"{name.stem}: epoch {epoch}, loss {loss:.4f}{judged}")

    def _batch(self, name: NetworkName, epoch: int, batches: int, loss: float) -> None:
        self._advance(name, batches, epoch)
        if self._bar is not None:
            place = f"{self._trained + 1}/{len(self._totals)} {name.backbone} {name.emotion}"
            self._bar.set_postfix_str(f"{place}, epoch {epoch}, loss {loss:.3f}", refresh=False)

    def _advance(self, name: NetworkName, batches: int, epoch: int = 0) -> None:
        before = self._seen.get(name, (0, 0))[1]
        self._seen[name] = (epoch, batches)
        if self._bar is not None:
            self._bar.update(batches - before)
