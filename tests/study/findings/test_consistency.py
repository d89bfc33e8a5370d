import numpy as np
import pytest

from study.errors import StudyError
from study.findings.consistency import repeated, self_agreement
from tests.study.findings.trial_tables import asked_twice, choices, table

SAME, OTHER = ("soft", "soft"), ("soft", "hard")


def test_percent_is_the_share_of_repeats_answered_alike():
    found = self_agreement(
        table(*asked_twice("P01", SAME, SAME, SAME, OTHER), *asked_twice("P02", SAME, OTHER))
    )
    rows = found.by_participant.set_index("participant")
    assert rows["percent"].tolist() == [0.75, 0.5]
    assert rows["n"].tolist() == [4, 2]
    assert found.overall.estimate == pytest.approx(0.625)
    assert found.overall.n == 6


def test_kappa_of_repeats_is_worked_by_hand():
    # soft soft x20, soft hard x5, hard soft x10, hard hard x15: kappa .4 (Cohen 1960's formula).
    said = [SAME] * 20 + [OTHER] * 5 + [("hard", "soft")] * 10 + [("hard", "hard")] * 15
    row = self_agreement(table(*asked_twice("P01", *said))).by_participant.iloc[0]
    assert row["kappa"] == pytest.approx(0.4)
    assert row["kappa_low"] < 0.4 < row["kappa_high"]
    # AC1 on a scale of four: q = .55, .45; pe = (2 * .55 * .45) / 3 = .165.
    assert row["ac1"] == pytest.approx((0.7 - 0.165) / (1 - 0.165))


def test_experiments_are_apart_and_chance_is_taken_within_each():
    rows = asked_twice("P01", SAME, ("hard", "hard"), OTHER) + asked_twice(
        "P01", ("own", "own"), experiment=2
    )
    found = self_agreement(table(*rows))
    parts = found.by_experiment.set_index("experiment")
    assert parts["n"].tolist() == [3, 1]
    assert parts["percent"].tolist() == pytest.approx([2 / 3, 1])
    assert np.isnan(parts.loc[2, "kappa"])


def test_swapped_sides_and_pressed_keys_are_known():
    rows = asked_twice("P01", SAME, ("own", "foil"))
    rows[1]["side"] = "right"
    found = repeated(table(*rows))
    assert found["swapped"].tolist() == [True, False]
    assert found["left_before"].tolist() == [1, 1]
    assert found["left_again"].tolist() == [0, 0]
    assert found["lag"].tolist() == [100, 100]


def test_a_repeat_whose_first_answer_is_missing_is_left_out():
    rows = table(*asked_twice("P01", SAME, OTHER))
    assert self_agreement(rows[rows["question"] != "P01-1-1"]).overall.estimate == 1


def test_no_repeats_are_undefined_with_a_reason():
    found = self_agreement(table(*choices("P01", soft=3)))
    assert found.by_participant.empty
    assert found.overall.estimate is None
    reasons = {one.reason for one in (found.overall, found.kappa, found.ac1)}
    assert reasons == {"no participant has answered a question again"}


def test_a_question_asked_under_the_same_id_twice_is_an_error():
    rows = asked_twice("P01", SAME)
    with pytest.raises(StudyError, match="'P01-1-0' more than once"):
        self_agreement(table(*rows, *rows))
