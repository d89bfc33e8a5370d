"""What every column of an export means: one name, one meaning, whatever table it stands in."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from engine.emfacs import EMOTIONS
from study.errors import StudyError


@dataclass(frozen=True)
class Column:
    """A column's meaning, its unit (empty where it has none), and the values that it may have, if few."""

    description: str
    unit: str = ""
    values: tuple[str, ...] = ()


PLAIN = {
    "question": Column("Name of a question, unique in the data set; numbered anew for the export."),
    "participant": Column("Code of a participant, which stands for nobody outside the data set."),
    "position": Column("Place of the question among the participant's questions, from 1."),
    "experiment": Column(
        "1: soft-label against hard-label. 2: the image's own soft-label against another image's, the foil. "
        "Empty in an annotation task.",
        values=("1", "2"),
    ),
    "image": Column("Name of the image in its own data set; the images themselves are not exported."),
    "foil": Column("Experiment 2: the image whose soft-label was the foil."),
    "foil_distance": Column(
        "Jensen-Shannon distance (base 2) of the own and the foil's scores, each normalised to sum 1.",
        "0 to 1",
    ),
    "side": Column("Where the soft-label (Experiment 1) or the own one (2) stood.", values=("left", "right")),
    "option_order": Column(
        "What stood left and right.", values=("soft,hard", "hard,soft", "own,foil", "foil,own")
    ),
    "kind": Column(
        "first: met for the first time. self_repeat: the participant's own earlier question again. overlap: "
        "a question that another participant is asked too. attention: a check with an unmistakable foil.",
        values=("first", "self_repeat", "overlap", "attention"),
    ),
    "repeats": Column(
        "The question that this one repeats: the participant's own (self_repeat) or another participant's "
        "(overlap). Empty where that participant's data were erased."
    ),
    "choice": Column(
        "What was chosen, whichever side it stood on.", values=("soft", "hard", "both", "none", "own", "foil")
    ),
    "correct": Column("Experiment 2: whether the own soft-label was chosen.", values=("True", "False")),
    "response": Column("Annotation task: the answer, as JSON."),
    "rt_ms": Column("Time from the question's appearance to the press.", "ms"),
    "hidden_ms": Column("Of that time, how long the page was hidden.", "ms"),
    "answered_s": Column("Time of the answer since the participant's first post.", "s"),
    "simulated": Column("Whether a simulation gave the answers, and no person.", values=("True", "False")),
    "status": Column(
        "How far the participant came.",
        values=("not begun", "began", "done", "declined", "disqualified", "replaced", "withdrawn"),
    ),
    "consent_version": Column("First 12 hexadecimal digits of the SHA-256 of the consent text agreed to."),
    "questions": Column("Number of questions planned for the participant."),
    "answers": Column("Number of questions that the participant answered."),
    "span_s": Column("Time from the participant's first answer to the last, breaks included.", "s"),
    "replaces": Column("The participant whose unanswered questions this one was given."),
    "order": Column("Place of the event among the participant's events, from 1."),
    "event": Column(
        "What became of a post: an answer was stored, was sent again (repeated), came after its question had "
        "passed (late), was taken back (undone), or was refused (rejected).",
        values=("stored", "repeated", "late", "undone", "rejected"),
    ),
    "at_s": Column("Time of the event since the participant's first post.", "s"),
    "pressed": Column(
        "What was pressed: left, right, both or none; in simulated answers, what was chosen; in an "
        "annotation task, the answer.",
    ),
    "input": Column("What it was pressed with.", values=("key", "mouse", "touch")),
    "refusal": Column("Why a post stored nothing."),
    "hard_label": Column("The image's single label.", values=EMOTIONS),
    "rank": Column("Rank of the hard-label's emotion among the soft-label's scores, 1 the highest."),
    "margin": Column("The hard-label's score less the highest of the others.", "-1 to 1"),
    "subset": Column(
        "The image's subset by rank and margin (AffectNet+, Sec. 3.5).",
        values=("Easy", "Challenging", "Difficult"),
    ),
    "entropy": Column("Entropy of the soft-label's scores, normalised to sum 1.", "bit"),
    "attempt": Column("Attempt at the qualification, from 1."),
    "label": Column("The emotion that the participant named in the qualification.", values=EMOTIONS),
}
FAMILIES = {
    "soft_": "Soft-label: score of {}, as it was shown.",
    "eb_": "Part of the soft-label from the one-vs-rest networks: score of {}.",
    "au_": "Part of the soft-label from action units: score of {}.",
    "aup_": "Predicted action unit {}.",
    "demographic_": "What the participant said of themselves: {}.",
}


def column(name: str) -> Column:
    """The meaning of a column; StudyError for one that has none, so that no column goes out unexplained."""
    if name in PLAIN:
        return PLAIN[name]
    for prefix, text in FAMILIES.items():
        if name.startswith(prefix):
            return Column(
                text.format(name.removeprefix(prefix)), "" if prefix == "demographic_" else "0 to 1"
            )
    raise StudyError(f"the export has no description of the column {name!r}")


def dictionary(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """The data dictionary: one row for each column of each table."""
    rows = []
    for table, frame in tables.items():
        for name in frame.columns:
            about = column(str(name))
            rows.append(
                (table, name, _kind(frame[name]), about.unit, " | ".join(about.values), about.description)
            )
    return pd.DataFrame(rows, columns=["table", "column", "type", "unit", "values", "description"])


def _kind(values: pd.Series) -> str:
    if pd.api.types.is_bool_dtype(values):
        return "true or false"
    if pd.api.types.is_integer_dtype(values):
        return "whole number"
    return "number" if pd.api.types.is_numeric_dtype(values) else "text"
