"""Gallery: a label set's images and soft-labels, filtered, sorted and paged; the address holds the view."""

from typing import Any

import pandas as pd
import streamlit as st

from app import charts
from app.researcher import image, words
from app.researcher.access import database, researchers_only
from engine.emfacs import EMOTIONS
from engine.images import SPLITS
from engine.soft_labels import SOFT_COLUMNS, SUBSETS
from study.images import catalog

PER_PAGE = 24
VIEW = "gallery_view"
ANY = "Any"
SORTS: dict[str, tuple[str, bool]] = {
    "Name": ("image", False),
    "Clearest first": ("margin", True),
    "Least clear first": ("margin", False),
    "Most mixed first": ("entropy", True),
    **{f"Most {emotion.lower()} first": (emotion.lower(), True) for emotion in EMOTIONS},
}


def entry() -> st.Page:
    """The page as the navigation lists it."""
    return st.Page(page, title="Gallery", icon=":material/grid_view:", url_path="gallery")


@researchers_only
def page() -> None:
    """Draw the gallery."""
    _come_back()
    st.title("Gallery", anchor=False)
    with database().session() as session:
        sets = catalog.label_sets(session)
        if sets.empty:
            words.nothing_yet(*words.NO_IMAGES)
            return
        filters = _filters(sets)
        _, total = catalog.gallery(session, **filters, limit=0)
        if total == 0:
            st.info("No image is all of that. Choose “Any” in one of the filters.")
            return
        shown = st.container()
        number = _page_number(total, filters)
        frame, _ = catalog.gallery(session, **filters, offset=(number - 1) * PER_PAGE, limit=PER_PAGE)
    with shown:
        first = (number - 1) * PER_PAGE + 1
        st.caption(
            f"{first:,}–{first + len(frame) - 1:,} of {words.counted(total, 'image')}. "
            "Bars are the soft-label from 0 to 1; the hard-label's emotion is in bold."
        )
        _cards(frame, filters["label_set_id"])
    st.session_state[VIEW] = st.query_params.to_dict()


def _come_back() -> None:
    # The browser's Back leaves the address of the image that one comes from: put the gallery's back.
    if image.is_addressed():
        st.query_params.from_dict(st.session_state.get(VIEW, {}))
        st.rerun()


def _filters(sets: pd.DataFrame) -> dict[str, Any]:
    names = dict(zip(sets["name"], sets["label_set_id"], strict=True))
    with st.grid("auto", min_column_width=140):
        label_set = _choice("Label set", "labels", list(names))
        emotion = _choice("Hard-label", "emotion", [ANY, *EMOTIONS])
        subset = _choice("Subset", "subset", [ANY, *SUBSETS])
        split = _choice("Split", "split", [ANY, *SPLITS])
        sort, descending = SORTS[_choice("Order", "order", list(SORTS))]
    return {
        "label_set_id": int(names[label_set]),
        "emotion": None if emotion == ANY else emotion,
        "subset": None if subset == ANY else subset,
        "split": None if split == ANY else split,
        "sort": sort,
        "descending": descending,
    }


def _choice(label: str, key: str, options: list[str]) -> str:
    return str(st.selectbox(label, options, key=key, bind="query-params", on_change=_first_page))


def _first_page() -> None:
    st.query_params.pop("page", None)


def _page_number(total: int, filters: dict[str, Any]) -> int:
    # Not bound to the address by Streamlit, which cannot set a bound page back to 1 when a filter changes.
    last = -(-total // PER_PAGE)
    asked = st.query_params.get("page", "1")
    first = min(max(int(asked), 1), last) if asked.isdecimal() else 1
    number = st.pagination(last, default=first, key=f"page {filters}")
    if number == 1:
        st.query_params.pop("page", None)
    else:
        st.query_params["page"] = str(number)
    return number


def _cards(frame: pd.DataFrame, label_set_id: int) -> None:
    grid = st.grid("auto", min_column_width=148, gap=("medium", "small"))
    for row in frame.to_dict("records"):
        scores = [float(row[column]) for column in SOFT_COLUMNS]
        address = charts.thumbnail_url(label_set_id, row["image_id"])
        with grid.cell():
            st.html(charts.card(address, scores, row["hard_label"], row["image"]))
            image.link(label_set_id, row["image_id"], f"{row['image']} · {row['subset']}")
