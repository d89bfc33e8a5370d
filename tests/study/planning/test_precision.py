from statistics import NormalDist

import numpy as np
import pytest
from statsmodels.stats.proportion import proportion_confint

from study.design.design import DEFAULT
from study.errors import StudyError
from study.planning.audit import pairs_shared
from study.planning.plan import plan
from study.planning.precision import Assumptions, forecast, wilson_half_width
from study.planning.stand_in import stand_in_labels


def finding(made, name):
    return next(one for one in made.findings if one.finding == name)


def test_the_half_width_is_statsmodels():
    low, high = proportion_confint(80, 100, method="wilson")
    assert wilson_half_width(0.8, 100) == pytest.approx((high - low) / 2, abs=1e-12)


def test_the_papers_study():
    made = forecast(DEFAULT)
    assert (made.questions_each, made.questions_all) == (1735, 10_406)
    assert (made.pairs_compared, made.pairs) == (6, 15)
    assert made.hours_each == pytest.approx(1735 * 7 / 3600)
    assert finding(made, "self-agreement, one participant").n == 267
    assert finding(made, "agreement, one pair").n == 134
    # 1.96 sqrt(0.65 x 0.35 / 666) = 0.0362, before Wilson's correction
    assert finding(made, "preference for soft-labels, one participant").half_width == pytest.approx(
        0.0361, abs=2e-4
    )


def test_over_participants_it_is_a_t_interval_of_their_mean():
    made = forecast(DEFAULT, assumptions=Assumptions(soft=0.5, soft_sd=0.1))
    # t(5) = 2.570582; variance 0.01 + 0.24 / 666 = 0.0103604; 2.570582 sqrt(0.0103604 / 6) / 0.25 = 0.427270
    # on the logit scale, from 0.394778 to 0.605222.
    assert finding(made, "preference for soft-labels, over participants").half_width == pytest.approx(
        0.105222, abs=1e-6
    )


@pytest.mark.parametrize("overlap_design", ["ring", "complete", "balanced_incomplete_block"])
def test_the_forecast_counts_what_the_plan_asks(overlap_design):
    design = DEFAULT.changed(images_per_emotion=60, overlap_design=overlap_design)
    made = forecast(design)
    questions = plan(
        stand_in_labels(60, np.random.default_rng(0)), design, np.random.default_rng(0)
    ).questions
    shared = pairs_shared(questions)["shared"]
    assert made.questions_all == len(questions)
    # The longest first-time load and the most overlap need not meet in one participant.
    assert made.questions_each - questions["participant"].value_counts().max() in (0, 1)
    assert made.pairs_compared == (shared > 0).sum()
    assert finding(made, "agreement, one pair").n == shared[shared > 0].min()


def test_the_interval_covers_as_it_says():
    rng = np.random.default_rng(0)
    shares = rng.binomial(267, 0.8, 20_000) / 267
    assert np.mean(np.abs(shares - 0.8) < wilson_half_width(0.8, 267)) == pytest.approx(0.95, abs=0.015)
    assert wilson_half_width(0.8, 10**6) == pytest.approx(NormalDist().inv_cdf(0.975) * 0.4 / 1000, rel=1e-4)


def test_what_is_not_asked_has_no_interval_but_a_reason():
    made = forecast(DEFAULT.changed(self_repeats=0, overlap=0, participants=1))
    assert finding(made, "self-agreement, one participant").half_width is None
    assert "no such questions" in (finding(made, "agreement, one pair").reason or "")
    assert "two" in (finding(made, "preference for soft-labels, over participants").reason or "")


def test_a_design_of_experiment_two_has_no_preference():
    assert not any(
        "preference" in one.finding for one in forecast(DEFAULT.changed(experiments=(2,))).findings
    )


def test_an_open_number_of_images_must_be_given():
    design = DEFAULT.changed(images_per_emotion=None)
    with pytest.raises(StudyError, match="say how many images"):
        forecast(design)
    assert forecast(design, images=4000).questions_all == 10_406
