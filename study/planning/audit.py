"""The audit of a plan: every promise of `study.planning.plan`, recomputed from its table alone."""

from dataclasses import dataclass
from itertools import combinations

import pandas as pd

from study.design.design import Design
from study.errors import StudyError
from study.planning.checks import CHECKS
from study.planning.plan_table import Check, PlanTable
from study.question_columns import QUESTION_COLUMNS


@dataclass(frozen=True)
class Audit:
    """All checks of a plan; `passed` says that none failed. pairs: a, b, shared, for every unordered pair."""

    checks: tuple[Check, ...]
    pairs: pd.DataFrame

    @property
    def passed(self) -> bool:
        """Whether no check failed."""
        return all(check.passed is not False for check in self.checks)

    @property
    def failed(self) -> tuple[Check, ...]:
        """The checks that failed."""
        return tuple(check for check in self.checks if check.passed is False)


def audit(questions: pd.DataFrame, design: Design, labels: pd.DataFrame | None = None) -> Audit:
    """Recompute every promise of a plan from a `questions` table.

    labels, the `labels` table, is needed for the balance of emotions and for the visible difference of foils;
    without it these two are not judged. Raises StudyError where a column of the contract is missing.
    """
    missing = [name for name in QUESTION_COLUMNS if name not in questions.columns]
    if missing:
        raise StudyError(
            f"questions: column {missing[0]!r} is missing; a plan has {', '.join(QUESTION_COLUMNS)}"
        )
    again = questions[questions["kind"].isin(("self_repeat", "overlap"))].merge(
        questions, left_on="repeats", right_on="question", how="left", suffixes=("", "_source")
    )
    # Attention checks are no finding, and so no pair shares them.
    pairs = pairs_shared(questions[questions["kind"] != "attention"])
    table = PlanTable(questions, again, pairs, design, labels)
    return Audit(tuple(judge(table) for judge in CHECKS), pairs)


def pairs_shared(questions: pd.DataFrame) -> pd.DataFrame:
    """Count the questions (image and experiment) that both of each unordered pair answer: a, b, shared."""
    people = sorted(questions["participant"].unique())
    shared = dict.fromkeys(combinations(people, 2), 0)
    both = questions[["image", "experiment", "participant"]].drop_duplicates()
    several = both[both.duplicated(["image", "experiment"], keep=False)].sort_values("participant")
    for _, group in several.groupby(["image", "experiment"])["participant"]:
        for pair in combinations(group, 2):
            shared[pair] += 1
    rows = [(first, second, count) for (first, second), count in shared.items()]
    return pd.DataFrame(rows, columns=["a", "b", "shared"])
