import pytest

from study.findings.engine_people import engine_people
from tests.study.findings.trial_tables import choices, table


def test_preference_and_accuracy_stand_beside_the_engines_subset():
    rows = [row | {"subset": "Difficult", "margin": -0.4} for row in choices("P01", soft=1, hard=3)]
    rows += choices("P01", soft=3, hard=1) + choices("P01", 2, own=4, foil=1)
    found = engine_people(table(*rows)).by_subset.set_index("subset")
    assert found.loc["Difficult", "soft"] == 0.25
    assert found.loc["Easy", "soft"] == 0.75
    assert found.loc["Easy", "accuracy"] == pytest.approx(0.8)
    assert found.loc["Difficult", "accuracy_n"] == 0


def test_the_slope_on_margin_is_worked_by_hand():
    # Margins 0 and .5, shares of soft 0 and 1: slope 2, for each of two participants.
    rows = []
    for name in ("P01", "P02"):
        rows += [row | {"margin": 0.0} for row in choices(name, hard=2)]
        rows += [row | {"margin": 0.5} for row in choices(name, soft=2)]
    assert engine_people(table(*rows)).soft_slope.estimate == pytest.approx(2)


def test_without_labels_the_slopes_say_so():
    found = engine_people(table(*choices("P01", soft=2)).drop(columns=["margin", "subset"]))
    assert found.soft_slope.reason == "the trials have no margin"
