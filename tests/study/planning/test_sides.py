import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from study.planning.sides import counterbalance


@st.composite
def shares(draw):
    experiment, kind, original = [], [], []
    for number in range(draw(st.integers(1, 2))):
        firsts = draw(st.integers(1, 12))
        repeats = draw(st.integers(0, firsts))
        overlap = draw(st.integers(0, 5))
        start = len(kind)
        kind += ["first"] * firsts + ["self_repeat"] * repeats + ["overlap"] * overlap
        original += [-1] * firsts + list(range(start, start + repeats)) + [-1] * overlap
        experiment += [number] * (firsts + repeats + overlap)
    return np.array(experiment), np.array(kind, dtype=object), np.array(original)


@settings(deadline=None)
@given(shares=shares(), seed=st.integers(0, 10**6))
def test_left_and_right_are_within_one_and_half_of_the_repeats_swap(shares, seed):
    experiment, kind, original = shares
    left = counterbalance(experiment, kind, original, np.random.default_rng(seed))
    again = np.flatnonzero(kind == "self_repeat")
    swapped = left[again] != left[original[again]]
    assert abs(2 * left.sum() - len(left)) <= 1
    only_pairs = False
    for number in np.unique(experiment):
        inside = experiment == number
        assert abs(2 * left[inside].sum() - inside.sum()) <= 1
        only_pairs |= 2 * (kind[inside] == "self_repeat").sum() == inside.sum()
    assert abs(2 * swapped.sum() - len(swapped)) <= (4 if only_pairs else 1)


def test_no_kind_of_question_leans_to_one_side_in_every_study():
    experiment = np.zeros(7, dtype=int)
    kind = np.array(["first"] * 3 + ["self_repeat"] * 3 + ["overlap"], dtype=object)
    original = np.array([-1, -1, -1, 0, 1, 2, -1])
    lefts = np.array(
        [counterbalance(experiment, kind, original, np.random.default_rng(seed)) for seed in range(400)]
    )
    assert (abs(lefts.mean(axis=0) - 0.5) < 0.1).all()
