"""What is done once a design is written: freezing it, forgetting it; and what a frozen one still offers."""

from datetime import UTC, datetime

import numpy as np
import streamlit as st

from app.installation import installation
from app.researcher import words
from app.researcher.access import database, me
from db.tables import Study
from study import drafts
from study.design.design import Design
from study.errors import StudyError
from study.preregistration.freezing import freeze, preregistration_file


@st.dialog("Freeze this study?")
def confirm_freeze(study: Study) -> None:
    """Ask, and freeze with its progress shown."""
    st.markdown(
        "Freezing plans every question and writes the preregistration. After that **the design cannot "
        "change**; a copy of it can. Nobody is asked before you open the study."
    )
    if not st.button("Freeze", type="primary"):
        return
    with st.status("Freezing", expanded=True) as status:
        try:
            freeze(
                database(),
                installation().settings.data_dir,
                study.id,
                researcher_id=me().id,
                now=datetime.now(UTC),
                rng=np.random.default_rng(),
                say=lambda what: status.update(label=what.capitalize()),
            )
        except StudyError as problem:
            status.update(label="Not frozen", state="error")
            st.error(str(problem))
            return
    st.rerun()


@st.dialog("Delete this draft?")
def confirm_delete(study: Study) -> None:
    """Ask, and forget the draft."""
    st.markdown(f"The draft **{study.name}** is forgotten. Its TOML file can be downloaded first.")
    if not st.button("Delete", type="primary"):
        return
    with database().begin() as session:
        drafts.delete_draft(session, study.id, researcher_id=me().id, now=datetime.now(UTC))
    st.query_params.clear()
    st.rerun()


def frozen(study: Study) -> None:
    """A frozen design: to be read, downloaded and copied."""
    design = Design.from_dict(study.design)
    words.study_badges("frozen" if study.state == "draft" else study.state, study.simulated)
    st.markdown(f"Frozen on {study.frozen_at:%d %B %Y, %H:%M} UTC. The design cannot change; a copy can.")
    if study.preregistration is not None:
        st.caption(f"SHA-256 of the preregistration: `{study.preregistration}`")
    with st.container(horizontal=True):
        _download(study)
        st.download_button(
            "Download TOML", design.to_toml(), f"{design.name}.toml", on_click="ignore", key="frozen_toml"
        )
        if st.button("Copy as a new draft", icon=":material/content_copy:"):
            with database().begin() as session:
                made = drafts.copy_study(session, study.id, researcher_id=me().id, now=datetime.now(UTC))
            st.query_params["study"] = str(made.id)
            st.rerun()
    st.code(design.to_toml(), language="toml", wrap_lines=True)


def _download(study: Study) -> None:
    try:
        data = preregistration_file(installation().settings.data_dir, study).read_bytes()
    except StudyError as problem:
        st.caption(str(problem))
        return
    st.download_button(
        "Download the preregistration",
        data,
        f"{study.name}.zip",
        "application/zip",
        icon=":material/download:",
        type="primary",
        on_click="ignore",
    )
