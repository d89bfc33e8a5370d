"""Counterbalanced sides: which label stands on the left."""

from itertools import product

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Differences = tuple[int, int, int, int]


def counterbalance(
    experiment: Ints, kind: NDArray[np.object_], original: Ints, rng: np.random.Generator
) -> Bools:
    """Say for each question of one participant whether its first option stands on the left.

    experiment, kind and original (questions,): original is the row that a self-repeat repeats, else -1. In
    each experiment, and over all, left and right are within one; half of the repeats (within one) swap sides,
    unless an experiment holds nothing but originals and repeats, where even sides may cost one swap more;
    within an experiment first-time questions, repeats and overlap are as even as that leaves them.
    """
    left = np.zeros(len(kind), dtype=bool)
    lean, sway = (int(one) for one in rng.choice((-1, 1), size=2))
    for one in np.unique(experiment):
        members = np.flatnonzero(experiment == one)
        repeats = rng.permutation(members[kind[members] == "self_repeat"])
        overlap = rng.permutation(members[kind[members] == "overlap"])
        once = rng.permutation(np.setdiff1d(members[kind[members] == "first"], original[repeats]))
        wish = (len(members) % 2, sway * (len(repeats) % 2))
        _fill(left, once, overlap, repeats, original, wish, turn=lean < 0)
        # An odd experiment leans one way, the next odd one the other; so do odd halves of the repeats.
        lean = -lean if len(members) % 2 else lean
        sway = -sway if len(repeats) % 2 else sway
    return left


def _fill(
    left: Bools, once: Ints, overlap: Ints, repeats: Ints, original: Ints, wish: tuple[int, int], turn: bool
) -> None:
    """Set the sides of one experiment; wish is left minus right, and swapped minus kept repeats.

    turn: exchange left and right of the solution, so that no group leans to the left in every study.
    """
    counts = (len(once), len(overlap), len(repeats))
    half = len(repeats) // 2
    options = [_differences(counts, swapped, wish) for swapped in (half, half + 1) if swapped <= len(repeats)]
    _, swapped, differences = min(options)
    swap, same = repeats[:swapped], repeats[swapped:]
    for group, difference in zip((once, overlap, original[same], original[swap]), differences, strict=True):
        left[group[: (len(group) + difference) // 2]] = True
    if turn:
        singles = np.concatenate([once, overlap, original[repeats]])
        left[singles] = ~left[singles]
    left[same] = left[original[same]]
    left[swap] = ~left[original[swap]]


def _differences(
    counts: tuple[int, int, int], swapped: int, wish: tuple[int, int]
) -> tuple[tuple[int, ...], int, Differences]:
    """Left minus right of questions asked once, overlap, kept repeats and swapped ones, at the least cost.

    A group of n questions has a difference of n's parity. A repeat on its original's side doubles that one's
    difference; one that swaps cancels it.
    """

    def choices(count: int, reach: int) -> list[int]:
        return [one for one in range(-reach, reach + 1) if (one - count) % 2 == 0 and abs(one) <= count]

    once, overlap, repeats = counts
    found = product(choices(once, 3), choices(overlap, 3), choices(repeats - swapped, 1), choices(swapped, 1))
    return min((_cost(one, wish, 2 * swapped - repeats), swapped, one) for one in found)


def _cost(found: Differences, wish: tuple[int, int], sway: int) -> tuple[int, ...]:
    """What matters first: the whole is as wished, half of the repeats swap, first-time questions are even."""
    d_once, d_overlap, d_same, d_swap = found
    return (
        abs(d_once + d_overlap + 2 * d_same - wish[0]),
        abs(sway - wish[1]),
        max(1, abs(d_once + d_same + d_swap)),
        max(1, abs(d_overlap)),
        abs(d_same - d_swap),
        abs(d_once),
    )
