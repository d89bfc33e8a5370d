"""Write the words that participants read, to be translated, or check a file of them."""

import argparse
import sys
from pathlib import Path

NAME = "words"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "--language", metavar="TAG", help="the language: en (default), or another that is shipped, such as de"
    )
    parser.add_argument("--check", type=Path, metavar="FILE", help="say what is wrong with a file of words")


def run(args: argparse.Namespace) -> int:
    """Print a file of words; or check one, 1 where something is wrong with it."""
    return _check(args.check, args.language) if args.check else _write(args.language or "en")


def _write(language: str) -> int:
    from study.wording.errors import WordingError
    from study.wording.master import shipped, shipped_words, written

    if language not in shipped():
        listed = ", ".join(shipped())
        raise WordingError(
            f"language = {language!r} is not shipped; there are {listed}: translate the English file",
            "language",
        )
    sys.stdout.write(written(language, shipped_words(language)))
    return 0


def _check(path: Path, language: str | None) -> int:
    from study.errors import StudyError
    from study.wording import checks
    from study.wording.master import ENGLISH, parsed

    try:
        named, words = parsed(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as problem:
        raise StudyError(f"words: cannot read {path}: {problem}") from problem
    tag = language or named or ENGLISH
    found = checks.problems(tag, words)
    for wrong in found:
        print(str(wrong).removeprefix("words: "))
    if found:
        print(f"{path}: {len(found):,} to mend")
        return 1
    base = checks.base_of(tag)
    print(
        f"{path}: {len(words):,} words in {tag}"
        + (f"; all others are those shipped in {base}" if base else "")
    )
    return 0
