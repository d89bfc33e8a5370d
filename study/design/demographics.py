"""What participants are asked about themselves; every item may be skipped."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Self

from study.design.errors import DesignError
from study.wording.wording import Wording

KINDS = ("choice", "number", "text")
MAX_ITEMS, MAX_OPTIONS, MAX_LENGTH = 20, 60, 200
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True)
class Demographic:
    """One question about the participant.

    key: its column in an export. label: what is asked. kind: `choice` (of `options`), `number`, or `text`.
    Raises DesignError for a key that is no column name, or options that do not fit the kind.
    """

    key: str
    label: str
    kind: str
    options: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not isinstance(self.key, str) or not _KEY.fullmatch(self.key):
            raise _refusal(
                f"key = {self.key!r} must be 1 to 40 lower-case letters, digits and _, a letter first"
            )
        if not _is_line(self.label):
            raise _refusal(f"{self.key}: label = {self.label!r} must be a text of 1 to {MAX_LENGTH} letters")
        if self.kind not in KINDS:
            raise _refusal(f"{self.key}: kind = {self.kind!r} is none of {', '.join(KINDS)}")
        self._check_options()

    def _check_options(self) -> None:
        if not isinstance(self.options, tuple) or not all(_is_line(one) for one in self.options):
            raise _refusal(f"{self.key}: options = {self.options!r} must be a list of texts")
        if self.kind != "choice" and self.options:
            raise _refusal(f"{self.key}: a {self.kind} has no options; make it a choice, or drop them")
        few_or_many = not 2 <= len(self.options) <= MAX_OPTIONS
        if self.kind == "choice" and (few_or_many or len(set(self.options)) < len(self.options)):
            raise _refusal(f"{self.key}: a choice needs 2 to {MAX_OPTIONS} options, each once")

    @classmethod
    def from_dict(cls, values: Any) -> Self:
        """Read one item. Raises DesignError for an unknown or a missing key, or a wrong kind."""
        if isinstance(values, cls):
            return values
        if not isinstance(values, Mapping):
            raise _refusal(f"{values!r} must be a table with key, label and kind")
        known = [one.name for one in fields(cls)]
        unknown = sorted(str(key) for key in values if key not in known)
        if unknown:
            raise _refusal(f"unknown key {unknown[0]!r}; an item has {', '.join(known)}")
        missing = [name for name in ("key", "label", "kind") if name not in values]
        if missing:
            raise _refusal(f"an item without {missing[0]}: {dict(values)!r}")
        options = values.get("options", ())
        return cls(**{**values, "options": tuple(options) if isinstance(options, list) else options})


def read_demographics(values: Any) -> tuple[Demographic, ...]:
    """Read a list of items. Raises DesignError for what is no list, or an item that cannot be asked."""
    if not isinstance(values, Iterable) or isinstance(values, str | bytes | Mapping):
        raise _refusal(f"{values!r} must be a list of items")
    return tuple(Demographic.from_dict(one) for one in values)


def check_demographics(items: Any) -> None:
    """Raise DesignError for what is no tuple of items, too many of them, or two of one key."""
    if not isinstance(items, tuple) or not all(isinstance(one, Demographic) for one in items):
        raise _refusal(f"{items!r} must be a list of items")
    keys = [one.key for one in items]
    twice = [key for key in keys if keys.count(key) > 1]
    if twice:
        raise _refusal(f"key {twice[0]!r} is asked twice")
    if len(items) > MAX_ITEMS:
        raise _refusal(f"{len(items)} items are more than {MAX_ITEMS}")


def _is_line(text: Any) -> bool:
    return isinstance(text, str) and bool(text.strip()) and len(text) <= MAX_LENGTH and "\n" not in text


def _refusal(reason: str) -> DesignError:
    return DesignError("demographics", f"design: demographics: {reason}")


_ASKED = {"age": "choice", "gender": "choice", "country": "text", "experience": "choice"}


def asked_in(wording: Wording) -> tuple[Demographic, ...]:
    """What a new design asks of participants, in a language.

    It is what the paper reports of its participants (age, gender, ethnicity: here the country they grew up
    in, which people anywhere can answer), and how used they are to such work. Ages are bands: they tell
    nobody apart.
    """
    return tuple(
        Demographic(key, wording.words[f"demographics.{key}"], kind, _options(wording, key))
        for key, kind in _ASKED.items()
    )


def _options(wording: Wording, key: str) -> tuple[str, ...]:
    listed = wording.words.get(f"demographics.{key}_options", "")
    return tuple(one.strip() for one in listed.split(";") if one.strip())
