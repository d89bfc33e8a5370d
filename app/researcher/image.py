"""One image: the face, its soft-label against its hard-label, how the score came about, people's votes."""

import streamlit as st

from app import charts
from app.researcher import words
from app.researcher.access import database, researchers_only
from engine.emfacs import ACTION_UNITS
from study.errors import NotFoundError
from study.images.portrait import Portrait, portrait

MEANING = {
    1: "No emotion scores higher than the hard-label’s: the soft-label agrees with it.",
    2: "One emotion scores higher than the hard-label’s.",
}


def entry() -> st.Page:
    """The page as the navigation knows it; it is reached from the gallery."""
    return st.Page(page, title="Image", url_path="image", visibility="hidden")


def link(label_set_id: int, image_id: int, text: str) -> None:
    """Draw a link to one image's page."""
    st.page_link(entry(), label=text, query_params={"set": str(label_set_id), "image": str(image_id)})


def is_addressed() -> bool:
    """Whether the address names an image."""
    return "image" in st.query_params


@researchers_only
def page() -> None:
    """Draw the image that the address names."""
    try:
        label_set_id, image_id = int(st.query_params["set"]), int(st.query_params["image"])
        with database().session() as session:
            found = portrait(session, label_set_id, image_id)
    except (KeyError, ValueError, NotFoundError):
        st.title("Image", anchor=False)
        st.warning("The address names no image of a label set. Choose one in the gallery.")
        return
    st.title(f"Image {found.image}", anchor=False)
    left, right = st.columns([2, 3], gap="large")
    with left:
        st.html(charts.face(charts.media_url(label_set_id, image_id), found.image))
        _standing(found)
    with right:
        _labels(found)
    _parts(found)
    _people(found)


def _standing(found: Portrait) -> None:
    higher = found.rank - 1
    st.markdown(f"**{found.subset}** · hard-label **{found.hard_label}** · rank {found.rank}")
    st.caption(
        MEANING.get(found.rank, f"{higher} emotions score higher than the hard-label’s.")
        + f" Margin {found.margin:+.2f}. Split: {found.split or 'unknown'}."
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
        st.html(charts.unit_bars({unit: found.action_units.get(str(unit), 0.0) for unit in ACTION_UNITS}))


def _people(found: Portrait) -> None:
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("What people said", anchor=False)
        if found.votes.empty:
            st.caption("This image has no annotators’ votes.")
        else:
            st.caption(words.counted(int(found.votes["n"].sum()), "vote"))
            st.table(found.votes.rename(columns={"label": "Label", "n": "Votes"}), hide_index=True)
    with right:
        st.subheader("About the image", anchor=False)
        if found.metadata:
            st.table(
                {"Property": list(found.metadata), "Value": list(found.metadata.values())}, hide_index=True
            )
        else:
            st.caption("The manifest says nothing more about it.")
