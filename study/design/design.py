"""The design of a study: what a researcher decides before anybody is asked."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from fractions import Fraction
from typing import Any, Self

import tomli_w

from engine.emfacs import EMOTIONS
from study.design.any_design import AnyDesign, rounded_up
from study.design.checks import check_design
from study.design.demographics import Demographic, asked_in, read_demographics
from study.design.errors import DesignError
from study.design.language import read_language
from study.design.texts import Texts, texts_in
from study.wording.master import ENGLISH
from study.wording.wording import Pairs, Wording, wording

ALL = "all"
OF_ANNOTATION = {"form", "hard_labels", "annotators_per_image", "sample"}
"""Keys by which the file of an annotation task is known."""


@dataclass(frozen=True)
class Design(AnyDesign):
    """One study's decisions; the defaults are the AffectNet+ paper's (Sec. 5, Suppl. V), less qualification.

    name, title: for the researcher's files, and for people. seed: of all that is drawn by lot.
    images_per_emotion: images drawn of each of `emotions` (and of `subsets`, where some are named); None
    takes all of them. They come from the images of `splits` (any, where empty), of hard-label ranks `ranks`
    and margins `margins` (least and greatest), and of the named `selection`. `images`, where given, lists the
    images instead of all this.
    experiments: 1, 2 or both. self_repeats, overlap: shares of a participant's first-time load, each rounded
    up to whole questions.
    overlap_design: `ring` (each answers questions of the one before), `complete` (all pairs share), `none`,
    or `balanced_incomplete_block` (a pool, each of its questions answered by `block_size` participants, all
    pairs sharing equally many).
    min_lag: questions from an original to its repeat. lag_rule `shorten` lowers it where the study is too
    short, `strict` refuses such a study.
    exposure: may a participant meet one image in both experiments? `apart` refuses designs that need it.
    foil_policy: foils of Experiment 2 are drawn from all images (`random`), from those of the same hard label
    (`matched_hard_label`), or so as to fill `foil_bins`, edges of Jensen-Shannon distance, equally often
    (`distance_bins`). min_foil_difference: the least difference, in some emotion's score, from the own one.
    attention_checks: questions of Experiment 2 for each participant, with an unmistakable foil, which tell
    whether anybody is looking.
    label_form, hard_label_form: how labels are drawn. seconds_per_question: for the hours a plan foretells.
    demographics: what participants are asked of themselves. training: whether emotions are explained first.
    qualification_images: labelled before the questions (0: none); the share `qualification_pass` of them must
    have the image's hard-label, within `qualification_attempts`.
    break_every: questions to a suggested break. deadline_days: from the invitation. texts: `Texts`.
    language: what participants read; `words`, of the lab's own, stand before those that FaceValue has.

    Raises DesignError, naming the key and the value, for a value that no study can have.
    """

    name: str = "affectnet-plus-paper"
    title: str = "Do soft-labels describe faces better?"
    emotions: tuple[str, ...] = EMOTIONS
    images_per_emotion: int | None = 500
    subsets: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    splits: tuple[str, ...] = ()
    ranks: tuple[int, int] = (1, len(EMOTIONS))
    margins: tuple[float, float] = (-1.0, 1.0)
    selection: str = ""
    participants: int = 6
    experiments: tuple[int, ...] = (1, 2)
    self_repeats: float = 0.20
    overlap: float = 0.10
    overlap_design: str = "ring"
    block_size: int = 3
    min_lag: int = 50
    lag_rule: str = "shorten"
    exposure: str = "apart_if_possible"
    foil_policy: str = "random"
    min_foil_difference: float = 0.10
    foil_bins: tuple[float, ...] = (0.0, 0.3, 0.45, 0.6, 1.0)
    attention_checks: int = 0
    label_form: str = "bars"
    hard_label_form: str = "same_frame"
    seconds_per_question: float = 7.0
    demographics: tuple[Demographic, ...] = field(default_factory=lambda: asked_in(wording()))
    training: bool = True
    qualification_images: int = 0
    qualification_pass: float = 0.75
    qualification_attempts: int = 2
    break_every: int = 100
    deadline_days: int = 7
    seed: int = 0
    texts: Texts = field(default_factory=Texts)
    language: str = ENGLISH
    words: Pairs = ()

    def __post_init__(self) -> None:
        check_design(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Read a design from plain values; `preset` names the preset that the other keys change.

        `images_per_emotion` may be "all", since TOML has no None.
        Where another language is given, texts and demographics that are not given are that language's.
        A `min_lag` given without a `lag_rule` is a demand: the rule is then `strict`.
        Raises StudyError for an unknown key or preset, or a value of the wrong kind.
        """
        given = dict(values)
        base = preset(given.pop("preset")) if "preset" in given else DEFAULT
        cls.refuse_unknown(
            given,
            OF_ANNOTATION,
            "this is the design of an annotation task, not of a study: make a draft of it by"
            " `python -m study annotate FILE --dataset NAME`, or on the page Annotation",
        )
        if "min_lag" in given and "lag_rule" not in given:
            given["lag_rule"] = "strict"
        if "images" in given and "images_per_emotion" not in given:
            given["images_per_emotion"] = None
        if given.get("images_per_emotion") == ALL:
            given["images_per_emotion"] = None
        given["language"], given["words"] = read_language(given, base.language, base.words)
        base = base.said_in(given["language"], given["words"])
        if "demographics" in given:
            given["demographics"] = read_demographics(given["demographics"])
        if "texts" in given:
            given["texts"] = Texts.from_dict(given["texts"], base.texts)
        lists = {key: tuple(value) for key, value in given.items() if isinstance(value, list)}
        return cls(**{**_values(base), **given, **lists})

    def to_toml(self) -> str:
        """Write every field as TOML, which `from_toml_text` reads back as the same design."""
        values = self.to_dict()
        if values["images_per_emotion"] is None:
            values["images_per_emotion"] = ALL
        return tomli_w.dumps(values, multiline_strings=True)

    def texts_in(self, said: Wording) -> Texts:
        """The texts that a study begins with in a language."""
        return texts_in(said)

    @property
    def shares_questions(self) -> bool:
        """Whether participants answer questions of others at all."""
        return self.overlap_design != "none" and self.overlap > 0

    def repeats_each(self, images: int) -> int:
        """Self-repeats of one participant where there are `images` images: the share, rounded up."""
        return self._rounded_up(self.self_repeats, images)

    def overlap_each(self, images: int) -> int:
        """Overlap questions that one participant is due in a study of `images` images, rounded up."""
        return self._rounded_up(self.overlap, images) if self.shares_questions else 0

    def _rounded_up(self, share: float, images: int) -> int:
        load = Fraction(images * len(self.experiments), self.participants)
        return min(rounded_up(share, load), math.floor(load))


def _values(design: Design) -> dict[str, Any]:
    return {one.name: getattr(design, one.name) for one in fields(design)}


DEFAULT = Design()
PRESETS: dict[str, Design] = {
    "affectnet_plus_paper": DEFAULT.changed(qualification_images=40, qualification_attempts=1),
    "quick_pilot": Design(
        name="quick-pilot",
        title="A quick pilot",
        images_per_emotion=15,
        participants=4,
        overlap_design="complete",
        overlap=0.20,
        min_lag=20,
        break_every=50,
        deadline_days=3,
    ),
}


def preset(name: str) -> Design:
    """Return the preset of that name; raise StudyError for a name that is none."""
    if name not in PRESETS:
        raise DesignError("preset", f"design: preset = {name!r} is none of {', '.join(PRESETS)}")
    return PRESETS[name]
