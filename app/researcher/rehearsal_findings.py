"""What a rehearsal found, in words: one honest sentence, and each finding beside what was planted."""

from collections.abc import Sequence

import pandas as pd

from app.researcher import words
from app.researcher.annotation_findings import LABEL_WORDS
from study.simulation.dry_run import SECONDS
from study.simulation.outcome import Outcome, Recovered

_NAMES = {
    "preference.soft": "The soft-label is preferred",
    "preference.hard": "The hard-label is preferred",
    "preference.both": "Both are right",
    "preference.none": "None is right",
    "discrimination.accuracy": "The own soft-label is recognised",
    "self_agreement.percent": "Self-agreement",
    "inter_agreement.percent": "Agreement of pairs",
    "side_bias.experiment_1.left": "The left side is chosen, Experiment 1",
    "side_bias.experiment_2.left": "The left side is chosen, Experiment 2",
    "images with a majority": "Images with a majority",
    "majority shows most": "The majority names what shows most",
    "Dawid-Skene label shows most": "Dawid and Skene’s label is what shows most",
    SECONDS: "Response time, median",
    **LABEL_WORDS,
}
_OF_SCALES = {
    "alpha": "{}: alpha",
    "between": "{}: two annotators differ by",
    "within": "{}: repeats differ by",
    "less planted": "{}: people’s mean less what shows",
}
_NUMBERS = ("cohen_kappa_mean", "fleiss_kappa", "gwet_ac1", "krippendorff_alpha")
TOLD = (
    "Planted is the mean of 24 other draws of the same simulated people; ± is how far one more draw may lie "
    "from it. A wide one says that so few answers can tell little."
)


def sentence(one: Outcome) -> str:
    """What a finished rehearsal says of the study, and what to do where something failed."""
    if one.stored != one.planned:
        planned = words.counted(one.planned, "planned answer")
        return (
            f"**{one.stored:,} of {planned} were stored.** Somebody could not answer to the end: “What it "
            "said” tells more. Ask nobody before a rehearsal stores all of them."
        )
    if not one.findings:
        return (
            "**All answers were stored, and nothing could be compared:** so few answers have no finding. "
            "Rehearse with more participants, or ask more questions."
        )
    every = words.counted(len(one.findings), "finding")
    if one.holds:
        return (
            f"**All {words.counted(one.stored, 'simulated answer')} were stored, and all {every} came out "
            "as planted:** plan, links and findings of this design work. What people will answer it does not "
            "foretell."
        )
    named = ", ".join(name(lost.finding) for lost in one.lost)
    return (
        f"**{len(one.lost)} of {every} did not come out as planted:** {named}. One sound rehearsal in a "
        "hundred says so by chance, so rehearse once more. If it fails again, ask nobody yet: what people "
        "say would not be found either. Report it with “What it said”."
    )


def table(findings: Sequence[Recovered]) -> pd.DataFrame:
    """Each finding with what was planted, what was found, and whether that is the same."""
    rows = [
        (
            name(row.finding),
            f"{_number(row, row.planted)}\u00a0±\u00a0{_number(row, row.reach)}{_unit(row)}",
            f"{_number(row, row.found)}{_unit(row)}",
            "yes" if row.holds else "**no**",
        )
        for row in findings
    ]
    return pd.DataFrame(rows, columns=["Finding", "Planted", "Found", "Recovered?"]).set_index("Finding")


def name(finding: str) -> str:
    """What a page calls a finding of a dry run."""
    if finding in _NAMES:
        return _NAMES[finding]
    for ending, said in _OF_SCALES.items():
        if finding.endswith(f" {ending}"):
            return said.format(finding.removesuffix(f" {ending}").removeprefix("soft_").capitalize())
    if finding.startswith("said "):
        return f"Share that says {finding.removeprefix('said ')}"
    if finding.endswith(", poor, less than the others"):
        return f"{finding.partition(',')[0]}, poor on purpose, stays behind by"
    return finding.replace("Dawid-Skene accuracy", "Dawid and Skene’s accuracy")


def _share(row: Recovered) -> bool:
    scale = any(row.finding.endswith(f" {ending}") for ending in _OF_SCALES)
    return not (scale or row.finding in (*_NUMBERS, SECONDS) or row.finding.endswith("than the others"))


def _number(row: Recovered, value: float) -> str:
    if _share(row):
        return f"{100 * value:.1f}"
    return f"{value:.2f}" if row.finding == SECONDS else f"{value:.3f}"


def _unit(row: Recovered) -> str:
    if _share(row):
        return "\u00a0%"
    return "\u00a0s" if row.finding == SECONDS else ""
