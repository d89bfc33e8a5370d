"""The language of a participant's page: told to the browser, which Streamlit tells that all is English."""

import streamlit as st

from study.wording.master import ENGLISH
from study.wording.wording import Wording

_SCRIPT = """
export default function speak({ data }) {
  Object.assign(document.documentElement, { lang: data.language, dir: data.direction });
}
"""
# Streamlit writes a few words into fields in English, and sets all text from the left.
_STYLE = """<style>
[data-testid=InputInstructions] { display: none; }
[dir=rtl] .st-key-reading :is(h1, h2, h3, p, li, label) { text-align: start; }
[dir=rtl] .st-key-reading button p { text-align: center; }
[dir=rtl] .st-key-reading h1 { unicode-bidi: plaintext; }
</style>"""


def page_in(wording: Wording) -> None:
    """Tell the browser the page's language and the direction it is written in."""
    if wording.language == ENGLISH:
        return
    st.html(_STYLE)
    component = st.components.v2.component("facevalue_language", html="<span></span>", js=_SCRIPT)
    component(key="language", data={"language": wording.language, "direction": wording.direction})
