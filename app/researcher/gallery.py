"""Gallery: a label set's images and soft-labels, filtered, sorted, paged and picked; the address holds it."""

from typing import Any

import streamlit as st

from app import charts
from app.researcher import filters, moved, picking, views, words
from app.researcher.access import RESEARCHERS, database, researchers_only
from engine.soft_labels import SOFT_COLUMNS
from study.images import catalog, facets
from study.images.gallery import relaxed, rows_of
from study.images.view import View

_ADDRESS, _PAGE = "gallery-came-from", "gallery-page"
_SAID_ANYWAY = {"image", "hard_label", "top", *(column.removeprefix("soft_") for column in SOFT_COLUMNS)}


@researchers_only
def page() -> None:
    """Draw the gallery."""
    _come_back()
    words.head("Gallery", "Every labelled image beside its soft-label: filter, sort, look closely, select.")
    with database().session() as session:
        sets = catalog.label_sets(session)
    if sets.empty:
        words.nothing_yet(*words.NO_IMAGES)
        return
    chosen = filters.choose_label_set(sets)
    set_id = int(chosen["label_set_id"])
    if not chosen["prepared"]:
        _prepare(set_id)
    summary = views.summary(set_id)
    view = filters.choose_view(set_id, summary, str(chosen["name"]))
    total = views.counted(view)
    if total == 0:
        _nothing(view, summary)
    else:
        st.fragment(_results)(view, total, int(chosen["dataset_id"]))


def _come_back() -> None:
    # The browser's Back leaves the address of the image that one comes from: put the gallery's back.
    if views.IMAGE in st.query_params:
        st.query_params.from_dict(st.session_state.get(_ADDRESS, {}))
        st.rerun()


def _prepare(label_set_id: int) -> None:
    """Make what the filters need of a label set that an older version imported."""
    with (
        st.spinner("Preparing this label set for the gallery, once …"),
        database(RESEARCHERS).begin() as session,
    ):
        facets.write_facets(session, label_set_id)


def _nothing(view: View, summary: dict[str, Any]) -> None:
    with database().session() as session:
        without = relaxed(session, view)
    cures = {name: n for name, n in without.items() if n}
    st.info("No image is all of that." + ("" if cures else " No single filter is to blame: clear several."))
    with st.container(horizontal=True):
        for name, n in cures.items():
            st.button(
                f"Without “{filters.described(name, view)}”: {words.counted(n, 'image')}",
                key=f"relax-{name}",
                on_click=filters.relax,
                args=(view.without(name), summary),
            )
        empty = View(view.label_set_id, sort=view.sort, descending=view.descending)
        st.button("Clear all filters", key="clear-filters", on_click=filters.relax, args=(empty, summary))


@researchers_only
def _results(view: View, total: int, dataset_id: int) -> None:
    number, last = _page_number(view, total), -(-total // views.PER_PAGE)
    first = (number - 1) * views.PER_PAGE
    ids = views.ids_of(view, total, first, views.PER_PAGE)
    with database().session() as session:
        frame = rows_of(session, view.label_set_id, ids)
    st.caption(
        f"{first + 1:,}–{first + len(frame):,} of {words.counted(total, 'image')}. "
        "Bars are the soft-label from 0 to 1; the hard-label’s emotion is in bold."
    )
    moved.warn_of_missing(dataset_id, list(frame["path"]))
    picking.bar(view, [int(one) for one in frame["image_id"]], total)
    with st.container(horizontal=True, vertical_alignment="center"):
        _turn(view, f"Previous {views.PER_PAGE}", number - 1, last, "Shift+Left")
        _turn(view, f"Next {views.PER_PAGE}", number + 1, last, "Shift+Right")
    with st.grid("auto", min_column_width=148, gap=("medium", "small")) as grid:
        for place, row in enumerate(frame.to_dict("records"), first + 1):
            with grid.cell():
                _card(view, row, place)
    if last > 1:
        _pages(view, number, last)
    st.session_state[_ADDRESS] = views.address()


def _card(view: View, row: dict[Any, Any], place: int) -> None:
    scores = [float(row[column]) for column in SOFT_COLUMNS]
    source = charts.thumbnail_url(view.label_set_id, row["image_id"])
    note = "" if view.sort in _SAID_ANYWAY else f"{filters.TITLES[view.sort]} {_number(row[view.sort])}"
    st.html(charts.card(source, scores, row["hard_label"], row["image"], note))
    views.link_to_image(view, row["image_id"], place, f"{row['image']} · {row['subset']}")
    picking.tick(view.label_set_id, row["image_id"], row["image"])


def _page_number(view: View, total: int) -> int:
    """The page that is shown: the one that was chosen, or that the address asks for; the address follows."""
    shown: str
    number: int
    shown, number = st.session_state.get(_PAGE, ("", 1))
    if shown != view.key:
        asked = st.query_params.get(views.PAGE, "1")
        number = int(asked) if asked.isascii() and asked.isdecimal() else 1
    number = min(max(number, 1), -(-total // views.PER_PAGE))
    st.session_state[_PAGE] = view.key, number
    if number == 1:
        st.query_params.pop(views.PAGE, None)
    else:
        st.query_params[views.PAGE] = str(number)
    return number


def _turn(view: View, text: str, number: int, last: int, shortcut: str) -> None:
    def turn() -> None:
        st.session_state[_PAGE] = view.key, number

    st.button(text, key=text, shortcut=shortcut, on_click=turn, disabled=not 1 <= number <= last)


def _pages(view: View, number: int, last: int) -> None:
    key = f"pages {view.key} {number} {last}"

    def turn() -> None:
        st.session_state[_PAGE] = view.key, int(st.session_state[key])

    st.pagination(last, default=number, key=key, on_change=turn)


def _number(value: Any) -> str:
    return "unknown" if value is None or value != value else f"{value:.3g}"
