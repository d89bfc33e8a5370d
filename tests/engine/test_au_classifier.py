import numpy as np
import pytest

from engine.au_classifier import (
    au_probability,
    binary_similarity,
    maximum_similarity,
    probability,
    semantic_scores,
    similarity,
)
from engine.emfacs import EMOTIONS, action_unit_matrix, action_unit_vector
from engine.errors import EngineError

MAXIMA = {
    "Neutral": 0,
    "Happy": 1.25,
    "Sad": 3.5,
    "Surprise": 1.83,
    "Fear": 3.42,
    "Disgust": 3.42,
    "Anger": 6.08,
    "Contempt": 1.5,
}


def test_the_largest_similarities_are_those_of_the_tables():
    assert dict(zip(EMOTIONS, maximum_similarity().round(2), strict=True)) == MAXIMA


def test_an_emotions_own_units_give_its_largest_similarity():
    values = similarity(action_unit_matrix())
    np.testing.assert_allclose(np.diag(values)[1:], maximum_similarity()[1:])


def test_a_happy_face_by_hand():
    # AU6 0.5, AU12 0.5, AU25 0.25; Sad shares 6, Contempt 12, and Fear, Disgust and Anger 25.
    values = similarity(action_unit_vector("Happy"))
    np.testing.assert_allclose(values, [0.25, 1.25, 0.5, 0, 0.25, 0.25, 0.25, 0.5])
    binary = binary_similarity(values, EMOTIONS.index("Happy"))
    np.testing.assert_allclose(binary, [1.25, 2 / 7])
    assert au_probability(binary)[0] == pytest.approx(1 / (1 + np.exp(-(1.25 - 2 / 7))))


def test_neutral_is_a_quarter_whatever_the_units():
    for normalised in (False, True):
        values = similarity(np.random.default_rng(1).uniform(size=(5, 21)), normalised=normalised)
        assert (values[:, 0] == 0.25).all()


def test_normalised_similarities_reach_one_for_every_emotion_but_neutral():
    values = similarity(np.ones(21), normalised=True)
    np.testing.assert_allclose(values[1:], 1)


def test_printed_scores_change_the_emotions_that_hold_units_26_and_27():
    difference = np.abs(maximum_similarity() - maximum_similarity(printed_scores=True))
    changed = {e for e, d in zip(EMOTIONS, difference, strict=True) if d > 0.02}
    assert changed == {"Surprise", "Fear", "Disgust", "Anger"}


def test_both_probabilities_sum_to_one_even_far_out():
    np.testing.assert_allclose(au_probability([[1000.0, 0.0], [0.1, 0.2]]).sum(axis=1), 1)


def test_each_network_is_judged_by_its_own_emotion():
    units = np.tile(action_unit_vector("Happy"), (1, 8, 1))
    positive = np.full((1, 8), 0.5)
    values = similarity(action_unit_vector("Happy"))
    found = probability(positive, units)[0]
    for own in range(8):
        apv = au_probability(binary_similarity(values, own))[0]
        assert found[own] == pytest.approx((0.5 + apv) / 2)
    assert found.argmax() == EMOTIONS.index("Happy")


def test_the_score_is_confidence_times_probability():
    np.testing.assert_allclose(semantic_scores(np.arange(8) / 10, np.full((2, 8), 0.5))[1], np.arange(8) / 20)


def test_wrong_shapes_are_refused():
    with pytest.raises(EngineError, match="21"):
        similarity(np.ones(20))
    with pytest.raises(EngineError, match="binary heads"):
        probability(np.ones((2, 8)), np.ones((2, 7, 21)))
    with pytest.raises(EngineError, match="confidence"):
        semantic_scores(np.ones(7), np.ones((2, 8)))
    with pytest.raises(EngineError, match="emotion 8"):
        binary_similarity(np.ones(8), 8)
