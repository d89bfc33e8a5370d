"""The paper's design, answered by respondents with the paper's truth, gives the paper's Fig. 6."""

from datetime import UTC, datetime

import numpy as np
import pytest

from study.design.design import Design
from study.findings.summary import findings
from study.planning.plan import plan
from study.planning.stand_in import stand_in_labels
from study.simulation.respondents import PAPER, simulate_answers


@pytest.fixture(scope="module")
def paper():
    rng = np.random.default_rng(2)
    labels = stand_in_labels(500, rng)
    questions = plan(labels, Design(), rng).questions
    answers = simulate_answers(questions, labels, PAPER, rng, datetime(2026, 1, 5, 9, tzinfo=UTC))
    trials = answers.merge(
        questions.drop(columns=["participant", "image", "experiment", "kind"]), on="question"
    ).merge(labels[["image", "hard_label", "subset", "margin"]], on="image")
    return findings(trials)


def test_all_10406_answers_are_there(paper):
    assert paper.answers == 10_406
    assert paper.preference.by_participant["n"].sum() == 4000
    assert paper.discrimination.by_participant["n"].sum() == 4000


def test_fig_6_is_within_the_intervals(paper):
    found = paper.headline()
    figure = {"soft": 0.65, "hard": 0.22, "accuracy": 0.81, "self_agreement": 0.80, "inter_agreement": 0.69}
    for name, printed in figure.items():
        assert found[name].low < printed < found[name].high, name
        assert found[name].estimate == pytest.approx(printed, abs=0.03), name
    assert paper.preference.participants_preferring_soft.estimate == pytest.approx(5 / 6)


def test_the_ring_has_six_edges_of_134_questions(paper):
    shared = paper.inter_agreement.by_pair["n"]
    assert sorted(shared[shared > 0]) == [134] * 6
    assert len(shared) == 15
    assert paper.self_agreement.by_participant["n"].tolist() == [267] * 6


def test_six_people_cannot_show_a_preference_that_one_does_not_share(paper):
    """Five of six prefer soft; with the sixth the other way the paired test does not reach .05."""
    test = paper.preference.soft_vs_hard
    assert test.difference.estimate > 0.3
    assert test.p_value > 0.03
    assert test.p_exact >= 2 / 64


def test_wider_margins_and_farther_foils_do_as_planted(paper):
    assert paper.engine.soft_slope.estimate < 0
    assert paper.psychometric.threshold.estimate is not None
    assert paper.quality.flagged == []
