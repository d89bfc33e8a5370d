"""The training: each emotion with its indicators on rendered faces, then practice."""

from dataclasses import asdict
from functools import cache
from pathlib import Path

import streamlit as st

from app.installation import installation
from app.participant.strips import TAUGHT_ON, practice
from app.trial.modules import joined
from app.trial.mount import API
from app.trial.mount import HERE as TRIAL
from engine.emfacs import EMOTIONS
from study.participation import Participation
from study.stages.lessons import lessons
from study.stages.training import steps_done

STAGES = Path(__file__).parent / "stages"


@cache
def script() -> str:
    """The component's modules as one."""
    return joined(
        *(TRIAL / name for name in ("words.js", "presses.js", "naming.js", "outbox.js")),
        STAGES / "training.js",
    )


@cache
def style() -> str:
    """The trial's style, which the stages before it share, and their own."""
    sheets = (TRIAL / "trial.css", STAGES / "training.css")
    return "\n".join(sheet.read_text(encoding="utf-8") for sheet in sheets)


def page(mine: Participation) -> None:
    """Mount the training where the participant is."""
    with installation().database.session() as session:
        done = steps_done(session, mine.participant_id)
    component = st.components.v2.component(
        "facevalue_training",
        html=(STAGES / "training.html").read_text(encoding="utf-8"),
        css=style(),
        js=script(),
    )
    component(
        key=f"training-{mine.study_id}-{mine.code}",
        data={
            "study": str(mine.study_id),
            "participant": mine.code,
            "api": API,
            "emotions": list(EMOTIONS),
            "lessons": [asdict(lesson) for lesson in lessons(mine.wording)],
            "practice": [{"person": person, "emotion": emotion} for person, emotion in practice()],
            "sitters": list(TAUGHT_ON),
            "done": done,
            "wording": mine.wording.browser("training"),
        },
        on_elsewhere_change=lambda: None,
    )
