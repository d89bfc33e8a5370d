"""What every design is held to, whichever images it will be met with."""

import re
from typing import TYPE_CHECKING, Any

from engine.emfacs import EMOTIONS
from study.errors import StudyError

if TYPE_CHECKING:
    from study.design.design import Design

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
MAX_PARTICIPANTS = 999
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_WHOLE: dict[str, tuple[int, int]] = {
    "participants": (1, MAX_PARTICIPANTS),
    "block_size": (2, MAX_PARTICIPANTS),
    "min_lag": (1, 1_000_000),
    "break_every": (1, 1_000_000),
    "deadline_days": (1, 3_650),
    "seed": (0, 2**63 - 1),
}
_REAL: dict[str, tuple[float, float]] = {
    "self_repeats": (0, 1),
    "overlap": (0, 1),
    "min_foil_difference": (0.01, 1),
    "seconds_per_question": (0.1, 3_600),
}


def check_design(design: "Design") -> None:
    """Raise StudyError, naming the key and the value, for the first value that no study can have."""
    _check_words(design)
    for key, (low, high) in _WHOLE.items():
        _check_whole(key, getattr(design, key), low, high)
    for key, (lowest, highest) in _REAL.items():
        _check_real(key, getattr(design, key), lowest, highest)
    _check_images(design)
    _check_bins(design.foil_bins)
    _check_sharing(design)


def _check_words(design: "Design") -> None:
    if not isinstance(design.name, str) or not _NAME.fullmatch(design.name):
        raise _refusal("name", design.name, "must be 1 to 64 lower-case letters, digits and hyphens")
    if not isinstance(design.title, str) or not design.title.strip():
        raise _refusal("title", design.title, "must be a text that is not empty")
    for key, allowed in CHOICES.items():
        if getattr(design, key) not in allowed:
            raise _refusal(key, getattr(design, key), f"is none of {', '.join(allowed)}")
    _check_members("emotions", design.emotions, EMOTIONS)
    _check_members("subsets", design.subsets, SUBSETS, may_be_empty=True)
    _check_members("experiments", design.experiments, (1, 2))


def _check_members(key: str, values: Any, allowed: tuple[Any, ...], may_be_empty: bool = False) -> None:
    listed = ", ".join(str(one) for one in allowed)
    if not isinstance(values, tuple) or not (values or may_be_empty):
        raise _refusal(key, values, f"must be a list out of {listed}")
    if any(isinstance(one, bool) or one not in allowed for one in values) or len(set(values)) < len(values):
        raise _refusal(key, list(values), f"must name, each once, some of {listed}")


def _check_whole(key: str, value: Any, low: int, high: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise _refusal(key, value, f"must be a whole number from {low} to {high}")


def _check_real(key: str, value: Any, low: float, high: float) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise _refusal(key, value, f"must be a number from {low:g} to {high:g}")


def _check_images(design: "Design") -> None:
    if not isinstance(design.images, tuple) or any(
        not isinstance(one, str) or not one for one in design.images
    ):
        raise _refusal("images", design.images, "must be a list of image ids")
    if len(set(design.images)) < len(design.images):
        twice = next(one for one in design.images if design.images.count(one) > 1)
        raise _refusal("images", twice, "is listed twice")
    if design.images_per_emotion is not None:
        _check_whole("images_per_emotion", design.images_per_emotion, 1, 10_000_000)
        if design.images:
            raise _refusal(
                "images_per_emotion",
                design.images_per_emotion,
                "cannot stand beside a list of images; drop one",
            )


def _check_bins(edges: Any) -> None:
    numbers = isinstance(edges, tuple) and all(
        isinstance(edge, int | float) and not isinstance(edge, bool) for edge in edges
    )
    if not numbers or len(edges) < 2 or edges[0] < 0 or edges[-1] > 1 or list(edges) != sorted(set(edges)):
        raise _refusal("foil_bins", edges, "must be two or more rising edges from 0 to 1")


def _check_sharing(design: "Design") -> None:
    if not design.shares_questions:
        return
    least = {"ring": 3, "complete": 2, "balanced_incomplete_block": 3}[design.overlap_design]
    if design.participants < least:
        raise StudyError(
            f"design: overlap_design = {design.overlap_design!r} needs at least {least} participants, and"
            f" participants = {design.participants}; add participants, or choose overlap_design = 'none'"
        )
    blocks = design.overlap_design == "balanced_incomplete_block"
    if blocks and design.block_size > design.participants:
        raise _refusal(
            "block_size", design.block_size, f"is more than the {design.participants} participants"
        )


def _refusal(key: str, value: Any, reason: str) -> StudyError:
    return StudyError(f"design: {key} = {value!r} {reason}")
