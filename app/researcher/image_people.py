"""What people said about one image: votes, answers of studies, and what the manifest knows."""

import streamlit as st

from app import charts
from app.palette import EMOTION_COLOURS
from app.researcher import words
from app.researcher.access import database, may_invite
from engine.emfacs import EMOTIONS
from study.images.opinions import StudyOpinion, study_opinions
from study.images.portrait import Portrait

_OTHER = "#8A8F98"
_CHOICES = {"soft": "#0072B2", "hard": "#D55E00", "both": "#009E73", "none": "#8A8F98"}
_SAID = {"soft": "Soft-label", "hard": "Hard-label", "both": "Both", "none": "Neither"}


def section(found: Portrait) -> None:
    """Draw the votes and the metadata, and for those who run studies the answers about the image."""
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("What people said", anchor=False)
        _votes(found)
    with right:
        st.subheader("About the image", anchor=False)
        if found.metadata:
            st.table(
                {"Property": list(found.metadata), "Value": list(found.metadata.values())}, hide_index=True
            )
        else:
            st.caption("The manifest says nothing more about it.")
    if may_invite():
        _studies(found)


def _votes(found: Portrait) -> None:
    if found.votes.empty:
        st.caption("This image has no annotators’ votes.")
        return
    counts = {label: int(n) for label, n in zip(found.votes["label"], found.votes["n"], strict=True)}
    rows = [(emotion, counts.pop(emotion, 0), EMOTION_COLOURS[emotion]) for emotion in EMOTIONS]
    rows += [(str(label or "No label"), n, _OTHER) for label, n in counts.items()]
    st.caption(words.counted(sum(n for _, n, _ in rows), "vote"))
    st.html(charts.share_bars(rows, "Votes"))


def _studies(found: Portrait) -> None:
    st.subheader("What studies’ participants answered", anchor=False)
    with database().session() as session:
        opinions = study_opinions(session, found.image_id)
    if not opinions:
        st.caption("No study has an answer about this image yet.")
    for opinion in opinions:
        with st.container(border=True):
            _opinion(opinion)


def _opinion(opinion: StudyOpinion) -> None:
    st.markdown(f"**{words.study_name(opinion.title, opinion.simulated)}**")
    if opinion.simulated:
        st.caption(words.SIMULATED_NOTE)
    preferred = sum(opinion.preferred.values())
    if preferred:
        st.caption(f"Experiment 1, which label fits: {words.counted(preferred, 'first-time answer')}")
        rows = [(_SAID[choice], n, _CHOICES[choice]) for choice, n in opinion.preferred.items()]
        st.html(charts.share_bars(rows, "Preferred"))
    if opinion.asked:
        share = 100 * opinion.told_apart / opinion.asked
        st.caption(
            f"Experiment 2, which soft-label is its own: {opinion.told_apart} of "
            f"{words.counted(opinion.asked, 'first-time answer')} right ({share:.0f} %)"
        )
    if opinion.repeats:
        st.caption(f"{words.counted(opinion.repeats, 'answer')} to repeated questions are left out.")
