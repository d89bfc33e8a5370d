"""The fields of an annotation task, with what it will cost."""

import math

import streamlit as st

from app.researcher import design_language, words
from app.researcher.access import database
from app.researcher.design_fields import Fields, Values
from engine.annotations import LABELS
from engine.images import SPLITS
from study.annotation import images
from study.annotation.design import SECONDS, AnnotationDesign, problems
from study.annotation.planning import kept_lag
from study.annotation.responses import FORMS
from study.annotation.texts import texts_of
from study.design.errors import DesignError
from study.errors import StudyError
from study.images.selections import selections
from study.wording.wording import wording

FORM_WORDS = {
    "hard_label": "A hard-label: one of eight emotions, None, Uncertain, Non-Face",
    "soft_label": "A soft-label: eight sliders from 0 to 1",
    "affect": "Valence and arousal on the affect grid",
}


def fields(base: AnnotationDesign, generation: int, dataset: str) -> Fields:
    """Draw the fields; `values` of what is returned are theirs now."""
    form = st.radio(
        "People answer by",
        FORMS,
        FORMS.index(base.form),
        format_func=FORM_WORDS.__getitem__,
        key=f"form_{generation}",
    )
    # Texts and seconds are the form's until somebody writes others.
    if form != base.form:
        spoken = wording(base.language, base.words)
        texts = texts_of(form, spoken) if base.texts == texts_of(base.form, spoken) else base.texts
        seconds = SECONDS[form] if base.seconds_per_question == SECONDS[base.form] else None
        base = base.changed(form=form, texts=texts, seconds_per_question=seconds or base.seconds_per_question)
    drawn = _OwnFields(base, generation)
    drawn.text("name")
    drawn.text("title")
    faces, questions, path, said = st.tabs(["Images", "Questions", "Participants' path", "Texts"])
    with said:
        drawn.language()
    with faces:
        _images(drawn, dataset)
    with questions:
        _questions(drawn)
    with path:
        _path(drawn)
    with said:
        drawn.texts()
    return drawn


class _OwnFields(Fields):
    """Fields whose widgets are none of the page Design's; texts and seconds begin anew with another form."""

    def key(self, name: str) -> str:
        """The widget's key."""
        of_form = name.startswith("text_") or name == "seconds_per_question"
        own = f"{self.base.form}_{name}" if of_form else name
        return f"annotation_{self.generation}_{own}"


def _images(drawn: Fields, dataset: str) -> None:
    with database().session() as session:
        kept = selections(session)
        known = [name for name in kept["name"] if images.selection_dataset(session, str(name)) == dataset]
    if drawn.base.images:
        st.caption(f"A list of {words.counted(len(drawn.base.images), 'image')}, from the design's file.")
        return
    drawn.selection(known)
    drawn.several("hard_labels", LABELS)
    drawn.several("splits", SPLITS)
    drawn.whole("sample", 0, 10_000_000)


def _questions(drawn: Fields) -> None:
    left, right = st.columns(2)
    with left:
        drawn.whole("participants", 1, 999)
        drawn.whole("annotators_per_image", 1, 999)
        drawn.real("seconds_per_question", 0.1, 3_600.0, 0.5)
    with right:
        drawn.share("self_repeats")
        drawn.whole("min_lag", 1, 1_000_000)
        drawn.choice("lag_rule")
        drawn.whole("seed", 0, 2**53 - 1)


def _path(drawn: Fields) -> None:
    drawn.asked()
    drawn.switch("training")
    left, right = st.columns(2)
    with left:
        drawn.whole("qualification_images", 0, 1_000)
        if drawn.values["qualification_images"]:
            drawn.share("qualification_pass")
            drawn.whole("qualification_attempts", 1, 100)
    with right:
        drawn.whole("break_every", 1, 1_000_000)
        drawn.whole("deadline_days", 1, 3_650)


def judged(values: Values) -> tuple[list[DesignError], AnnotationDesign | None]:
    """Everything that is wrong with the values, or the design that they make."""
    try:
        design = AnnotationDesign.from_dict(values)
    except DesignError as problem:
        others = [one for one in problems(_Loose(values)) if one.key != problem.key]
        return [problem, *others], None
    lacking = design_language.incomplete(design)
    return list(lacking), None if lacking else design


class _Loose:
    """Values with a design's names, which need not be sound; what is read apart is left to its reader."""

    def __init__(self, values: Values) -> None:
        self.__dict__.update({**values, "demographics": ()})


def cost(design: AnnotationDesign, dataset_id: int) -> list[DesignError]:
    """Draw what a sound design will cost; returns what speaks against it."""
    try:
        with database().session() as session:
            count = images.count(session, dataset_id, design)
            images.check_selection(session, dataset_id, design)
            images.check_qualification(session, dataset_id, design)
    except StudyError as problem:
        return [DesignError(getattr(problem, "key", "selection"), str(problem))]
    if not count or count < design.sample or count < len(design.images):
        wanted = design.sample or len(design.images) or 1
        return [DesignError("sample", f"{count:,} images pass the filters, and {wanted:,} are asked for")]
    try:
        kept_lag(count, design)
    except DesignError as problem:
        return [problem]
    load = math.ceil(count * design.annotators_per_image / design.participants)
    each = load + design.repeats_of(load)
    hours = each * design.seconds_per_question / 3600
    with st.container(horizontal=True):
        st.metric("Images", f"{count:,}")
        st.metric("Faces each", f"{each:,}")
        st.metric("Time each", words.duration(hours))
        st.metric("Time in all", words.duration(hours * design.participants))
    st.caption(
        f"{words.counted(count * design.annotators_per_image, 'annotation')} in all, and "
        f"{words.counted(design.repeats_of(load), 'face')} again for each participant, to tell how far they "
        f"agree with themselves; {words.duration(hours / design.deadline_days)} a day within the deadline."
    )
    return []
