import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from study.planning.loads import assign_owners, deal_loads, halve


def spread(counts):
    return int(np.ptp(counts, axis=-1).max())


@settings(deadline=None)
@given(
    counts=st.lists(st.integers(0, 40), min_size=1, max_size=8),
    experiments=st.integers(1, 2),
    participants=st.integers(1, 15),
    seed=st.integers(0, 10**6),
)
def test_every_margin_of_the_loads_is_within_one(counts, experiments, participants, seed):
    loads = deal_loads(np.array(counts), experiments, participants, np.random.default_rng(seed))
    assert (loads.sum(axis=2) == np.array(counts)[:, None]).all()
    assert spread(loads) <= 1
    assert spread(loads.sum(axis=0)) <= 1
    assert spread(loads.sum(axis=1)) <= 1
    assert spread(loads.sum(axis=(0, 1))) <= 1


@settings(deadline=None)
@given(
    counts=st.lists(st.integers(1, 20), min_size=1, max_size=8),
    participants=st.integers(2, 9),
    seed=st.integers(0, 10**6),
)
def test_no_image_has_one_owner_in_both_experiments(counts, participants, seed):
    rng = np.random.default_rng(seed)
    loads = deal_loads(np.array(counts), 2, participants, rng)
    emotion = np.repeat(np.arange(len(counts)), counts)
    owners = assign_owners(emotion, loads, True, rng)
    assert (owners[:, 0] != owners[:, 1]).all()
    for number in range(len(counts)):
        for experiment in range(2):
            dealt = np.bincount(owners[emotion == number, experiment], minlength=participants)
            assert (dealt == loads[number, experiment]).all()


def test_pairs_of_owners_are_spread_evenly():
    rng = np.random.default_rng(1)
    counts = np.full(8, 500)
    owners = assign_owners(np.repeat(np.arange(8), 500), deal_loads(counts, 2, 6, rng), True, rng)
    pairs = np.histogram2d(owners[:, 0], owners[:, 1], 6)[0]
    apart = pairs[~np.eye(6, dtype=bool)]
    assert apart.min() >= 125
    assert apart.max() <= 142  # 4000 / 30 = 133.3


@settings(deadline=None)
@given(
    edges=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 6)), max_size=20),
)
def test_halving_a_graph_is_within_one_at_every_vertex(edges):
    # Every left vertex gets its edges twice, so that their number is even.
    doubled = [*edges, *((left, (right + 1) % 7) for left, right in edges)]
    split = halve(np.array(doubled, dtype=np.int64).reshape(-1, 2))
    assert sorted((left, right) for left, right, _ in split) == sorted(doubled)
    for side in (0, 1):
        for vertex in {edge[side] for edge in doubled}:
            halves = [half for *ends, half in split if ends[side] == vertex]
            assert abs(2 * sum(halves) - len(halves)) <= (0 if side == 0 else 1)
