"""Which answers the agreement report is of: widgets that make a `Filters`."""

from collections.abc import Sequence
from typing import TypeVar

import streamlit as st

from engine.emfacs import EMOTIONS
from study.dashboard import Filters
from study.findings.trials import SUBSETS

EXPERIMENTS = {1: "Experiment 1", 2: "Experiment 2"}
KINDS = {"first": "First-time", "self_repeat": "Self-repeats", "overlap": "Overlap"}
Option = TypeVar("Option", str, int)
_HELP = (
    "Agreement sets repeats and overlap against first-time answers, so it needs both kinds. Flags are "
    "raised by all of a participant's answers, whatever is shown."
)


def choose(study_id: int, participants: Sequence[str]) -> Filters:
    """Draw the filters of a study; nothing chosen leaves all in."""
    with st.expander("Filter the answers", icon=":material/filter_alt:", key="filters"):
        left, right = st.columns(2)
        with left:
            people = _several("Participants", list(participants), {}, f"people-{study_id}")
            emotions = _several("Emotion of the hard-label", list(EMOTIONS), {}, f"emotions-{study_id}")
            subsets = _several("Subset", list(SUBSETS), {}, f"subsets-{study_id}")
        with right:
            experiments = _several("Experiment", list(EXPERIMENTS), EXPERIMENTS, f"experiments-{study_id}")
            kinds = _several("Kind of answer", list(KINDS), KINDS, f"kinds-{study_id}")
            without = st.checkbox("Leave out flagged participants", key=f"without-{study_id}")
        st.caption(_HELP)
    chosen = Filters(
        tuple(people), tuple(emotions), tuple(subsets), tuple(experiments), tuple(kinds), without
    )
    if chosen.narrow:
        st.info(f"Filtered: {said(chosen)}.", icon=":material/filter_alt:")
    return chosen


def said(filters: Filters) -> str:
    """The filters in words."""
    parts = []
    if filters.participants:
        parts.append(f"participants {', '.join(filters.participants)}")
    parts += [", ".join(names) for names in (filters.emotions, filters.subsets) if names]
    parts += [", ".join(EXPERIMENTS[one] for one in filters.experiments)] if filters.experiments else []
    parts += [", ".join(KINDS[one].lower() for one in filters.kinds)] if filters.kinds else []
    parts += ["without flagged participants"] if filters.without_flagged else []
    return "; ".join(parts)


def _several(label: str, options: list[Option], names: dict[Option, str], key: str) -> list[Option]:
    def name(option: Option) -> str:
        return names.get(option, str(option))

    return st.multiselect(label, options, placeholder="All", format_func=name, key=key)
