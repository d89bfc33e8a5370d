import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from study.errors import StudyError
from study.simulation.psychometric import preference_thresholds, psychometric, sensitivity_for


@settings(deadline=None)
@given(
    weights=st.lists(st.floats(0.02, 1), min_size=4, max_size=4),
    side_bias=st.floats(0, 0.6),
)
def test_thresholds_give_the_shares_they_were_made_for(weights, side_bias):
    shares = np.array(weights) / sum(weights)
    means = preference_thresholds(shares, side_bias)
    rng = np.random.default_rng(0)
    lean = np.where(rng.random((40_000, 1)) < 0.5, 1, -1) * np.array([side_bias, -side_bias, 0, 0])
    largest = (rng.standard_normal((40_000, 4)) + means + lean).argmax(axis=1)
    assert np.bincount(largest, minlength=4) / 40_000 == pytest.approx(shares, abs=0.015)


def test_equal_shares_need_no_thresholds():
    assert np.ptp(preference_thresholds(np.full(4, 0.25))) == pytest.approx(0, abs=1e-6)


def test_two_options_are_thurstones_case_five():
    means = preference_thresholds(np.array([0.8413447, 0.1586553, 0, 0]))
    assert means[0] - means[1] == pytest.approx(np.sqrt(2), abs=1e-4)  # Phi(d / sqrt 2) = Phi(1)


def test_chance_at_no_evidence_and_the_lapse_rate_at_much():
    assert psychometric(np.array([0.0]), 3)[0] == pytest.approx(0.5)
    assert psychometric(np.array([100.0]), 3, lapse=0.1)[0] == pytest.approx(0.95)
    assert psychometric(np.array([1.0]), 1)[0] == pytest.approx(0.8413447)


@settings(deadline=None)
@given(accuracy=st.floats(0.51, 0.94), side_bias=st.floats(0, 0.5))
def test_the_sensitivity_averages_to_the_accuracy(accuracy, side_bias):
    strength = np.random.default_rng(0).uniform(0.1, 0.8, 200)
    sensitivity = sensitivity_for(accuracy, strength, 0.1, side_bias)
    assert psychometric(strength, sensitivity, 0.1, side_bias).mean() == pytest.approx(accuracy, abs=1e-6)


def test_foils_at_distance_zero_cannot_be_told_apart():
    with pytest.raises(StudyError, match="3 of 4 foils have distance 0"):
        sensitivity_for(0.8, np.array([0.0, 0.0, 0.0, 0.5]))
