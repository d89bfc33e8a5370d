"""The parts of a label file that is being written, and how they become one."""

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from engine.bundle import write_json
from engine.errors import EngineError
from engine.images import write_table

_JOB = "job.json"


class LabelParts:
    """A folder beside the label file that holds one table of labels and one of failures for each part.

    `identity` says what is being labelled and how; finished parts of another identity are refused with
    EngineError.
    """

    def __init__(self, target: Path, identity: Mapping[str, object]) -> None:
        self._target = target
        self._folder = target.with_name(f".{target.name}.parts")
        job = self._folder / _JOB
        other = job.is_file() and json.loads(job.read_text()) != dict(identity)
        if other and any(self._folder.glob("*.labels.parquet")):
            raise EngineError(
                f"{self._folder} holds an unfinished labelling of other images, or with another bundle or "
                f"other settings; give another --out, or delete that folder"
            )
        self._folder.mkdir(parents=True, exist_ok=True)
        write_json(identity, job)

    @property
    def failures_file(self) -> Path:
        """Where the table of images that could not be read goes."""
        return self._target.with_suffix(".failures.csv")

    def has(self, start: int) -> bool:
        """Whether the part that begins with that row is finished."""
        return self._labels(start).is_file()

    def write(self, start: int, labels: pd.DataFrame, failures: pd.DataFrame) -> None:
        """Keep a finished part; the labels come last, because they say that it is finished."""
        write_table(failures, self._failures(start))
        write_table(labels, self._labels(start))

    def join(self, starts: Sequence[int]) -> int:
        """Make the label file and the table of failures of all parts, in order; return the number of
        failures.

        One part is in memory at a time. The parts are deleted.
        """
        unfinished = self._folder / "joined.unfinished"
        schema = pq.read_schema(self._labels(starts[0]))
        with pq.ParquetWriter(unfinished, schema) as writer:
            for start in starts:
                writer.write_table(pq.read_table(self._labels(start)).cast(schema))
        failures = pa.concat_tables([pq.read_table(self._failures(start)) for start in starts]).to_pandas()
        if len(failures):
            write_table(failures, self.failures_file)
        else:
            self.failures_file.unlink(missing_ok=True)
        unfinished.replace(self._target)
        shutil.rmtree(self._folder)
        return len(failures)

    def _labels(self, start: int) -> Path:
        return self._folder / f"{start:012d}.labels.parquet"

    def _failures(self, start: int) -> Path:
        return self._folder / f"{start:012d}.failures.parquet"
