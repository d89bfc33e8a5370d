"""Mounts the trial: the question loop that runs in the participant's browser."""

from functools import cache
from pathlib import Path

import streamlit as st

from app.palette import EMOTION_COLOURS
from app.trial.markdown import safe_html
from app.trial.modules import joined
from study.participation import Participation

HERE = Path(__file__).parent
# In the order in which they need each other; trial.js has the default export.
MODULES = (
    *("words.js", "presses.js", "radar.js", "label.js", "timing.js", "outbox.js", "supply.js", "screen.js"),
    "trial.js",
)
API = "/api/trial"


@cache
def script() -> str:
    """Return the component's modules as the single module that Streamlit takes."""
    return joined(*(HERE / name for name in MODULES))


def trial(mine: Participation) -> None:
    """Mount the trial of one participant; it reruns the page when there is nothing more to ask here.

    Study and code together name the answers that wait in the browser.
    """
    component = st.components.v2.component(
        "facevalue_trial",
        html=(HERE / "trial.html").read_text(encoding="utf-8"),
        css=(HERE / "trial.css").read_text(encoding="utf-8"),
        js=script(),
    )
    component(
        key=f"trial-{mine.study_id}-{mine.code}",
        data={
            "study": str(mine.study_id),
            "participant": mine.code,
            "api": API,
            "instructions": safe_html(mine.texts.instructions),
            "emotions": list(EMOTION_COLOURS),
            "palette": EMOTION_COLOURS,
            "label_form": mine.design.label_form,
            "hard_label_form": mine.design.hard_label_form,
            "break_every": mine.design.break_every,
        },
        on_elsewhere_change=lambda: None,
    )
