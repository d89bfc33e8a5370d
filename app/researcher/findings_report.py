"""The agreement report of one study on a page: Fig. 6 first, then the rest; for researchers and readers."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st
from sqlalchemy import select

from app.computing import KEPT, computing, experiments
from app.downloads import written_report, zipped_export
from app.installation import installation
from app.researcher import findings_filters, findings_sections, following, taking, words
from app.researcher.access import RESEARCHERS
from db.session import Database
from db.tables import Study
from study import dashboard
from study.access.acts import Act
from study.dashboard import Version
from study.findings.summary import Findings
from study.reporting import numbers
from study.reporting.sections import FIGURE6, Section, sections

LIVE_SECONDS = 3.0
# Of the time, how much a report that is watched may take to be computed anew.
LIVE_SHARE = 0.1
NUMBERS = "All numbers"
May = Callable[[], bool]


def report(study: Mapping[Any, Any], may: May, raw: bool) -> None:
    """Draw the report of a study, given by study_id, name, title, state and simulated.

    `may` says, at every look of a report that is watched, whether it may be read on; `raw` whether the
    answers themselves may be taken along.
    """
    study_id, state, simulated = study["study_id"], study["state"], study["simulated"]
    words.study_badges(state, simulated)
    if simulated:
        st.info(words.SIMULATED_NOTE, icon=":material/smart_toy:")
    with _database().session() as session:
        seen = dashboard.version(session, study_id)
        people = dashboard.participants(session, study_id)
        design = session.scalars(select(Study.design).where(Study.id == study_id)).one()
    answered = seen[0]
    if not answered:
        _watch(study_id, state, seen, 0.0, may)
        words.nothing_yet(
            "No answers yet",
            "Send each participant their invitation link; it is on the page “Invitations”.",
            "The figures appear here with the first answer, and follow each one after it.",
        )
        return
    with st.container(horizontal=True):
        _report_button(study, answered)
        if raw:
            _export_button(study, answered)
    filters = findings_filters.choose(study_id, people)
    asked = computing().ask(installation().settings, study_id, seen, filters, experiments)
    computed = following.arrived(asked)
    if computed is None:
        following.follow(asked, answered, may)
    else:
        _watch(study_id, state, seen, computed.seconds, may)
    shown = computed or asked.older
    if shown is not None:
        asks = tuple(design.get("experiments", (1, 2)))
        _draw(shown.found, simulated, f"{study_id} {filters} {shown.at}", asks)


def _draw(found: Findings, simulated: bool, key: str, experiments: tuple[int, ...]) -> None:
    people = found.quality.by_participant["participant"].nunique()
    st.caption(f"{words.counted(found.answers, 'answer')} of {words.counted(people, 'participant')}")
    if not found.answers:
        st.info("No answer is all of that. Take a filter away.")
        return
    listed = _sections(key, found, experiments)
    for section in listed:
        if section.group == FIGURE6:
            findings_sections.draw(section, simulated, key)
    groups = list(dict.fromkeys(one.group for one in listed if one.group != FIGURE6))
    st.divider()
    chosen = st.segmented_control(
        "More findings", [*groups, NUMBERS], default=groups[0], required=True, key="findings-group"
    )
    if chosen == NUMBERS:
        _numbers(found)
    for section in listed:
        if section.group == chosen:
            findings_sections.draw(section, simulated, key)


# Shared by all who look at the same findings, and nobody changes them.
@st.cache_resource(max_entries=KEPT, show_spinner=False)
def _sections(key: str, _found: Findings, experiments: tuple[int, ...]) -> list[Section]:
    return sections(_found, experiments)


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


def _report_button(study: Mapping[Any, Any], answered: int) -> None:
    study_id = int(study["study_id"])

    def made() -> bytes:
        return computing().run(answered, written_report, installation().settings, study_id)

    taking.take(
        "Report (HTML)",
        taking.File(made, Act.STUDY_REPORTED, study["name"], roles=RESEARCHERS, shared=study_id),
        f"{_file_name(study['title'])}.html",
        mime="text/html",
        help="One page of all answers, unfiltered, that needs no network.",
        key="report-html",
    )


def _export_button(study: Mapping[Any, Any], answered: int) -> None:
    study_id = int(study["study_id"])

    def made() -> bytes:
        return computing().run(answered, zipped_export, installation().settings, study_id)

    taking.take(
        "Export (Psych-DS)",
        taking.File(made, Act.STUDY_EXPORTED, study["name"]),
        f"{_file_name(study['title'])}.zip",
        mime="application/zip",
        icon=":material/folder_zip:",
        help="All answers, events, questions and labels, anonymised, with a data dictionary.",
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
