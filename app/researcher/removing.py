"""Taking a dataset or a label set out again: what would go with it, and the job that does it."""

import streamlit as st

from app.installation import installation
from app.researcher import jobs, rooms
from app.researcher.access import EDITORS, database, may_enter
from study.errors import StudyError
from study.images.removal import Removal, dataset_removal, label_set_removal
from study.jobs import kinds


def dataset(names: list[str]) -> None:
    """Draw the way to take one of these datasets out."""
    with (
        st.expander("Remove a data set", icon=":material/delete:"),
        st.container(horizontal=True, vertical_alignment="bottom"),
    ):
        name = st.selectbox("Data set", names, index=None, key="remove-dataset", width=320)
        if st.button("Remove…", disabled=name is None):
            confirm(str(name), label_set=False)


def label_set(name: str) -> None:
    """Draw the button that takes a label set out, for those who may."""
    if may_enter(EDITORS) and st.button("Remove this label set…", type="tertiary", icon=":material/delete:"):
        confirm(name, label_set=True)


@st.dialog("Remove for good?")
def confirm(name: str, *, label_set: bool) -> None:
    """Say what would go with it, and remove it where that is wanted."""
    try:
        going = _going(name, label_set)
        going.refuse()
    except StudyError as problem:
        st.error(f"{problem}.")
        return
    what = "label set" if label_set else "data set"
    st.markdown(f"With the {what} **{name}** go:\n" + "".join(f"\n- {one}" for one in going.lines()))
    st.caption(
        "Image files elsewhere, label files and engines stay where they are. While much is removed, answers "
        "of studies that are open wait in their participants’ browsers."
    )
    if not st.button("Remove", type="primary"):
        return
    try:
        jobs.start(kinds.removing(name, label_set=label_set))
    except StudyError as problem:
        st.error(f"{problem}.")
        return
    rooms.IMPORT.enter()


def _going(name: str, label_set: bool) -> Removal:
    with database().session() as session:
        if label_set:
            return label_set_removal(session, name)
        return dataset_removal(session, installation().settings, name)
