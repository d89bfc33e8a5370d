"""What a dry run found: kept with its job as plain values, and read again by the pages."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from study.findings.estimate import defined
from study.simulation.copying import SimulatedStudy


@dataclass(frozen=True)
class Recovered:
    """One finding beside what was planted.

    planted: mean of other draws of the same truth; reach: how far one more draw may lie from it; holds:
    whether `found` does not lie farther.
    """

    finding: str
    planted: float
    reach: float
    found: float
    holds: bool


@dataclass(frozen=True)
class Outcome:
    """A finished dry run: the study that it made, how many answers were planned and stored, its findings."""

    study_id: int
    name: str
    participants: int
    finishing: int
    planned: int
    stored: int
    findings: tuple[Recovered, ...]

    @property
    def lost(self) -> tuple[Recovered, ...]:
        """The findings that were not recovered."""
        return tuple(one for one in self.findings if not one.holds)

    @property
    def holds(self) -> bool:
        """Whether every answer was stored and every finding recovered."""
        return not self.lost and self.stored == self.planned

    def to_dict(self) -> dict[str, Any]:
        """As plain values, which JSON can hold."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Outcome":
        """The outcome of `to_dict`."""
        findings = tuple(Recovered(**one) for one in values["findings"])
        return cls(**{**values, "findings": findings})


def outcome(run: SimulatedStudy, stored: int, found: pd.DataFrame) -> Outcome:
    """The outcome of a dry run of which `stored` answers are kept; found: see `study.simulation.recovery`."""
    rows = tuple(
        Recovered(
            str(row["finding"]),
            float(row["planted"]),
            defined(row["reach"]) or 0.0,
            float(row["found"]),
            bool(row["holds"]),
        )
        for row in found.to_dict("records")
    )
    return Outcome(run.study_id, run.name, len(run.tokens), run.finishing, len(run.planned), stored, rows)
