"""What every finding is made of: a number, its interval, and why it may be missing."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Estimate:
    """One statistic with its 95 % interval.

    `estimate`, `low` and `high` are in the statistic's own unit (shares are 0-1) and None where undefined;
    `reason` then says why. `n` counts the answers (or pairs of answers) behind it, `participants` the
    people. `method` names the estimator and its interval. `approximate` is True where the interval's
    simulated coverage is outside 92-98 % (docs/statistics.md).
    """

    estimate: float | None
    low: float | None
    high: float | None
    n: int
    method: str
    reason: str | None = None
    participants: int | None = None
    approximate: bool = False

    def as_dict(self) -> dict[str, float | int | str | bool | None]:
        """Plain values for JSON and CSV."""
        return {
            "estimate": self.estimate,
            "low": self.low,
            "high": self.high,
            "n": self.n,
            "method": self.method,
            "reason": self.reason,
            "participants": self.participants,
            "approximate": self.approximate,
        }


def defined(value: float | None) -> float | None:
    """The value as a float, or None for None, NaN and infinities."""
    if value is None or not math.isfinite(value):
        return None
    return float(value)


def undefined(reason: str, method: str, n: int = 0, participants: int | None = None) -> Estimate:
    """An estimate that cannot be had, with its reason."""
    return Estimate(None, None, None, n, method, reason, participants)


def beyond(one: Estimate, bound: float) -> int | None:
    """1 where the whole interval lies above the bound, -1 where below, 0 where it holds it; None where
    undefined.
    """
    if one.low is None or one.high is None:
        return None
    return 1 if one.low > bound else -1 if one.high < bound else 0
