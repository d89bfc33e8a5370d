import pytest

from study.findings.bias import side_bias
from tests.study.findings.trial_tables import choices, table


def answers(participant, side, **counts):
    return [row | {"side": side} for row in choices(participant, **counts)]


def test_side_bias_is_worked_by_hand():
    # Soft left: 8 soft (left), 2 hard (right). Soft right: 5 soft (right), 5 hard (left), 3 both.
    rows = answers("P01", "left", soft=8, hard=2) + answers("P01", "right", soft=5, hard=5, both=3)
    found = side_bias(table(*rows), 1).by_participant.iloc[0]
    assert found["n"] == 20
    assert found["left"] == 13 / 20
    assert found["order_effect"] == pytest.approx(0.8 - 0.5)


def test_a_side_always_chosen_is_an_order_effect_of_one():
    rows = [
        row
        for name in ("P01", "P02")
        for row in answers(name, "left", soft=9) + answers(name, "right", hard=9)
    ]
    found = side_bias(table(*rows), 1)
    assert found.left.estimate == 1
    assert found.order_effect.estimate == 1


def test_no_answers_are_undefined():
    found = side_bias(table(), 2)
    assert found.left.estimate is None
    assert found.order_effect.estimate is None
