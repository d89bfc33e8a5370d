"""A language that no one speaks: every English word «in guillemets», so that one left untranslated shows."""

import re

from study.wording.master import ENGLISH, shipped_words
from study.wording.wording import Pairs

_INNERMOST = re.compile(r"«[^«»]*»")


def pseudo_words() -> Pairs:
    """The master's words, each wrapped."""
    return tuple(sorted((key, _wrapped(key, text)) for key, text in shipped_words(ENGLISH).items()))


def _wrapped(key: str, text: str) -> str:
    if key.endswith("_options"):
        return "; ".join(f"«{one}»" for one in text.split("; "))
    return f"«{text}»"


def unwrapped(shown: str) -> str:
    """What is left of a text without what is wrapped; letters in it are words that nobody can translate."""
    while shown != (shown := _INNERMOST.sub("", shown)):
        pass
    return shown
