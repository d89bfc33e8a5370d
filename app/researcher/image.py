"""One image: the face, its soft-label against its hard-label, how the score came about, what people said."""

import streamlit as st

from app import charts, overlay, pictures
from app.installation import installation
from app.researcher import backbones, image_people, moved, rooms, views, words
from app.researcher.access import database, researchers_only
from engine.emfacs import ACTION_UNITS
from engine.soft_labels import SOFT_COLUMNS
from study.errors import NotFoundError
from study.images.catalog import image_path
from study.images.nearest import nearest
from study.images.portrait import Portrait, portrait
from study.images.view import View

MEANING = {
    1: "No emotion scores higher than the hard-label’s: the soft-label agrees with it.",
    2: "One emotion scores higher than the hard-label’s.",
}
NEAREST = 12


@researchers_only
def page() -> None:
    """Draw the image that the address names."""
    named = [views.row_number(st.query_params.get(word, "")) for word in (views.SET, views.IMAGE)]
    try:
        label_set_id, image_id = (0 if number is None else number for number in named)
        with database().session() as session:
            found = portrait(session, label_set_id, image_id)
    except NotFoundError:
        words.head("Image")
        st.warning("The address names no image of a label set. Choose one in the gallery.")
        rooms.GALLERY.link()
        return
    words.head(
        f"Image {found.image}", "One face: its soft-label against its hard-label, and how both came about."
    )
    _ways(label_set_id, image_id, found)
    left, right = st.columns([2, 3], gap="large")
    with left:
        _face(label_set_id, found)
        _standing(found)
    with right:
        _labels(found)
    _parts(found)
    backbones.section(found)
    image_people.section(found)
    _nearest(label_set_id, image_id)


def _ways(label_set_id: int, image_id: int, found: Portrait) -> None:
    """Back to the gallery, and to the images before and after this one in the view it was reached by."""
    view, _ = views.addressed_view(label_set_id)
    place = _place()
    before, after, total = _neighbours(view, image_id, place)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if st.button("Gallery", icon=":material/grid_view:", shortcut="Esc", key="to-gallery"):
            page_number = 1 + ((place or 1) - 1) // views.PER_PAGE
            here = {views.LABELS: found.label_set, views.PAGE: str(page_number)}
            rooms.GALLERY.enter({**view.address(), **here})
        if place is None or total == 0:
            return
        _step(view, "Previous", before, place - 1, "Left")
        _step(view, "Next", after, place + 1, "Right")
        st.caption(f"{place:,} of {words.counted(total, 'image')} of the gallery’s view")


def _step(view: View, text: str, image_id: int | None, place: int, shortcut: str) -> None:
    def step() -> None:
        if image_id is not None:
            st.query_params.from_dict(views.address_of_image(view, image_id, place))

    st.button(text, key=text, shortcut=shortcut, on_click=step, disabled=image_id is None)


def _neighbours(view: View, image_id: int, place: int | None) -> tuple[int | None, int | None, int]:
    """The images before and after the place, and how many the view keeps; 0 where the image is not there."""
    try:
        total = views.counted(view)
    except NotFoundError:
        return None, None, 0
    if place is None or not 1 <= place <= total:
        return None, None, 0
    first = max(place - 2, 0)
    ids = views.ids_of(view, total, first, place + 1 - first)
    own = place - 1 - first
    if ids[own] != image_id:
        return None, None, 0
    return ids[own - 1] if own else None, ids[own + 1] if own + 1 < len(ids) else None, total


def _place() -> int | None:
    asked = st.query_params.get(views.AT, "")
    return int(asked) if asked.isascii() and asked.isdecimal() and int(asked) > 0 else None


def _face(label_set_id: int, found: Portrait) -> None:
    source = charts.media_url(label_set_id, found.image_id)
    with database().session() as session:
        path = image_path(session, installation().settings, found.image_id)
    try:
        size = pictures.size_of(path)
    except pictures.UnreadablePictureError:
        st.html(charts.face(source, found.image))
        if path.exists():
            st.error(f"The file `{path}` is no image that can be read. Mend or replace it, then reload.")
        else:
            moved.warn_of_missing(found.dataset_id, [found.path])
        return
    shown = found.geometry.known and st.toggle("Landmarks and pose", key="landmarks")
    if not shown:
        st.html(charts.face(source, found.image))
        return
    words_of_it = overlay.spoken(found.geometry)
    drawn = overlay.data_url(overlay.drawing(found.geometry, size))
    st.html(charts.face(source, found.image, drawn, words_of_it))
    st.caption(f"Drawn: {words_of_it}. Of the axes red points to the head’s left, green down, blue ahead.")


def _standing(found: Portrait) -> None:
    higher = found.rank - 1
    st.markdown(f"**{found.subset}** · hard-label **{found.hard_label}** · rank {found.rank}")
    st.caption(
        MEANING.get(found.rank, f"{higher} emotions score higher than the hard-label’s.")
        + f" Margin {found.margin:+.2f}. Split: {found.split or 'unknown'}. Label set: {found.label_set}."
    )


def _labels(found: Portrait) -> None:
    st.subheader("Soft-label", anchor=False)
    st.html(charts.label_bars(found.soft, hard=found.hard_label, form="Soft-label", large=True))
    st.subheader("Hard-label", anchor=False)
    hard = charts.hard_scores(found.hard_label)
    st.html(charts.label_bars(hard, hard=found.hard_label, form="Hard-label", large=True))


def _parts(found: Portrait) -> None:
    st.subheader("How the score came about", anchor=False)
    if found.ensemble is None or found.unit_scores is None:
        st.caption("This label set holds the soft-labels alone, not the parts that they were made of.")
        return
    parts = {"Soft-label": found.soft, "Ensemble": found.ensemble, "Action units": found.unit_scores}
    st.caption(words.PARTS)
    st.plotly_chart(
        charts.parts_figure(parts, charts.page_colours()), key="parts", theme=None, config=charts.CONFIG
    )
    with st.expander("Table"):
        st.dataframe(charts.parts_table(parts), hide_index=True)
    if found.action_units:
        st.markdown("**Predicted action units**")
        units = {unit: found.action_units.get(str(unit), 0.0) for unit in ACTION_UNITS}
        st.html(charts.unit_bars(units))
        with st.expander("Table"):
            st.dataframe(charts.units_table(units), hide_index=True)


def _nearest(label_set_id: int, image_id: int) -> None:
    st.subheader("Nearest by soft-label", anchor=False)
    try:
        with database().session() as session:
            found = nearest(session, label_set_id, image_id, NEAREST)
    except NotFoundError:
        st.caption("The gallery has not prepared this label set yet: open it there once.")
        return
    st.caption("The images whose eight scores are nearest (Euclidean distance), the nearest first.")
    with st.grid("auto", min_column_width=148, gap=("medium", "small")) as grid:
        for row in found.to_dict("records"):
            scores = [float(row[column]) for column in SOFT_COLUMNS]
            source = charts.thumbnail_url(label_set_id, row["image_id"])
            with grid.cell():
                note = f"Distance {row['distance']:.2f}"
                st.html(charts.card(source, scores, row["hard_label"], row["image"], note))
                views.link_to_image(
                    View(label_set_id), row["image_id"], None, f"{row['image']} · {row['subset']}"
                )
