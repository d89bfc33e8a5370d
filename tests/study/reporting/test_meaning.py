"""No sentence says more than its numbers."""

import numpy as np

from study.findings.bias import side_bias
from study.findings.discrimination import discrimination
from study.findings.preference import preference
from study.reporting import meaning
from tests.study.findings.trial_tables import choices, table


def people(*each, experiment=1):
    """One participant for each dict of choices."""
    return table(
        *(row for at, counts in enumerate(each) for row in choices(f"P{at:02}", experiment, **counts))
    )


def test_two_people_who_are_always_right_are_no_finding():
    said = meaning.accuracy(discrimination(people({"own": 3}, {"own": 3}, experiment=2)))
    assert said.startswith("These answers lean towards recognition more often than chance, though Fisher's")
    # Six of them are: the exact test says so.
    six = meaning.accuracy(discrimination(people(*[{"own": 3}] * 6, experiment=2)))
    assert six.startswith("People recognise an image's own soft-label more often than chance: 100.0 %")


def test_people_all_alike_prefer_by_fishers_test_where_they_are_enough():
    assert meaning.preference(preference(people(*[{"soft": 9, "hard": 1}] * 6))).startswith(
        "People prefer soft-labels to hard-labels"
    )
    assert "lean towards hard-labels, though Fisher's exact test of so few people" in meaning.preference(
        preference(people(*[{"soft": 1, "hard": 9}] * 3))
    )
    assert meaning.preference(preference(people({"soft": 9}))).startswith("One participant says nothing")
    assert meaning.preference(preference(people(*[{"soft": 5, "hard": 5}] * 6))).startswith(
        "These answers do not settle"
    )


def test_no_preference_is_said_with_the_margin_it_takes():
    rng = np.random.default_rng(2)
    soft = rng.binomial(100, 0.5, 12)
    found = preference(people(*({"soft": int(one), "hard": 100 - int(one)} for one in soft)))
    said = meaning.preference(found)
    margin = 100 * found.soft_vs_hard.equivalent_within
    assert said.startswith("These answers do not settle")
    assert f"leave no difference beyond {margin:.1f} points either way" in said
    clear = preference(people(*({"soft": 70 + at, "hard": 30 - at} for at in range(12))))
    assert "one-sided" not in meaning.preference(clear)


def test_alike_people_have_no_lean_that_others_would_have():
    left = table(*choices("P01", 2, own=3), *choices("P02", 2, own=3))
    assert "so few or so alike tell nothing of a lean" in meaning.side(side_bias(left, 2))
