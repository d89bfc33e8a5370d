"""The order of a participant's questions: shuffled, repeats far from their originals."""

from math import log

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


def longest_lag(questions: int, repeats: int) -> int:
    """The longest lag that every one of `repeats` pairs can keep in a study of `questions`: questions -
    repeats.

    With the repeated originals first and their repeats last, in the same order, all lags are that long.
    """
    return questions - repeats


def shuffle(original: Ints, lag: int, rng: np.random.Generator) -> Ints:
    """Shuffle one participant's questions so that each repeat comes at least `lag` after its original.

    original (questions,): the row that a row repeats, else -1; lag at most `longest_lag`. Returns rows in
    the order in which they are asked. From an order that keeps every lag, random pairs of questions change
    places whenever the lags allow it: a symmetric walk, whose limit is the uniform distribution over such
    orders (Metropolis). 4 n ln n proposals are several times what an unconstrained shuffle by
    transpositions needs (n ln n / 2, Diaconis and Shahshahani 1981).
    """
    count = len(original)
    repeats = np.flatnonzero(original >= 0)
    partner = [-1] * count
    for repeat in repeats.tolist():
        partner[repeat], partner[original[repeat]] = int(original[repeat]), repeat
    rest = rng.permutation(np.setdiff1d(np.arange(count), np.concatenate([repeats, original[repeats]])))
    order = np.concatenate([original[repeats], rest, repeats]).tolist()
    place = [0] * count
    for at, row in enumerate(order):
        place[row] = at
    is_repeat = (original >= 0).tolist()
    proposals = rng.integers(count, size=(int(4 * count * log(count + 1)) + 1, 2))
    # Two flat lists, for a list a proposal would be a million lists to be made and collected.
    for one, other in zip(proposals[:, 0].tolist(), proposals[:, 1].tolist(), strict=True):
        first, second = order[one], order[other]
        if partner[first] == second and first != second:
            continue
        # Most questions have no partner, so that is asked before anything is called.
        if (partner[first] < 0 or _keeps(first, other, partner, is_repeat, place, lag)) and (
            partner[second] < 0 or _keeps(second, one, partner, is_repeat, place, lag)
        ):
            order[one], order[other] = second, first
            place[first], place[second] = other, one
    return np.array(order, dtype=np.int64)


def _keeps(row: int, at: int, partner: list[int], is_repeat: list[bool], place: list[int], lag: int) -> bool:
    """Whether a question may move to a position without coming too near to the one it is paired with."""
    mate = partner[row]
    return (at - place[mate] if is_repeat[row] else place[mate] - at) >= lag


def answer_second_experiment_first(
    order: Ints, image: Ints, second: NDArray[np.bool_], original: Ints, lag: int
) -> Ints:
    """Ask an image of both experiments in Experiment 2 before Experiment 1, which gives its answer away.

    order: rows as asked. image, second (is it Experiment 2?) and original by row. An image's questions
    exchange places among themselves, unless a repeat would then come too near to its original.
    """
    place = np.argsort(order)
    pairs = [(repeat, original[repeat]) for repeat in np.flatnonzero(original >= 0)]
    for one in np.intersect1d(image[second], image[~second]):
        rows = np.flatnonzero(image == one)
        rows = rows[np.lexsort((place[rows], ~second[rows]))]
        moved = place.copy()
        moved[rows] = np.sort(place[rows])
        if all(moved[repeat] - moved[first] >= lag for repeat, first in pairs if image[repeat] == one):
            place = moved
    return np.argsort(place).astype(np.int64)
