"""The fields of a design as widgets: what they hold is what the TOML file holds."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app.researcher import design_language
from app.researcher.design_words import CHOICES, HELP, LABELS, TEXTS
from engine.emfacs import EMOTIONS
from engine.images import SPLITS
from study.annotation.design import AnnotationDesign
from study.design import checks, demographics
from study.design.design import Design
from study.design.errors import DesignError

Values = dict[str, Any]
SHARES = ("self_repeats", "overlap", "qualification_pass")
EACH, EVERY, LISTED = "As many of each emotion", "All that pass the filters", "A list of images"


class Fields:
    """Widgets that begin with a design's values; `values` are theirs now, and errors stand beside them.

    generation: part of every widget's key, so that another design that is loaded begins anew.
    """

    def __init__(self, base: Design | AnnotationDesign, generation: int) -> None:
        # Which fields a page draws is the page's matter; each is one of its own design's.
        self.base: Any = base
        self.generation = generation
        self.values: Values = {one.name: getattr(base, one.name) for one in fields(base)}
        self._places: dict[str, DeltaGenerator] = {}

    def show(self, problems: Sequence[DesignError]) -> None:
        """Say each problem beside its field, or above all where it has none here."""
        for problem in problems:
            place = self._places.get(problem.key) or self._places.get(problem.key.split(".")[0])
            (place or st).error(str(problem).removeprefix("design: "), icon=":material/error:")

    def key(self, name: str) -> str:
        """The widget's key."""
        return f"design_{self.generation}_{name}"

    def language(self) -> None:
        """The language and words of participants; texts and demographics that come after it follow."""
        self.base = design_language.draw(self.base, self.key)
        self.values |= {"language": self.base.language, "words": self.base.words}
        self._place("language")
        self._place("words")

    def text(self, name: str) -> None:
        """A line of text."""
        self.values[name] = st.text_input(LABELS[name], getattr(self.base, name), **self._about(name)).strip()
        self._place(name)

    def whole(self, name: str, low: int, high: int) -> None:
        """A whole number."""
        begun = min(max(getattr(self.base, name), low), high)
        self.values[name] = int(st.number_input(LABELS[name], low, high, begun, 1, **self._about(name)))
        self._place(name)

    def real(self, name: str, low: float, high: float, step: float) -> None:
        """A number."""
        begun = float(getattr(self.base, name))
        found = st.number_input(LABELS[name], low, high, begun, step, **self._about(name))
        self.values[name] = round(float(found), 6)
        self._place(name)

    def share(self, name: str) -> None:
        """A share in percent."""
        begun = 100 * float(getattr(self.base, name))
        found = st.number_input(f"{LABELS[name]} (%)", 0.0, 100.0, begun, 1.0, "%g", **self._about(name))
        self.values[name] = round(float(found) / 100, 6)
        self._place(name)

    def switch(self, name: str) -> None:
        """Yes or no."""
        self.values[name] = st.toggle(LABELS[name], getattr(self.base, name), **self._about(name))
        self._place(name)

    def choice(self, name: str) -> None:
        """One of the field's values, in words."""
        allowed = checks.CHOICES[name]
        begun = allowed.index(getattr(self.base, name))
        words = CHOICES[name]
        self.values[name] = st.selectbox(
            LABELS[name], allowed, begun, format_func=lambda one: words[one], **self._about(name)
        )
        self._place(name)

    def several(self, name: str, allowed: Sequence[Any], words: Mapping[Any, str] | None = None) -> None:
        """Some of several values, in their order."""
        named = words or {}
        found = st.pills(
            LABELS[name],
            allowed,
            selection_mode="multi",
            default=list(getattr(self.base, name)),
            format_func=lambda one: named.get(one, str(one)),
            **self._about(name),
        )
        self.values[name] = tuple(one for one in allowed if one in found)
        self._place(name)

    def range(self, name: str, low: float, high: float, step: float) -> None:
        """The least and the greatest."""
        begun = getattr(self.base, name)
        self.values[name] = tuple(st.slider(LABELS[name], low, high, begun, step, **self._about(name)))
        self._place(name)

    def numbers(self, name: str) -> None:
        """Rising numbers, with commas between; what is no number is kept for the check to refuse."""
        begun = ", ".join(f"{one:g}" for one in getattr(self.base, name))
        written = st.text_input(LABELS[name], begun, **self._about(name))
        parts = [part.strip() for part in written.split(",") if part.strip()]
        try:
            self.values[name] = tuple(float(part) for part in parts)
        except ValueError:
            self.values[name] = tuple(parts)
        self._place(name)

    def images(self, selections: Sequence[str]) -> None:
        """How images are chosen: as many of each emotion, all, or a list."""
        begun = 2 if self.base.images else 1 if self.base.images_per_emotion is None else 0
        how = st.radio("Images", (EACH, EVERY, LISTED), begun, horizontal=True, key=self.key("how"))
        self.values |= {"images": (), "images_per_emotion": None}
        if how == LISTED:
            written = st.text_area(LABELS["images"], "\n".join(self.base.images), **self._about("images"))
            self.values["images"] = tuple(line.strip() for line in written.splitlines() if line.strip())
            self.values["selection"] = ""
            if not self.values["images"]:
                st.info("Write one image id on each line, as in the label set.")
            self._place("images")
            return
        if how == EACH:
            begun_at = self.base.images_per_emotion or 50
            about = self._about("images_per_emotion")
            found = st.number_input(LABELS["images_per_emotion"], 1, 10_000_000, begun_at, 1, **about)
            self.values["images_per_emotion"] = int(found)
        self._place("images_per_emotion")
        self._filters(selections)

    def _filters(self, selections: Sequence[str]) -> None:
        self.several("emotions", EMOTIONS)
        self.several("subsets", checks.SUBSETS)
        self.several("splits", SPLITS)
        left, right = st.columns(2)
        with left:
            self.range("ranks", 1, len(EMOTIONS), 1)
        with right:
            self.range("margins", -1.0, 1.0, 0.05)
        self.selection(selections)

    def selection(self, selections: Sequence[str]) -> None:
        """One of some selections, or none."""
        names = ["", *dict.fromkeys([*selections, *([self.base.selection] if self.base.selection else [])])]
        self.values["selection"] = st.selectbox(
            LABELS["selection"],
            names,
            names.index(self.base.selection),
            format_func=lambda one: one or "None",
            **self._about("selection"),
        )
        self._place("selection")

    def asked(self) -> None:
        """The demographic items, one a row."""
        begun = pd.DataFrame(
            [(one.key, one.label, one.kind, "; ".join(one.options)) for one in self.base.demographics],
            columns=["key", "label", "kind", "options"],
        )
        columns = {
            "key": st.column_config.TextColumn(
                "Column", help="its name in an export: small letters, digits, _"
            ),
            "label": st.column_config.TextColumn("What is asked", width="large"),
            "kind": st.column_config.SelectboxColumn("Kind", options=list(demographics.KINDS)),
            "options": st.column_config.TextColumn("Choices, with ; between", width="large"),
        }
        st.caption(f"{LABELS['demographics']}. {HELP['demographics']}")
        edited = st.data_editor(
            begun,
            num_rows="dynamic",
            hide_index=True,
            column_config=columns,
            key=self.key("demographics") + design_language.suffix(self.base),
        )
        self.values["demographics"] = [
            _item(row) for row in edited.fillna("").to_dict("records") if any(row.values())
        ]
        self._place("demographics")

    def texts(self) -> None:
        """The texts, each with a look at what participants see."""
        written: dict[str, str] = {}
        for name, (label, about) in TEXTS.items():
            begun = getattr(self.base.texts, name)
            height = 320 if name == "consent" else 140
            key = self.key(f"text_{name}") + design_language.suffix(self.base)
            written[name] = st.text_area(label, begun, height, help=about, key=key)
            self._place(f"texts.{name}")
        self.values["texts"] = written

    def _about(self, name: str) -> dict[str, Any]:
        return {"help": HELP.get(name), "key": self.key(name)}

    def _place(self, name: str) -> None:
        self._places[name] = st.empty()


def _item(row: Mapping[Any, Any]) -> dict[str, Any]:
    options = [part.strip() for part in str(row["options"]).split(";") if part.strip()]
    return {"key": row["key"], "label": row["label"], "kind": row["kind"], "options": options}
