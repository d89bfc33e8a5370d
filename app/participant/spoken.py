"""The language of a participant's page: told to the browser, which Streamlit tells that all is English."""

import streamlit as st

from study.wording.master import ENGLISH
from study.wording.wording import Wording

_SCRIPT = """
export default function speak({ data }) {
  Object.assign(document.documentElement, { lang: data.language, dir: data.direction });
}
"""
# What Streamlit itself writes into a field ("Press Enter to submit form", "0/200") is English.
_STYLE = "<style>[data-testid=InputInstructions] { display: none; }</style>"


def page_in(wording: Wording) -> None:
    """Tell the browser the page's language and the direction it is written in."""
    if wording.language == ENGLISH:
        return
    st.html(_STYLE)
    component = st.components.v2.component("facevalue_language", html="<span></span>", js=_SCRIPT)
    component(key="language", data={"language": wording.language, "direction": wording.direction})
