from dataclasses import replace

import numpy as np
import pytest

from study.errors import StudyError
from study.findings.agreement import inter_agreement
from study.findings.consistency import self_agreement
from study.findings.power import shared_by_pair
from study.findings.simulation import Design, Population, simulate_trials
from study.findings.summary import findings


def test_the_papers_design_has_about_its_10406_answers():
    trials = simulate_trials(Design(), Population(), np.random.default_rng(1))
    # 6 x (667 + 133 + 67) x 2; the paper rounds each share up over both experiments.
    assert len(trials) == 10_404
    assert trials.groupby("participant", observed=True)["position"].max().tolist() == [1734] * 6


def test_a_study_with_the_papers_truth_yields_the_papers_figure():
    """Fig. 6: soft 65 %, hard 22 %, accuracy 81 %, self-agreement 80 %, pairs 69 %, in the intervals."""
    found = findings(simulate_trials(Design(), Population(), np.random.default_rng(6))).headline()
    paper = {"soft": 0.65, "hard": 0.22, "accuracy": 0.81, "self_agreement": 0.80, "inter_agreement": 0.69}
    for name, truth in paper.items():
        assert found[name].low < truth < found[name].high, name


def test_the_populations_means_are_the_papers():
    trials = simulate_trials(Design(participants=900, questions=60), Population(), np.random.default_rng(2))
    found = findings(trials).headline()
    assert found["soft"].estimate == pytest.approx(0.65, abs=0.015)
    assert found["accuracy"].estimate == pytest.approx(0.81, abs=0.015)
    assert found["self_agreement"].estimate == pytest.approx(0.80, abs=0.015)
    assert found["inter_agreement"].estimate == pytest.approx(0.69, abs=0.015)


@pytest.mark.parametrize("scheme", ["ring", "complete", "blocks"])
def test_schemes_share_what_they_say_at_equal_cost(scheme):
    design = Design(participants=6, questions=200, overlap_share=0.2, scheme=scheme)
    trials = simulate_trials(design, Population(), np.random.default_rng(3))
    shared = inter_agreement(trials).by_pair["n"]
    assert shared[shared > 0].mean() == pytest.approx(shared_by_pair(design))
    assert (trials["kind"] == "overlap").sum() == pytest.approx(6 * 2 * 40, rel=0.01)


def test_without_noise_everyone_repeats_themselves_and_with_it_alone_nobody_does():
    steady = replace(Population(), noise=1e-9, noise_concentration=1.0)
    trials = simulate_trials(Design(questions=50), steady, np.random.default_rng(4))
    assert self_agreement(trials).overall.estimate == 1


def test_side_bias_pulls_answers_left():
    pulled = simulate_trials(
        Design(questions=200), replace(Population(), side_bias=0.5), np.random.default_rng(5)
    )
    found = findings(pulled)
    assert found.side_bias[2].order_effect.low > 0.3
    assert found.retest.side_effect.low > 0.1


def test_an_unknown_scheme_is_named():
    with pytest.raises(StudyError, match="'star'"):
        simulate_trials(Design(scheme="star"), Population(), np.random.default_rng(1))
