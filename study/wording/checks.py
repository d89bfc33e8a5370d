"""What words are held to: every key, every placeholder, every plural form, and nothing that could run."""

import re
from collections.abc import Iterator

from babel import Locale, UnknownLocaleError
from babel.dates import parse_pattern

from study.design.markdown import fault
from study.wording.errors import WordingError
from study.wording.master import ENGLISH, Words, plural_of, shipped, shipped_words

PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
MOMENT = "general.moment"


def locale_of(language: str) -> Locale:
    """What is known of a language.

    Raises:
        WordingError: the tag is none, or none of a known language.
    """
    try:
        return Locale.parse(language, sep="-")
    except (ValueError, TypeError, UnknownLocaleError) as problem:
        raise WordingError(
            f"language = {language!r} is no language known here: write its tag, such as de, fa or pt-BR",
            "language",
        ) from problem


def categories(language: str) -> tuple[str, ...]:
    """The plural forms of a language (CLDR): English has one and other."""
    known = locale_of(language).plural_form.tags
    return (*(one for one in ("zero", "one", "two", "few", "many") if one in known), "other")


def base_of(language: str) -> str | None:
    """The shipped language that one begins with: de for de and for de-AT; None where none is."""
    locale = locale_of(language)
    if language in shipped():
        return language
    return locale.language if locale.language in shipped() and locale.script is None else None


def problems(language: str, words: Words) -> list[WordingError]:
    """Everything that is wrong with a lab's own words in a language, beside those that are shipped."""
    found = [WordingError(said) for said in _each(language, words)]
    if base_of(language) is None:
        found += [WordingError(said) for said in _missing(language, words)]
    return found


def known_problems(language: str, words: Words) -> list[WordingError]:
    """What is wrong with those of the words that the master knows."""
    known = {key: text for key, text in words.items() if _unknown(language, key) is None}
    return [WordingError(said) for said in _each(language, known)]


def whole_problems(language: str, words: Words) -> list[WordingError]:
    """The same for words that stand alone: each of the master's must be there."""
    return [WordingError(said) for said in (*_each(language, words), *_missing(language, words))]


def _each(language: str, words: Words) -> Iterator[str]:
    for key, text in words.items():
        said = _unknown(language, key) or _wrong(key, text)
        if said:
            yield said


def _unknown(language: str, key: str) -> str | None:
    plural = plural_of(key)
    if plural is None:
        known = key in shipped_words(ENGLISH)
        return None if known else f"{key} is no key of the master: drop it, or mend its name"
    forms = categories(language)
    if plural[1] in forms:
        return None
    return f"{key}: {language} has the plural forms {', '.join(forms)}, and no {plural[1]!r}: drop it"


def _wrong(key: str, text: str) -> str | None:
    if not text.strip() and key != "general.separator":
        return f"{key} is empty: write it, or drop the line"
    wrong = fault(text)
    if wrong:
        return f"{key} {wrong}"
    return _moment(text) if key == MOMENT else _placeholders(key, text)


def _placeholders(key: str, text: str) -> str | None:
    plural = plural_of(key)
    master = shipped_words(ENGLISH)[key if plural is None else f"{plural[0]}.other"]
    needed, found = set(PLACEHOLDER.findall(master)), set(PLACEHOLDER.findall(text))
    if plural and plural[1] != "other":
        needed -= {"count"}  # "one day" may do without its number
    if re.search(r"[{}]", PLACEHOLDER.sub("", text)):
        return f"{key} has a brace that is no placeholder: write only {_listed(master)}"
    if found - set(PLACEHOLDER.findall(master)):
        wrong = sorted(found - set(PLACEHOLDER.findall(master)))[0]
        return f"{key} has {{{wrong}}}, which nothing fills in: its placeholders are {_listed(master)}"
    if needed - found:
        return f"{key} lacks {{{min(needed - found)}}}: write it where it belongs in the sentence"
    return None


def _listed(master: str) -> str:
    return ", ".join(dict.fromkeys(f"{{{name}}}" for name in PLACEHOLDER.findall(master))) or "none"


def _moment(text: str) -> str | None:
    try:
        letters = str(parse_pattern(text).format)
    except (ValueError, KeyError) as problem:
        return (
            f"{MOMENT} is no pattern of a day and time ({problem}): write such as dd MMMM yyyy, HH:mm 'UTC'"
        )
    lacking = [one for one in ("d", "M", "y", "m") if f"%({one}" not in letters]
    return f"{MOMENT} shows no {lacking[0]!r}: it must tell day, month, year and time" if lacking else None


def _missing(language: str, words: Words) -> Iterator[str]:
    forms, master = categories(language), shipped_words(ENGLISH)
    for key in master:
        plural = plural_of(key)
        if plural is None:
            if key not in words:
                yield f"{key} is missing: translate {master[key][:60]!r}"
        elif plural[1] == "other":
            for form in forms:
                if f"{plural[0]}.{form}" not in words:
                    yield f"{plural[0]}.{form} is missing: {language} has the plural forms {', '.join(forms)}"
