"""The table every finding starts from: one row per answered question, with its image's labels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from study.errors import StudyError

PREFERENCES = ("soft", "hard", "both", "none")
DISCRIMINATIONS = ("own", "foil")
CHOICES = {1: PREFERENCES, 2: DISCRIMINATIONS}
SUBSETS = ("Easy", "Challenging", "Difficult")
SCALE = (*PREFERENCES, *DISCRIMINATIONS)
ATTENTION = "attention"

Codes = NDArray[np.intp]


def require(trials: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """The trials themselves, once the columns are known to be there; StudyError names those that are
    missing.
    """
    missing = [column for column in columns if column not in trials.columns]
    if missing:
        have = ", ".join(map(str, trials.columns)) or "none"
        raise StudyError(f"trials lack the columns {', '.join(missing)}; they have: {have}")
    return trials


def of_experiment(trials: pd.DataFrame, experiment: int, kind: str | None = "first") -> pd.DataFrame:
    """Answers of one experiment and kind; StudyError where a choice is not one of that experiment's."""
    require(trials, "participant", "experiment", "kind", "choice")
    keep = (trials["experiment"] == experiment) & trials["choice"].notna()
    if kind is not None:
        keep &= trials["kind"] == kind
    rows = trials[keep]
    known = rows["choice"].isin(CHOICES[experiment])
    if not known.all():
        bad = rows.loc[~known, "choice"].iloc[0]
        raise StudyError(
            f"experiment {experiment} has a choice {bad!r}; it may be {', '.join(CHOICES[experiment])}"
        )
    return rows


def ordinary(trials: pd.DataFrame) -> pd.DataFrame:
    """The trials without attention checks, whose foil nobody can mistake: they say who looked, not what is
    seen.
    """
    return trials[trials["kind"] != ATTENTION]


def response_ms(trials: pd.DataFrame) -> NDArray[np.float64]:
    """Milliseconds in which the question could be seen: rt_ms less hidden_ms, where the trials hold it.

    NaN where unknown, and where more time was hidden than passed. Shape (rows,).
    """
    rt = trials["rt_ms"].to_numpy(float, na_value=np.nan)
    if "hidden_ms" not in trials.columns:
        return rt
    seen = rt - np.nan_to_num(trials["hidden_ms"].to_numpy(float, na_value=np.nan))
    return np.where(seen >= 0, seen, np.nan)


def everyone(trials: pd.DataFrame) -> list[str]:
    """Participants who answered anything, in order of their code."""
    require(trials, "participant")
    return sorted(map(str, trials["participant"].unique()))


def codes(values: pd.Series, categories: Sequence[object]) -> Codes:
    """Positions of values among categories, -1 where they are not among them; shape (rows,)."""
    known = pd.Index(list(categories), dtype=object)
    if isinstance(values.dtype, pd.CategoricalDtype):
        place = np.append(known.get_indexer(values.cat.categories.astype(object)), -1)
        return np.asarray(place[values.cat.codes.to_numpy()], dtype=np.intp)
    return np.asarray(known.get_indexer(pd.Index(values, dtype=object)), dtype=np.intp)


def factorize(values: pd.Series) -> tuple[Codes, list[str]]:
    """Codes of the values and the sorted distinct values; -1 for missing."""
    found, names = pd.factorize(values, sort=True)
    return np.asarray(found, dtype=np.intp), [str(name) for name in names]


def image_codes(trials: pd.DataFrame) -> Codes | None:
    """Codes of the images in any order, (rows,); None where the trials do not hold them."""
    if "image" not in trials.columns:
        return None
    return np.asarray(pd.factorize(trials["image"])[0], dtype=np.intp)


def compact(trials: pd.DataFrame) -> pd.DataFrame:
    """The same trials with names as categories or numbers, which every finding then reads faster.

    Participants, sides, kinds, choices and labels become categories; images, foils, questions and what they
    repeat become numbers. StudyError where a question stands twice.
    """
    few = ("participant", "side", "kind", "choice", "hard_label", "subset")
    table = trials.astype({name: "category" for name in few if name in trials.columns})
    for name in ("image", "foil"):
        if name in table.columns:
            table[name] = pd.factorize(table[name])[0]
    if {"question", "repeats"} <= set(table.columns):
        questions = unique_questions(table)
        table["repeats"] = questions.get_indexer(pd.Index(table["repeats"]))
        table["question"] = np.arange(len(table))
    return table


def unique_questions(trials: pd.DataFrame) -> pd.Index:
    """The questions' ids; StudyError where one stands twice."""
    questions: pd.Index = pd.Index(trials["question"])
    if not questions.is_unique:
        raise StudyError(f"trials hold the question {questions[questions.duplicated()][0]!r} more than once")
    return questions
