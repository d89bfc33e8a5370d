"""Mounts the question loop that runs in the participant's browser, of experiments or to annotate."""

from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from app.palette import EMOTION_COLOURS
from app.trial.markdown import safe_html
from app.trial.modules import joined
from engine.annotations import LABELS
from study.annotation.design import AnnotationDesign
from study.design.design import Design
from study.participation import Participation

HERE = Path(__file__).parent
# In the order in which they need each other; trial.js has the default export.
MODULES = (
    *("words.js", "presses.js", "radar.js", "label.js", "timing.js", "outbox.js", "supply.js", "screen.js"),
    *("comparing.js", "naming.js", "sliders.js", "scores.js", "affect.js", "annotating.js", "trial.js"),
)
API = "/api/trial"


@cache
def script() -> str:
    """Return the component's modules as the single module that Streamlit takes."""
    return joined(*(HERE / name for name in MODULES))


@cache
def page_of(stage: str) -> str:
    """The component's HTML with the stage of one kind of question: comparison or annotation."""
    frame, own = ((HERE / f"{name}.html").read_text(encoding="utf-8") for name in ("trial", stage))
    return frame.replace("{stage}", own)


def trial(mine: Participation) -> None:
    """Mount the questions of one participant; it reruns the page when there is nothing more to ask here.

    Study and code together name the answers that wait in the browser.
    """
    annotates = isinstance(mine.design, AnnotationDesign)
    component = st.components.v2.component(
        "facevalue_annotation" if annotates else "facevalue_trial",
        html=page_of("annotation" if annotates else "comparison"),
        css="\n".join((HERE / name).read_text(encoding="utf-8") for name in ("trial.css", "annotation.css")),
        js=script(),
    )
    component(
        key=f"trial-{mine.study_id}-{mine.code}",
        data={
            "study": str(mine.study_id),
            "participant": mine.code,
            "api": API,
            "instructions": safe_html(mine.texts.instructions),
            "wording": mine.wording.browser("trial", "annotation"),
            "emotions": list(EMOTION_COLOURS),
            "palette": EMOTION_COLOURS,
            "break_every": mine.design.break_every,
            "seconds_per_question": mine.design.seconds_per_question,
            **_of_task(mine.design),
        },
        on_elsewhere_change=lambda: None,
    )


def _of_task(design: Design | AnnotationDesign) -> dict[str, Any]:
    if isinstance(design, AnnotationDesign):
        return {"form": design.form, "labels": list(LABELS)}
    return {"label_form": design.label_form, "hard_label_form": design.hard_label_form}
