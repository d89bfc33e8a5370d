"""The view that the address names, and what pages ask about it again and again."""

import json
from typing import Any

import streamlit as st

from app.researcher.access import database
from study.images import gallery
from study.images.view import View, view_of

LABELS, PAGE, SET, IMAGE, AT = "labels", "page", "set", "image", "at"
"""Words of an address beside the view's own: the label set by name, the page; on an image's page the label
set and the image by id, and the image's place in the view, from 1."""


def address() -> dict[str, list[str]]:
    """The words of the page's address."""
    return {name: st.query_params.get_all(name) for name in st.query_params}


def addressed_view(label_set_id: int) -> tuple[View, list[str]]:
    """The view that the address asks for, and what of it means nothing."""
    return view_of(label_set_id, address())


def summary(label_set_id: int) -> dict[str, Any]:
    """What is in a label set: see `study.images.facets`."""
    with database().session() as session:
        return gallery.summary_of(session, label_set_id)


def counted(view: View) -> int:
    """How many images a view keeps; asked of the database once, until labels or votes change."""
    return _counted(str(database().engine.url), json.dumps(summary(view.label_set_id)), view.key, view)


@st.cache_data(max_entries=2_000, show_spinner=False)
def _counted(place: str, known: str, key: str, _view: View) -> int:
    # `place`, `known` and `key` are what the cache goes by: the database, its labels and votes, the view.
    with database().session() as session:
        return gallery.count(session, _view)
