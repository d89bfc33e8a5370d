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
    each experiment, and over all, left and right are within one; half of the repeats (within one) swap sides;
    within an experiment first-time questions, repeats and overlap are as even as that leaves them.
    """
    left = np.zeros(len(kind), dtype=bool)
    open_difference = 0
    for one in np.unique(experiment):
        members = np.flatnonzero(experiment == one)
        # An odd experiment leans one way, and the next odd one the other way.
        lean = -open_difference if open_difference else int(rng.choice((-1, 1)))
        open_difference += _fill(left, members, kind, original, lean if len(members) % 2 else 0, rng)
    return left


def _fill(
    left: Bools, members: Ints, kind: NDArray[np.object_], original: Ints, lean: int, rng: np.random.Generator
) -> int:
    repeats = rng.permutation(members[kind[members] == "self_repeat"])
    overlap = rng.permutation(members[kind[members] == "overlap"])
    firsts = members[kind[members] == "first"]
    once = rng.permutation(np.setdiff1d(firsts, original[repeats]))
    odd_one = int(rng.integers(2)) if len(repeats) % 2 else 0
    options = [
        _differences(len(once), len(overlap), len(repeats), swapped, lean)
        for swapped in _swap_counts(len(repeats), odd_one)
    ]
    _, swapped, (d_once, d_overlap, d_same, d_swap) = min(options)
    same, swap = repeats[swapped:], repeats[:swapped]
    for group, difference in (
        (once, d_once),
        (overlap, d_overlap),
        (original[same], d_same),
        (original[swap], d_swap),
    ):
        left[group[: (len(group) + difference) // 2]] = True
    left[same] = left[original[same]]
    left[swap] = ~left[original[swap]]
    return d_once + d_overlap + 2 * d_same


def _swap_counts(repeats: int, odd_one: int) -> list[int]:
    half = repeats // 2
    return [half + odd_one, *([half + 1 - odd_one] if repeats % 2 else [half + 1] if repeats else [])]


def _differences(
    once: int, overlap: int, repeats: int, swapped: int, lean: int
) -> tuple[tuple[int, ...], int, Differences]:
    """Left minus right of the four groups, chosen so that the whole comes nearest to `lean`.

    A group of n questions has a difference of n's parity. A repeat on its original's side doubles that one's
    difference; one that swaps cancels it.
    """

    def choices(count: int, reach: int) -> list[int]:
        return [one for one in range(-reach, reach + 1) if (one - count) % 2 == 0 and abs(one) <= count]

    same = repeats - swapped
    found = product(choices(once, 3), choices(overlap, 1), choices(same, 1), choices(swapped, 1))
    return min((_cost(one, lean, swapped, repeats), swapped, one) for one in found)


def _cost(found: Differences, lean: int, swapped: int, repeats: int) -> tuple[int, ...]:
    d_once, d_overlap, d_same, d_swap = found
    return (
        abs(d_once + d_overlap + 2 * d_same - lean),
        abs(2 * swapped - repeats),
        max(1, abs(d_once + d_same + d_swap)),
        abs(d_same - d_swap),
        abs(d_once),
    )
