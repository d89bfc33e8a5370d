"""A researcher's Markdown as HTML that can be put into a page: words, lists and links, nothing that runs."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token


def safe_html(text: str) -> str:
    """The HTML of a CommonMark text: raw HTML is shown as typed, and a link that could run is no link."""
    return str(_markdown().render(text))


@cache
def _markdown() -> MarkdownIt:
    # With `html` off tags are escaped; markdown-it refuses javascript:, vbscript:, file: and data: addresses.
    # Images are left out: fetched from elsewhere, they would tell others who takes part.
    markdown = MarkdownIt("commonmark", {"html": False}).disable("image")
    markdown.add_render_rule("link_open", _opens_elsewhere)
    return markdown


def _opens_elsewhere(self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, _env: Any) -> str:
    """A link leaves the study's page where it is, and tells the other site nothing."""
    tokens[index].attrSet("target", "_blank")
    tokens[index].attrSet("rel", "noopener noreferrer")
    return self.renderToken(tokens, index, options, {})
