"""The words a participant reads: Markdown, chosen by the researcher."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from study.design.errors import DesignError
from study.design.markdown import fault
from study.wording.wording import Wording, wording

TEXTS = ("consent", "welcome", "instructions", "thanks")


@dataclass(frozen=True)
class Texts:
    """The texts of a study, each Markdown."""

    consent: str = field(default_factory=lambda: _english("consent"))
    welcome: str = field(default_factory=lambda: _english("welcome"))
    instructions: str = field(default_factory=lambda: _english("instructions"))
    thanks: str = field(default_factory=lambda: _english("thanks"))

    def __post_init__(self) -> None:
        for key, value in asdict(self).items():
            if not isinstance(value, str) or not value.strip():
                raise _refusal(key, f"= {value!r} must be a text that is not empty")
            # TOML and browsers write the end of a line differently: one way, so that a design stays equal.
            object.__setattr__(self, key, value.replace("\r\n", "\n").replace("\r", "\n"))
            wrong = fault(getattr(self, key))
            if wrong:
                raise _refusal(key, wrong)

    @classmethod
    def from_dict(cls, values: Any, base: Self) -> Self:
        """Read texts; those left out are `base`'s. Raises DesignError for an unknown text or a wrong kind."""
        if isinstance(values, cls):
            return values
        if not isinstance(values, Mapping):
            raise DesignError("texts", f"design: texts = {values!r} must be a table of texts")
        known = asdict(base)
        unknown = sorted(str(key) for key in values if key not in known)
        if unknown:
            raise DesignError(
                "texts", f"design: unknown text {unknown[0]!r}; the texts are {', '.join(known)}"
            )
        return cls(**{**known, **values})


def texts_in(wording: Wording) -> Texts:
    """The texts that a study of experiments begins with in a language."""
    return Texts(**{name: wording.words[f"texts.{name}"] for name in TEXTS})


def _english(name: str) -> str:
    return wording().words[f"texts.{name}"]


def _refusal(key: str, reason: str) -> DesignError:
    return DesignError(f"texts.{key}", f"design: texts.{key} {reason}")
