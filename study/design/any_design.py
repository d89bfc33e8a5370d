"""What designs of studies and of annotation tasks have in common: plain values, TOML, a language."""

import math
import tomllib
from abc import abstractmethod
from collections.abc import Mapping, Set
from dataclasses import asdict, fields, replace
from fractions import Fraction
from pathlib import Path
from typing import Any, Self

import tomli_w

from study.design.demographics import Demographic, asked_in
from study.design.errors import DesignError
from study.design.language import without_english
from study.design.texts import Texts
from study.errors import StudyError
from study.wording.wording import Pairs, Wording, wording


class AnyDesign:
    """A frozen dataclass of decisions, whose fields are the keys of its TOML file."""

    language: str
    words: Pairs
    texts: Texts
    demographics: tuple[Demographic, ...]

    @classmethod
    @abstractmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Read a design from plain values."""

    @abstractmethod
    def texts_in(self, said: Wording) -> Texts:
        """The texts that such a design begins with in a language."""

    @classmethod
    def from_toml(cls, path: Path | str) -> Self:
        """Read a design from a TOML file whose keys are its fields; `[texts]` is a table.

        Raises StudyError for a file that is not there, is not TOML, or holds what `from_dict` refuses.
        """
        try:
            text = Path(path).read_text(encoding="utf-8")
        except OSError as problem:
            raise StudyError(f"design: cannot read {path}: {problem.strerror}") from problem
        except UnicodeDecodeError as problem:
            raise StudyError(f"design: {path} is not TOML: {problem}") from problem
        return cls.from_toml_text(text, str(path))

    @classmethod
    def from_toml_text(cls, text: str, name: str = "the file") -> Self:
        """Read a design from the text of a TOML file; errors as `from_toml`."""
        try:
            values = tomllib.loads(text)
        except tomllib.TOMLDecodeError as problem:
            raise StudyError(f"design: {name} is not TOML: {problem}") from problem
        return cls.from_dict(values)

    def to_toml(self) -> str:
        """Write every field as TOML, which `from_toml_text` reads back as the same design."""
        return tomli_w.dumps(self.to_dict(), multiline_strings=True)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values (JSON) that `from_dict` reads back as the same design."""
        values = asdict(self)  # type: ignore[call-overload]
        for item in values["demographics"]:
            item["options"] = list(item["options"])
        values = without_english(values)
        return {key: list(value) if isinstance(value, tuple) else value for key, value in values.items()}

    def changed(self, **values: Any) -> Self:
        """Return this design with some fields changed, checked again."""
        return replace(self, **values)  # type: ignore[type-var]

    def said_in(self, language: str, words: Pairs) -> Self:
        """Return this design in a language and words; texts and questions that nobody has changed follow."""
        now, then = wording(self.language, self.words), wording(language, words)
        texts = self.texts_in(then) if self.texts == self.texts_in(now) else self.texts
        asked = asked_in(then) if self.demographics == asked_in(now) else self.demographics
        return self.changed(language=language, words=words, texts=texts, demographics=asked)

    @classmethod
    def refuse_unknown(cls, given: Mapping[str, Any], of_the_other: Set[str], the_other: str) -> None:
        """Raise DesignError for a key that is no field; `the_other` says where `of_the_other` belong."""
        known = {one.name for one in fields(cls)}  # type: ignore[arg-type]
        unknown = sorted(set(given) - known)
        if of_the_other & set(unknown):
            raise DesignError(min(of_the_other & set(unknown)), the_other)
        if unknown:
            listed = ", ".join(sorted(known))
            raise DesignError(str(unknown[0]), f"design: unknown key {unknown[0]!r}; the keys are {listed}")


def rounded_up(share: float, of: Fraction | int) -> int:
    """A share of a number, rounded up; it is taken as the decimal that was written: 0.1 of 30 is 3."""
    return math.ceil(Fraction(str(share)) * of)
