"""The files of words: reading them, flat by key, and writing them with the master's comments."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import tomli_w

from study.wording.errors import WordingError

HERE = Path(__file__).parent
ENGLISH = "en"
ABOUT = ("language", "draft")
"""Keys of a file that are no words: its language, and whether nobody has proofread it."""
Words = Mapping[str, str]
_PLURAL = re.compile(r"(.+)\.(zero|one|two|few|many|other)")
_LINE = re.compile(r"^([a-z0-9_.]+) = (\"\"\")?")


def shipped() -> tuple[str, ...]:
    """The languages that FaceValue has words in, English first."""
    found = sorted(path.stem for path in HERE.glob("*.toml"))
    return (ENGLISH, *(language for language in found if language != ENGLISH))


@cache
def shipped_words(language: str) -> Words:
    """The words of a language that is shipped, by key."""
    return flat(_table(language))


@cache
def is_draft(language: str) -> bool:
    """Whether a language is shipped as a draft that no native speaker has proofread."""
    return language in shipped() and bool(_table(language).get("draft", False))


def plural_of(key: str) -> tuple[str, str] | None:
    """The text and the plural category that a key names, such as `general.minutes` and `one`; or None."""
    found = _PLURAL.fullmatch(key)
    return (found[1], found[2]) if found and f"{found[1]}.other" in shipped_words(ENGLISH) else None


def flat(table: Mapping[str, Any], within: str = "") -> dict[str, str]:
    """The words of a file's tables, by keys such as `trial.place`.

    Raises:
        WordingError: something is no text.
    """
    found: dict[str, str] = {}
    for name, value in table.items():
        key = f"{within}{name}"
        if not within and name in ABOUT:
            continue
        if isinstance(value, Mapping):
            found |= flat(value, f"{key}.")
        elif isinstance(value, str):
            found[key] = value
        else:
            raise WordingError(f"{key} = {value!r} must be a text: write it between quotes")
    return found


def nested(words: Words) -> dict[str, Any]:
    """The opposite of `flat`: tables as in a file."""
    found: dict[str, Any] = {}
    for key, text in words.items():
        *tables, name = key.split(".")
        within = found
        for table in tables:
            within = within.setdefault(table, {})
        within[name] = text
    return found


def parsed(text: str, name: str = "the file") -> tuple[str | None, dict[str, str]]:
    """The language that a file of words names, if any, and its words.

    Raises:
        WordingError: it is not TOML, or holds something that is no text.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise WordingError(f"{name} is not TOML: {problem}") from problem
    language = table.get("language")
    return (language if isinstance(language, str) else None), flat(table)


def written(language: str, words: Words) -> str:
    """A file of `words`, in the master's order and with its comments; what the words lack is left out."""
    lines = [f"# Words of FaceValue's participants ({language})."]
    lines += _HEAD if language == ENGLISH or not is_draft(language) else [*_DRAFT, *_HEAD]
    lines += ["", f'language = "{language}"']
    if is_draft(language):
        lines.append("draft = true")
    done: set[str] = set()
    for line in _outline():
        base = plural_of(line)
        keys = [line] if base is None else [key for key in words if key.startswith(f"{base[0]}.")]
        if line.startswith(("#", "[")) or not line:
            lines.append(line)
        elif keys[:1] and keys[0] in words and keys[0] not in done:
            done.update(keys)
            lines += [_entry(key, words[key]) for key in keys]
    return "\n".join(lines) + "\n"


_HEAD = [
    "# {such_parts} are filled in by the program and must stay; **bold** stays bold. A text with a number",
    "# has a line for each plural form of the language. `python -m study words --check FILE` checks this",
    "# file, which may also hold only the lines that differ.",
]
_DRAFT = [
    "# DRAFT: this translation has NOT been proofread by a native speaker. Have one read it before a study,",
    "# and give the corrected file to the study on the page Design, or as [words] of its design file.",
]


def _entry(key: str, text: str) -> str:
    name = key.split(".", 1)[1]
    return tomli_w.dumps({"k": text}, multiline_strings="\n" in text).replace("k", name, 1).rstrip("\n")


def _outline() -> Iterator[str]:
    """The master's lines after its head: comments, tables and full keys."""
    table, inside, begun = "", False, False
    for line in (HERE / f"{ENGLISH}.toml").read_text(encoding="utf-8").splitlines():
        if inside:
            inside = not line.endswith('"""')
        elif line.startswith("["):
            table, begun = line.strip("[]"), True
            yield line
        elif found := _LINE.match(line):
            inside = found[2] is not None
            if begun:
                yield f"{table}.{found[1]}"
        elif begun:
            yield line
        elif line == "# What other words are made of.":
            yield from ("", line)


def _table(language: str) -> dict[str, Any]:
    return tomllib.loads((HERE / f"{language}.toml").read_text(encoding="utf-8"))
