"""Writing a table that does not fit in memory, chunk by chunk."""

from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from engine.errors import EngineError
from engine.images import NUMBER_COLUMNS

_KINDS: dict[str, pa.DataType] = {
    **dict.fromkeys(NUMBER_COLUMNS, pa.float64()),
    "landmarks_68": pa.list_(pa.float32()),
    "landmarks_28": pa.list_(pa.float32()),
    "annotated_at": pa.timestamp("us", tz="UTC"),
    "rank": pa.int64(),
    "margin": pa.float64(),
    "in_manifest": pa.bool_(),
}


class TableStream:
    """A .csv or .parquet file that grows by chunks and appears under its name once it is finished.

    As a context manager it removes what is not finished. The first chunk sets the columns.
    """

    def __init__(self, path: Path) -> None:
        if path.suffix not in (".csv", ".parquet"):
            raise EngineError(f"{path} is no .csv or .parquet name")
        self.path = path
        self._unfinished = path.with_name(f".{path.name}.unfinished")
        self._schema: pa.Schema | None = None
        self._writer: pq.ParquetWriter | None = None

    def __enter__(self) -> "TableStream":
        """The stream itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove what is not finished."""
        self._close()
        self._unfinished.unlink(missing_ok=True)

    def append(self, frame: pd.DataFrame) -> None:
        """Add a chunk; raises EngineError where it has other columns than the first."""
        if self._schema is None:
            self._schema = pa.schema([(str(name), _kind(name, frame[name])) for name in frame.columns])
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._unfinished.unlink(missing_ok=True)
        if list(frame.columns) != self._schema.names:
            raise EngineError(f"{self.path} has columns {self._schema.names}, not {list(frame.columns)}")
        if self.path.suffix == ".csv":
            first = not self._unfinished.exists()
            _flat(frame).to_csv(self._unfinished, mode="a", header=first, index=False)
            return
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._unfinished, self._schema, compression="zstd")
        self._writer.write_table(pa.Table.from_pandas(frame, self._schema, preserve_index=False))

    def finish(self) -> Path | None:
        """Give the file its name; None, and no file of an earlier run, where there was no chunk."""
        self._close()
        if self._schema is None:
            self.path.unlink(missing_ok=True)
            return None
        self._unfinished.replace(self.path)
        return self.path

    def _close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None


def _kind(name: str, column: "pd.Series[Any]") -> pa.DataType:
    if name in _KINDS:
        return _KINDS[name]
    return pa.float64() if pd.api.types.is_float_dtype(column) else pa.string()


def _flat(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with points joined by ';', as AffectNet's own lists have them."""
    points = [name for name in ("landmarks_68", "landmarks_28") if name in frame.columns]
    return frame.assign(**{name: frame[name].map(_joined) for name in points})


def _joined(points: object) -> str | None:
    return ";".join(f"{value:g}" for value in points) if isinstance(points, (np.ndarray, list)) else None
