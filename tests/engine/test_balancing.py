import numpy as np
import pytest

from engine.balancing import Balance, balanced
from engine.errors import EngineError

LABELS = np.array(["Happy"] * 16 + ["Fear"] * 4 + ["Anger"], dtype=object)
ROWS = np.arange(100, 121)


def by_label(balance: Balance) -> tuple[dict[str, int], dict[str, float], np.ndarray]:
    rows, weights = balanced(ROWS, LABELS, balance, np.random.default_rng(0))
    names = LABELS[rows - 100].astype(str)
    words = ("Happy", "Fear", "Anger")
    counts = {word: int((names == word).sum()) for word in words}
    return counts, {word: float(weights[names == word].sum()) for word in words}, weights


def test_upsampling_makes_every_label_as_frequent_as_the_most_frequent() -> None:
    counts, _, weights = by_label("upsampling")
    assert counts == {"Happy": 16, "Fear": 16, "Anger": 16}
    assert weights.tolist() == pytest.approx([1.0] * 48)


def test_weights_alone_draw_nothing_twice() -> None:
    counts, sums, _ = by_label("weights")
    assert counts == {"Happy": 16, "Fear": 4, "Anger": 1}
    assert list(sums.values()) == pytest.approx([7.0, 7.0, 7.0])  # 21 rows, three labels


def test_both_go_halfway_each() -> None:
    counts, sums, weights = by_label("both")
    assert counts == {"Happy": 16, "Fear": 8, "Anger": 4}  # times sqrt(4) and sqrt(16)
    assert list(sums.values()) == pytest.approx([28 / 3] * 3)
    assert weights.mean() == pytest.approx(1)


def test_none_leaves_rows_as_they_are() -> None:
    rows, weights = balanced(ROWS, LABELS, "none", np.random.default_rng(0))
    assert (rows == ROWS).all()
    assert (weights == 1).all()


def test_an_unknown_balance_is_refused() -> None:
    with pytest.raises(EngineError, match="unknown balance 'some'"):
        balanced(ROWS, LABELS, "some", np.random.default_rng(0))  # type: ignore[arg-type]
