"""What is done once a design is written: freezing it, forgetting it; and what a frozen one still offers."""

from datetime import UTC, datetime

import streamlit as st

from app.installation import installation
from app.researcher import jobs, rehearsal, words
from app.researcher.access import database, editors_only, me
from db.tables import Job, Study
from study import drafts
from study.annotation.kinds import ANNOTATION
from study.design.design import Design
from study.errors import StudyError
from study.jobs import queue
from study.jobs.kinds import design_fingerprint, freezing
from study.preregistration.freezing import preregistration_file
from study.trial.storing import clear

LIVE_SECONDS = 1
WHAT = {
    True: "Freezing plans who labels which faces. After that **the design cannot change**; a copy of it can.",
    False: "Freezing plans every question and writes the preregistration. After that **the design cannot "
    "change**; a copy of it can.",
}


@st.dialog("Freeze it?")
def confirm_freeze(study: Study) -> None:
    """Ask, and start the job that freezes a study or an annotation task."""
    st.markdown(f"{WHAT[study.kind == ANNOTATION]} Nobody is asked before you open it.")
    st.markdown(rehearsal.hint(study))
    if not st.button("Freeze", type="primary"):
        return
    try:
        # Never in the page's own run: whatever makes the page run again, such as a field that loses the
        # focus, would break it off without a word.
        jobs.start(freezing(study))
    except StudyError as problem:
        st.error(str(problem))
        return
    st.rerun()


def under_way(study: Study | None) -> bool:
    """Draw the freezing of a draft while it goes on, or why it was not frozen; whether it goes on."""
    if study is None or study.frozen_at is not None:
        return False
    job = _job(study.id)
    # A draft may have the number of one that was deleted.
    if job is None or job.created_at < study.created_at or job.state in ("done", "stopped"):
        return False
    if job.state == "failed":
        # Of a draft that was changed since, it says nothing any more.
        if job.arguments["design"] == design_fingerprint(study):
            st.error(f"Not frozen. {(job.message or '').removeprefix('error: ')}")
        return False
    with st.container(border=True):
        st.subheader("It is being frozen", anchor=False)
        st.fragment(_progress, run_every=LIVE_SECONDS)(study.id)
        st.caption("It goes on when you leave this page; come back, and see how far it is.")
    return True


def _job(study_id: int) -> Job | None:
    return jobs.found_now(lambda session: queue.latest_job(session, "freeze", "study", str(study_id)))


@editors_only
def _progress(study_id: int) -> None:
    job = _job(study_id)
    if job is None or job.state not in ("queued", "running"):
        st.rerun()
    told = job.progress or {}
    waiting = job.state == "queued" and "It waits for the job before it."
    said = waiting or str(told.get("name", "starting")).capitalize()
    st.progress(float(told.get("share", 0.0)), said)
    st.button("Stop", key="stop-freezing", icon=":material/stop:", on_click=jobs.stop, args=(job.id,))


@st.dialog("Delete this draft?")
def confirm_delete(study: Study) -> None:
    """Ask, and forget the draft."""
    st.markdown(f"The draft **{study.name}** is forgotten. Its TOML file can be downloaded first.")
    if not st.button("Delete", type="primary"):
        return
    clear(database(), study.id)  # much that a freezing left takes more than one short transaction
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
    if study.state == "draft":
        st.info("Next: open it and invite people, on **Invitations**.", icon=":material/mail:")
    job = _job(study.id)
    if job is not None and job.created_at >= study.created_at and job.message:
        st.markdown(f"**Where the design could be met only in part:**\n\n{_notes(job.message)}")
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
    rehearsal.made_by_rehearsing(study)
    rehearsal.draw(study)
    with st.expander("The whole design", expanded=True, key="whole-design"):
        st.code(design.to_toml(), language="toml", wrap_lines=True)


def _notes(said: str) -> str:
    return "\n".join(f"- {line.removeprefix('note: ')}" for line in said.splitlines())


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
