import pytest

from engine.confidence import BinaryCounts, binary_counts, confidence_score
from engine.errors import EngineError


def test_a_probability_of_one_half_counts_as_positive():
    assert binary_counts([True, True, False, False], [0.5, 0.4, 0.5, 0.1]) == BinaryCounts(1, 1, 1, 1)


def test_balanced_accuracy_and_the_printed_reading_differ():
    counts = BinaryCounts(tp=80, fn=20, tn=630, fp=70)
    assert confidence_score(counts) == pytest.approx((0.8 + 0.9) / 2)
    assert confidence_score(counts, "printed") == pytest.approx((80 / 150 + 630 / 650) / 2)


def test_balanced_accuracy_does_not_know_how_many_negatives_there_are():
    assert confidence_score(BinaryCounts(8, 2, 63, 7)) == confidence_score(BinaryCounts(8, 2, 630, 70))


def test_a_set_without_positives_is_undefined():
    assert BinaryCounts(0, 0, 5, 1).balanced_accuracy is None
    with pytest.raises(EngineError, match="both kinds"):
        confidence_score(BinaryCounts(0, 0, 5, 1))


def test_the_printed_reading_of_a_network_that_always_says_no_is_undefined():
    with pytest.raises(EngineError, match="take the balanced reading"):
        confidence_score(BinaryCounts(0, 10, 70, 0), "printed")
    assert confidence_score(BinaryCounts(0, 10, 70, 0)) == 0.5


def test_an_undefined_probability_is_named():
    with pytest.raises(EngineError, match="row 2 is nan"):
        binary_counts([True, False], [0.1, float("nan")])


def test_an_unknown_reading_is_named():
    with pytest.raises(EngineError, match="'macro'"):
        confidence_score(BinaryCounts(1, 1, 1, 1), "macro")


# Table X, "Only Binary Model": accuracy and average accuracy of ResNet-50 on test-MAS (100 positives, 700
# negatives); Table VIII: its precision row. In percent, in the order of EMOTIONS.
ACCURACY = (81.37, 84.13, 80.75, 86.88, 87.50, 88.88, 81.50, 77.38)
AVERAGE_ACCURACY = (79.50, 87.07, 77.00, 85.64, 83.86, 80.36, 83.86, 65.21)
PRECISION = (67.0, 71.0, 65.9, 73.0, 73.4, 74.9, 68.5, 59.6)


@pytest.mark.parametrize(
    ("plain", "average", "precision"), list(zip(ACCURACY, AVERAGE_ACCURACY, PRECISION, strict=True))
)
def test_the_papers_tables_hold_balanced_accuracy_and_eq_3_is_their_precision(plain, average, precision):
    # accuracy: TP + TN = 8 plain; average: TP + TN / 7 = 2 average.
    tn = round((8 * plain - 2 * average) * 7 / 6)
    tp = round(8 * plain - tn)
    counts = BinaryCounts(tp=tp, fn=100 - tp, tn=tn, fp=700 - tn)
    assert 100 * confidence_score(counts) == pytest.approx(average, abs=0.01)
    assert 100 * counts.accuracy == pytest.approx(plain, abs=0.01)
    assert 100 * confidence_score(counts, "printed") == pytest.approx(precision, abs=0.06)
