"""A study's design in words, for the methods of its report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from study.design.language import read_words
from study.wording.master import ENGLISH, flat
from study.wording.wording import wording

EXPERIMENTS = {
    1: "Experiment 1 (preference): a face with its soft-label and its hard-label, side by side; the "
    "participant says which describes it better: the one, the other, both or none",
    2: "Experiment 2 (discrimination): a face with its own soft-label and that of another image, a foil; the "
    "participant says which belongs to the face",
}
OVERLAP = {
    "ring": "each answering questions of the one before",
    "complete": "all pairs sharing questions",
    "balanced_incomplete_block": "in balanced blocks, all pairs sharing equally many",
}
FOILS = {
    "random": "drawn from all images",
    "matched_hard_label": "drawn from images of the same hard-label",
    "distance_bins": "drawn so that bands of distance are asked equally often",
}
EXPOSURE = {
    "apart": "No participant met an image in both experiments",
    "apart_if_possible": "Where possible, no participant met an image in both experiments",
    "any": "A participant could meet an image in both experiments",
}
APART = ("texts", "name", "title", "words")


def design_words(design: Mapping[str, Any]) -> list[str]:
    """Sentences on what was asked of whom; what the design does not hold is left out."""
    found = [f"{EXPERIMENTS[number]}." for number in design.get("experiments", ()) if number in EXPERIMENTS]
    return [*found, *_people(design), *_language(design), *_before(design), *_order(design)]


def _people(design: Mapping[str, Any]) -> list[str]:
    found = []
    if "participants" in design:
        found.append(f"{_counted(design['participants'], 'participant')}, {_images(design)}.")
    if design.get("self_repeats"):
        found.append(
            f"Self-repeats make {design['self_repeats']:.0%} of a participant's first-time questions, at "
            f"least {design.get('min_lag', 0)} questions later"
            + (" where the study is long enough." if design.get("lag_rule") == "shorten" else ".")
        )
    if design.get("overlap") and design.get("overlap_design") in OVERLAP:
        how = OVERLAP[design["overlap_design"]]
        found.append(f"A further {design['overlap']:.0%} are questions of other participants, {how}.")
    return found


def _images(design: Mapping[str, Any]) -> str:
    if design.get("images"):
        return f"{len(design['images']):,} images chosen by the researcher"
    of = f" of the subsets {', '.join(design['subsets'])}" if design.get("subsets") else ""
    each = design.get("images_per_emotion")
    emotions = len(design.get("emotions", ()))
    return (
        f"all images of {emotions} emotions{of}"
        if each is None
        else f"{each} images of each of {emotions} emotions{of}"
    )


def _language(design: Mapping[str, Any]) -> list[str]:
    """Of what participants read; an English design names no language."""
    language, own = str(design.get("language", ENGLISH)), len(flat(design.get("words", {})))
    if language == ENGLISH and not own:
        return []
    words = wording(language, read_words(design.get("words", {})))
    replaced = f", {own:,} of {len(words.words):,} texts in words of the study's own" if own else ""
    return [f"Participants read everything in {words.english_name}{replaced}."]


def _before(design: Mapping[str, Any]) -> list[str]:
    found = ["The emotions were explained before the questions."] if design.get("training") else []
    if design.get("qualification_images"):
        images = _counted(design["qualification_images"], "image")
        attempts = _counted(design.get("qualification_attempts", 1), "attempt")
        share = design.get("qualification_pass", 0)
        found.append(
            f"To qualify, a participant named the emotion of {images}, {share:.0%} right, in {attempts}."
        )
    return found


def _order(design: Mapping[str, Any]) -> list[str]:
    found = ["Questions stood in an order drawn by lot for each participant, sides counterbalanced."]
    if design.get("exposure") in EXPOSURE:
        found.append(f"{EXPOSURE[design['exposure']]}.")
    if design.get("attention_checks"):
        checks = _counted(design["attention_checks"], "attention check")
        found.append(f"Each met {checks}, a question of Experiment 2 with an unmistakable foil.")
    if 2 in design.get("experiments", ()) and design.get("foil_policy") in FOILS:
        least = design.get("min_foil_difference")
        differ = f", differing by at least {least:g} in some emotion's score" if least else ""
        found.append(f"Foils were {FOILS[design['foil_policy']]}{differ}.")
    return found


def design_rows(design: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Every key of the design with its value as text, but for its texts and names; long lists are counted."""
    return [(key.replace("_", " "), _text(value)) for key, value in design.items() if key not in APART]


def _text(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        items = [_text(one) for one in value]
        return ", ".join(items) if len(items) <= 12 else f"{len(items)} values"
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {_text(one)}" for key, one in value.items())
    return "none" if value in (None, "") else f"{value:g}" if isinstance(value, float) else str(value)


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"
