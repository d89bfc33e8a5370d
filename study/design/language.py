"""The language of a design, and its words: read, checked, and written only where they are not English."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from study.wording import checks
from study.wording.errors import WordingError
from study.wording.master import ENGLISH, flat, nested
from study.wording.wording import Pairs, Wording, wording


def read_language(given: Mapping[str, Any], language: str = ENGLISH, words: Pairs = ()) -> tuple[str, Pairs]:
    """The language and the own words in a design's plain values, checked; where absent, those of its base.

    Raises:
        WordingError: the language is not known, or a word cannot be shown.
    """
    found = given.get("language", language), read_words(given.get("words", words))
    _check(*found)
    return found


def read_words(values: Any) -> Pairs:
    """A design's own words, in one order, of a table as in a file of words, or as they are read already.

    Raises:
        WordingError: it is no table of texts.
    """
    if isinstance(values, tuple):
        return tuple(sorted(values))
    if not isinstance(values, Mapping):
        raise WordingError(f"{values!r} must be a table of texts")
    return tuple(sorted((key, text.replace("\r\n", "\n")) for key, text in flat(values).items()))


def wording_of(design: Any) -> Wording:
    """The words in force in a study of this design."""
    return wording(design.language, design.words)


def check_language(design: Any) -> None:
    """Refuse a language that is not known, and words of which one cannot be shown."""
    _check(design.language, read_words(design.words))


def check_complete(design: Any) -> None:
    """Refuse words that lack some, or have some that the program never says, before a draft is kept.

    Apart from `check_language`, because a later version of the program may have words that a frozen design
    cannot have.
    """
    found = checks.problems(design.language, dict(design.words))
    if found:
        more = f" ({len(found) - 1} more: `python -m study words --check`)" if found[1:] else ""
        raise WordingError(f"{str(found[0]).removeprefix('words: ')}{more}")


def without_english(values: dict[str, Any]) -> dict[str, Any]:
    """A design's plain values: words as tables; an English design has neither key, as it had before them."""
    words = values.pop("words")
    if words:
        values["words"] = nested(dict(words))
    if values["language"] == ENGLISH:
        del values["language"]
    return values


def _check(language: Any, words: Pairs) -> None:
    if not isinstance(language, str):
        raise WordingError(f"language = {language!r} must be a text", "language")
    for found in _known_problems(language, words):
        raise found.with_traceback(None)


# Each page of a participant reads the design anew.
@lru_cache(maxsize=64)
def _known_problems(language: str, words: Pairs) -> tuple[WordingError, ...]:
    checks.locale_of(language)
    return tuple(checks.known_problems(language, dict(words)))
