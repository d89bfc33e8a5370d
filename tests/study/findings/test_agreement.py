import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import cohen_kappa_score

from study.findings.agreement import inter_agreement
from tests.study.findings.trial_tables import both_asked, choices, table

SAME, OTHER = ("soft", "soft"), ("soft", "hard")


def pair(found, a, b):
    rows = found.by_pair
    return rows[(rows["a"] == a) & (rows["b"] == b)].iloc[0]


def test_each_pair_has_its_share_and_the_mean_counts_pairs_equally():
    rows = both_asked("P01", "P02", SAME, SAME, SAME, OTHER) + both_asked("P02", "P03", SAME, OTHER)
    found = inter_agreement(table(*rows))
    assert pair(found, "P01", "P02")["percent"] == 0.75
    assert pair(found, "P02", "P03")["percent"] == 0.5
    assert found.overall.estimate == pytest.approx(0.625)
    assert (found.overall.n, found.overall.participants) == (6, 3)


def test_a_pair_that_shares_nothing_is_there_with_n_zero():
    found = inter_agreement(table(*both_asked("P01", "P02", SAME), *both_asked("P02", "P03", SAME)))
    missing = pair(found, "P01", "P03")
    assert missing["n"] == 0
    assert missing[["percent", "low", "high", "kappa", "ac1"]].isna().all()
    assert len(found.by_pair) == 3


def test_participants_may_be_named_and_those_who_did_not_answer_keep_their_pairs():
    found = inter_agreement(table(*both_asked("P01", "P02", SAME)), ["P01", "P02", "P09"])
    assert found.by_pair[["a", "b"]].to_numpy().tolist() == [["P01", "P02"], ["P01", "P09"], ["P02", "P09"]]


def test_kappa_of_a_pair_is_that_of_scikit_learn():
    rng = np.random.default_rng(2)
    names = np.array(["soft", "hard", "both", "none"])
    a = names[rng.integers(0, 4, 80)]
    b = np.where(rng.random(80) < 0.6, a, names[rng.integers(0, 4, 80)])
    found = inter_agreement(table(*both_asked("P01", "P02", *zip(a, b, strict=True))))
    assert pair(found, "P01", "P02")["kappa"] == pytest.approx(cohen_kappa_score(a, b))


def test_all_pairs_of_a_question_that_everyone_answered_count():
    rows = [
        {"participant": f"P{at}", "image": f"i{i}", "choice": "soft" if (at + i) % 3 else "hard"}
        for at in range(4)
        for i in range(9)
    ]
    found = inter_agreement(table(*rows))
    assert found.by_pair["n"].tolist() == [9] * 6
    said = pd.DataFrame(rows).pivot(index="image", columns="participant", values="choice")
    expected = (said["P0"] == said["P1"]).mean()
    assert pair(found, "P0", "P1")["percent"] == pytest.approx(expected)


def test_the_same_image_with_another_foil_is_another_question():
    rows = both_asked("P01", "P02", ("own", "own"), experiment=2)
    rows[1]["foil"] = "another"
    assert inter_agreement(table(*rows)).overall.estimate is None


def test_self_repeats_are_no_inter_agreement():
    rows = both_asked("P01", "P02", SAME)
    again = {
        **rows[0],
        "question": "again",
        "kind": "self_repeat",
        "repeats": rows[0]["question"],
        "choice": "none",
    }
    assert inter_agreement(table(*rows, again)).overall.estimate == 1


def test_nothing_shared_is_undefined_with_a_reason():
    found = inter_agreement(table(*choices("P01", soft=2), *choices("P02", soft=2)))
    assert found.overall.estimate is None
    assert "no two participants" in (found.overall.reason or "")
    assert found.by_pair["n"].tolist() == [0]


def test_one_participant_has_no_pair():
    found = inter_agreement(table(*choices("P01", soft=2)))
    assert found.by_pair.empty


def test_one_pair_has_an_interval_over_its_questions_alone():
    found = inter_agreement(table(*both_asked("P01", "P02", *[SAME] * 8, OTHER, OTHER))).overall
    assert found.estimate == 0.8
    assert found.low == pytest.approx(0.490, abs=0.001)
    assert "one pair" in (found.reason or "")
