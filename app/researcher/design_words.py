"""What the page Design calls the fields of a design, and says of them."""

from collections.abc import Sequence

from app.researcher import rooms, words
from study.design.errors import DesignError

LABELS = {
    "name": "Short name",
    "title": "Title",
    "images_per_emotion": "Images of each emotion",
    "images": "Image ids, one a line",
    "emotions": "Emotions (by hard-label)",
    "subsets": "Subsets",
    "splits": "Splits",
    "ranks": "Rank of the hard-label",
    "margins": "Margin of the hard-label",
    "selection": "Selection",
    "participants": "Participants",
    "experiments": "Experiments",
    "self_repeats": "Own questions asked again",
    "overlap": "Questions of others",
    "overlap_design": "Who shares questions",
    "block_size": "Participants to a shared question",
    "min_lag": "Least questions before a repeat",
    "lag_rule": "Where the study is too short for that",
    "exposure": "One image in both experiments",
    "foil_policy": "Foils",
    "min_foil_difference": "Least difference of a foil",
    "foil_bins": "Edges of the distance bins",
    "attention_checks": "Attention checks for each participant",
    "label_form": "Soft-labels are drawn as",
    "hard_label_form": "Hard-labels are drawn as",
    "seconds_per_question": "Seconds a question takes",
    "demographics": "What participants are asked of themselves",
    "training": "Explain the emotions first",
    "qualification_images": "Images to label (0: no qualification)",
    "qualification_pass": "To pass",
    "qualification_attempts": "Attempts",
    "break_every": "Questions to a suggested break",
    "deadline_days": "Days to finish",
    "seed": "Seed",
    "sample": "Images drawn by lot (0: all)",
    "hard_labels": "Hard-labels of the data set",
    "annotators_per_image": "Annotators for each image",
}
HELP = {
    "name": "Small letters, digits and hyphens: it names the study in files and on the command line.",
    "title": "What participants and readers see.",
    "subsets": "None chosen: images of all subsets.",
    "splits": "None chosen: images of all splits. The paper asks about validation images.",
    "ranks": "Where the hard-label's score stands among the eight: 1 is the highest.",
    "margins": "How far the hard-label's score is above the highest other; below 0 another is higher.",
    "selection": "Images that were picked in the gallery and kept under a name.",
    "experiments": "1: which label describes the face better? 2: which of two soft-labels is the face's own?",
    "self_repeats": "As a share of the first-time questions. They tell how far each agrees with themselves.",
    "overlap": "As a share of the first-time questions. They tell how far participants agree.",
    "overlap_design": "Each pair of participants that shares questions can be compared.",
    "block_size": "Used by balanced blocks alone.",
    "exposure": "Meeting an image twice may give the answer away.",
    "min_foil_difference": "In some emotion's score, so that the two labels never look the same.",
    "foil_bins": "Jensen-Shannon distances, used by distance bins alone; commas between.",
    "attention_checks": "Questions with an unmistakable foil, spread over the study; no finding uses them.",
    "seconds_per_question": "The paper gives none; ours is a guess, for the hours foretold here.",
    "demographics": "Every item can be skipped",
    "qualification_images": "Participants label these before the questions; the paper asks 40.",
    "qualification_pass": "The share that must agree with the hard-label; the paper asks 75 %.",
    "deadline_days": "From a participant's consent; a researcher can give more.",
    "seed": "Equal seeds and labels give equal plans.",
    "sample": "Of those that pass the filters.",
    "hard_labels": "None chosen: images of any, and those without one.",
    "annotators_per_image": "Different people; the engine's multi-annotated set needs two or more.",
}
CHOICES = {
    "overlap_design": {
        "ring": "Each answers some of the one before (ring)",
        "complete": "All pairs share (complete)",
        "balanced_incomplete_block": "Balanced blocks: all pairs share equally",
        "none": "Nobody",
    },
    "exposure": {
        "apart": "Never",
        "apart_if_possible": "Only where it cannot be helped",
        "any": "Allowed",
    },
    "lag_rule": {"shorten": "Take the longest that it allows", "strict": "Refuse the design"},
    "foil_policy": {
        "random": "Any other image",
        "matched_hard_label": "An image of the same hard-label",
        "distance_bins": "All distances equally often (bins)",
    },
    "label_form": {"bars": "Bars", "radar": "Radar", "sorted_text": "Text, highest first"},
    "hard_label_form": {"same_frame": "The same frame, one bar", "text": "A word"},
}
EXPERIMENTS = {1: "1 · Soft or hard", 2: "2 · Own or foil"}
PRESETS = {"affectnet_plus_paper": "AffectNet+ paper", "quick_pilot": "Quick pilot"}
TEXTS = {
    "consent": ("Consent", "Markdown. Its version is kept with each consent."),
    "welcome": ("Welcome", "Above the consent. Markdown."),
    "instructions": ("Instructions", "At hand during the questions. Markdown."),
    "thanks": ("Thanks", "After the last question. Markdown."),
}
NO_LABELS = (
    "No label set yet",
    ("A study asks about images that have soft-labels. Bring images in.", rooms.IMPORT),
    ("Label them with an engine: then a study can be designed here.", rooms.ENGINE),
    words.DEMO,
)
LARGEST_MEGABYTES = 20
"""Of a design's file, which may list hundreds of thousands of images."""


def to_mend(found: Sequence[DesignError]) -> str:
    """How many problems a design has, and in which fields, as the page calls them."""
    fields = dict.fromkeys(_field(one.key) for one in found)
    listed = ", ".join(f"“{field}”" for field in fields)
    return f"{len(found)} thing{'' if len(found) == 1 else 's'} to mend: {listed}."


def _field(key: str) -> str:
    text = TEXTS.get(key.removeprefix("texts."))
    return text[0] if text else LABELS.get(key, key)
