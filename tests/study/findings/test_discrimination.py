import numpy as np
import pytest
from scipy import stats

from study.findings.discrimination import d_prime, discrimination
from tests.study.findings.trial_tables import choices, table


def sided(participant, own_left, own_right, foil_left, foil_right):
    """Answers by side on which the own label stood: right choices, then wrong ones."""
    rows = []
    for side, right, wrong in (("left", own_left, foil_left), ("right", own_right, foil_right)):
        rows += [row | {"side": side} for row in choices(participant, 2, own=right, foil=wrong)]
    return rows


TWO = table(*sided("P01", 40, 30, 10, 20), *sided("P02", 45, 45, 5, 5))


def test_accuracy_is_worked_by_hand():
    found = discrimination(TWO)
    assert found.by_participant["accuracy"].tolist() == [0.7, 0.9]
    assert found.overall.estimate == pytest.approx(0.8)
    assert found.overall.n == 200


def test_d_prime_is_worked_by_hand():
    # P01: hits (40 + .5) / 51, false alarms (20 + .5) / 51.
    z = stats.norm.ppf
    expected = (z(40.5 / 51) - z(20.5 / 51)) / np.sqrt(2)
    row = discrimination(TWO).by_participant.iloc[0]
    assert row["d_prime"] == pytest.approx(expected)
    assert row["d_prime_low"] < expected < row["d_prime_high"]
    assert row["criterion"] == pytest.approx(-(z(40.5 / 51) + z(20.5 / 51)) / 2)


def test_an_unbiased_observer_has_the_published_d_prime():
    # Macmillan & Creelman 2005, table A5.2 (2AFC): p(c) = .76 is d' = 1.00; .92 is 1.99.
    for share, expected in ((0.76, 1.00), (0.92, 1.99)):
        n = 1e6
        d, _, criterion = d_prime(np.array(share * n), np.array(n), np.array((1 - share) * n), np.array(n))
        assert d == pytest.approx(expected, abs=0.005)
        assert criterion == pytest.approx(0, abs=1e-6)


def test_a_perfect_observer_has_a_finite_d_prime_and_an_interval():
    row = discrimination(table(*sided("P01", 20, 20, 0, 0))).by_participant.iloc[0]
    assert np.isfinite([row["d_prime"], row["d_prime_low"], row["d_prime_high"]]).all()


def test_a_side_never_used_leaves_d_prime_undefined():
    found = discrimination(table(*choices("P01", 2, own=5, foil=2)))
    assert np.isnan(found.by_participant["d_prime"].iloc[0])
    assert found.d_prime.estimate is None
    assert "undefined" in (found.d_prime.reason or "")


def test_against_chance_is_the_one_sample_t_test():
    rows = [row for at in range(5) for row in sided(f"P{at}", 6 + at, 7, 3, 3)]
    found = discrimination(table(*rows))
    expected = stats.ttest_1samp(found.by_participant["accuracy"], 0.5)
    assert found.against_chance.p_value == pytest.approx(expected.pvalue)
    assert found.against_chance.p_exact == 2 / 32


def test_accuracy_by_emotion_leaves_empty_emotions_undefined():
    found = discrimination(TWO).by_emotion.set_index("emotion")
    assert found.loc["Happy", "accuracy"] == pytest.approx(0.8)
    assert found.loc["Fear", "n"] == 0
    assert np.isnan(found.loc["Fear", "accuracy"])


def test_no_answers_give_reasons():
    found = discrimination(table())
    assert found.overall.estimate is None
    assert found.against_chance.reason == "no answers"
