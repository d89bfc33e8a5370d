"""No sentence says more than its numbers."""

import numpy as np
import pandas as pd

from study.findings.bias import side_bias
from study.findings.discrimination import discrimination
from study.findings.preference import preference
from study.findings.simulation import PAPER, Design, simulate_trials
from study.findings.summary import findings
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
    # Six of them do: two of 64 changes of sign go so far.
    six = table(*(row for at in range(6) for row in choices(f"P{at:02}", 2, own=3)))
    assert meaning.side(side_bias(six, 2)).startswith("Answers lean to the left: left 100.0 %")


def simulated(**design):
    return findings(simulate_trials(Design(**design), PAPER, np.random.default_rng(7)))


def test_one_participant_has_no_intervals_that_could_overlap():
    said = meaning.speed(simulated(participants=1, questions=80, overlap_share=0).quality)
    assert said.endswith("without intervals to compare them by.")
    assert meaning.speed(simulated(questions=80).quality).endswith("whose intervals overlap.")


def test_what_nobody_was_asked_is_not_said_of_questions():
    once = simulated(questions=20, self_share=0, overlap_share=0)
    assert meaning.agreement(once.self_agreement, once.inter_agreement) == (
        "Answered as before when asked again: not defined (no participant has answered a question again); "
        "answered alike by two participants: not defined (no two participants answered the same question)."
    )
    assert meaning.lag(once.retest) == "No participant has answered a question again."


def test_one_pair_speaks_of_no_other_raters():
    two = simulated(participants=2, questions=40, overlap_share=0.3)
    said = meaning.agreement(two.self_agreement, two.inter_agreement)
    assert said.endswith("of questions (one pair: the interval says nothing of other raters).")


def test_groups_in_which_all_answer_alike_have_no_largest():
    rows = pd.DataFrame({"emotion": ["Happy", "Sad"], "n": [4, 5], "soft": [1.0, 1.0]})
    said = meaning.largest_and_smallest(rows, "soft", "soft-labels were preferred")
    assert said == "In each of the 2 groups soft-labels were preferred in 100% of answers."


def test_a_pair_above_its_ceiling_misses_nothing():
    assert "; nothing is missing, and above it is chance alone. There is one pair." in meaning.ceiling(
        pd.DataFrame({"of_ceiling": [1.02]})
    )
    assert "what is missing is what the two see differently" in meaning.ceiling(
        pd.DataFrame({"of_ceiling": [0.7, 0.9]})
    )


def test_answers_to_questions_of_others_are_no_first_time_answers():
    trials = simulate_trials(Design(questions=20), PAPER, np.random.default_rng(1))
    borrowed = preference(trials[trials["kind"] == "overlap"])
    assert meaning.preference(borrowed) == "There is no first-time answer to a question of Experiment 1."
