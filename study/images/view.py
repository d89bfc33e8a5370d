"""A view of a label set: what it keeps, in which order; as words of an address and back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import ColumnElement, UnaryExpression
from sqlalchemy.sql.operators import custom_op

from db.tables import LabelFacet
from engine.emfacs import EMOTIONS
from study.errors import StudyError

SCORES: dict[str, Any] = {e.lower(): getattr(LabelFacet, f"soft_{e.lower()}") for e in EMOTIONS}
CHOICES: dict[str, Any] = {
    "emotion": LabelFacet.hard_label,
    "subset": LabelFacet.subset,
    "split": LabelFacet.split,
    "top": LabelFacet.top,
    "people": LabelFacet.majority,
    "gender": LabelFacet.gender,
    "ethnicity": LabelFacet.ethnicity,
}
"""What a view can keep by words: the hard-label, the engine's first emotion, that of most people, …"""
RANGES: dict[str, Any] = {
    **SCORES,
    "rank": LabelFacet.rank,
    "margin": LabelFacet.margin,
    "entropy": LabelFacet.entropy,
    "votes": LabelFacet.votes,
    "agreement": LabelFacet.agreement,
    "divergence": LabelFacet.divergence,
    "age": LabelFacet.age,
    "yaw": LabelFacet.yaw,
    "pitch": LabelFacet.pitch,
    "roll": LabelFacet.roll,
    "valence": LabelFacet.valence,
    "arousal": LabelFacet.arousal,
}
"""What a view can keep by a least and a most, both included; an image without the value is not kept."""
DISAGREEMENTS: dict[str, ColumnElement[bool]] = {
    "people-dataset": LabelFacet.majority != LabelFacet.hard_label,
    "people-engine": LabelFacet.majority != LabelFacet.top,
    "engine-dataset": LabelFacet.rank > 1,
}
"""Who disagrees: most people with the hard-label, or with the engine; the engine with the hard-label."""
SORTS: dict[str, Any] = {
    "image": LabelFacet.name,
    "hard_label": LabelFacet.hard_label,
    "top": LabelFacet.top,
    **RANGES,
}
"""What a view can be sorted by; images without the value come last."""
_OPEN = ".."
_AS_IT_IS = custom_op[Any]("+")

Range = tuple[float | None, float | None]
Address = Mapping[str, Sequence[str]]


def scanned(column: Any) -> Any:
    """A facet as a condition takes it that no index should serve.

    A database that steps along an index for a range, and looks each image up in turn, takes twenty times as
    long for a third of all images as it takes to read the label set from its first image to its last.
    """
    return UnaryExpression(column, operator=_AS_IT_IS, type_=column.type)


@dataclass(frozen=True)
class View:
    """Which images of a label set, and in which order.

    `choices` maps keys of `CHOICES` to the words to keep, `ranges` keys of `RANGES` to the least and the
    most (None where open), `disagreement` is a key of `DISAGREEMENTS` or None, `sort` one of `SORTS`.
    Raises StudyError for anything unknown.
    """

    label_set_id: int
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ranges: Mapping[str, Range] = field(default_factory=dict)
    disagreement: str | None = None
    sort: str = "image"
    descending: bool = False

    def __post_init__(self) -> None:
        for given, known, what in (
            (list(self.choices), CHOICES, "filtered"),
            (list(self.ranges), RANGES, "filtered"),
            ([self.disagreement] if self.disagreement else [], DISAGREEMENTS, "filtered"),
            ([self.sort], SORTS, "sorted"),
        ):
            for name in given:
                if name not in known:
                    raise StudyError(f"a view cannot be {what} by {name!r}: choose of {', '.join(known)}")

    @property
    def filters(self) -> dict[str, ColumnElement[bool]]:
        """The conditions of the filters that keep less than everything, by the filter's name."""
        kept: dict[str, ColumnElement[bool]] = {}
        for name, words in self.choices.items():
            if words:
                kept[name] = CHOICES[name].in_(words)
        for name, (least, most) in self.ranges.items():
            column = scanned(RANGES[name])
            if least is not None and most is not None:
                kept[name] = column.between(least, most)
            elif least is not None or most is not None:
                kept[name] = column <= most if least is None else column >= least
        if self.disagreement is not None:
            kept["disagreement"] = DISAGREEMENTS[self.disagreement]
        return kept

    @property
    def key(self) -> str:
        """A text that equal views share, and only those."""
        return f"{self.label_set_id}?{urlencode(self.address(), doseq=True)}"

    def without(self, name: str) -> "View":
        """The view with one filter relaxed."""
        if name == "disagreement":
            return replace(self, disagreement=None)
        return replace(
            self,
            choices={key: words for key, words in self.choices.items() if key != name},
            ranges={key: ends for key, ends in self.ranges.items() if key != name},
        )

    def address(self) -> dict[str, list[str]]:
        """The view as words of an address, the same for equal views; the label set is not among them."""
        said = {name: list(self.choices[name]) for name in CHOICES if self.choices.get(name)}
        for name in RANGES:
            least, most = self.ranges.get(name, (None, None))
            if (least, most) != (None, None):
                said[name] = [f"{_number(least)}{_OPEN}{_number(most)}"]
        if self.disagreement:
            said["disagreement"] = [self.disagreement]
        if (self.sort, self.descending) != ("image", False):
            said["sort"] = [("-" if self.descending else "") + self.sort]
        return said


def view_of(label_set_id: int, address: Address) -> tuple[View, list[str]]:
    """The view that an address asks for, and what of it means nothing here and was left out."""
    view, wrong = View(label_set_id), []
    choices: dict[str, tuple[str, ...]] = {}
    ranges: dict[str, Range] = {}
    for name, words in address.items():
        if not words:
            continue
        if name in CHOICES:
            choices[name] = tuple(dict.fromkeys(words))
        elif name in RANGES:
            ends = _range(words[0])
            if ends is None:
                wrong.append(f"{name}={words[0]}")
            else:
                ranges[name] = ends
        elif name == "disagreement" and words[0] in DISAGREEMENTS:
            view = replace(view, disagreement=words[0])
        elif name == "sort" and words[0].removeprefix("-") in SORTS:
            sort = words[0].removeprefix("-")
            view = replace(view, sort=sort, descending=words[0].startswith("-"))
        elif name in ("disagreement", "sort"):
            wrong.append(f"{name}={words[0]}")
    return replace(view, choices=choices, ranges=ranges), wrong


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"


def _range(words: str) -> Range | None:
    least, separator, most = words.partition(_OPEN)
    try:
        ends = float(least) if least else None, float(most) if most else None
    except ValueError:
        return None
    finite = all(end is None or abs(end) < float("inf") for end in ends)
    return ends if separator and finite else None
