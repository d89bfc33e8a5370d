"""The words a participant reads: Markdown, chosen by the researcher."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from study.errors import StudyError

CONSENT = """\
You are invited to take part in a study of how people see emotion in faces.

- **What you will do.** You look at faces, one at a time, and say which of two labels describes them better.
  You can stop and come back at any time with the same link.
- **Your choice.** Taking part is voluntary. You may stop at any time, without giving a reason.
- **What is kept.** Your answers, how long each took, and when you gave it. They are kept under a code,
  not under your name.
- **Risks.** None beyond those of looking at photographs or drawings of faces on a screen.
"""

WELCOME = "Thank you for taking part. Take your time, and take breaks: your answers are saved as you go."

INSTRUCTIONS = """\
Look at the face first, then at the two labels beside it. A label either scores each of eight emotions from 0
to 1, or names a single emotion. Choose the label that describes the face better. There is no trick, and often
no perfect answer: say what you see.
"""

THANKS = "That was the last question. Thank you: every answer is saved, and you can close this page."


@dataclass(frozen=True)
class Texts:
    """The texts of a study, each Markdown."""

    consent: str = CONSENT
    welcome: str = WELCOME
    instructions: str = INSTRUCTIONS
    thanks: str = THANKS

    def __post_init__(self) -> None:
        for key, value in asdict(self).items():
            if not isinstance(value, str) or not value.strip():
                raise StudyError(f"design: texts.{key} = {value!r} must be a text that is not empty")

    @classmethod
    def from_dict(cls, values: Any, base: Self) -> Self:
        """Read texts; those left out are `base`'s. Raises StudyError for an unknown text or a wrong kind."""
        if isinstance(values, cls):
            return values
        if not isinstance(values, Mapping):
            raise StudyError(f"design: texts = {values!r} must be a table of texts")
        known = asdict(base)
        unknown = sorted(set(values) - set(known))
        if unknown:
            raise StudyError(f"design: unknown text {unknown[0]!r}; the texts are {', '.join(known)}")
        return cls(**{**known, **values})
