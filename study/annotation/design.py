"""The design of an annotation task: which faces, who labels them in which form, how often each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from engine.annotations import LABELS
from engine.images import SPLITS
from study.annotation.responses import FORMS
from study.annotation.texts import texts_of
from study.design import checks
from study.design.any_design import AnyDesign, rounded_up
from study.design.demographics import Demographic, asked_in, check_demographics, read_demographics
from study.design.errors import DesignError, refusal
from study.design.language import check_language, read_language
from study.design.texts import Texts
from study.wording.master import ENGLISH
from study.wording.wording import Pairs, Wording, wording

SECONDS: Mapping[str, float] = {"hard_label": 4.0, "soft_label": 20.0, "affect": 8.0}
"""What a face may take in each form; a guess, for the hours foretold."""
OF_STUDIES = {"experiments", "preset", "overlap", "overlap_design", "foil_policy", "images_per_emotion"}
"""Keys by which the file of a study of experiments is known."""
_WHOLE: Mapping[str, tuple[int, int]] = {
    "sample": (0, 10_000_000),
    "annotators_per_image": (1, checks.MAX_PARTICIPANTS),
    "participants": (1, checks.MAX_PARTICIPANTS),
    "min_lag": (1, 1_000_000),
    "break_every": (1, 1_000_000),
    "deadline_days": (1, 3_650),
    "qualification_images": (0, 1_000),
    "qualification_attempts": (1, 100),
    "seed": (0, 2**63 - 1),
}
_REAL: Mapping[str, tuple[float, float]] = {
    "self_repeats": (0, 1),
    "seconds_per_question": (0.1, 3_600),
    "qualification_pass": (0, 1),
}


@dataclass(frozen=True)
class AnnotationDesign(AnyDesign):
    """One annotation task's decisions.

    name, title: for the researcher's files, and for people. form: hard_label, soft_label or affect.
    sample: how many images are drawn by lot (0: all) of those of the dataset with one of the hard-labels
    `hard_labels` and `splits` (any, where empty) and in the named `selection`. `images`, where given, lists
    them instead.
    participants; annotators_per_image: how many different ones each image gets; loads are equal but for one.
    self_repeats: the share of a participant's images that are shown again, rounded up; min_lag questions
    after, which lag_rule `shorten` lowers where the task is too short and `strict` does not.
    The rest is as in `study.design.design.Design`; texts and seconds_per_question depend on the form.

    Raises DesignError, naming the key and the value, for a value that no task can have.
    """

    name: str = "annotation"
    title: str = "What do these faces show?"
    form: str = "hard_label"
    sample: int = 0
    hard_labels: tuple[str, ...] = ()
    splits: tuple[str, ...] = ()
    selection: str = ""
    images: tuple[str, ...] = ()
    participants: int = 6
    annotators_per_image: int = 2
    self_repeats: float = 0.10
    min_lag: int = 50
    lag_rule: str = "shorten"
    seconds_per_question: float = SECONDS["hard_label"]
    demographics: tuple[Demographic, ...] = field(default_factory=lambda: asked_in(wording()))
    training: bool = True
    qualification_images: int = 0
    qualification_pass: float = 0.75
    qualification_attempts: int = 2
    break_every: int = 100
    deadline_days: int = 7
    seed: int = 0
    texts: Texts = field(default_factory=lambda: texts_of("hard_label"))
    language: str = ENGLISH
    words: Pairs = ()

    def __post_init__(self) -> None:
        for found in problems(self):
            raise found

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Read a design from plain values; what is left out is the default, of the form where it has one.

        A `min_lag` given without a `lag_rule` is a demand: the rule is then `strict`.
        Raises DesignError for an unknown key, or a value that no task can have.
        """
        given = dict(values)
        cls.refuse_unknown(
            given,
            OF_STUDIES,
            "this is the design of a study, not of an annotation task: make a draft of it by"
            " `python -m study create FILE --labels SET`, or on the page Design",
        )
        form = given.setdefault("form", FORMS[0])
        if form not in FORMS:
            raise refusal("form", form, f"is none of {', '.join(FORMS)}")
        given.setdefault("seconds_per_question", SECONDS[form])
        if "min_lag" in given:
            given.setdefault("lag_rule", "strict")
        given["language"], given["words"] = read_language(given)
        said = wording(given["language"], given["words"])
        given["demographics"] = read_demographics(given.get("demographics", asked_in(said)))
        given["texts"] = Texts.from_dict(given.get("texts", {}), texts_of(form, said))
        lists = {key: tuple(value) for key, value in given.items() if isinstance(value, list)}
        return cls(**{**given, **lists})

    def texts_in(self, said: Wording) -> Texts:
        """The texts that a task of this form begins with in a language."""
        return texts_of(self.form, said)

    def repeats_of(self, images: int) -> int:
        """How many of a participant's `images` images are shown again: the share, rounded up."""
        return rounded_up(self.self_repeats, images)


def problems(design: Any) -> list[DesignError]:
    """Everything that is wrong with a design's values (or those of an object with its fields)."""
    given: list[checks.Check] = [
        checks.check_name,
        checks.choice("form", FORMS),
        checks.choice("lag_rule", checks.LAG_RULES),
        checks.switch("training"),
        lambda one: checks.check_members("hard_labels", one.hard_labels, LABELS, may_be_empty=True),
        lambda one: checks.check_members("splits", one.splits, SPLITS, may_be_empty=True),
        *(checks.whole(key, low, high) for key, (low, high) in _WHOLE.items()),
        *(checks.real(key, low, high) for key, (low, high) in _REAL.items()),
        _check_images,
        lambda one: check_demographics(one.demographics),
        check_language,
    ]
    # What holds between fields is judged where each of them is sound.
    return checks.judged(given, design) or checks.judged([_check_people], design)


def _check_images(design: Any) -> None:
    checks.check_listed_images(design)
    if design.images and design.sample:
        raise refusal("sample", design.sample, "cannot stand beside a list of images; drop one")


def _check_people(design: Any) -> None:
    if design.annotators_per_image > design.participants:
        raise refusal(
            "annotators_per_image",
            design.annotators_per_image,
            f"is more than the {design.participants} participants, and nobody counts twice for an image",
        )
