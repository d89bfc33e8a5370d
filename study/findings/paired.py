"""Two shares of the same participants against each other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from study.findings.estimate import Estimate, undefined
from study.findings.intervals import Array

EXACT_PARTICIPANTS = 16


@dataclass(frozen=True)
class PairedTest:
    """A paired comparison over participants.

    difference: mean of first less second, with its t interval. statistic, df, p_value: Student's paired t
    test (Student 1908). p_exact: Fisher's sign-flip permutation test (Fisher 1935, §21), two-sided and
    exact, for up to 16 participants; its least value with P of them is 2 / 2**P. effect: Cohen's d_z. All
    None where undefined, and `reason` says why.
    """

    difference: Estimate
    statistic: float | None
    df: int | None
    p_value: float | None
    p_exact: float | None
    effect: float | None
    participants: int
    reason: str | None = None


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
    if error == 0:
        reason = "all participants differ by the same amount; t is undefined"
        same = Estimate(mean, None, None, n, method, reason, people)
        return PairedTest(same, None, people - 1, None, exact, None, people, reason)
    half = float(stats.t.ppf(0.975, people - 1)) * error
    # No difference of two shares is beyond -1 or 1, so neither is an interval's end.
    difference = Estimate(mean, max(mean - half, -1.0), min(mean + half, 1.0), n, method, None, people)
    t = mean / error
    p = float(2 * stats.t.sf(abs(t), people - 1))
    return PairedTest(difference, t, people - 1, p, exact, t / float(np.sqrt(people)), people)


def sign_flip(delta: Array) -> float:
    """Two-sided exact p of the mean of delta under all 2**P changes of sign; delta: (participants,), P <=
    16.
    """
    people = len(delta)
    signs = 1 - 2 * ((np.arange(2**people)[:, None] >> np.arange(people)) & 1)
    sums = np.abs(signs @ delta)
    return float((sums >= abs(delta.sum()) - 1e-12).mean())
