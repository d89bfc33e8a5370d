import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.emfacs import EMOTIONS
from engine.errors import EngineError
from engine.metrics import (
    accuracy,
    by_class,
    ced_area,
    ced_curve,
    confusion,
    failure_rate,
    macro_recall,
    mean_error,
    rank_weights,
    weighted_errors,
)

HARMONIC = sum(1 / n for n in range(1, 9))
TRUE = [0.1, 0.8, 0.2, 0.3, 0.4, 0.05, 0.0, 0.5]


def test_the_largest_true_score_weighs_one_and_the_smallest_an_eighth():
    np.testing.assert_allclose(rank_weights([TRUE])[0], [1 / 6, 1, 1 / 5, 1 / 4, 1 / 3, 1 / 7, 1 / 8, 1 / 2])


def test_tied_scores_share_their_weights():
    weights = rank_weights([[0.9, 0.5, 0.5, 0.1, 0, 0, 0, 0], [0.3] * 8])
    np.testing.assert_allclose(weights[0, :4], [1, (1 / 2 + 1 / 3) / 2, (1 / 2 + 1 / 3) / 2, 1 / 4])
    np.testing.assert_allclose(weights[0, 4:], np.mean([1 / 5, 1 / 6, 1 / 7, 1 / 8]))
    np.testing.assert_allclose(weights[1], HARMONIC / 8)


@settings(deadline=None)
@given(
    st.lists(st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0]), min_size=8, max_size=8), min_size=1, max_size=5)
)
def test_the_weights_of_an_image_always_sum_to_the_same(scores):
    np.testing.assert_allclose(rank_weights(scores).sum(axis=1), HARMONIC)


def test_the_error_by_hand():
    predicted = list(TRUE)
    predicted[1] -= 0.4  # weight 1
    predicted[7] += 0.2  # weight 1/2
    assert weighted_errors([TRUE], [predicted])[0] == pytest.approx(0.5 / HARMONIC)
    assert weighted_errors([TRUE], [predicted], "printed")[0] == pytest.approx(0.5 / 8)


def test_the_printed_error_cannot_reach_the_papers_failure_rate():
    ones, zeros = np.ones((1, 8)), np.zeros((1, 8))
    assert weighted_errors(ones, zeros)[0] == pytest.approx(1)
    assert weighted_errors(ones, zeros, "printed")[0] == pytest.approx(0.3397, abs=1e-4)


def test_an_image_fails_beyond_the_threshold_and_not_at_it():
    assert failure_rate([0.3, 0.31, 0.1, 0.2]) == 0.25
    assert failure_rate([]) is None
    assert mean_error([]) is None


def test_the_area_under_the_curve_is_exact():
    # The share is 0 to 0.1, a half to 0.2, and 1 to 0.3: (0.05 + 0.1) / 0.3.
    assert ced_area([0.1, 0.2]) == pytest.approx(0.5)
    assert ced_area([0.0, 0.0]) == 1
    assert ced_area([0.9]) == 0
    assert ced_area([]) is None


@settings(deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.floats(0.05, 1))
def test_the_area_is_what_the_curve_encloses(errors, limit):
    curve = ced_curve(errors, limit, points=20_001)
    trapezoids = np.trapezoid(curve["share"], curve["error"]) / limit
    assert ced_area(errors, limit) == pytest.approx(trapezoids, abs=1e-3)


def test_the_curve_ends_at_the_share_that_does_not_fail():
    curve = ced_curve([0.1, 0.2, 0.3, 0.4])
    assert (curve["error"].iloc[0], curve["error"].iloc[-1]) == (0, 0.3)
    assert curve["share"].iloc[-1] == 0.75


def test_hard_metrics_by_hand():
    happy, sad = EMOTIONS.index("Happy"), EMOTIONS.index("Sad")
    counts = confusion([happy] * 4 + [sad] * 2, [happy, happy, happy, sad, sad, 0])
    assert counts[happy, sad] == 1
    assert accuracy(counts) == pytest.approx(4 / 6)
    assert macro_recall(counts) == pytest.approx((3 / 4 + 1 / 2) / 2)
    table = by_class(counts).set_index("emotion")
    assert table.loc["Happy", ["precision", "recall", "f1"]].tolist() == pytest.approx([1, 0.75, 6 / 7])
    assert table.loc["Sad", ["precision", "recall", "f1"]].tolist() == pytest.approx([0.5, 0.5, 0.5])
    assert np.isnan(table.loc["Fear", ["precision", "recall", "f1"]].astype(float)).all()
    assert table.loc["Neutral", "precision"] == 0
    assert np.isnan(table.loc["Neutral", "recall"])


def test_hard_metrics_equal_scikit_learns():
    sklearn = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(2)
    true, predicted = rng.integers(0, 8, (2, 500))
    counts = confusion(true, predicted)
    np.testing.assert_array_equal(counts, sklearn.confusion_matrix(true, predicted))
    assert macro_recall(counts) == pytest.approx(sklearn.balanced_accuracy_score(true, predicted))
    precision, recall, f1, _ = sklearn.precision_recall_fscore_support(true, predicted)
    np.testing.assert_allclose(
        by_class(counts)[["precision", "recall", "f1"]], np.stack([precision, recall, f1], 1)
    )


def test_no_image_has_no_accuracy():
    counts = confusion([], [])
    assert accuracy(counts) is None
    assert macro_recall(counts) is None


def test_wrong_input_is_refused():
    with pytest.raises(EngineError, match="no place in EMOTIONS"):
        confusion([8], [0])
    with pytest.raises(EngineError, match="shape"):
        weighted_errors([TRUE], [TRUE, TRUE])
    with pytest.raises(EngineError, match="limit"):
        ced_area([0.1], limit=0)
    with pytest.raises(EngineError, match="'mean'"):
        weighted_errors([TRUE], [TRUE], "mean")
