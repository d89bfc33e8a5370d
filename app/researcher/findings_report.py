"""The agreement report of one study on a page: Fig. 6 first, then the rest; for researchers and readers."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import streamlit as st

from app.installation import installation
from app.researcher import findings_filters, findings_sections, words
from db.session import Database
from study import dashboard
from study.dashboard import Answers, Filters, Version
from study.exporting.folder import export_zip
from study.findings.summary import Findings
from study.reporting import numbers
from study.reporting.report import report_html
from study.reporting.sections import FIGURE6, sections

LIVE_SECONDS = 3.0
# Of the time, how much a report that is watched may take to be computed anew.
LIVE_SHARE = 0.1
NUMBERS = "All numbers"
May = Callable[[], bool]


@dataclass(frozen=True)
class Computed:
    """Findings, and how long they took."""

    found: Findings
    seconds: float


def report(study: Mapping[Any, Any], may: May, raw: bool) -> None:
    """Draw the report of a study, given by study_id, title, state and simulated.

    `may` says, at every look of a report that is watched, whether it may be read on; `raw` whether the
    answers themselves may be taken along.
    """
    study_id, state, simulated = study["study_id"], study["state"], study["simulated"]
    words.study_badges(state, simulated)
    if simulated:
        st.info(words.SIMULATED_NOTE, icon=":material/smart_toy:")
    with _database().session() as session:
        seen = dashboard.version(session, study_id)
    given = _answers(_place(), study_id, seen)
    if given.trials.empty:
        _watch(study_id, state, seen, 0.0, may)
        words.nothing_yet(
            "No answers yet",
            "Send each participant their invitation link; it is on the page “Studies”.",
            "The figures appear here with the first answer, and follow each one after it.",
        )
        return
    with st.container(horizontal=True):
        _report_button(study_id, study["title"])
        if raw:
            _export_button(study_id, study["title"])
    filters = findings_filters.choose(study_id, given.participants)
    computed = _computed(_place(), study_id, seen, filters)
    _watch(study_id, state, seen, computed.seconds, may)
    _draw(computed.found, simulated)


def _draw(found: Findings, simulated: bool) -> None:
    people = found.quality.by_participant["participant"].nunique()
    st.caption(f"{words.counted(found.answers, 'answer')} of {words.counted(people, 'participant')}")
    if not found.answers:
        st.info("No answer is all of that. Take a filter away.")
        return
    listed = sections(found)
    for section in listed:
        if section.group == FIGURE6:
            findings_sections.draw(section, simulated)
    groups = list(dict.fromkeys(one.group for one in listed if one.group != FIGURE6))
    st.divider()
    chosen = st.segmented_control(
        "More findings", [*groups, NUMBERS], default=groups[0], required=True, key="findings-group"
    )
    if chosen == NUMBERS:
        _numbers(found)
    for section in listed:
        if section.group == chosen:
            findings_sections.draw(section, simulated)


def _numbers(found: Findings) -> None:
    st.subheader("Every number with its interval", anchor=False)
    st.caption("n counts answers (or pairs of them); an undefined number says why. Intervals are of 95 %.")
    findings_sections.table(numbers.estimates_table(found), "estimates")
    st.subheader("With and without flagged participants", anchor=False)
    if found.without_flagged is None:
        st.caption("Nobody is flagged, or everybody: the numbers of Fig. 6 have no second version.")
    findings_sections.table(numbers.headline_table(found, found.without_flagged), "headline")
    st.subheader("Tests over participants", anchor=False)
    findings_sections.table(numbers.tests_table(found), "tests")


def _report_button(study_id: int, title: str) -> None:
    def html() -> bytes:
        with _database().session() as session:
            return report_html(session, study_id, now=datetime.now(UTC)).encode()

    st.download_button(
        "Report (HTML)",
        html,
        file_name=f"{_file_name(title)}.html",
        mime="text/html",
        icon=":material/download:",
        help="One page of all answers, unfiltered, that needs no network.",
        on_click="ignore",
        key="report-html",
    )


def _export_button(study_id: int, title: str) -> None:
    def zipped() -> bytes:
        with _database().session() as session:
            return export_zip(session, study_id, now=datetime.now(UTC), rng=np.random.default_rng())

    st.download_button(
        "Export (Psych-DS)",
        zipped,
        file_name=f"{_file_name(title)}.zip",
        mime="application/zip",
        icon=":material/folder_zip:",
        help="All answers, events, questions and labels, anonymised, with a data dictionary.",
        on_click="ignore",
        key="export-zip",
    )


def _file_name(title: str) -> str:
    kept = "".join(sign if sign.isalnum() else "-" for sign in title.lower())
    return "-".join(part for part in kept.split("-") if part)[:60] or "report"


def _watch(study_id: int, state: str, seen: Version, seconds: float, may: May) -> None:
    """Ask now and then whether the answers are still those that were drawn; draw the page anew if not."""
    if state not in ("open", "paused"):
        return

    def look() -> None:
        if not may():
            st.rerun()
        with _database().session() as session:
            now = dashboard.version(session, study_id)
        if now != seen:
            st.rerun()

    st.fragment(look, run_every=max(LIVE_SECONDS, seconds / LIVE_SHARE))()


def _database() -> Database:
    return installation().database


def _place() -> str:
    # What the caches go by besides the arguments: which database it was.
    return str(_database().engine.url)


# The values of these caches are shared by all who look, and nobody changes them.
@st.cache_resource(max_entries=3, show_spinner="Reading the answers…")
def _answers(place: str, study_id: int, seen: Version) -> Answers:
    with _database().session() as session:
        return dashboard.answers(session, study_id)


@st.cache_resource(max_entries=12, show_spinner="Computing the findings…")
def _computed(place: str, study_id: int, seen: Version, filters: Filters) -> Computed:
    start = time.perf_counter()
    found = dashboard.report(_answers(place, study_id, seen), filters)
    return Computed(found, time.perf_counter() - start)
