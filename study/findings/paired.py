"""Two shares of the same participants against each other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats
from scipy.optimize import brentq

from study.findings.estimate import Estimate, undefined
from study.findings.intervals import NO_SPREAD, Array

EXACT_PARTICIPANTS = 16
SEARCHED = 30


@dataclass(frozen=True)
class PairedTest:
    """A paired comparison over participants.

    difference: mean of first less second, with its t interval. statistic, df, p_value: Student's paired t
    test (Student 1908). p_exact: Fisher's sign-flip permutation test (Fisher 1935, §21), two-sided and
    exact, for up to 16 participants; its least value with P of them is 2 / 2**P. effect: Cohen's d_z, with
    the interval of the noncentral t (Steiger & Fouladi 1997). low_90, high_90: the difference's 90 % t
    interval, in which two one-sided tests at 5 % are read (Schuirmann 1987): equivalence within any margin
    that it stays inside of, no inferiority by more than its lower end. All None where undefined, and
    `reason` says why.
    """

    difference: Estimate
    statistic: float | None
    df: int | None
    p_value: float | None
    p_exact: float | None
    effect: float | None
    participants: int
    reason: str | None = None
    effect_low: float | None = None
    effect_high: float | None = None
    low_90: float | None = None
    high_90: float | None = None

    @property
    def equivalent_within(self) -> float | None:
        """The least margin within which the difference is equivalent to 0 by two one-sided tests at 5 %."""
        if self.low_90 is None or self.high_90 is None:
            return None
        return max(abs(self.low_90), abs(self.high_90))


def paired_test(first: Array, second: Array, n: int) -> PairedTest:
    """Paired t test and sign-flip test of first against second; both of shape (participants,), n answers."""
    method = "mean difference within participants; 95 % t interval over participants"
    delta = np.asarray(first, dtype=float) - np.asarray(second, dtype=float)
    people = len(delta)
    if people == 0:
        missing = undefined("no answers", method, n, 0)
        return PairedTest(missing, None, None, None, None, None, 0, "no answers")
    mean = float(delta.mean())
    if people == 1:
        reason = "one participant: a test over participants needs at least two"
        only = Estimate(mean, None, None, n, method, reason, 1)
        return PairedTest(only, None, None, None, None, None, 1, reason)
    error = float(delta.std(ddof=1) / np.sqrt(people))
    exact = sign_flip(delta) if people <= EXACT_PARTICIPANTS else None
    if error < NO_SPREAD:
        reason = "all participants differ by the same amount; t is undefined"
        mean = 0.0 if abs(mean) < NO_SPREAD else mean
        if exact is None:  # of all changes of sign, two reach a sum of equal differences
            exact = 2.0 ** (1 - people) if mean else 1.0
        same = Estimate(mean, None, None, n, method, reason, people)
        return PairedTest(same, None, people - 1, None, exact, None, people, reason)
    df, t = people - 1, mean / error
    # No difference of two shares is beyond -1 or 1, so neither is an interval's end.
    (low, high), (low_90, high_90) = (
        np.clip(mean + error * stats.t.ppf([(1 - level) / 2, (1 + level) / 2], df), -1.0, 1.0).tolist()
        for level in (0.95, 0.90)
    )
    difference = Estimate(mean, low, high, n, method, None, people)
    root = float(np.sqrt(people))
    effect_low, effect_high = (None if end is None else end / root for end in noncentrality(t, df))
    p = float(2 * stats.t.sf(abs(t), df))
    return PairedTest(
        *(difference, t, df, p, exact, t / root, people, None),
        *(effect_low, effect_high, low_90, high_90),
    )


def noncentrality(t: float, df: int) -> tuple[float | None, float | None]:
    """The 95 % interval of the noncentrality of Student's t (Steiger & Fouladi 1997), by inverting its
    distribution; None for an end that is too far out for it to be computed.
    """

    def end(share: float, step: float) -> float | None:
        def excess(value: float) -> float:
            return float(stats.nct.cdf(t, df, value)) - share

        edge = t
        for _ in range(SEARCHED):
            edge, step = edge + step, 1.5 * step
            if not np.isfinite(reached := excess(edge)):
                return None
            if (reached > 0) == (step < 0):
                return float(brentq(excess, min(t, edge), max(t, edge)))
        return None

    return end(0.975, -1.0), end(0.025, 1.0)


def sign_flip(delta: Array) -> float:
    """Two-sided exact p of the mean of delta under all 2**P changes of sign; delta: (participants,), P <=
    16.
    """
    people = len(delta)
    signs = 1 - 2 * ((np.arange(2**people)[:, None] >> np.arange(people)) & 1)
    sums = np.abs(signs @ delta)
    return float((sums >= abs(delta.sum()) - 1e-12).mean())
