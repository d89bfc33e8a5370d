"""What a page posts: an answer or an undo, read strictly."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from engine.emfacs import EMOTIONS
from study.annotation.responses import Response, read_response
from study.errors import InvalidPostError

CHOICES = ("left", "right", "both", "none")
INPUTS = ("key", "mouse", "touch")
_KEY = re.compile(r"[A-Za-z0-9-]{8,64}")
_QUESTION = re.compile(r"[A-Za-z0-9_=-]{1,40}")
_LONGEST_MS = 30 * 24 * 3_600_000.0
# 2000-01-01 and 2100-01-01: a page's clock may be wrong, but not that wrong.
_EARLIEST_MS, _LATEST_MS = 946_684_800_000.0, 4_102_444_800_000.0


@dataclass(frozen=True, slots=True)
class AnswerPost:
    """One answer: `choice` is what was pressed, or `response` what an annotator said of the face.

    Times are in milliseconds; `have` is the page's last question.
    `hidden_ms` of `rt_ms` the page could not be seen; `blurred_ms` it could be seen while another window had
    the focus; `asleep_ms` the computer slept, which `rt_ms` does not count on every system.
    """

    key: str
    question: str
    choice: str | None
    rt_ms: float
    hidden_ms: float
    shown_at: datetime | None
    input: str
    have: int
    blurred_ms: float = 0.0
    asleep_ms: float = 0.0
    response: Response | None = None

    @classmethod
    def read(cls, body: Any) -> "AnswerPost":
        """Read a decoded JSON body.

        Raises:
            InvalidPostError: a field is missing, of another type, or out of range (the message says which).
        """
        fields = _fields(body)
        said = "response" in fields
        if said and fields.get("choice") is not None:
            raise InvalidPostError("choice and response do not go together")
        return cls(
            key=_text(fields, "key", _KEY),
            question=_text(fields, "question", _QUESTION),
            choice=None if said else _word(fields, "choice", CHOICES),
            response=read_response(fields["response"]) if said else None,
            rt_ms=_number(fields, "rt_ms", 0.0, _LONGEST_MS),
            hidden_ms=_number(fields, "hidden_ms", 0.0, _LONGEST_MS),
            shown_at=_moment(fields, "shown_at"),
            input=_word(fields, "input", INPUTS),
            have=int(_number(fields, "have", 0.0, 1e9)),
            blurred_ms=_number({"blurred_ms": 0, **fields}, "blurred_ms", 0.0, _LONGEST_MS),
            asleep_ms=_number({"asleep_ms": 0, **fields}, "asleep_ms", 0.0, _LONGEST_MS),
        )

    def payload(self) -> dict[str, Any]:
        """What an event keeps of the post."""
        shown = None if self.shown_at is None else self.shown_at.timestamp() * 1000
        what = {"choice": self.choice} if self.response is None else {"response": self.response}
        kept: dict[str, Any] = {**what, "rt_ms": self.rt_ms, "hidden_ms": self.hidden_ms}
        kept |= {"blurred_ms": self.blurred_ms} if self.blurred_ms else {}
        kept |= {"asleep_ms": self.asleep_ms} if self.asleep_ms else {}
        return {**kept, "shown_at": shown, "input": self.input}


@dataclass(frozen=True, slots=True)
class UndoPost:
    """The wish to take the last answer back."""

    key: str
    question: str

    @classmethod
    def read(cls, body: Any) -> "UndoPost":
        """Read a decoded JSON body.

        Raises:
            InvalidPostError: a field is missing or not as it should be.
        """
        fields = _fields(body)
        return cls(key=_text(fields, "key", _KEY), question=_text(fields, "question", _QUESTION))


@dataclass(frozen=True, slots=True)
class LabelPost:
    """One image's label in a qualification; `position` counts from 1."""

    attempt: int
    position: int
    label: str
    rt_ms: float | None

    @classmethod
    def read(cls, body: Any) -> "LabelPost":
        """Read a decoded JSON body.

        Raises:
            InvalidPostError: a field is missing or not as it should be.
        """
        fields = _fields(body)
        return cls(
            attempt=int(_number(fields, "attempt", 1.0, 1e6)),
            position=int(_number(fields, "position", 1.0, 1e6)),
            label=_word(fields, "label", EMOTIONS),
            rt_ms=_number(fields, "rt_ms", 0.0, _LONGEST_MS),
        )


def read_step(body: Any) -> int:
    """Read how many steps of the training are done.

    Raises:
        InvalidPostError: that is no number.
    """
    return int(_number(_fields(body), "step", 0.0, 1e6))


def _fields(body: Any) -> Mapping[str, Any]:
    if not isinstance(body, dict):
        raise InvalidPostError("the body must be a JSON object")
    return body


def _text(fields: Mapping[str, Any], name: str, form: re.Pattern[str]) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not form.fullmatch(value):
        raise InvalidPostError(f"{name} must be a text of the form {form.pattern}")
    return value


def _word(fields: Mapping[str, Any], name: str, known: tuple[str, ...]) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or value not in known:
        raise InvalidPostError(f"{name} must be one of {', '.join(known)}")
    return value


def _number(fields: Mapping[str, Any], name: str, least: float, most: float) -> float:
    value = fields.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidPostError(f"{name} must be a number")
    # Refuses what is not finite too; a whole number of hundreds of digits compares, but is no float.
    if not least <= value <= most:
        raise InvalidPostError(f"{name} must be from {least:g} to {most:g}")
    return float(value)


def _moment(fields: Mapping[str, Any], name: str) -> datetime | None:
    if fields.get(name) is None:
        return None
    return datetime.fromtimestamp(_number(fields, name, _EARLIEST_MS, _LATEST_MS) / 1000, UTC)
