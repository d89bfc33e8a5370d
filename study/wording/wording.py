"""The words of one study: looked up by key, filled in, in the plural and with the numbers of its language."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from typing import Any

from babel import Locale
from babel.dates import format_datetime
from babel.numbers import format_decimal

from study.wording.checks import MOMENT, PLACEHOLDER, base_of, locale_of
from study.wording.master import ENGLISH, Words, shipped_words

Pairs = tuple[tuple[str, str], ...]
_DIGITS = {"arab": "٠١٢٣٤٥٦٧٨٩", "arabext": "۰۱۲۳۴۵۶۷۸۹", "beng": "০১২৩৪৫৬৭৮৯", "deva": "०१२३४५६७८९"}


@dataclass(frozen=True)
class Wording:
    """What participants read in `language`: `words` by key, complete."""

    language: str
    words: Words

    def say(self, key: str, **values: Any) -> str:
        """The text of a key with its placeholders filled in; whole numbers as the language writes them.

        A text with plural forms is that of `count`.
        """
        text = self.words[key] if key in self.words else self._plural(key, values["count"])
        return PLACEHOLDER.sub(lambda part: self._shown(values[part[1]]), text)

    def emotion(self, label: str) -> str:
        """What a label (an emotion, or None, Uncertain, Non-Face) is called."""
        return self.words[f"emotions.{label.lower().replace('-', '_')}"]

    def moment(self, when: datetime) -> str:
        """A day and time, in UTC."""
        shown = format_datetime(when.astimezone(UTC), self.words[MOMENT], locale=self._locale)
        return self._digits(shown)

    def joined(self, sentences: Iterable[str]) -> str:
        """Sentences, one after the other."""
        first, *others = sentences
        for one in others:
            first = self.say("general.sentences", first=first, second=one)
        return first

    def of_english(self, text: str) -> str:
        """What stands for an English text of the links' pages; the text itself where it is none of theirs."""
        key = _english_links().get(text)
        return text if key is None else self.words[key]

    def browser(self, *tables: str) -> dict[str, Any]:
        """What the browser's modules need to say the words of some tables."""
        wanted = tuple(f"{table}." for table in ("general", "emotions", *tables))
        return {
            "language": self.language,
            "direction": self.direction,
            "digits": self._locale.default_numbering_system,
            "words": {key: text for key, text in self.words.items() if key.startswith(wanted)},
        }

    @property
    def direction(self) -> str:
        """How the language is written: `ltr` or `rtl`."""
        return self._locale.text_direction

    @property
    def english_name(self) -> str:
        """What the language is called in English."""
        return self._locale.english_name or self.language

    def _plural(self, key: str, count: int) -> str:
        return self.words.get(f"{key}.{self._locale.plural_form(count)}") or self.words[f"{key}.other"]

    def _shown(self, value: Any) -> str:
        if isinstance(value, int) and not isinstance(value, bool):
            return self._digits(format_decimal(value, locale=self._locale, numbering_system="default"))
        return str(value)

    def _digits(self, text: str) -> str:
        digits = _DIGITS.get(self._locale.default_numbering_system)
        return text if digits is None else re.sub(r"[0-9]", lambda one: digits[int(one[0])], text)

    @cached_property
    def _locale(self) -> Locale:
        return locale_of(self.language)


@lru_cache(maxsize=64)
def wording(language: str = ENGLISH, own: Pairs = ()) -> Wording:
    """The words in force where a study has this language and these words of its own.

    A lab's own words stand before those that are shipped in the language, and these before the English
    ones: a key that a later version has added since the study was frozen is said in English.

    Raises:
        WordingError: no such language is known.
    """
    base = base_of(language)
    found = {**shipped_words(ENGLISH), **(shipped_words(base) if base else {}), **dict(own)}
    return Wording(language, found)


@lru_cache(maxsize=1)
def _english_links() -> Mapping[str, str]:
    return {text: key for key, text in shipped_words(ENGLISH).items() if key.startswith("links.")}
