import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from study.design.design import DEFAULT
from study.planning.loads import assign_owners, deal_loads
from study.planning.overlap import requests, share, spread


def study(design, per_emotion=60, seed=0):
    rng = np.random.default_rng(seed)
    emotion = np.repeat(np.arange(8), per_emotion)
    owners = assign_owners(
        emotion, deal_loads(np.full(8, per_emotion), 2, design.participants, rng), True, rng
    )
    return share(requests(design, len(emotion)), owners, emotion, design, rng), owners


def test_the_papers_ring_has_six_edges_of_134():
    asked = requests(DEFAULT, 4000)
    assert [(one.owner, one.receivers, one.count) for one in asked] == [
        (owner, ((owner + 1) % 6,), 134) for owner in range(6)
    ]


def test_a_complete_overlap_gives_each_its_share_from_all_others():
    asked = requests(DEFAULT.changed(overlap_design="complete"), 4000)
    received = np.zeros((6, 6), dtype=int)
    for one in asked:
        received[one.owner, one.receivers[0]] += one.count
    assert (received.sum(axis=0) == 134).all()
    both = (received + received.T)[np.triu_indices(6, 1)]
    assert both.max() - both.min() <= 2


def test_blocks_take_their_questions_from_every_member_alike():
    asked = requests(DEFAULT.changed(overlap_design="balanced_incomplete_block", block_size=3), 4000)
    owned = np.zeros(6, dtype=int)
    for one in asked:
        owned[one.owner] += one.count
    assert owned.max() - owned.min() <= 1


def test_a_shared_image_is_new_to_who_receives_it():
    design = DEFAULT.changed(images_per_emotion=60)
    sharing, owners = study(design)
    assert sharing.met_twice == 0
    for image, experiment, owner, receiver in sharing.rows:
        assert owners[image, experiment] == owner
        assert receiver not in owners[image]


def test_images_met_twice_are_counted_where_there_are_no_others():
    sharing, _ = study(DEFAULT.changed(participants=2, overlap_design="complete"))
    # Two participants meet every image anyway.
    assert sharing.met_twice == len(sharing.rows) == 2 * 48


def test_no_question_is_lent_out_twice():
    sharing, _ = study(DEFAULT.changed(overlap_design="complete", overlap=0.5))
    items = [tuple(row) for row in sharing.rows[:, :2]]
    assert len(set(items)) == len(items)


@settings(deadline=None)
@given(
    cells=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=8),
    count=st.integers(0, 80),
    seed=st.integers(0, 1000),
)
def test_a_quota_takes_what_there_is_as_evenly_as_it_can(cells, count, seed):
    available = np.array(cells)
    quota = spread(available, count, np.zeros_like(available), np.random.default_rng(seed))
    assert quota.sum() == min(count, available.sum())
    assert (quota <= available).all()
    # No cell lags two behind another unless it is empty.
    assert (quota[quota < available] >= quota.max() - 1).all()


def test_what_was_taken_before_counts():
    available, taken = np.full((2, 2), 5), np.array([[3, 0], [0, 0]])
    quota = spread(available, 3, taken, np.random.default_rng(0))
    assert quota.tolist() == [[0, 1], [1, 1]]
