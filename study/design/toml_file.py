"""Designs read from TOML files."""

import tomllib
from abc import abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from study.errors import StudyError


class ReadFromToml:
    """A design that can be read from a TOML file whose keys are its fields."""

    __slots__ = ()

    @classmethod
    @abstractmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Read a design from plain values."""

    @classmethod
    def from_toml(cls, path: Path | str) -> Self:
        """Read a design from a TOML file whose keys are its fields; `[texts]` is a table.

        Raises StudyError for a file that is not there, is not TOML, or holds what `from_dict` refuses.
        """
        return cls.from_dict(toml_values(path))

    @classmethod
    def from_toml_text(cls, text: str, name: str = "the file") -> Self:
        """Read a design from the text of a TOML file; errors as `from_toml`."""
        return cls.from_dict(_parsed(text, name))


def toml_values(path: Path | str) -> dict[str, Any]:
    """The plain values in a TOML file.

    Raises:
        StudyError: it is not there, or not TOML.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as problem:
        raise StudyError(f"design: cannot read {path}: {problem.strerror}") from problem
    except UnicodeDecodeError as problem:
        raise StudyError(f"design: {path} is not TOML: {problem}") from problem
    return _parsed(text, str(path))


def _parsed(text: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise StudyError(f"design: {name} is not TOML: {problem}") from problem
