"""From shares to latent thresholds: what a simulated participant must feel to answer as planted."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.stats import norm

from study.errors import StudyError

Floats = NDArray[np.float64]

_GRID = np.linspace(-9, 9, 721)
_NEVER = -40.0
_MOST = 1e4


def psychometric(strength: Floats, sensitivity: float, lapse: float = 0.0, side_bias: float = 0.0) -> Floats:
    """Probability of the right answer of two, for evidence of a strength: lapse / 2 + (1 - lapse)
    Phi(sensitivity x).

    Averaged over the two sides, on which a side bias helps and hinders. A strength of 0 gives 1/2.
    """
    drive = sensitivity * np.asarray(strength, dtype=np.float64)
    attentive = (norm.cdf(drive + side_bias) + norm.cdf(drive - side_bias)) / 2
    return np.asarray(lapse / 2 + (1 - lapse) * attentive)


def sensitivity_for(accuracy: float, strength: Floats, lapse: float = 0.0, side_bias: float = 0.0) -> float:
    """The sensitivity at which `psychometric` averages to `accuracy` over evidence of these strengths.

    Raises StudyError where no sensitivity does, because too many strengths are 0.
    """

    def excess(sensitivity: float) -> float:
        return float(psychometric(strength, sensitivity, lapse, side_bias).mean() - accuracy)

    if excess(0) >= 0:
        return 0.0
    if excess(_MOST) < 0:
        raise StudyError(
            f"accuracy = {accuracy} cannot be reached: {int((strength == 0).sum())} of {len(strength)} foils"
            " have distance 0"
        )
    return float(brentq(excess, 0, _MOST))


def preference_thresholds(shares: Floats, side_bias: float = 0.0) -> Floats:
    """Means of independent unit normals (4,) of which each is the largest as often as its share says.

    The multinomial probit with equal variances (Thurstone 1927, Case V). A side bias is added to the first
    of them and taken from the second on half of the questions, and the other way round on the others. An
    option of share 0 is never chosen.
    """
    possible = shares > 0
    target = np.where(possible, shares, 1.0)
    means = np.where(possible, np.log(target), _NEVER)
    for _ in range(200):
        step = np.where(possible, np.log(target) - np.log(np.maximum(_largest(means, side_bias), 1e-12)), 0.0)
        means = means + 0.6 * step
        if np.abs(step).max() < 1e-7:
            break
    return np.asarray(means)


def _largest(means: Floats, side_bias: float) -> Floats:
    """How often each of the normals is the largest, by quadrature, averaged over the two sides."""
    lean = np.zeros(len(means))
    lean[:2] = side_bias, -side_bias
    return np.asarray((_largest_of(means + lean) + _largest_of(means - lean)) / 2)


def _largest_of(means: Floats) -> Floats:
    below = norm.cdf(_GRID[:, None] - means)
    density = norm.pdf(_GRID[:, None] - means)
    shares = [
        (density[:, one] * np.delete(below, one, axis=1).prod(axis=1)).sum() for one in range(len(means))
    ]
    return np.asarray(shares, dtype=np.float64) * float(_GRID[1] - _GRID[0])
