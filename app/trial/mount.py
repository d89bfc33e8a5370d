"""Mounts the trial: the question loop that runs in the participant's browser."""

import re
from functools import cache
from pathlib import Path

import streamlit as st

from app.palette import EMOTION_COLOURS

HERE = Path(__file__).parent
# In the order in which they need each other; trial.js has the default export.
MODULES = ("words.js", "label.js", "timing.js", "outbox.js", "supply.js", "screen.js", "trial.js")
API = "/api/trial"


@cache
def script() -> str:
    """Return the component's modules as the single module that Streamlit takes.

    A component that no installed package carries gets its JavaScript as one string, where a relative import
    leads nowhere. So the modules are joined in order, without their imports and, but for the default one,
    their exports.
    """
    sources = [(HERE / name).read_text(encoding="utf-8") for name in MODULES]
    joined = re.sub(
        r"^import \{[^}]*\} from \"\./[a-z]+\.js\";\n", "", "\n".join(sources), flags=re.MULTILINE
    )
    return re.sub(r"^export (?!default)", "", joined, flags=re.MULTILINE)


def trial(study: str, participant: str, instructions: str) -> None:
    """Mount the trial of one participant; it reruns the page when there is nothing more to ask here.

    Args:
        study: what tells this study from others in the same browser.
        participant: the participant's code; with the study it names the answers that wait in the browser.
        instructions: what the study says about answering, paragraphs of text.
    """
    component = st.components.v2.component(
        "facevalue_trial",
        html=(HERE / "trial.html").read_text(encoding="utf-8"),
        css=(HERE / "trial.css").read_text(encoding="utf-8"),
        js=script(),
    )
    component(
        key=f"trial-{study}-{participant}",
        data={
            "study": study,
            "participant": participant,
            "api": API,
            "instructions": paragraphs(instructions),
            "emotions": list(EMOTION_COLOURS),
            "palette": EMOTION_COLOURS,
        },
        on_elsewhere_change=lambda: None,
    )


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a Markdown text as plain text, for a place that draws no Markdown."""
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", re.sub(r"[*_`#]+", "", text))
    return [" ".join(part.split()) for part in re.split(r"\n\s*\n", plain) if part.strip()]
