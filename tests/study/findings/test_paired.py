import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.weightstats import ttost_paired

from study.findings.paired import noncentrality, paired_test

# Student's (1908) sleep data, R's `sleep`: hours gained by ten patients under two drugs; tenths of them here,
# since differences of shares end at 1.
DRUG_1 = np.array([0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]) / 10
DRUG_2 = np.array([1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]) / 10


def test_equivalence_is_worked_by_hand():
    # Differences .1, .2, .3: mean .2, standard error .1 / sqrt 3, and t(2) at .95 is 2.919986.
    found = paired_test(np.array([0.3, 0.5, 0.6]), np.array([0.2, 0.3, 0.3]), 30)
    assert (found.low_90, found.high_90) == pytest.approx((0.031414, 0.368586), abs=1e-6)
    assert found.equivalent_within == pytest.approx(0.368586, abs=1e-6)
    assert found.effect == pytest.approx(2)


def test_the_90_percent_interval_is_that_of_toster():
    """`simple_htest(…, paired = TRUE, mu = .5, alternative = "e")` in TOSTER's vignette IntroTOSTt."""
    found = paired_test(DRUG_1, DRUG_2, 20)
    assert (10 * found.low_90, 10 * found.high_90) == pytest.approx((-2.2930053, -0.8669947), abs=1e-7)
    assert 10 * found.equivalent_within == pytest.approx(2.2930053, abs=1e-7)


def test_the_least_margin_is_where_two_one_sided_tests_reach_5_percent():
    first, second = DRUG_1 + 0.13, DRUG_2
    margin = paired_test(first, second, 20).equivalent_within
    assert ttost_paired(first, second, -margin, margin)[0] == pytest.approx(0.05)
    assert ttost_paired(first, second, -2 * margin, 2 * margin)[0] < 0.05


def test_the_effects_interval_is_that_of_effectsize():
    """`cohens_d(Pair(extra[group == 1], extra[group == 2]) ~ 1, data = sleep)` in effectsize's manual."""
    found = paired_test(DRUG_1, DRUG_2, 20)
    rounded = [round(one, 2) for one in (found.effect, found.effect_low, found.effect_high)]
    assert rounded == [-1.28, -2.12, -0.41]


@pytest.mark.parametrize("t", [0.0, 0.4, -3.0, 60.0])
def test_the_ends_of_noncentrality_leave_a_fortieth_on_either_side(t):
    low, high = noncentrality(t, 5)
    assert stats.nct.sf(t, 5, low) == pytest.approx(0.025)
    assert stats.nct.cdf(t, 5, high) == pytest.approx(0.025)


def test_participants_all_alike_have_fishers_test_alone():
    for people in (6, 20):
        found = paired_test(np.full(people, 0.7), np.full(people, 0.2), 60)
        assert found.p_exact == pytest.approx(2 / 2**people)
        assert (found.statistic, found.low_90, found.effect_low, found.equivalent_within) == (None,) * 4
        assert paired_test(np.full(people, 0.5), np.full(people, 0.5), 60).p_exact == 1
