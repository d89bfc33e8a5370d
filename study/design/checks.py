"""What every design is held to, whichever images it will be met with."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from engine.emfacs import EMOTIONS
from engine.images import SPLITS
from study.design.demographics import check_demographics
from study.design.errors import DesignError
from study.design.errors import refusal as _refusal
from study.design.language import check_language

Check = Callable[[Any], None]
"""Raises DesignError where a design, or any object with its fields, is not as it must be."""
OVERLAP_DESIGNS = ("ring", "complete", "balanced_incomplete_block", "none")
EXPOSURES = ("apart", "apart_if_possible", "any")
LAG_RULES = ("shorten", "strict")
FOIL_POLICIES = ("random", "matched_hard_label", "distance_bins")
LABEL_FORMS = ("bars", "radar", "sorted_text")
HARD_LABEL_FORMS = ("same_frame", "text")
SUBSETS = ("Easy", "Challenging", "Difficult")
CHOICES: dict[str, tuple[str, ...]] = {
    "overlap_design": OVERLAP_DESIGNS,
    "exposure": EXPOSURES,
    "lag_rule": LAG_RULES,
    "foil_policy": FOIL_POLICIES,
    "label_form": LABEL_FORMS,
    "hard_label_form": HARD_LABEL_FORMS,
}
MAX_PARTICIPANTS, MAX_TITLE = 999, 200
SWITCHES = ("training",)
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_WHOLE: dict[str, tuple[int, int]] = {
    "participants": (1, MAX_PARTICIPANTS),
    "block_size": (2, MAX_PARTICIPANTS),
    "min_lag": (1, 1_000_000),
    "break_every": (1, 1_000_000),
    "deadline_days": (1, 3_650),
    "qualification_images": (0, 1_000),
    "qualification_attempts": (1, 100),
    "attention_checks": (0, 1_000),
    "seed": (0, 2**63 - 1),
}
_REAL: dict[str, tuple[float, float]] = {
    "self_repeats": (0, 1),
    "overlap": (0, 1),
    "min_foil_difference": (0.01, 1),
    "seconds_per_question": (0.1, 3_600),
    "qualification_pass": (0, 1),
}
_RANGES: dict[str, tuple[float, float]] = {"ranks": (1, len(EMOTIONS)), "margins": (-1, 1)}


def check_design(design: Any) -> None:
    """Raise DesignError, naming the key and the value, for the first value that no study can have.

    `design` is a `Design`, or any object with its fields.
    """
    for found in problems(design):
        raise found


def problems(design: Any) -> list[DesignError]:
    """Everything that is wrong with the values of a design, or of any object with its fields."""
    checks: list[Check] = [
        check_name,
        *(choice(key, allowed) for key, allowed in CHOICES.items()),
        *(switch(key) for key in SWITCHES),
        lambda one: check_members("emotions", one.emotions, EMOTIONS),
        lambda one: check_members("subsets", one.subsets, SUBSETS, may_be_empty=True),
        lambda one: check_members("splits", one.splits, SPLITS, may_be_empty=True),
        lambda one: check_members("experiments", one.experiments, (1, 2)),
        *(whole(key, low, high) for key, (low, high) in _WHOLE.items()),
        *(real(key, low, high) for key, (low, high) in _REAL.items()),
        *(_range(key, low, high) for key, (low, high) in _RANGES.items()),
        _check_images,
        lambda one: _check_bins(one.foil_bins),
        _check_attention,
        lambda one: check_demographics(one.demographics),
        check_language,
    ]
    # What holds between fields is judged where each of them is sound.
    return judged(checks, design) or judged([_check_sharing], design)


def judged(checks: Sequence[Check], design: Any) -> list[DesignError]:
    """What each check says of a design, where it says anything."""
    found = []
    for check in checks:
        try:
            check(design)
        except DesignError as problem:
            found.append(problem)
    return found


def choice(key: str, allowed: tuple[str, ...]) -> Check:
    """A check of a field that is one of several words."""

    def check(design: Any) -> None:
        if getattr(design, key) not in allowed:
            raise _refusal(key, getattr(design, key), f"is none of {', '.join(allowed)}")

    return check


def switch(key: str) -> Check:
    """A check of a field that is true or false."""

    def check(design: Any) -> None:
        if not isinstance(getattr(design, key), bool):
            raise _refusal(key, getattr(design, key), "must be true or false")

    return check


def whole(key: str, low: int, high: int) -> Check:
    """A check of a field that is a whole number."""
    return lambda design: check_whole(key, getattr(design, key), low, high)


def real(key: str, low: float, high: float) -> Check:
    """A check of a field that is a number."""
    return lambda design: check_real(key, getattr(design, key), low, high)


def _range(key: str, low: float, high: float) -> Check:
    return lambda design: _check_range(key, getattr(design, key), low, high)


def check_name(design: Any) -> None:
    """Refuse a name or a title that no study can have."""
    if not isinstance(design.name, str) or not _NAME.fullmatch(design.name):
        raise _refusal("name", design.name, "must be 1 to 64 lower-case letters, digits and hyphens")
    if not isinstance(design.title, str) or not design.title.strip() or len(design.title) > MAX_TITLE:
        raise _refusal("title", design.title, f"must be a text of 1 to {MAX_TITLE} letters")
    if re.search(r"[<>\n\r]", design.title):
        raise _refusal("title", design.title, "must be one line without < and >")


def check_members(key: str, values: Any, allowed: tuple[Any, ...], may_be_empty: bool = False) -> None:
    """Refuse what is no list of distinct members of `allowed`."""
    listed = ", ".join(str(one) for one in allowed)
    if not isinstance(values, tuple) or not (values or may_be_empty):
        raise _refusal(key, values, f"must be a list out of {listed}")
    if any(isinstance(one, bool) or one not in allowed for one in values) or len(set(values)) < len(values):
        raise _refusal(key, list(values), f"must name, each once, some of {listed}")


def check_whole(key: str, value: Any, low: int, high: int) -> None:
    """Refuse what is no whole number from `low` to `high`."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise _refusal(key, value, f"must be a whole number from {low} to {high}")


def check_real(key: str, value: Any, low: float, high: float) -> None:
    """Refuse what is no number from `low` to `high`."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise _refusal(key, value, f"must be a number from {low:g} to {high:g}")


def _check_range(key: str, value: Any, low: float, high: float) -> None:
    kind: Any = int if isinstance(low, int) and key == "ranks" else int | float
    numbers = isinstance(value, tuple) and all(
        isinstance(one, kind) and not isinstance(one, bool) for one in value
    )
    if not numbers or len(value) != 2 or not low <= value[0] <= value[1] <= high:
        raise _refusal(
            key, value, f"must be two numbers, the least and the greatest, from {low:g} to {high:g}"
        )


def _check_images(design: Any) -> None:
    check_listed_images(design)
    if design.images_per_emotion is not None:
        check_whole("images_per_emotion", design.images_per_emotion, 1, 10_000_000)
        if design.images:
            raise _refusal(
                "images_per_emotion",
                design.images_per_emotion,
                "cannot stand beside a list of images; drop one",
            )


def check_listed_images(design: Any) -> None:
    """Refuse a list of images that is none, names one twice, or stands beside a selection."""
    if not isinstance(design.images, tuple) or any(
        not isinstance(one, str) or not one for one in design.images
    ):
        raise _refusal("images", design.images, "must be a list of image ids")
    if len(set(design.images)) < len(design.images):
        twice = next(one for one in design.images if design.images.count(one) > 1)
        raise _refusal("images", twice, "is listed twice")
    if not isinstance(design.selection, str) or len(design.selection) > MAX_TITLE:
        raise _refusal("selection", design.selection, "must be the name of a selection, or empty")
    if design.images and design.selection:
        raise _refusal("selection", design.selection, "cannot stand beside a list of images; drop one")


def _check_attention(design: Any) -> None:
    if design.attention_checks and 2 not in design.experiments:
        raise _refusal(
            "attention_checks",
            design.attention_checks,
            "asks Experiment 2's question, and the experiments are 1 alone; add 2, or set it to 0",
        )


def _check_bins(edges: Any) -> None:
    numbers = isinstance(edges, tuple) and all(
        isinstance(edge, int | float) and not isinstance(edge, bool) for edge in edges
    )
    if not numbers or len(edges) < 2 or edges[0] < 0 or edges[-1] > 1 or list(edges) != sorted(set(edges)):
        raise _refusal("foil_bins", edges, "must be two or more rising edges from 0 to 1")


def _check_sharing(design: Any) -> None:
    if design.overlap_design == "none" or design.overlap == 0:
        return
    least = {"ring": 3, "complete": 2, "balanced_incomplete_block": 3}[design.overlap_design]
    if design.participants < least:
        raise _refusal(
            "overlap_design",
            design.overlap_design,
            f"needs at least {least} participants, and participants = {design.participants}; add"
            " participants, or choose overlap_design = 'none'",
        )
    blocks = design.overlap_design == "balanced_incomplete_block"
    if blocks and design.block_size > design.participants:
        raise _refusal(
            "block_size", design.block_size, f"is more than the {design.participants} participants"
        )
