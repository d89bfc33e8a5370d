"""What a task's annotators said so far: agreement, people against the engine, tables, and publishing."""

from datetime import UTC, datetime

import pandas as pd
import streamlit as st

from app.computing import computing, task, task_and_engine
from app.downloads import task_table
from app.identity import who_is_here
from app.installation import installation
from app.researcher import following, rooms, taking, words
from app.researcher.access import database, me
from db.tables import Study
from study.access.acts import Act
from study.annotation.findings import TaskFindings, comparable
from study.annotation.publishing import publish, published
from study.annotation.tables import form_of_task
from study.dashboard import Version, version
from study.errors import StudyError
from study.findings.estimate import Estimate
from study.findings.votes import VotesAgainstEngine

TOLD = "annotation-told"
LABEL_WORDS = {
    "percent_agreement": "Two annotators agree",
    "cohen_kappa_mean": "Cohen's kappa, mean of pairs",
    "fleiss_kappa": "Fleiss' kappa",
    "gwet_ac1": "Gwet's AC1",
    "krippendorff_alpha": "Krippendorff's alpha, nominal",
    "self_agreement": "Agree with themselves (repeats)",
}


def draw(study: Study, raw: bool) -> None:
    """Draw the findings of a task; `raw` says whether the answers may be taken along and published."""
    told = st.session_state.pop(TOLD, None)
    if told:
        st.success(told, icon=":material/check:")
    if study.simulated:
        st.info(words.SIMULATED_NOTE, icon=":material/smart_toy:")
    with database().session() as session:
        seen = version(session, study.id)
        sets = comparable(session, study)
    if not seen[0]:
        words.nothing_yet(
            "No annotations yet",
            "Open the task and invite people, on the page “Invitations”.",
            "What they say appears here with the first answer; look again for more.",
        )
        return
    if raw:
        _take(study, seen)
    asked = computing().ask(installation().settings, study.id, seen, None, task)
    shown = following.followed(asked, seen[0], _signed_in)
    if shown is None:
        return
    found = shown.found
    st.caption(
        f"{words.counted(found.readings, 'reading')} of {words.counted(found.images, 'image')} by "
        f"{words.counted(len(found.people), 'annotator')} so far"
    )
    _agreement(found)
    _against(study, sets, seen)
    st.subheader("Annotators", anchor=False)
    people = found.people.rename(columns={"seconds": "median seconds"})
    st.dataframe(people.round({"median seconds": 1}), hide_index=True)


def _signed_in() -> bool:
    return who_is_here().researcher is not None


def _take(study: Study, seen: Version) -> None:
    form = form_of_task(study)
    with st.container(border=True):
        st.subheader("Votes for the engine", anchor=False)
        with st.container(horizontal=True):
            _download(study, "Annotations", "annotations", seen)
            if form == "soft_label":
                _download(study, "As votes", "votes", seen)
            _download(study, "All readings", "readings", seen)
        if form == "affect":
            st.caption("Valence and arousal name no emotion: they are taken along, and not published.")
            return
        _publish(study)


def _publish(study: Study) -> None:
    with database().session() as session:
        there = published(session, study)
    st.markdown(
        f"**{there:,}** of this task's votes are published. Published votes stand beside the engine's scores "
        "in the gallery, and an engine can be trained on them."
    )
    finished = st.toggle("Publish those alone who have finished", key="publish-finished")
    with st.container(horizontal=True):
        label = "Publish anew" if there else "Publish"
        if st.button(label, type="primary", icon=":material/how_to_vote:", disabled=study.simulated):
            try:
                with database().begin() as session:
                    own = session.get_one(Study, study.id)
                    done = publish(session, own, finished=finished, by=me().id, now=datetime.now(UTC))
            except StudyError as problem:
                st.error(str(problem))
                return
            people = words.counted(done.annotators, "annotator")
            st.session_state[TOLD] = f"{words.counted(done.votes, 'vote')} of {people} published."
            st.rerun()
        rooms.ENGINE.link("Train an engine with these votes")


def _download(study: Study, text: str, what: str, seen: Version) -> None:
    study_id, settings = study.id, installation().settings

    def data() -> bytes:
        return computing().run(seen[0], task_table, settings, study_id, what)

    file = taking.File(data, Act.ANNOTATIONS_TAKEN, study.name, {"table": what})
    taking.take(text, file, f"{study.name}-{what}.parquet", key=f"take-{what}")


def _agreement(found: TaskFindings) -> None:
    st.subheader("Agreement", anchor=False)
    if found.labels is not None:
        rows = {LABEL_WORDS[name]: one for name, one in found.labels.overall.items()}
        _table(rows)
        with st.expander("Pairs of annotators"):
            st.dataframe(found.labels.pairs.round(3), hide_index=True)
        with st.expander("Each annotator with themselves"):
            st.dataframe(found.labels.by_rater.round(3), hide_index=True)
        return
    st.caption("Krippendorff's alpha, interval; differences are in the scale's own unit.")
    rows = {}
    for one in found.scales:
        name = one.scale.removeprefix("soft_").capitalize()
        rows |= {f"{name}: alpha": one.alpha, f"{name}: two annotators differ by": one.between}
        rows |= {f"{name}: repeats differ by": one.within}
    _table(rows)


def _against(study: Study, sets: dict[int, str], seen: Version) -> None:
    if form_of_task(study) == "affect" or not sets:
        return
    st.subheader("People and the engine", anchor=False)
    chosen = st.selectbox("Label set", list(sets), format_func=sets.__getitem__, key="annotation_against")
    asked = computing().ask(installation().settings, study.id, seen, chosen, task_and_engine)
    shown = following.followed(asked, seen[0], _signed_in)
    if shown is None:
        return
    found = shown.found
    if found is None or found.by_image.empty:
        st.caption("No image has both a label of an emotion by people and one by the engine.")
        return
    _compared(found)


def _compared(found: VotesAgainstEngine) -> None:
    _table(
        {
            "Weighted error of the soft-label (W-MAE)": found.wmae,
            "Jensen-Shannon distance": found.distance,
            "Rank of the people's emotion in the soft-label": found.rank,
            "It is the soft-label's first": found.first,
        }
    )
    with st.expander("Image by image"):
        st.dataframe(found.by_image.sort_values("distance", ascending=False).round(3), hide_index=True)


def _table(rows: dict[str, Estimate]) -> None:
    """Numbers with their intervals; what is undefined says why."""
    shown = [
        (name, _number(one.estimate), _interval(one), one.n, one.reason or one.method)
        for name, one in rows.items()
    ]
    columns = ["", "Value", "95 % interval", "n", "How"]
    table = pd.DataFrame(shown, columns=columns)
    st.dataframe(table, hide_index=True, width="stretch", height="content")


def _number(value: float | None) -> str:
    return "undefined" if value is None else f"{value:.3f}"


def _interval(one: Estimate) -> str:
    return "" if one.low is None or one.high is None else f"{one.low:.3f} to {one.high:.3f}"
