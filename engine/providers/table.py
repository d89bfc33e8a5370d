"""Metadata that another program or a person wrote into a table: image, and any metadata columns."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from engine.images import OPTIONAL_COLUMNS, read_table
from engine.metadata import SYNONYMS, canonical_word
from engine.providers.provider import Describer, Photograph, ProviderError

NAME = "table"


class TableDescriber:
    """Looks each image up by its name."""

    def __init__(self, rows: Mapping[str, Mapping[str, Any]], columns: Sequence[str]) -> None:
        self.columns = columns
        self._rows = rows

    def describe(self, photograph: Photograph) -> Mapping[str, object]:
        """The values of the image's row; raises ProviderError where the table has none."""
        row = self._rows.get(photograph.image)
        if row is None:
            raise ProviderError("the table has no such image")
        return {name: _value(name, row[name]) for name in self.columns if _is_known(row[name])}


@contextmanager
def open_provider(model: Path | None) -> Iterator[Describer]:
    """Read the .csv or .parquet that `model` names; raises ProviderError where it is of no use."""
    if model is None:
        raise ProviderError("the provider table needs its table: --model ages.csv, with a column image")
    frame = read_table(model)
    columns = [name for name in OPTIONAL_COLUMNS if name in frame.columns]
    if "image" not in frame.columns or not columns:
        raise ProviderError(
            f"{model} has the columns {', '.join(map(repr, frame.columns))}; it needs image, and one of "
            f"{', '.join(OPTIONAL_COLUMNS)}"
        )
    again = frame["image"].duplicated()
    if again.any():
        raise ProviderError(f"{model} has image {frame.loc[again, 'image'].iloc[0]!r} more than once")
    yield TableDescriber(frame.set_index("image")[columns].to_dict("index"), columns)  # type: ignore[arg-type]


def _is_known(value: Any) -> bool:
    return not (pd.api.types.is_scalar(value) and pd.isna(value))


def _value(name: str, value: object) -> object:
    if isinstance(value, str) and name in SYNONYMS:
        return canonical_word(name, value)
    if isinstance(value, str) and name.startswith("landmarks_"):
        return value.split(";")
    return value
