"""The gallery's filters: widgets that show a view and make one, with the address holding the same."""

import math
from typing import Any

import pandas as pd
import streamlit as st

from app.researcher import views
from engine.emfacs import EMOTIONS
from engine.images import SPLITS
from engine.soft_labels import SUBSETS
from study.images.view import RANGES, SCORES, SORTS, Range, View

HIGH = 0.5
TITLES: dict[str, str] = {
    "image": "Name",
    "emotion": "Hard-label",
    "hard_label": "Hard-label",
    "subset": "Subset",
    "split": "Split",
    "top": "Engine’s first emotion",
    "people": "What most people said",
    "gender": "Gender",
    "ethnicity": "Ethnicity",
    "disagreement": "Who disagrees",
    **{emotion.lower(): emotion for emotion in EMOTIONS},
    "rank": "Rank of the hard-label",
    "margin": "Margin of the hard-label",
    "entropy": "Entropy in bits",
    "votes": "Human votes",
    "agreement": "Votes for the majority",
    "divergence": "Votes’ distance from the soft-label",
    "age": "Age",
    "yaw": "Yaw in degrees",
    "pitch": "Pitch in degrees",
    "roll": "Roll in degrees",
    "valence": "Valence",
    "arousal": "Arousal",
}
"""What the page calls a filter or an order."""
_NOBODY = "nobody"
DISAGREEMENTS = {
    _NOBODY: "Nobody need",
    "people-dataset": "Most people and the hard-label",
    "people-engine": "Most people and the engine",
    "engine-dataset": "The engine and the hard-label",
}
_ABOUT_LABEL = ("rank", "margin", "entropy")
_ABOUT_PEOPLE = ("votes", "agreement", "divergence")
_ABOUT_IMAGE = ("age", "yaw", "pitch", "roll", "valence", "arousal")
_STEPS = {"rank": 1, "votes": 1, "age": 1, "yaw": 1, "pitch": 1, "roll": 1, "entropy": 0.05}
_SHOWN = "gallery-address"


def choose_label_set(sets: pd.DataFrame) -> dict[Any, Any]:
    """The label set that the address names, or the newest; a choice where there are several."""
    names = list(sets["name"])[::-1]
    asked = st.query_params.get(views.LABELS)
    first = asked if asked in names else names[0]
    if asked and first != asked:
        st.warning(
            f"There is no label set {asked[:80]!r}, which the address names: this is the newest, {first!r}."
        )
    if len(names) > 1:
        place = names.index(first)
        chosen = st.selectbox("Label set", names, place, key=f"label-sets-{first}", width=320)
    else:
        chosen = first
    if chosen != first:
        st.query_params.from_dict({views.LABELS: chosen})
        st.rerun()
    return dict(sets[sets["name"] == chosen].iloc[0])


def choose_view(label_set_id: int, summary: dict[str, Any], called: str) -> View:
    """Draw the filters of the label set of this name, and return the view that they stand for."""
    asked, wrong = views.addressed_view(label_set_id)
    if st.session_state.get(_SHOWN) != asked.key or _key(label_set_id, "sort") not in st.session_state:
        # The visitor has come by a link, or went back: the widgets follow the address.
        show(asked, summary)
    wrong += [
        f"{name}={word}"
        for name, chosen in asked.choices.items()
        for word in chosen
        if not _known(name, word, summary)
    ]
    if wrong:
        st.warning(f"The address asks for {', '.join(wrong)}, which means nothing here: it was left out.")
    with st.grid("auto", min_column_width=150, vertical_alignment="bottom"):
        _words(label_set_id, "emotion", list(EMOTIONS))
        _words(label_set_id, "subset", list(SUBSETS))
        _words(label_set_id, "split", [split for split in SPLITS if split in summary["words"]["split"]])
        st.selectbox("Order by", list(SORTS), format_func=TITLES.__getitem__, key=_key(label_set_id, "sort"))
        st.toggle("Largest first", key=_key(label_set_id, "descending"))
    st.pills(
        f"Scores of {HIGH} and more: choose two for a compound expression",
        list(EMOTIONS),
        selection_mode="multi",
        key=_key(label_set_id, "high"),
        on_change=_raise_scores,
        args=(label_set_id, summary),
    )
    active = _active(_read(label_set_id, summary))
    with st.expander(f"More filters ({active} in use)" if active else "More filters", key="more-filters"):
        _more(label_set_id, summary)
    view = _read(label_set_id, summary)
    _tell_address(view, called)
    return view


def show(view: View, summary: dict[str, Any]) -> None:
    """Set the widgets to a view."""
    set_id, state = view.label_set_id, st.session_state
    for name in ("emotion", "subset", "split", "top", "people", "gender", "ethnicity"):
        state[_key(set_id, name)] = [
            word for word in view.choices.get(name, ()) if _known(name, word, summary)
        ]
    for name in RANGES:
        if limits := _limits(name, summary):
            least, most = view.ranges.get(name, (None, None))
            state[_key(set_id, name)] = (_within(least, limits, 0), _within(most, limits, 1))
    state[_key(set_id, "disagreement")] = view.disagreement or _NOBODY
    state[_key(set_id, "sort")], state[_key(set_id, "descending")] = view.sort, view.descending
    _press_pills(set_id)


def described(name: str, view: View) -> str:
    """A filter of the view in words, such as "Fear from 0.5"."""
    if name in view.ranges:
        least, most = view.ranges[name]
        ends = [f"from {least:g}" if least is not None else "", f"to {most:g}" if most is not None else ""]
        return f"{TITLES[name]} {' '.join(end for end in ends if end)}"
    if name == "disagreement":
        return f"{TITLES[name]}: {DISAGREEMENTS[view.disagreement or _NOBODY]}"
    return f"{TITLES[name]}: {' or '.join(view.choices[name])}"


def relax(view: View, summary: dict[str, Any]) -> None:
    """Show another view; for a button's callback."""
    show(view, summary)
    _tell_address(view)


def _more(label_set_id: int, summary: dict[str, Any]) -> None:
    def slide(names: tuple[str, ...]) -> None:
        with st.grid("auto", min_column_width=200, gap="medium"):
            for name in names:
                _slider(label_set_id, name, summary)

    st.markdown("**Scores of the soft-label**")
    slide(tuple(SCORES))
    st.markdown("**Engine and hard-label**")
    with st.grid("auto", min_column_width=200, gap="medium"):
        _words(label_set_id, "top", list(EMOTIONS))
        for name in _ABOUT_LABEL:
            _slider(label_set_id, name, summary)
    st.markdown("**People**")
    if not summary["votes"]:
        st.caption("No image of this label set has human votes.")
    with st.grid("auto", min_column_width=200, gap="medium"):
        st.selectbox(
            TITLES["disagreement"],
            list(DISAGREEMENTS),
            format_func=DISAGREEMENTS.__getitem__,
            key=_key(label_set_id, "disagreement"),
        )
        _words(label_set_id, "people", list(EMOTIONS))
        for name in _ABOUT_PEOPLE:
            _slider(label_set_id, name, summary)
    words = [name for name in ("gender", "ethnicity") if summary["words"][name]]
    numbers = [name for name in _ABOUT_IMAGE if _limits(name, summary)]
    if words or numbers:
        st.markdown("**Metadata** (images without the value are left out by its filter)")
        with st.grid("auto", min_column_width=200, gap="medium"):
            for name in words:
                _words(label_set_id, name, list(summary["words"][name]))
            for name in numbers:
                _slider(label_set_id, name, summary)


def _words(label_set_id: int, name: str, options: list[str]) -> None:
    st.multiselect(TITLES[name], options, key=_key(label_set_id, name), placeholder="Any")


def _slider(label_set_id: int, name: str, summary: dict[str, Any]) -> None:
    limits = _limits(name, summary)
    if limits is None:
        return
    least: Any = limits[0]
    most: Any = limits[1]
    st.slider(
        TITLES[name],
        least,
        most,
        step=_STEPS.get(name, 0.01),
        key=_key(label_set_id, name),
        on_change=_press_pills,
        args=(label_set_id,),
    )


def _raise_scores(label_set_id: int, summary: dict[str, Any]) -> None:
    chosen = st.session_state[_key(label_set_id, "high")]
    for emotion in EMOTIONS:
        key = _key(label_set_id, emotion.lower())
        least, most = st.session_state[key]
        if emotion in chosen and least < HIGH:
            st.session_state[key] = (HIGH, max(most, HIGH))
        elif emotion not in chosen and least >= HIGH:
            st.session_state[key] = (0.0, most)


def _press_pills(label_set_id: int) -> None:
    state = st.session_state
    pressed = [e for e in EMOTIONS if state[_key(label_set_id, e.lower())][0] >= HIGH]
    state[_key(label_set_id, "high")] = pressed


def _read(label_set_id: int, summary: dict[str, Any]) -> View:
    state = st.session_state
    names = ("emotion", "subset", "split", "top", "people", "gender", "ethnicity")
    choices = {name: tuple(state.get(_key(label_set_id, name), ())) for name in names}
    ranges: dict[str, Range] = {}
    for name in RANGES:
        if limits := _limits(name, summary):
            least, most = state[_key(label_set_id, name)]
            if (least, most) != limits:
                ranges[name] = None if least == limits[0] else least, None if most == limits[1] else most
    disagreement = state[_key(label_set_id, "disagreement")]
    return View(
        label_set_id,
        {name: words for name, words in choices.items() if words},
        ranges,
        None if disagreement == _NOBODY else disagreement,
        state[_key(label_set_id, "sort")],
        state[_key(label_set_id, "descending")],
    )


def _active(view: View) -> int:
    """How many of the filters that the expander hides are in use."""
    return len(set(view.filters) - {"emotion", "subset", "split"})


def _tell_address(view: View, called: str | None = None) -> None:
    # A view that is sent to others names its label set: without, they would see the newest one's.
    words, named = view.address(), called or st.query_params.get(views.LABELS)
    kept = {views.LABELS: named} if named and (words or views.LABELS in st.query_params) else {}
    asked, wrong = views.addressed_view(view.label_set_id)
    if asked.key != view.key or wrong:
        st.query_params.from_dict({**kept, **words})
    st.session_state[_SHOWN] = view.key


def _limits(name: str, summary: dict[str, Any]) -> tuple[float, float] | tuple[int, int] | None:
    """The least and the most that a slider goes to; None where there is nothing to choose."""
    if name in SCORES:
        return 0.0, 1.0
    if name == "rank":
        return 1, len(EMOTIONS)
    ends = summary["ranges"].get(name)
    if ends is None or ends[0] == ends[1]:
        return None
    if name in _STEPS and name != "entropy":
        return math.floor(ends[0]), math.ceil(ends[1])
    step = _STEPS.get(name, 0.01)
    return round(math.floor(ends[0] / step) * step, 6), round(math.ceil(ends[1] / step) * step, 6)


def _within(value: float | None, limits: tuple[Any, Any], end: int) -> Any:
    if value is None:
        return limits[end]
    kind = type(limits[0])
    return min(max(kind(value), limits[0]), limits[1])


def _known(name: str, word: str, summary: dict[str, Any]) -> bool:
    if name in ("split", "gender", "ethnicity"):
        return word in summary["words"][name]
    return word in (SUBSETS if name == "subset" else EMOTIONS)


def _key(label_set_id: int, name: str) -> str:
    return f"filter-{label_set_id}-{name}"
