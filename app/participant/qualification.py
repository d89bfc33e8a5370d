"""The qualification: label images, and hear how it went."""

from functools import cache

import streamlit as st

from app.participant.training import STAGES, style
from app.trial.modules import joined
from app.trial.mount import API
from app.trial.mount import HERE as TRIAL
from engine.emfacs import EMOTIONS
from study.participation import Participation


@cache
def script() -> str:
    """The component's modules as one."""
    shared = ("words.js", "presses.js", "naming.js", "timing.js", "outbox.js")
    return joined(*(TRIAL / name for name in shared), STAGES / "qualification.js")


def page(mine: Participation) -> None:
    """Mount the qualification where the participant is."""
    component = st.components.v2.component(
        "facevalue_qualification",
        html=(STAGES / "qualification.html").read_text(encoding="utf-8"),
        css=style(),
        js=script(),
    )
    component(
        key=f"qualification-{mine.study_id}-{mine.code}",
        data={
            "study": str(mine.study_id),
            "participant": mine.code,
            "api": API,
            "emotions": list(EMOTIONS),
            "wording": mine.wording.browser("qualification", "training", "trial"),
        },
        on_elsewhere_change=lambda: None,
    )
