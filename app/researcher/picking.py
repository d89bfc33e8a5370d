"""What a researcher has picked in the gallery: kept in the browser's session, undone, and used."""

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt
import streamlit as st

from app.identity import who_is_here
from app.installation import installation
from app.researcher import design, jobs, words
from app.researcher.access import database, may_invite
from study.errors import StudyError
from study.exporting.cells import spreadsheet_csv
from study.images import gallery, selections
from study.images.view import View
from study.jobs.kinds import relabelling

_REMEMBERED = 20
Ids = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Picked:
    """Image ids in their order, and what was picked before the last change."""

    ids: Ids
    before: tuple[Ids, ...] = ()

    def now(self, ids: Ids) -> "Picked":
        """The picked after a change, with the way back."""
        return Picked(ids, (*self.before, self.ids)[-_REMEMBERED:])

    def undone(self) -> "Picked":
        """The picked before the last change."""
        return Picked(self.before[-1], self.before[:-1]) if self.before else self


def picked(label_set_id: int) -> Picked:
    """What is picked of a label set."""
    empty = Picked(np.empty(0, np.int64))
    found: Picked = st.session_state.get(_key(label_set_id), empty)
    return found


def tick(label_set_id: int, image_id: int, name: str) -> None:
    """Draw the box that picks one image."""
    key = f"pick-{label_set_id}-{image_id}"
    st.session_state[key] = bool(np.isin(image_id, picked(label_set_id).ids))
    st.checkbox(f"Select {name}", key=key, on_change=_toggle, args=(label_set_id, image_id, key))


def bar(view: View, shown: list[int], total: int) -> None:
    """Draw what is picked, what can be picked more, and what can be done with it."""
    set_id, chosen = view.label_set_id, picked(view.label_set_id)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{len(chosen.ids):,} selected**")
        st.button("Select this page", key="pick-page", on_click=_add, args=(set_id, shown))
        st.button(f"Select all {total:,}", key="pick-all", on_click=_add_all, args=(view,))
        st.button("Clear", key="pick-none", on_click=_clear, args=(set_id,), disabled=not len(chosen.ids))
        st.button(
            "Undo",
            key="pick-undo",
            icon=":material/undo:",
            on_click=_undo,
            args=(set_id,),
            disabled=not chosen.before,
        )
        with st.popover("Use the selection", key="use-selection"):
            if len(chosen.ids):
                _use(set_id, chosen.ids.tolist())
            else:
                st.caption("Nothing is selected yet.")
            _kept(set_id)


def _use(label_set_id: int, ids: list[int]) -> None:
    if may_invite():
        _keep(label_set_id, ids)

    def labels() -> str:
        with installation().database.session() as session:
            return spreadsheet_csv(selections.chosen_labels(session, label_set_id, ids))

    def manifest() -> str:
        place = installation()
        with place.database.session() as session:
            frame = selections.chosen_manifest(session, place.settings, label_set_id, ids)
        return frame.to_csv(index=False)

    st.markdown("**Take it away**")
    st.download_button(
        "Labels as CSV", labels, "labels.csv", "text/csv", on_click="ignore", key="take-labels"
    )
    st.download_button(
        "List of images", manifest, "selection.csv", "text/csv", on_click="ignore", key="take-manifest"
    )
    if may_invite():
        _label_again(label_set_id, ids)


def _label_again(label_set_id: int, ids: list[int]) -> None:
    place = installation()
    bundles = sorted(file.parent.name for file in (place.settings.data_dir / "bundles").glob("*/bundle.json"))
    st.markdown("**Label it again**")
    if not bundles:
        st.caption("There is no bundle in the data folder.")
        return
    with st.form("label-again", border=False):
        bundle = st.selectbox("With the bundle", bundles)
        name = st.text_input("Name of the new label set", max_chars=80).strip()
        asked = st.form_submit_button("Start labelling")
    if asked:
        try:
            with database().session() as session:
                frame = selections.chosen_manifest(session, place.settings, label_set_id, ids)
                dataset = selections.dataset_of(session, label_set_id)
            jobs.start(relabelling(place.settings, name, dataset, frame, bundle))
        except StudyError as problem:
            st.error(f"{problem}.")
            return
        st.success("It is labelled in the background: the page Engine shows how far it is.")


def _keep(label_set_id: int, ids: list[int]) -> None:
    st.markdown("**Keep it, for a study**")
    with st.form("keep-selection", border=False, clear_on_submit=True):
        name = st.text_input("Name of the selection", max_chars=selections.LONGEST_NAME)
        asked = st.form_submit_button("Keep")
    if asked:
        person = who_is_here().researcher
        try:
            with database().begin() as session:
                selections.save_selection(
                    session,
                    name,
                    label_set_id,
                    ids,
                    researcher_id=person.id if person else None,
                    now=datetime.now(UTC),
                )
        except StudyError as problem:
            st.error(f"{problem}.")
            return
        st.session_state["kept-selection"] = (label_set_id, name.strip())
        st.success(f"Kept {words.counted(len(ids), 'image')} as “{name.strip()}”.")
    if st.session_state.get("kept-selection", (None,))[0] == label_set_id and st.button(
        "Design a study about them", icon=":material/edit_note:", key="design-selection"
    ):
        design.begin_with_selection(*st.session_state.pop("kept-selection"))


def _kept(label_set_id: int) -> None:
    """Draw the selections that were kept of this label set: to be taken up again, or forgotten."""
    with database().session() as session:
        kept = selections.selections(session, label_set_id)
    if kept.empty:
        return
    st.markdown("**Kept selections**")
    sizes = dict(zip(kept["name"], kept["images"], strict=True))

    def named(name: str) -> str:
        return f"{name} ({words.counted(int(sizes[name]), 'image')})"

    name = st.selectbox("Kept selections", list(sizes), format_func=named, label_visibility="collapsed")
    with st.container(horizontal=True):
        st.button("Select these", key="take-up", on_click=_take_up, args=(label_set_id, name))
        if may_invite():
            st.button("Forget it", key="forget-selection", on_click=_forget, args=(name,))


def _take_up(label_set_id: int, name: str) -> None:
    with database().session() as session:
        _, ids = selections.selection_images(session, name)
    _set(label_set_id, np.asarray(ids, np.int64))


def _forget(name: str) -> None:
    person = who_is_here().researcher
    # Asked again, because a callback runs whatever the page draws.
    if person is not None and may_invite():
        with database().begin() as session:
            selections.delete_selection(session, name, researcher_id=person.id, now=datetime.now(UTC))


def _toggle(label_set_id: int, image_id: int, key: str) -> None:
    ids = picked(label_set_id).ids
    one = np.array([image_id])
    _set(label_set_id, np.union1d(ids, one) if st.session_state[key] else np.setdiff1d(ids, one))


def _add(label_set_id: int, ids: list[int]) -> None:
    _set(label_set_id, np.union1d(picked(label_set_id).ids, np.asarray(ids, np.int64)))


def _add_all(view: View) -> None:
    with database().session() as session:
        _add(view.label_set_id, gallery.all_ids(session, view))


def _clear(label_set_id: int) -> None:
    _set(label_set_id, np.empty(0, np.int64))


def _undo(label_set_id: int) -> None:
    st.session_state[_key(label_set_id)] = picked(label_set_id).undone()


def _set(label_set_id: int, ids: Ids) -> None:
    before = picked(label_set_id)
    if not np.array_equal(before.ids, ids):
        st.session_state[_key(label_set_id)] = before.now(ids)


def _key(label_set_id: int) -> str:
    return f"picked-{label_set_id}"
