"""The view that the address names, and what pages ask about it again and again."""

import json
from typing import Any

import streamlit as st

from app.researcher import rooms
from app.researcher.access import database
from study.images import gallery
from study.images.view import View, view_of

LABELS, PAGE, SET, IMAGE, AT = "labels", "page", "set", "image", "at"
"""Words of an address beside the view's own: the label set by name, the page; on an image's page the label
set and the image by id, and the image's place in the view, from 1."""

PER_PAGE = 24
"""Images on one page of the gallery."""
_WINDOW = 96
_LONGEST_NUMBER = 9  # a longer one is beyond what a database numbers rows by


def address() -> dict[str, list[str]]:
    """The words of the page's address."""
    return {name: st.query_params.get_all(name) for name in st.query_params}


def row_number(word: str) -> int | None:
    """The number of a row that a word of an address names; None where it can be none."""
    return int(word) if word.isascii() and word.isdecimal() and len(word) <= _LONGEST_NUMBER else None


def addressed_view(label_set_id: int) -> tuple[View, list[str]]:
    """The view that the address asks for, and what of it means nothing."""
    return view_of(label_set_id, address())


def address_of_image(view: View, image_id: int, place: int | None) -> dict[str, str | list[str]]:
    """The words of the address of one image's page, at its place in a view (from 1) or on its own."""
    own: dict[str, str | list[str]] = {SET: str(view.label_set_id), IMAGE: str(image_id)}
    if place is None:
        return own
    return {**view.address(), **own, AT: str(place)}


def link_to_image(view: View, image_id: int, place: int | None, text: str) -> None:
    """Draw a link to one image's page, at its place in a view (from 1) or on its own."""
    rooms.IMAGE.link(text, address_of_image(view, image_id, place))


def summary(label_set_id: int) -> dict[str, Any]:
    """What is in a label set: see `study.images.facets`."""
    with database().session() as session:
        return gallery.summary_of(session, label_set_id)


def counted(view: View) -> int:
    """How many images a view keeps; asked of the database once, until labels or votes change."""
    return _counted(str(database().engine.url), json.dumps(summary(view.label_set_id)), view.key, view)


def ids_of(view: View, total: int, first: int, many: int) -> list[int]:
    """The images of a view at the places from `first` (from 0), in its order; `total` is the view's count.

    Asked of the database some pages at a time, so that the next page, the next image and the way from a page
    to one of its images mostly ask nothing.
    """
    last = min(first + many, total)
    known, where = json.dumps(summary(view.label_set_id)), str(database().engine.url)
    begin = first - first % _WINDOW
    ids = [
        one for at in range(begin, last, _WINDOW) for one in _window(where, known, view.key, at, view, total)
    ]
    return ids[first - begin : last - begin]


@st.cache_data(max_entries=2_000, show_spinner=False)
def _window(place: str, known: str, key: str, at: int, _view: View, _total: int) -> list[int]:
    with database().session() as session:
        return gallery.page_ids(session, _view, offset=at, limit=_WINDOW, total=_total)


@st.cache_data(max_entries=2_000, show_spinner=False)
def _counted(place: str, known: str, key: str, _view: View) -> int:
    # `place`, `known` and `key` are what the cache goes by: the database, its labels and votes, the view.
    with database().session() as session:
        return gallery.count(session, _view)
