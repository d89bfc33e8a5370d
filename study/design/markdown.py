"""Texts that others write and participants read: Markdown, and nothing that could run or hide."""

import re
from html import unescape

MAX_LENGTH = 50_000
# A tag, a comment or a declaration: Markdown needs none of them; <https://…> and <me@lab.org> are links.
_HTML = re.compile(
    r"<(?!(?:https?://|mailto:|[\w.+-]+@)[^<>\s]*>)(?:[/!?]?[a-zA-Z][^<>]*>|!--|script\b)", re.I
)
_ADDRESS = re.compile(r"(?:\]\(|\]:|<)<?((?:javascript|vbscript|data|file):)", re.I)
# Joiners (U+200C, U+200D) are letters of Persian and others, and marks of direction mend their punctuation.
_INVISIBLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u202a-\u202e\u2060\ufeff]")


def fault(text: str) -> str | None:
    """What is wrong with a text: what could run, or be drawn as anything but words; None where sound."""
    if len(text) > MAX_LENGTH:
        return f"has {len(text):,} letters, more than {MAX_LENGTH:,}"
    hidden = _INVISIBLE.search(text)
    if hidden:
        return f"holds an invisible letter (U+{ord(hidden[0]):04X}) at {hidden.start() + 1}"
    # Twice, because an entity may be spelt with one.
    plain = unescape(unescape(text))
    tag = _HTML.search(plain)
    if tag:
        return f"holds HTML or a script, {tag[0][:40]!r}: write Markdown"
    # Browsers read an address without the white space in it.
    address = _ADDRESS.search(re.sub(r"[\s\\]", "", plain))
    if address:
        return f"holds a link to {address[1]!r}: links begin with https:// or mailto:"
    return None
