import numpy as np
import pytest
from scipy import stats

from study.findings import pairs
from study.findings.coefficients import cohen_kappa, percent_influence
from study.findings.dyads import PairValues, pair_mean
from study.findings.pairs import pair_tables, readings_of_shared_items, shared_covariance


def ring(values, error):
    """Pairs P0-P1, P1-P2, …, of a ring with the same standard error each."""
    number = len(values)
    a = np.arange(number)
    n = np.full(number, 1000.0)
    values = np.asarray(values, dtype=float)
    errors = np.full(number, error)
    return PairValues(a, (a + 1) % number, n, values, errors, values - 0.1, values + 0.1)


def test_pairs_that_vary_no_more_than_their_questions_have_the_noise_alone():
    found = pair_mean(ring([0.5, 0.5, 0.5, 0.5, 0.5, 0.6], 0.1), "Cohen's kappa")
    half = stats.t.ppf(0.975, 5) * 0.1 / np.sqrt(6)
    assert found.high - found.estimate == pytest.approx(half)


def test_what_pairs_vary_beyond_is_the_participants():
    # Ring of six: variance of the mean is 5/12 of the pairs' own, since each participant is in two pairs.
    values = np.array([0.2, 0.4, 0.5, 0.5, 0.7, 0.7])
    found = pair_mean(ring(values, 0.0), "Cohen's kappa")
    half = stats.t.ppf(0.975, 5) * np.sqrt(values.var(ddof=1) * 5 / 12)
    assert found.estimate == pytest.approx(0.5)
    assert found.high - found.estimate == pytest.approx(half)


def test_undefined_pairs_are_left_out_and_counted():
    found = pair_mean(ring([0.2, np.nan, 0.4, 0.6], 0.05), "Cohen's kappa")
    assert found.estimate == pytest.approx(0.4)
    assert found.reason == "1 pairs left out: Cohen's kappa undefined"
    nothing = pair_mean(ring([np.nan, np.nan], 0.05), "Cohen's kappa")
    assert nothing.estimate is None
    assert "every pair" in nothing.reason


def test_raters_readings_count_once_an_item_and_only_where_two_met():
    rater = np.array([0, 0, 1, 2, 0])
    item = np.array([0, 0, 0, 1, 1])
    assert readings_of_shared_items(rater, item).tolist() == [True, False, True, True, True]
    assert readings_of_shared_items(rater[:3], np.array([0, 1, 2])).tolist() == [False] * 3


def test_tables_of_pairs_count_what_each_said():
    rater, item = np.array([0, 1, 0, 1, 2]), np.array([0, 0, 1, 1, 1])
    label = np.array([0, 1, 1, 1, 0])
    found = pair_tables(rater, item, label, 3, 2)
    assert list(zip(found.a, found.b, strict=True)) == [(0, 1), (0, 2), (1, 2)]
    assert found.tables[0].tolist() == [[0, 1], [0, 1]]
    assert found.tables[1].tolist() == [[0, 0], [1, 0]]


def test_sparse_and_dense_products_give_the_same_tables():
    rng = np.random.default_rng(1)
    rater, item = np.tile(np.arange(5), 40), np.repeat(np.arange(40), 5)
    label = rng.integers(0, 3, 200)
    dense = pair_tables(rater, item, label, 5, 3)
    # Readings of many more items make the table sparse.
    sparse = pair_tables(np.r_[rater, 0], np.r_[item, 9_999], np.r_[label, 0], 5, 3)
    assert np.array_equal(dense.tables, sparse.tables)


@pytest.mark.parametrize("statistic", ["percent", "kappa"])
def test_the_covariance_of_pairs_through_items_is_that_of_drawn_studies(statistic):
    """Six raters read the same items: the mean over pairs varies as the formula says, items drawn again."""
    rng = np.random.default_rng(2)
    means, claimed = [], []
    for _ in range(300):
        hard = rng.random(40) < 0.5
        right = rng.random((6, 40)) < np.where(hard, 0.6, 0.95)
        rater, item = np.repeat(np.arange(6), 40), np.tile(np.arange(40), 6)
        label = right.astype(int).ravel()
        found = pair_tables(rater, item, label, 6, 2)
        n = found.tables.sum(axis=(1, 2))
        share = np.trace(found.tables, axis1=1, axis2=2) / n
        kappa = cohen_kappa(found.tables)
        percent = statistic == "percent"
        influence = percent_influence(found.tables) if percent else kappa.influence
        covariance = shared_covariance(rater, item, label, found, influence)
        means.append((share if percent else kappa.value).mean())
        own = share * (1 - share) / n if percent else kappa.error**2
        claimed.append(own.mean() / 15 + covariance * 14 / 15)
    assert np.mean(claimed) == pytest.approx(np.var(means, ddof=1), rel=0.2)


@pytest.mark.parametrize("missing", [0.0, 0.5, 0.9])
def test_looking_meetings_up_and_multiplying_tables_give_the_same_covariance(missing, monkeypatch):
    rng = np.random.default_rng(3)
    rater, item = np.repeat(np.arange(12), 300), np.tile(np.arange(300), 12)
    kept = rng.random(len(rater)) >= missing
    rater, item = rng.permutation(np.stack([rater[kept], item[kept]]), axis=1)
    label = rng.integers(0, 4, len(rater))
    found = pair_tables(rater, item, label, 12, 4)
    influence = cohen_kappa(found.tables).influence
    taken = []
    for cost in (0, 10**12):
        monkeypatch.setattr(pairs, "MEETING_COST", cost)
        monkeypatch.setattr(pairs, "MEETINGS_AT_ONCE", 1000)
        taken.append(shared_covariance(rater, item, label, found, influence))
    assert taken[0] == pytest.approx(taken[1], rel=1e-9)
    assert taken[0] > 0


def test_a_ring_has_no_covariance_through_items():
    rater, item, label = np.array([0, 1, 1, 2]), np.array([0, 0, 1, 1]), np.array([0, 1, 1, 1])
    found = pair_tables(rater, item, label, 3, 2)
    assert shared_covariance(rater, item, label, found, percent_influence(found.tables)) == 0
