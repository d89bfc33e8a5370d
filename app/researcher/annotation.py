"""Annotation: tasks in which people label faces, designed, frozen, and read as votes and agreement."""

from datetime import UTC, datetime
from typing import Any

import streamlit as st

from app.researcher import (
    annotation_findings,
    annotation_form,
    design_freezing,
    rehearsal,
    study_choice,
    views,
    words,
)
from app.researcher.access import database, editors_only, may_invite, me, researchers_only
from app.researcher.design_words import LARGEST_MEGABYTES, to_mend
from db.tables import Study
from study import drafts as studies_drafts
from study.annotation import drafts
from study.annotation.design import AnnotationDesign
from study.annotation.kinds import ANNOTATION
from study.errors import StudyError
from study.images.manifests import datasets
from study.trial.storing import clear

BASE, OF, GENERATION = "annotation_base", "annotation_of", "annotation_generation"


@researchers_only
def page() -> None:
    """Draw the task that the address names, or the design of a new one."""
    study = _named()
    if study is None:
        words.head(
            "Annotation",
            "People look at one face at a time and say what it shows. What they say is a table that an "
            "engine learns from, and votes that stand beside its scores in the gallery.",
        )
    else:
        words.head(f"Annotation · {study.title}")
        study_choice.ways(study.id, study.kind)
    if study is not None and study.frozen_at is not None:
        words.study_badges("frozen" if study.state == "draft" else study.state, study.simulated)
        annotation_findings.draw(study, raw=may_invite())
        if may_invite():
            rehearsal.made_by_rehearsing(study)
            rehearsal.draw(study)
        _design(study)
    else:
        _design_one(study)


def _named() -> Study | None:
    wanted = st.query_params.get("study", "")
    if not wanted:
        return None
    number = views.row_number(wanted)
    with database().session() as session:
        study = None if number is None else session.get(Study, number)
    if study is None or study.kind != ANNOTATION:
        st.warning("The address names no annotation task: this is a new one.")
        return None
    return study


@editors_only
def _design_one(study: Study | None) -> None:
    with database().session() as session:
        known = {int(row["dataset_id"]): str(row["name"]) for row in datasets(session).to_dict("records")}
    if not known:
        words.nothing_yet(*words.NO_IMAGES)
        return
    if design_freezing.under_way(study):
        return
    _begin(study)
    _file()
    left, right = st.columns([3, 2], gap="large")
    with left:
        dataset_id = _dataset(study, known)
        drawn = annotation_form.fields(
            st.session_state[BASE], st.session_state[GENERATION], known[dataset_id]
        )
    found, design = annotation_form.judged(drawn.values)
    with right, st.container(border=True):
        st.subheader("What it will cost", anchor=False)
        if design is not None:
            found += annotation_form.cost(design, dataset_id)
        if found:
            st.warning(to_mend(found))
        saved = _acts(study, design, dataset_id, bool(found))
    if study is not None:
        with right:
            rehearsal.draw(study, ready=saved and not found)
    with left:
        drawn.show(found)


def _begin(study: Study | None) -> None:
    """Take the stored design when another task is looked at, and else keep what is being written."""
    of = None if study is None else study.id
    if BASE not in st.session_state or st.session_state.get(OF) != of:
        _load(AnnotationDesign() if study is None else AnnotationDesign.from_dict(study.design))
        st.session_state[OF] = of


def _load(design: AnnotationDesign) -> None:
    st.session_state[BASE] = design
    st.session_state[GENERATION] = st.session_state.get(GENERATION, 0) + 1


def _file() -> None:
    with st.expander("Begin from a file"):
        file = st.file_uploader(
            "An annotation design (.toml)",
            type="toml",
            max_upload_size=LARGEST_MEGABYTES,
            key="annotation_file",
        )
    if file is None or st.session_state.get("annotation_read") == file.file_id:
        return
    st.session_state["annotation_read"] = file.file_id
    try:
        _load(AnnotationDesign.from_toml_text(file.getvalue().decode("utf-8")))
    except (StudyError, UnicodeDecodeError) as problem:
        st.error(str(problem))
        return
    st.rerun()


def _dataset(study: Study | None, known: dict[int, str]) -> int:
    stored = study.dataset_id if study is not None else None
    # Without a word, the newest one: whoever has just imported images goes on with them.
    place = list(known).index(stored) if stored in known else len(known) - 1
    key = f"annotation_dataset_{st.session_state[GENERATION]}"
    return int(st.selectbox("Data set", list(known), place, format_func=known.__getitem__, key=key))


def _acts(study: Study | None, design: AnnotationDesign | None, dataset_id: int, spoilt: bool) -> bool:
    """Draw what can be done with a design; whether it is saved as it stands."""
    unsound = design is None
    saved = study is not None and design is not None and study.design == design.to_dict()
    saved = saved and study is not None and study.dataset_id == dataset_id
    with st.container(horizontal=True):
        if st.button("Save draft", disabled=unsound or saved, type="secondary" if saved else "primary"):
            _save(study, design, dataset_id)
        if study is not None and st.button(
            "Freeze…", disabled=not saved or spoilt, icon=":material/lock:", type="primary"
        ):
            design_freezing.confirm_freeze(study)
        st.download_button(
            "Download TOML",
            "" if design is None else design.to_toml(),
            "annotation.toml" if design is None else f"{design.name}.toml",
            disabled=unsound,
            on_click="ignore",
        )
        if study is not None and st.button("Delete draft…", type="tertiary"):
            _confirm_delete(study)
    st.caption("Saved." if saved else "Not saved yet: a draft is rehearsed and frozen once it is saved.")
    return saved


def _save(study: Study | None, design: Any, dataset_id: int) -> None:
    try:
        with database().begin() as session:
            by, now = me().id, datetime.now(UTC)
            if study is None:
                made = drafts.create_draft(session, design, dataset_id, researcher_id=by, now=now)
            else:
                made = drafts.change_draft(session, study.id, design, dataset_id, researcher_id=by, now=now)
    except StudyError as problem:
        st.error(str(problem))
        return
    st.session_state[OF] = made.id
    st.query_params["study"] = str(made.id)
    st.rerun()


@st.dialog("Delete this draft?")
def _confirm_delete(study: Study) -> None:
    st.markdown(f"The draft **{study.name}** is forgotten. Its TOML file can be downloaded first.")
    if not st.button("Delete", type="primary"):
        return
    clear(database(), study.id)  # much that a freezing left takes more than one short transaction
    with database().begin() as session:
        studies_drafts.delete_draft(session, study.id, researcher_id=me().id, now=datetime.now(UTC))
    st.query_params.clear()
    st.rerun()


def _design(study: Study) -> None:
    design = AnnotationDesign.from_dict(study.design)
    with st.expander("The design"):
        st.markdown(f"Frozen on {study.frozen_at:%d %B %Y, %H:%M} UTC. It cannot change.")
        with st.container(horizontal=True):
            st.download_button("Download TOML", design.to_toml(), f"{design.name}.toml", on_click="ignore")
            if may_invite() and st.button("Copy as a new draft", icon=":material/content_copy:"):
                with database().begin() as session:
                    by, now = me().id, datetime.now(UTC)
                    made = studies_drafts.copy_study(session, study.id, researcher_id=by, now=now).id
                st.query_params["study"] = str(made)
                st.rerun()
        st.code(design.to_toml(), language="toml", wrap_lines=True)
