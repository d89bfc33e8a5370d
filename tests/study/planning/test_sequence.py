import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from study.planning.sequence import answer_second_experiment_first, longest_lag, shuffle


def rows(once, repeats):
    original = np.full(once + 2 * repeats, -1)
    original[once + repeats :] = np.arange(once, once + repeats)
    return original


def lags(order, original):
    place = np.argsort(order)
    again = np.flatnonzero(original >= 0)
    return place[again] - place[original[again]]


@settings(deadline=None)
@given(once=st.integers(0, 60), repeats=st.integers(1, 30), share=st.floats(0, 1), seed=st.integers(0, 10**6))
def test_every_repeat_keeps_its_lag(once, repeats, share, seed):
    original = rows(once, repeats)
    lag = max(1, int(share * longest_lag(len(original), repeats)))
    order = shuffle(original, lag, np.random.default_rng(seed))
    assert sorted(order) == list(range(len(original)))
    assert lags(order, original).min() >= lag


def test_the_longest_lag_can_be_kept_and_no_longer_one():
    original = rows(10, 5)
    assert longest_lag(20, 5) == 15
    assert lags(shuffle(original, 15, np.random.default_rng(0)), original).min() == 15


def test_repeats_are_spread_over_the_study_and_not_at_its_end():
    original = rows(1200, 267)
    order = shuffle(original, 50, np.random.default_rng(3))
    place = np.argsort(order) / len(order)
    firsts, again = place[1200:1467], place[1467:]
    # Two independent uniform positions, ordered: means 1/3 and 2/3, mean lag 1/3.
    assert abs(firsts.mean() - 1 / 3) < 0.06
    assert abs(again.mean() - 2 / 3) < 0.06
    assert abs(place[:1200].mean() - 0.5) < 0.03


def test_an_image_of_both_experiments_is_asked_in_the_second_first():
    # rows: image 0 in Experiment 1 and 2, image 1 in Experiment 2 alone, a repeat of row 1
    image, second = np.array([0, 0, 1, 0]), np.array([False, True, True, True])
    original = np.array([-1, -1, -1, 1])
    order = answer_second_experiment_first(np.array([0, 1, 2, 3]), image, second, original, lag=1)
    assert order.tolist() == [1, 3, 2, 0]


def test_no_lag_is_broken_for_it():
    image, second = np.array([0, 0, 1, 0]), np.array([False, True, True, True])
    original = np.array([-1, -1, -1, 1])
    order = answer_second_experiment_first(np.array([0, 1, 2, 3]), image, second, original, lag=2)
    assert order.tolist() == [0, 1, 2, 3]
