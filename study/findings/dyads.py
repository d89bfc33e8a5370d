"""The mean over pairs of participants, with an interval over the participants that the pairs share."""

from __future__ import annotations

import numpy as np

from study.findings.estimate import Estimate, undefined
from study.findings.intervals import Array, logit_t, wilson
from study.findings.trials import Codes


def pair_mean(agreed: Array, n: Array, a: Codes, b: Codes) -> Estimate:
    """Mean over pairs of their percent agreement, pairs equal, with a t interval over participants.

    agreed, n: (pairs,) counts, n > 0; a, b: (pairs,) participant codes. Two pairs that share a participant
    covary. Under e_ij = mu + a_i + a_j + noise the mean over D pairs has variance tau2 * sum(degree2) / D2
    + noise / D. The binomial part of the noise is known; what the pairs vary beyond it is taken as the
    participants', which errs on the wide side (Kenny, Kashy & Cook 2006, ch. 8, for the model). P - 1
    degrees of freedom.
    """
    method = "mean of the pairs' percent agreement; 95 % t interval over participants, logit scale"
    if not len(n):
        return undefined("no two participants answered the same question", method)
    share = agreed / n
    people, degree = np.unique(np.concatenate([a, b]), return_counts=True)
    mean, answers = float(share.mean()), int(n.sum())
    if len(n) == 1:
        low, high = wilson(agreed, n)
        method = "percent agreement of the one pair; Wilson's 95 % interval over its questions"
        return Estimate(
            mean, float(low[0]), float(high[0]), answers, method, "one pair: nothing is said of others", 2
        )
    if mean in (0.0, 1.0):
        low, high = wilson(agreed.sum(), n.sum())
        return Estimate(
            mean,
            float(low),
            float(high),
            answers,
            "all pairs alike; Wilson's 95 % interval over questions",
            None,
            len(people),
        )
    error = np.sqrt(_variance(share, n, degree.astype(float)))
    low, high = logit_t(np.array([mean]), np.array([error]), np.array([len(people) - 1.0]))
    return Estimate(mean, float(low[0]), float(high[0]), answers, method, None, len(people))


def _variance(share: Array, n: Array, degree: Array) -> float:
    pairs = len(share)
    smooth = (share * n + 1) / (n + 2)
    binomial = float((smooth * (1 - smooth) / n).mean())
    excess = max(float(share.var(ddof=1)) - binomial, 0.0)
    squares = float((degree**2).sum())
    seen = (2 * pairs - squares / pairs) / (pairs - 1)
    return binomial / pairs + (excess / seen if seen > 0 else excess) * squares / pairs**2
