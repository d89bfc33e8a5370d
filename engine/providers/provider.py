"""What a metadata provider is: a module that opens something which describes photographs."""

import math
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from PIL import Image

from engine.decoding import Box, upright
from engine.errors import EngineError
from engine.images import NUMBER_COLUMNS, OPTIONAL_COLUMNS
from engine.metadata import ETHNICITIES, GENDERS

Value = float | str | list[float]

_WORDS: Mapping[str, tuple[str, ...]] = {"gender": GENDERS, "ethnicity": ETHNICITIES}


class ProviderError(EngineError):
    """A provider that cannot be used, or, raised by `describe`, an image that it cannot describe."""


@dataclass(frozen=True)
class Photograph:
    """One image to describe: its name and path, its face box where one is known, and its manifest row."""

    image: str
    path: Path
    box: Box | None
    row: Mapping[str, Any]

    def upright(self) -> Image.Image:
        """The image in RGB, turned as its orientation tag says; raises DecodingError where it is none."""
        return upright(self.path)


class Describer(Protocol):
    """An opened provider. `columns` are the manifest columns that it may fill."""

    columns: Sequence[str]

    def describe(self, photograph: Photograph) -> Mapping[str, object]:
        """The values that are known of an image, by column.

        Numbers are finite (age in years; yaw, pitch and roll in degrees; valence and arousal in -1..1; face
        boxes in pixels of the upright image), gender one of GENDERS, ethnicity one of ETHNICITIES, landmarks
        flat x, y pairs in those pixels. A column that is not known is left out. Raises ProviderError, with
        the reason, where nothing can be said of the image.
        """


class Provider(Protocol):
    """A module with these names."""

    NAME: str

    def open_provider(self, model: Path | None) -> AbstractContextManager[Describer]:
        """Open the provider with the file that the user names; raises ProviderError where it is wrong."""


def checked_values(values: Mapping[str, object], columns: Iterable[str]) -> dict[str, Value]:
    """What a provider said, as the manifest holds it; raises ProviderError where it breaks the protocol."""
    return {name: _checked(name, value, columns) for name, value in values.items() if value is not None}


def _checked(name: str, value: object, columns: Iterable[str]) -> Value:
    if name not in OPTIONAL_COLUMNS or name not in columns:
        raise ProviderError(f"it gives {name!r}, which is not among its columns {', '.join(columns)}")
    if name in NUMBER_COLUMNS:
        return _number(name, value)
    if name.startswith("landmarks_"):
        return _points(name, value)
    known = _WORDS.get(name)
    if not isinstance(value, str) or (known is not None and value not in known):
        raise ProviderError(
            f"unknown {name} {value!r}" + (f"; known are {', '.join(known)}" if known else "")
        )
    return value


def _number(name: str, value: object) -> float:
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError) as problem:
        raise ProviderError(f"{name} {value!r} is no number") from problem
    if not math.isfinite(number) or (name == "age" and number < 0):
        raise ProviderError(f"{name} {number:g} is impossible")
    return number


def _points(name: str, value: object) -> list[float]:
    try:
        points = [float(number) for number in value]  # type: ignore[attr-defined]
    except (TypeError, ValueError) as problem:
        raise ProviderError(f"{name} must be flat x, y pairs") from problem
    wanted = 136 if name == "landmarks_68" else len(points) + len(points) % 2
    if not points or len(points) != wanted or not all(map(math.isfinite, points)):
        raise ProviderError(f"{name} has {len(points)} finite or infinite numbers, not {wanted} finite ones")
    return points
