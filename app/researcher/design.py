"""Design: a study's decisions as a page, the same as its TOML file, with what it will cost and buy."""

from datetime import UTC, datetime
from typing import Any

import streamlit as st

from app.researcher import (
    design_forecast,
    design_freezing,
    design_language,
    rehearsal,
    rooms,
    study_choice,
    views,
    words,
)
from app.researcher.access import database, editors_only, me
from app.researcher.design_fields import Fields, Values
from app.researcher.design_words import EXPERIMENTS, LARGEST_MEGABYTES, NO_LABELS, PRESETS, to_mend
from db.tables import Study
from study import drafts
from study.design.checks import problems
from study.design.design import Design, preset
from study.design.errors import DesignError
from study.errors import StudyError
from study.images.catalog import label_sets
from study.images.eligible import eligible_counts, shortfalls
from study.images.feasibility import plan_problems
from study.images.selections import selection_images, selections

BASE, OF, GENERATION, SET = "design_base", "design_of", "design_generation", "design_set"
_FIRST = "quick_pilot"


@editors_only
def page() -> None:
    """Draw the design of the study that the address names, or of a new one."""
    study = _named()
    if study is None:
        words.head("Design", "A study’s decisions, and beside them what they will cost and buy.")
    else:
        words.head(f"Design · {study.title}")
        study_choice.ways(study.id, study.kind)
    with database().session() as session:
        sets = label_sets(session)
    if study is not None and study.frozen_at is not None:
        design_freezing.frozen(study)
    elif design_freezing.under_way(study):
        return
    elif sets.empty:
        words.nothing_yet(*NO_LABELS)
    else:
        _begin(study)
        _edit(study, {int(row["label_set_id"]): str(row["name"]) for row in sets.to_dict("records")})


def begin_with_selection(label_set_id: int, name: str) -> None:
    """Go to a new design about the images of a kept selection."""
    with database().session() as session:
        _, ids = selection_images(session, name)
    design = preset(_FIRST).changed(selection=name, images_per_emotion=None)
    _load(design.changed(title=f"About {name}"))
    st.session_state[OF], st.session_state[SET] = None, label_set_id
    st.toast(f"{words.counted(len(ids), 'image')} of “{name}” are what it asks about.")
    rooms.DESIGN.enter()


def _named() -> Study | None:
    wanted = st.query_params.get("study", "")
    if not wanted:
        return None
    number = views.row_number(wanted)
    with database().session() as session:
        study = None if number is None else session.get(Study, number)
    if study is None or study.kind != "experiments":
        st.warning("The address names no study of experiments: this is a new design.")
        return None
    return study


def _begin(study: Study | None) -> None:
    """Take the stored design when another study is looked at, and else keep what is being written."""
    of = None if study is None else study.id
    if BASE not in st.session_state or st.session_state.get(OF) != of:
        _load(preset(_FIRST) if study is None else Design.from_dict(study.design))
        st.session_state[OF] = of


def _load(design: Design) -> None:
    st.session_state[BASE] = design
    st.session_state[GENERATION] = st.session_state.get(GENERATION, 0) + 1


def _edit(study: Study | None, sets: dict[int, str]) -> None:
    _sources(study)
    fields = Fields(st.session_state[BASE], st.session_state[GENERATION])
    left, right = st.columns([3, 2], gap="large")
    with left:
        label_set_id = _label_set(study, sets, fields)
        _groups(fields, label_set_id)
    found, design = _judged(fields.values)
    counts: dict[str, int] = {}
    if design is not None:
        with database().session() as session:
            counts = eligible_counts(session, label_set_id, design)
        found = shortfalls(counts, design)
    with right, st.container(border=True):
        st.subheader("What it will cost and buy", anchor=False)
        if design is not None:
            found += _forecast(design, counts) or _impossible(design, label_set_id, counts)
        if found:
            st.warning(to_mend(found))
        saved = _acts(study, design, label_set_id, bool(found))
    if study is not None:
        with right:
            rehearsal.draw(study, ready=saved and not found)
    with left:
        fields.show(found)


def _sources(study: Study | None) -> None:
    # As it was when this design was begun: closed by the first saving, it would pull the page from under the
    # pointer that is on its way to the next button.
    key = f"design_sources_{st.session_state[GENERATION]}"
    with st.expander("Begin from a preset or a file", st.session_state.setdefault(key, study is None)):
        left, right = st.columns(2)
        with left, st.container(horizontal=True, vertical_alignment="bottom"):
            # A new design begins as the pilot; a stored one may be none of the presets.
            chosen = st.selectbox(
                "Preset",
                list(PRESETS),
                list(PRESETS).index(_FIRST) if study is None else None,
                format_func=PRESETS.__getitem__,
                placeholder="Choose one",
                key="preset" if study is None else f"preset_{study.id}",
            )
            if st.button("Begin from it", disabled=chosen is None) and chosen is not None:
                _load(preset(chosen))
                st.rerun()
        with right:
            file = st.file_uploader(
                "A design file (.toml)", type="toml", max_upload_size=LARGEST_MEGABYTES, key="design_file"
            )
            if file is not None and st.session_state.get("design_read") != file.file_id:
                st.session_state["design_read"] = file.file_id
                _read(file.getvalue())


def _read(data: bytes) -> None:
    try:
        _load(Design.from_toml_text(data.decode("utf-8")))
    except (StudyError, UnicodeDecodeError) as problem:
        st.error(str(problem))
        return
    st.rerun()


def _label_set(study: Study | None, sets: dict[int, str], fields: Fields) -> int:
    stored = study.label_set_id if study is not None else st.session_state.get(SET)
    # Without a word, the newest one: whoever has just labelled images goes on with them.
    place = list(sets).index(stored) if stored in sets else len(sets) - 1
    chosen = st.selectbox("Label set", list(sets), place, format_func=sets.__getitem__, key=fields.key("set"))
    return int(chosen)


def _groups(fields: Fields, label_set_id: int) -> None:
    fields.text("name")
    fields.text("title")
    images, questions, labels, path, texts = st.tabs(
        ["Images", "Questions", "Labels and foils", "Participants' path", "Texts"]
    )
    with texts:
        fields.language()
    with images:
        with database().session() as session:
            kept = selections(session, label_set_id)
        fields.images(kept["name"].tolist())
    with questions:
        _questions(fields)
    with labels:
        _labels(fields)
    with path:
        _path(fields)
    with texts:
        fields.texts()


def _questions(fields: Fields) -> None:
    fields.several("experiments", (1, 2), EXPERIMENTS)
    left, right = st.columns(2)
    with left:
        fields.whole("participants", 1, 999)
        fields.share("self_repeats")
        fields.whole("min_lag", 1, 1_000_000)
        fields.choice("exposure")
        fields.whole("attention_checks", 0, 1_000)
    with right:
        fields.choice("overlap_design")
        fields.share("overlap")
        if fields.values["overlap_design"] == "balanced_incomplete_block":
            fields.whole("block_size", 2, 999)
        fields.choice("lag_rule")
        fields.real("seconds_per_question", 0.1, 3_600.0, 0.5)
        fields.whole("seed", 0, 2**53 - 1)


def _labels(fields: Fields) -> None:
    fields.choice("label_form")
    fields.choice("hard_label_form")
    fields.choice("foil_policy")
    fields.real("min_foil_difference", 0.01, 1.0, 0.01)
    if fields.values["foil_policy"] == "distance_bins":
        fields.numbers("foil_bins")


def _path(fields: Fields) -> None:
    fields.asked()
    fields.switch("training")
    left, right = st.columns(2)
    with left:
        fields.whole("qualification_images", 0, 1_000)
        if fields.values["qualification_images"]:
            fields.share("qualification_pass")
            fields.whole("qualification_attempts", 1, 100)
    with right:
        fields.whole("break_every", 1, 1_000_000)
        fields.whole("deadline_days", 1, 3_650)


def _judged(values: Values) -> tuple[list[DesignError], Design | None]:
    """Everything that is wrong with the values, or the design that they make."""
    try:
        design = Design.from_dict(values)
    except DesignError as problem:
        others = [one for one in problems(_Loose(values)) if one.key != problem.key]
        return [problem, *others], None
    lacking = design_language.incomplete(design)
    return list(lacking), None if lacking else design


class _Loose:
    """Values with a design's names, which need not be sound; what is read apart is left to its reader."""

    def __init__(self, values: Values) -> None:
        self.__dict__.update({**values, "demographics": ()})


def _forecast(design: Design, counts: dict[str, int]) -> list[DesignError]:
    try:
        design_forecast.draw(design, counts)
    except DesignError as problem:
        return [problem]
    except StudyError as problem:
        return [DesignError("overlap", str(problem))]
    return []


def _impossible(design: Design, label_set_id: int, counts: dict[str, int]) -> list[DesignError]:
    with database().session() as session:
        return plan_problems(session, label_set_id, design, counts)


def _acts(study: Study | None, design: Design | None, label_set_id: int, spoilt: bool) -> bool:
    """Draw what can be done with a design; whether it is saved as it stands."""
    unsound = design is None
    saved = study is not None and design is not None and study.design == design.to_dict()
    saved = saved and study is not None and study.label_set_id == label_set_id
    with st.container(horizontal=True):
        if st.button("Save draft", disabled=unsound or saved, type="secondary" if saved else "primary"):
            _save(study, design, label_set_id)
        ready = saved and not spoilt
        if st.button("Freeze…", disabled=not ready, icon=":material/lock:") and study is not None:
            design_freezing.confirm_freeze(study)
        st.download_button(
            "Download TOML",
            "" if design is None else design.to_toml(),
            "design.toml" if design is None else f"{design.name}.toml",
            disabled=unsound,
            on_click="ignore",
        )
        if study is not None and st.button("Delete draft…", type="tertiary"):
            design_freezing.confirm_delete(study)
    st.caption("Saved." if saved else "Not saved yet: a draft is rehearsed and frozen once it is saved.")
    return saved


def _save(study: Study | None, design: Any, label_set_id: int) -> None:
    try:
        with database().begin() as session:
            by, now = me().id, datetime.now(UTC)
            if study is None:
                made = drafts.create_draft(session, design, label_set_id, researcher_id=by, now=now)
            else:
                made = drafts.change_draft(session, study.id, design, label_set_id, researcher_id=by, now=now)
    except StudyError as problem:
        st.error(str(problem))
        return
    st.session_state[OF] = made.id
    st.query_params["study"] = str(made.id)
    st.rerun()
