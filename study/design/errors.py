"""What is wrong with a design."""

from typing import Any

from study.errors import StudyError


class DesignError(StudyError):
    """A value that no study can have; `key` names the field, so that a page can say it beside it."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key


def refusal(key: str, value: Any, reason: str) -> DesignError:
    """Say which field has which value, and what it must be."""
    return DesignError(key, f"design: {key} = {value!r} {reason}")
