import numpy as np
import pytest
from scipy import stats

from engine.confidence import BinaryCounts
from engine.evaluation.intervals import balanced_accuracy_interval, mean_balanced_accuracy, wilson


def test_wilsons_interval_is_newcombes_published_one() -> None:
    # Newcombe 1998, Statistics in Medicine 17:857, Table I: 81 of 263.
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(0, 0) is None


def test_the_interval_of_a_balanced_accuracy_by_hand() -> None:
    # Wilson: 56 of 70 is 0.6920..0.8769 and 48 of 80 is 0.4904..0.7003 (Newcombe 1998, 17:873, Table II, a).
    found = balanced_accuracy_interval(BinaryCounts(tp=56, fn=14, tn=48, fp=32))
    down = np.hypot(0.8 - 0.6920, 0.6 - 0.4904)
    up = np.hypot(0.8769 - 0.8, 0.7003 - 0.6)
    assert found == pytest.approx(((1.4 - down) / 2, (1.4 + up) / 2), abs=2e-4)


@pytest.mark.parametrize("counts", [BinaryCounts(0, 0, 5, 5), BinaryCounts(3, 1, 0, 0)])
def test_without_both_kinds_of_images_there_is_no_interval(counts: BinaryCounts) -> None:
    assert balanced_accuracy_interval(counts) is None


def test_a_faultless_network_has_an_interval_within_0_and_1() -> None:
    found = balanced_accuracy_interval(BinaryCounts(tp=12, fn=0, tn=84, fp=0))
    assert found is not None
    assert 0.8 < found[0] < found[1] == pytest.approx(1)


@pytest.mark.parametrize(("sensitivity", "specificity"), [(0.8, 0.8), (0.95, 0.9), (0.5, 0.5), (0.6, 0.95)])
def test_intervals_hold_the_truth_as_often_as_they_say(sensitivity: float, specificity: float) -> None:
    positives, negatives = 12, 84  # the demo's test-MAS
    held = 0.0
    for tp in range(positives + 1):
        weights = stats.binom.pmf(tp, positives, sensitivity) * stats.binom.pmf(
            np.arange(negatives + 1), negatives, specificity
        )
        for tn in np.flatnonzero(weights > 1e-7):
            found = balanced_accuracy_interval(BinaryCounts(tp, positives - tp, int(tn), negatives - int(tn)))
            assert found is not None
            held += weights[tn] * (found[0] <= (sensitivity + specificity) / 2 <= found[1])
    assert 0.93 < held < 0.99


def test_the_mean_over_emotions_and_its_bootstrap() -> None:
    rng = np.random.default_rng(1)
    label = np.repeat(np.arange(8), 50)
    truth = label[:, None] == np.arange(8)
    said = np.where(rng.random(truth.shape) < 0.8, truth, ~truth)
    mean, interval = mean_balanced_accuracy(said, truth, np.random.default_rng(2))
    assert mean == pytest.approx(0.8, abs=0.03)
    assert interval is not None
    # Sensitivities of 50 images each weigh most: standard error about sqrt(.16/50/8)/2 and a little.
    assert 0.02 < interval[1] - interval[0] < 0.07
    assert interval[0] < mean < interval[1]


def test_an_emotion_without_images_is_left_out_of_the_mean() -> None:
    truth = np.repeat(np.arange(4), 5)[:, None] == np.arange(8)
    assert mean_balanced_accuracy(truth, truth, np.random.default_rng(0), 50)[0] == 1
    nothing = np.zeros((3, 8), dtype=bool)
    assert mean_balanced_accuracy(nothing, nothing, np.random.default_rng(0), 50) == (None, None)
