"""The language of a study's participants, and the lab's own words, on the pages where a study is designed."""

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

from study.annotation.design import AnnotationDesign
from study.design.design import Design
from study.design.language import read_words
from study.errors import StudyError
from study.wording import checks
from study.wording.errors import WordingError
from study.wording.master import is_draft, parsed, shipped, written
from study.wording.wording import Pairs, wording

D = TypeVar("D", Design, AnnotationDesign)
Key = Callable[[str], str]
NOT_PROOFREAD = (
    "This translation is a draft that no native speaker has proofread. Download the words, have them "
    "corrected, and give the corrected file here."
)
_SHOWN_AT_MOST = 12


def draw(base: D, key: Key) -> D:
    """Draw the choice; returns the design said in it, whose texts follow where nobody wrote others.

    key: gives the keys of widgets, as `Fields.key` does.
    """
    language: str = key("language")
    own: str = key("own_words")
    st.session_state.setdefault(language, base.language)
    st.session_state.setdefault(own, base.words)
    left, right = st.columns(2)
    with left:
        known = [*shipped(), *({base.language, st.session_state[language]} - set(shipped()))]
        chosen = st.selectbox(
            "Language of participants",
            known,
            format_func=_name,
            key=language,
            help="Of all that participants read. Another language comes with its file of words.",
        )
    with right:
        st.file_uploader(
            "Words of your own (.toml)",
            type="toml",
            max_upload_size=1,
            key=key("words_file"),
            on_change=_read,
            args=(key,),
            help="A translation, or only the lines that you would say differently. Frozen with the design.",
        )
    for said in st.session_state.get(key("words_wrong"), ()):
        st.error(said, icon=":material/error:")
    try:
        found = base.said_in(chosen or base.language, st.session_state[own])
    except StudyError as problem:
        st.error(str(problem), icon=":material/error:")
        return base
    _state(found, key)
    return found


def suffix(design: Design | AnnotationDesign) -> str:
    """What sets the widgets of texts apart from those of another language, or of other words."""
    said = "" if design.language == "en" else f"_{design.language}"
    return said + (f"_{abs(hash(design.words))}" if design.words else "")


def incomplete(design: Design | AnnotationDesign) -> list[WordingError]:
    """What the design's own words lack or have too much."""
    return checks.problems(design.language, dict(design.words))[:1]


def _name(language: str) -> str:
    try:
        return f"{wording(language).english_name} ({language})"
    except WordingError:
        return language


def _state(design: Design | AnnotationDesign, key: Key) -> None:
    in_force = wording(design.language, design.words)
    replaced, base = len(design.words), checks.base_of(design.language)
    if base is not None and is_draft(base) and replaced < len(in_force.words) / 2:
        st.warning(NOT_PROOFREAD, icon=":material/translate:")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            "Download the words",
            written(design.language, in_force.words),
            f"words-{design.language}.toml",
            on_click="ignore",
            icon=":material/download:",
        )
        if replaced:
            st.button("Drop your own", on_click=_keep, args=(key, ()), type="tertiary")
            st.caption(f"{replaced:,} of {len(in_force.words):,} words are of your own file.")


def _read(key: Key) -> None:
    """Take the file that was given, or say what is wrong with it."""
    file = st.session_state[key("words_file")]
    st.session_state[key("words_wrong")] = []
    if file is None:
        return
    try:
        language, words = parsed(file.getvalue().decode("utf-8"), file.name)
        language = language or st.session_state[key("language")]
        found = checks.problems(language, words)
    except (StudyError, UnicodeDecodeError) as problem:
        st.session_state[key("words_wrong")] = [str(problem)]
        return
    if found:
        more = [f"and {len(found) - _SHOWN_AT_MOST:,} more"] if len(found) > _SHOWN_AT_MOST else []
        st.session_state[key("words_wrong")] = [*(str(one) for one in found[:_SHOWN_AT_MOST]), *more]
        return
    st.session_state[key("language")] = language
    _keep(key, read_words(tuple(words.items())))


def _keep(key: Key, words: Pairs) -> None:
    st.session_state[key("own_words")] = words
