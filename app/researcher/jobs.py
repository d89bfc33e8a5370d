"""Jobs as pages show them: how far each is, what it says, stop, and start again."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import streamlit as st
from sqlalchemy.orm import Session

from app.installation import installation
from app.researcher import bundles, words
from app.researcher.access import EDITORS, RESEARCHERS, database, me, researchers_only
from db.tables import Job
from study.errors import StudyError
from study.jobs import queue
from study.jobs.kinds import Work
from study.jobs.runner import launch, log_file

Found = TypeVar("Found")
LIVE_SECONDS = 2
SAME_PRESS = timedelta(seconds=5)
_SILENT_MINUTES = 10
_FIELDS = {"--set ": "in “Changed settings” ", "--no-pretrained": "clear “Begin with downloaded weights”"}
_SHOWN, _LOG_CHARACTERS = 12, 20_000
_COLOURS = {"queued": "gray", "running": "green", "done": "blue", "failed": "red", "stopped": "orange"}
_LOG_LINES = 40


def start(work: Work) -> None:
    """Queue a job and start its process, which outlives this one.

    A press that comes twice starts it once: a double click, or one that Streamlit hands on again to the run
    that follows the one it interrupted.

    Raises:
        StudyError: a job that makes the same was started before, or by somebody else.
    """
    person, now = me().id, datetime.now(UTC)
    try:
        with database().begin() as session:
            job = queue.add_job(
                session, work.kind, work.title, work.commands, by=person, now=now, needs=work.needs
            )
            job_id = job.id
    except queue.TwinError as twin:
        if twin.started_by == person and now - twin.created_at < SAME_PRESS:
            return
        raise
    launch(installation().settings, job_id)


def found_now(look: Callable[[Session], Found], roles: tuple[str, ...] = EDITORS) -> Found:
    """What `look` finds of the jobs, once those whose process has died are marked as failed."""
    now = datetime.now(UTC)
    with database(roles).session() as session:
        if not queue.any_dead(session, now):
            return look(session)
    with database(roles).begin() as session:
        queue.mark_dead(session, now)
        return look(session)


def listed(kinds: tuple[str, ...]) -> None:
    """Draw the latest jobs of these kinds, live."""
    st.fragment(_listed, run_every=LIVE_SECONDS)(kinds)


@researchers_only
def _listed(kinds: tuple[str, ...]) -> None:
    found = _latest(found_now(lambda session: queue.jobs(session, kinds, _SHOWN), RESEARCHERS))
    _redraw_after(kinds, {job.id for job in found if job.state in ("queued", "running")})
    if not found:
        st.caption("No job was started yet. Jobs go on when the server is restarted, one at a time.")
    for job in found:
        with st.container(border=True, key=f"job-{job.id}"):
            _card(job)


def _redraw_after(kinds: tuple[str, ...], at_work: set[int]) -> None:
    """Draw the whole page anew once a job has ended: what it made, or took away, belongs on it."""
    key = f"jobs-at-work-{kinds}"
    ended = st.session_state.get(key, set()) - at_work
    st.session_state[key] = at_work
    if ended:
        st.rerun()


def _latest(jobs: list[Job]) -> list[Job]:
    """Without the failed and stopped ones that were started again: the newer job has taken over."""
    newest = {(job.kind, str(job.arguments["commands"])): job.id for job in reversed(jobs)}
    return [
        job
        for job in jobs
        if job.state not in ("failed", "stopped")
        or newest[job.kind, str(job.arguments["commands"])] == job.id
    ]


def _card(job: Job) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{job.title}**", width="content")
        st.badge(job.state.capitalize(), color=_COLOURS[job.state])  # type: ignore[arg-type]
    if job.state == "running":
        _progress(job.progress or {})
    elif job.state == "queued":
        st.caption("It waits for the jobs before it.")
    if job.message:
        (st.error if job.state == "failed" else st.caption)(on_the_page(job.message))
    st.caption(_times(job))
    if me().role in EDITORS:
        with st.container(horizontal=True):
            if job.state in ("queued", "running"):
                st.button("Stop", key=f"stop-{job.id}", icon=":material/stop:", on_click=stop, args=(job.id,))
            elif job.state in ("failed", "stopped"):
                st.button(
                    "Start it again",
                    key=f"again-{job.id}",
                    icon=":material/replay:",
                    on_click=_again,
                    args=(job.id,),
                )
    bundle = job.arguments.get("bundle") if job.kind == "train" else None
    if bundle and st.toggle("How it learns", key=f"curves-{job.id}"):
        bundles.learning(installation().settings.data_dir / "bundles" / bundle, f"job-{job.id}")
    said(job.id)


def said(job_id: int) -> None:
    """Draw a switch that shows what a job's commands said."""
    if not st.toggle("What it said", key=f"log-{job_id}"):
        return
    # All of it in sight: a box that scrolls by itself cannot be scrolled by the keyboard.
    lines = _log(job_id).rstrip("\n").split("\n")
    if len(lines) > _LOG_LINES:
        st.caption(f"The last {_LOG_LINES} lines; the data folder has all in jobs/{job_id}.log.")
    st.code("\n".join(lines[-_LOG_LINES:]) or "Nothing yet.", language=None, wrap_lines=True)


def on_the_page(message: str) -> str:
    """A command’s message, with its flags called what the forms call them."""
    for flag, field in _FIELDS.items():
        message = message.replace(flag, field)
    return message


def _progress(told: dict[str, object]) -> None:
    silent = _silent_for(told)
    share = float(str(told.get("share", 0.0)))
    parts = [f"step {told.get('step', 1)} of {told.get('steps', 1)}"]
    if "name" in told:
        parts.append(f"{told['name']}: {share:.0%}")
        if "?" not in str(told.get("left", "?")):
            parts[-1] += f", {told['left']} left at {told.get('pace', '?')}"
        if told.get("note"):
            parts.append(str(told["note"]))
    st.progress(share, " · ".join(parts))
    if silent is not None:
        st.warning(
            f"It has said nothing for {silent}. It may be at a long step, or hang: “What it said” tells "
            "where it is. Stop it and start it again where in doubt; finished parts are kept."
        )


def _silent_for(told: dict[str, object]) -> str | None:
    """How long a running command has said nothing, where that is worth a word."""
    spoke = told.get("spoke")
    if spoke is None:
        return None
    minutes = int((datetime.now(UTC) - datetime.fromisoformat(str(spoke))).total_seconds() // 60)
    return words.counted(minutes, "minute") if minutes >= _SILENT_MINUTES else None


def _times(job: Job) -> str:
    parts = [f"started {job.created_at:%d %B, %H:%M} UTC"]
    if job.finished_at is not None:
        spent = job.finished_at - (job.started_at or job.created_at)
        parts.append(f"ended after {str(spent).partition('.')[0]}")
    return " · ".join(parts)


def _log(job_id: int) -> str:
    file = log_file(installation().settings, job_id)
    if not file.is_file():
        return ""
    with file.open("rb") as read:
        read.seek(max(0, file.stat().st_size - _LOG_CHARACTERS))
        return read.read().decode("utf-8", "replace")


def stop(job_id: int) -> None:
    """Ask a job to stop."""
    with database().begin() as session:
        queue.stop_job(session, job_id, by=me().id, now=datetime.now(UTC))


def _again(job_id: int) -> None:
    try:
        with database().begin() as session:
            started = queue.again(session, job_id, by=me().id, now=datetime.now(UTC)).id
    except StudyError as problem:
        st.toast(str(problem))
        return
    launch(installation().settings, started)
