"""The words a participant reads: Markdown, chosen by the researcher."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from html import unescape
from typing import Any, Self

from study.design.errors import DesignError

MAX_LENGTH = 50_000
# A tag, a comment or a declaration: Markdown needs none of them; <https://…> and <me@lab.org> are links.
_HTML = re.compile(
    r"<(?!(?:https?://|mailto:|[\w.+-]+@)[^<>\s]*>)(?:[/!?]?[a-zA-Z][^<>]*>|!--|script\b)", re.I
)
_ADDRESS = re.compile(r"(?:\]\(|\]:|<)<?((?:javascript|vbscript|data|file):)", re.I)
_INVISIBLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060\ufeff]")

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
                raise _refusal(key, f"= {value!r} must be a text that is not empty")
            # TOML and browsers write the end of a line differently: one way, so that a design stays equal.
            object.__setattr__(self, key, value.replace("\r\n", "\n").replace("\r", "\n"))
            _check_markdown(key, getattr(self, key))

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


def _check_markdown(key: str, text: str) -> None:
    """Raise DesignError for what could run, or be drawn, as anything but words."""
    if len(text) > MAX_LENGTH:
        raise _refusal(key, f"has {len(text):,} letters, more than {MAX_LENGTH:,}")
    hidden = _INVISIBLE.search(text)
    if hidden:
        raise _refusal(key, f"holds an invisible letter (U+{ord(hidden[0]):04X}) at {hidden.start() + 1}")
    # Twice, because an entity may be spelt with one.
    plain = unescape(unescape(text))
    tag = _HTML.search(plain)
    if tag:
        raise _refusal(key, f"holds HTML or a script, {tag[0][:40]!r}: write Markdown")
    # Browsers read an address without the white space in it.
    address = _ADDRESS.search(re.sub(r"[\s\\]", "", plain))
    if address:
        raise _refusal(key, f"holds a link to {address[1]!r}: links begin with https:// or mailto:")


def _refusal(key: str, reason: str) -> DesignError:
    return DesignError(f"texts.{key}", f"design: texts.{key} {reason}")
