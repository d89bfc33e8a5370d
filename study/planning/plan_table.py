"""A plan as its checks read it, and what a check says."""

from dataclasses import dataclass

import pandas as pd

from study.design.design import Design


@dataclass(frozen=True)
class Check:
    """One promise: `passed` is None where it cannot be judged, `figure` what was found, or why not."""

    name: str
    passed: bool | None
    figure: str


@dataclass(frozen=True)
class PlanTable:
    """A plan as the checks read it."""

    questions: pd.DataFrame
    again: pd.DataFrame  # self-repeats and overlap, each beside the question it repeats (columns …_source)
    pairs: pd.DataFrame
    design: Design
    labels: pd.DataFrame | None

    @property
    def first(self) -> pd.DataFrame:
        """The first-time questions."""
        return self.questions[self.questions["kind"] == "first"]

    @property
    def checks(self) -> pd.DataFrame:
        """The attention checks."""
        return self.questions[self.questions["kind"] == "attention"]

    @property
    def found_from(self) -> pd.DataFrame:
        """The questions that findings are made of: all but the attention checks."""
        return self.questions[self.questions["kind"] != "attention"]

    @property
    def images(self) -> int:
        """How many images are asked about."""
        return int(self.found_from["image"].nunique())

    def counts(self, kind: str) -> "pd.Series[int]":
        """Questions of a kind, by participant."""
        chosen = self.questions["participant"][self.questions["kind"] == kind].value_counts()
        return chosen.reindex(sorted(self.questions["participant"].unique()), fill_value=0)


def spread(values: "pd.Series[int]") -> str:
    """The lowest and highest of some counts, in words."""
    low, high = int(values.min()), int(values.max())
    return str(low) if low == high else f"{low} to {high}"
