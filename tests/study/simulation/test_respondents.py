from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from study.design.design import DEFAULT
from study.errors import StudyError
from study.planning.plan import plan
from study.planning.stand_in import stand_in_labels
from study.simulation.respondents import PAPER, Respondent, Truth, simulate_answers
from study.trial.answer_columns import ANSWER_COLUMNS

START = datetime(2026, 1, 5, 9, tzinfo=UTC)


def study(seed=0, images_per_emotion=100, **changes):
    rng = np.random.default_rng(seed)
    labels = stand_in_labels(images_per_emotion, rng)
    return plan(labels, DEFAULT.changed(images_per_emotion=images_per_emotion, **changes), rng)


def answer(planned, truth, seed=1):
    return simulate_answers(planned.questions, planned.images, truth, np.random.default_rng(seed), START)


def agreement(planned, answers, kind):
    table = answers.merge(planned.questions[["question", "repeats"]], on="question")
    again = table[table["kind"] == kind]
    same = again["choice"] == again["repeats"].map(table.set_index("question")["choice"])
    return same.groupby(again["participant"]).mean()


@pytest.fixture(scope="module")
def paper():
    planned = study(images_per_emotion=500)
    return planned, [answer(planned, PAPER, seed) for seed in range(4)]


def test_the_preset_reproduces_the_papers_preferences(paper):
    shares = [
        answers.query("experiment == 1 and kind == 'first'")
        .groupby("participant")["choice"]
        .value_counts(normalize=True)
        for answers in paper[1]
    ]
    share = pd.concat(shares, axis=1).mean(axis=1).unstack()
    assert share["soft"].mean() == pytest.approx(0.65, abs=0.015)
    assert share["hard"].mean() == pytest.approx(0.22, abs=0.015)
    assert (share["soft"] > share["hard"]).sum() == 5


def test_the_preset_reproduces_the_papers_accuracy(paper):
    firsts = pd.concat([answers.query("experiment == 2 and kind == 'first'") for answers in paper[1]])
    accuracy = firsts.groupby("participant")["correct"].mean()
    assert accuracy.mean() == pytest.approx(0.81, abs=0.01)
    assert accuracy.min() == pytest.approx(0.77, abs=0.015)
    assert accuracy.max() == pytest.approx(0.84, abs=0.015)


def test_the_preset_reproduces_the_papers_agreement(paper):
    planned, runs = paper
    own = pd.concat([agreement(planned, answers, "self_repeat") for answers in runs], axis=1).mean(axis=1)
    pairs = pd.concat([agreement(planned, answers, "overlap") for answers in runs], axis=1).mean(axis=1)
    assert own.mean() == pytest.approx(0.80, abs=0.015)
    assert own.min() == pytest.approx(0.64, abs=0.03)
    assert own.max() == pytest.approx(0.90, abs=0.03)
    assert pairs.mean() == pytest.approx(0.69, abs=0.02)


def test_answers_have_the_columns_and_values_of_the_contract(paper):
    answers = paper[1][0]
    assert tuple(answers.columns) == ANSWER_COLUMNS
    assert len(answers) == 10_406
    assert set(answers.query("experiment == 1")["choice"]) == {"soft", "hard", "both", "none"}
    assert answers.query("experiment == 1")["correct"].isna().all()
    second = answers.query("experiment == 2")
    assert set(second["choice"]) == {"own", "foil"}
    assert (second["correct"] == (second["choice"] == "own")).all()
    assert str(answers["correct"].dtype) == "boolean"
    assert answers["rt_ms"].min() >= 350


def test_answers_come_in_order_within_seven_days(paper):
    answers = paper[1][0]
    for _, mine in answers.groupby("participant"):
        assert mine["answered_at"].is_monotonic_increasing
    assert answers["answered_at"].min() > START
    assert answers["answered_at"].max() < START + timedelta(days=7)


STEADY = Respondent(0.6, 0.25, 0.1, 0.05, accuracy=0.8, lapse=0.0, consistency=1.0)


def test_who_is_wholly_consistent_always_agrees_with_oneself():
    planned = study()
    answers = answer(planned, Truth((STEADY,), shared=0.3))
    assert (agreement(planned, answers, "self_repeat") == 1).all()


def test_participants_who_share_everything_always_agree():
    planned = study()
    answers = answer(planned, Truth((STEADY,), shared=1.0))
    assert (
        agreement(planned, answers, "overlap") > 0.97
    ).all()  # sensitivities differ a little with the foils


def test_shares_do_not_depend_on_how_consistent_one_is():
    planned = study(images_per_emotion=400, participants=3)
    for consistency in (0.1, 0.9):
        answers = answer(planned, Truth((replace(STEADY, consistency=consistency),), shared=0.1))
        firsts = answers.query("kind == 'first'")
        assert (firsts["choice"] == "soft")[firsts["experiment"] == 1].mean() == pytest.approx(0.6, abs=0.025)
        assert firsts["correct"].mean() == pytest.approx(0.8, abs=0.02)


def test_a_side_bias_pulls_to_the_left_and_leaves_the_shares():
    planned = study(images_per_emotion=400, participants=3)
    answers = answer(planned, Truth((replace(STEADY, side_bias=0.5),), shared=0.3))
    table = answers.merge(planned.questions[["question", "side"]], on="question")
    soft = (table["choice"] == "soft")[table["experiment"] == 1].groupby(table["side"]).mean()
    own = (table["choice"] == "own")[table["experiment"] == 2].groupby(table["side"]).mean()
    assert soft["left"] - soft["right"] > 0.2
    assert own["left"] - own["right"] > 0.15
    assert soft.mean() == pytest.approx(0.6, abs=0.03)
    assert own.mean() == pytest.approx(0.8, abs=0.03)


def test_accuracy_rises_with_the_distance_of_the_foil():
    planned = study(images_per_emotion=400, participants=3)
    answers = answer(planned, PAPER)
    second = answers.merge(planned.questions[["question", "foil_distance"]], on="question").query(
        "experiment == 2"
    )
    thirds = pd.qcut(second["foil_distance"], 3, labels=False)
    accuracy = second["correct"].astype(float).groupby(thirds).mean()
    assert accuracy[0] + 0.05 < accuracy[1] < accuracy[2]


def test_soft_labels_are_preferred_most_where_the_hard_label_stands_out_least():
    planned = study(images_per_emotion=400, participants=3)
    answers = answer(planned, replace(PAPER, ambiguity=0.9)).query("experiment == 1")
    margin = answers["image"].map(planned.images.set_index("image")["margin"])
    soft = (answers["choice"] == "soft").groupby(pd.qcut(margin, 2, labels=False)).mean()
    assert soft[0] > soft[1] + 0.1


def test_those_who_drop_out_leave_the_rest_unanswered():
    planned = study()
    leaver = replace(STEADY, drop_out=1.0)
    answers = answer(planned, Truth((STEADY, leaver), shared=0.3))
    asked = planned.questions["participant"].value_counts()
    answered = answers["participant"].value_counts().reindex(asked.index, fill_value=0)
    stayed = [code for code in asked.index if answered[code] == asked[code]]
    assert sorted(stayed) == ["P01", "P03", "P05"]
    first = answers[answers["participant"] == "P02"]
    assert len(first) == 0 or first["question"].iloc[-1] == f"P02-{len(first):04d}"


def test_the_same_seed_gives_the_same_answers():
    planned = study(images_per_emotion=10)
    pd.testing.assert_frame_equal(answer(planned, PAPER, 3), answer(planned, PAPER, 3))


def test_a_study_of_experiment_one_needs_no_foils():
    answers = answer(study(images_per_emotion=10, experiments=(1,)), PAPER)
    assert set(answers["experiment"]) == {1}


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Respondent(0.6, 0.3, 0.2, 0.1, accuracy=0.8), "sum to 1"),
        (lambda: replace(STEADY, accuracy=0.4), "from 0.5"),
        (lambda: replace(STEADY, accuracy=0.96, lapse=0.1), "what lapse = 0.1 leaves"),
        (lambda: replace(STEADY, lapse=0.5), "quarter"),
        (lambda: replace(STEADY, consistency=1.2), "consistency = 1.2"),
        (lambda: Truth(()), "at least one"),
        (lambda: Truth((STEADY,), shared=1.5), "shared = 1.5"),
        (lambda: Truth((STEADY,), per_day=0), "per_day = 0"),
    ],
)
def test_a_truth_that_cannot_be_is_refused(make, words):
    with pytest.raises(StudyError, match=words):
        make()


def test_an_image_without_a_label_is_named():
    planned = study(images_per_emotion=5)
    with pytest.raises(StudyError, match="'anger-0001' of the plan is not in the label set"):
        simulate_answers(planned.questions, planned.images.iloc[5:], PAPER, np.random.default_rng(0), START)
