"""Rehearsing a study with simulated participants: asked for, watched, judged, and deleted."""

from collections.abc import Callable
from datetime import UTC, datetime
from math import ceil

import numpy as np
import streamlit as st
from sqlalchemy import select

from app.researcher import jobs, rehearsal_findings, rooms, words
from app.researcher.access import database, editors_only, me
from db.tables import Job, Study
from study.annotation.kinds import ANNOTATION
from study.errors import StudyError
from study.jobs import queue
from study.jobs.kinds import design_fingerprint, rehearsing
from study.simulation.cost import answers_of, seconds_for
from study.simulation.outcome import Outcome
from study.simulation.rehearsals import deletable, delete_rehearsal

LIVE_SECONDS = 1
FEW = 12
STEPS = {
    "answer": "Simulated participants answer",
    "check": "Their findings are compared with what was planted",
}
WHAT = "by links, as people do. Then its findings are compared with what was planted."


def draw(study: Study, ready: bool = True) -> None:
    """Draw the rehearsal of a study or an annotation task: the way to it, how far it is, what it found.

    `ready`: whether its design, as it is stored, can be rehearsed.
    """
    if study.simulated:
        return
    job = _job(study)
    with st.container(border=True, key="rehearsal"):
        st.subheader("Rehearsal", anchor=False)
        if job is not None and job.state in ("queued", "running"):
            st.fragment(_progress, run_every=LIVE_SECONDS)(study)
            st.caption("It goes on when you leave this page; come back, and see how far it is.")
            return
        if job is None:
            st.caption(f"{_who(study)} answer a copy of it {WHAT}")
        # Before what the last one found: where it is pressed, the progress appears.
        if st.button(
            "Rehearse with simulated participants…", disabled=not ready, icon=":material/smart_toy:"
        ):
            _confirm(study)
        if job is not None:
            _ended(study, job)


def hint(study: Study) -> str:
    """What to say of a draft's rehearsal where it is about to be frozen."""
    job = _job(study)
    found = None if job is None or _of_another_design(study, job) else _outcome(job)
    if found is None:
        return (
            "It was not rehearsed as it stands. *Rehearse with simulated participants…* shows whether its "
            "findings come out as planted, while the design can still change."
        )
    if found.holds:
        return "Its rehearsal found what was planted."
    return "**Its rehearsal did not find all that was planted:** see there what to do first."


def made_by_rehearsing(study: Study) -> None:
    """Say of a simulated study that a rehearsal made it, and offer to delete it."""
    if not deletable(study):
        return
    st.info(
        "A dry run made this study: all its answers are simulated. It may be deleted.",
        icon=":material/smart_toy:",
    )
    delete_button(study.id, study.name, rooms.STUDIES.enter)


def delete_button(study_id: int, name: str, then: Callable[[], None]) -> None:
    """Draw the button that deletes a simulated study, once it is confirmed; `then` says where to go."""
    if st.button("Delete this rehearsal…", key=f"delete-rehearsal-{study_id}", type="tertiary"):
        _confirm_delete(study_id, name, then)


def _job(study: Study) -> Job | None:
    job = jobs.found_now(lambda session: queue.latest_job(session, "rehearse", "study", str(study.id)))
    # A draft may have the number of one that was deleted.
    return None if job is None or job.created_at < study.created_at else job


def _outcome(job: Job) -> Outcome | None:
    kept = job.arguments.get(queue.RESULT)
    return None if job.state != "done" or kept is None else Outcome.from_dict(kept)


def _of_another_design(study: Study, job: Job) -> bool:
    return bool(job.arguments["design"] != design_fingerprint(study))


@editors_only
def _progress(study: Study) -> None:
    job = _job(study)
    if job is None or job.state not in ("queued", "running"):
        st.rerun()
    told = job.progress or {}
    if job.state == "queued":
        st.progress(0.0, "It waits for the job before it.")
    elif told.get("name") in STEPS:
        share, left = float(told["share"]), str(told["left"])
        rest = "" if "?" in left else f", {left} left"
        st.progress(share, f"{STEPS[told['name']]} · {share:.0%}{rest}")
    else:
        st.progress(0.0, "A copy is planned, and its links are made")
    st.button("Stop", key="stop-rehearsal", icon=":material/stop:", on_click=jobs.stop, args=(job.id,))


def _ended(study: Study, job: Job) -> None:
    if _of_another_design(study, job):
        st.caption("The design was changed since its last rehearsal, of which this tells. Rehearse it again.")
    found = _outcome(job)
    if found is not None:
        _found(study, job, found)
    elif job.state == "stopped":
        st.caption("The last rehearsal was stopped; nothing of it was kept.")
    else:
        st.error(f"Not rehearsed. {_reason(job)}")
        jobs.said(job.id)


def _reason(job: Job) -> str:
    if job.message == queue.DIED:
        return "Its process was ended from outside, or the machine was restarted: rehearse it again."
    return (job.message or "").removeprefix("error: ")


def _found(study: Study, job: Job, found: Outcome) -> None:
    (st.success if found.holds and found.findings else st.warning)(rehearsal_findings.sentence(found))
    _table(found)
    when = job.finished_at or job.created_at
    st.caption(
        f"Rehearsed on {when:%d %B %Y, %H:%M} UTC by {words.counted(found.participants, 'participant')}."
    )
    with database().session() as session:
        made = session.get(Study, found.study_id)
    with st.container(horizontal=True, vertical_alignment="center"):
        if made is not None and made.name == found.name and deletable(made):
            room = rooms.ANNOTATION if study.kind == ANNOTATION else rooms.AGREEMENT
            room.link("See the simulated answers", rooms.of_study(made.id))
            delete_button(made.id, made.name, st.rerun)
        else:
            st.caption("The simulated study was deleted.")
    jobs.said(job.id)


def _table(found: Outcome) -> None:
    """What was not recovered at once; all of it at once where it is no long table."""
    if not found.findings:
        return
    if len(found.findings) <= FEW:
        st.table(rehearsal_findings.table(found.findings))
    else:
        if found.lost:
            st.table(rehearsal_findings.table(found.lost))
        with st.expander(f"All {len(found.findings)} findings: planted, found, recovered?"):
            st.table(rehearsal_findings.table(found.findings))
    st.caption(rehearsal_findings.TOLD)


@st.dialog("Rehearse with simulated participants?")
def _confirm(study: Study) -> None:
    designed = int(study.design["participants"])
    people = designed
    if designed > 1:
        people = int(st.number_input("Simulated participants", 1, designed, designed))
    try:
        with database().session() as session:
            answers = answers_of(session, study, people)
            open_now = session.scalar(
                select(Study.title).where(Study.state == "open", Study.simulated.is_(False)).limit(1)
            )
    except StudyError as problem:
        st.error(str(problem))
        return
    about = "" if study.frozen_at is not None and people == designed else "about "
    many = f"{about.capitalize()}**{words.counted(answers, 'answer')}**"
    st.markdown(f"{many}, in {_long(seconds_for(answers))}.")
    st.markdown(
        f"{_who(study)} answer a copy of **{study.name}** {WHAT} The copy is marked as simulated, and takes "
        f"the place of an earlier one; **{study.name}** itself stays as it is."
    )
    if open_now is not None:
        st.caption(f"“{open_now}” is open: its participants’ answers may take a moment longer to be stored.")
    if not st.button("Rehearse", type="primary"):
        return
    seed = int(np.random.default_rng().integers(2**31))
    try:
        jobs.start(rehearsing(study, people, seed))
    except StudyError as problem:
        st.error(str(problem))
        return
    st.rerun()


def _who(study: Study) -> str:
    if study.kind == ANNOTATION:
        return "Simulated participants, of whom is known how well they see,"
    return "Simulated participants, of whom is known what they prefer,"


def _long(seconds: float) -> str:
    minutes = ceil(seconds / 60)
    if minutes == 1:
        return "less than a minute"
    return f"about {minutes} minutes" if minutes < 100 else f"about {ceil(minutes / 60)} hours"


@st.dialog("Delete this rehearsal?")
def _confirm_delete(study_id: int, name: str, then: Callable[[], None]) -> None:
    st.markdown(
        f"The simulated study **{name}** is deleted with all its answers. No person's answer is touched."
    )
    if not st.button("Delete", type="primary"):
        return
    try:
        delete_rehearsal(database(), study_id, by=me().id, now=datetime.now(UTC))
    except StudyError as problem:
        st.error(str(problem))
        return
    then()
