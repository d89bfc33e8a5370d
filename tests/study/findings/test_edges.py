"""Studies at the edge: alike people, few answers, answers that jump. No interval pretends to certainty."""

import numpy as np
import pandas as pd
import pytest

from study.findings.intervals import mean_estimate, participant_means, share_estimates, wilson
from study.findings.paired import paired_test
from study.findings.psychometric import psychometric
from study.findings.simulation import Design, Population, simulate_trials
from study.findings.summary import findings


def study(people=4, questions=50, seed=1):
    return simulate_trials(Design(people, questions), Population(), np.random.default_rng(seed))


def intervals(trials):
    return {name: one for name, one in findings(trials).estimates().items() if one.low is not None}


def test_people_who_all_answer_alike_have_no_interval_without_width():
    trials = study()
    alike = trials.assign(choice=np.where(trials["experiment"] == 1, "soft", "own"))
    found = findings(alike).estimates()
    assert all(one.low < one.high for one in found.values() if one.low is not None)
    assert found["retest.lag_effect"].estimate == 0.0
    assert "the same" in found["retest.lag_effect"].reason
    assert found["discrimination.d_prime"].approximate


def test_a_participant_with_two_answers_makes_intervals_wide_and_never_impossible():
    trials = study()
    found = intervals(trials[(trials["participant"] != "P02") | (trials["position"] <= 2)])
    for name, one in found.items():
        assert one.low <= one.estimate <= one.high, name
        if any(part in name for part in ("kappa", "ac1", "effect", "soft_less_hard")) and "lag" not in name:
            assert -1 <= one.low <= one.high <= 1, name


def test_equal_shares_take_wilsons_interval_of_their_mean():
    hit, who = np.array([1.0, 0.0] * 20), np.repeat([0, 1], 20)
    (found,) = share_estimates(participant_means(hit, who), "share")
    assert (found.low, found.high) == pytest.approx([float(end) for end in wilson(20, 40)])
    assert "Wilson" in found.reason


def test_equal_values_have_no_interval_and_ends_stay_possible():
    same = mean_estimate(np.array([0.3, 0.3, 0.3]), "kappa", 30, 1)
    assert (same.estimate, same.low) == (pytest.approx(0.3), None)
    wide = mean_estimate(np.array([-0.9, 0.9]), "kappa", 30, 1)
    assert (wide.low, wide.high) == (-1, 1)
    assert paired_test(np.array([1.0, 0.2]), np.array([0.0, 0.1]), 9).difference.high == 1.0


def test_answers_that_jump_from_chance_to_perfect_have_a_threshold_and_no_slopes_interval():
    rng = np.random.default_rng(0)
    distance = rng.uniform(0.05, 0.95, 360)
    right = (distance > 0.4) | (rng.random(360) < 0.5)
    found = psychometric(
        pd.DataFrame(
            {
                "participant": np.repeat([f"P{at}" for at in range(6)], 60),
                "experiment": 2,
                "kind": "first",
                "choice": np.where(right, "own", "foil"),
                "foil_distance": distance,
            }
        )
    )
    assert found.slope.estimate == pytest.approx(20)
    assert found.slope.low is None
    assert "at the bound" in found.slope.reason
    assert found.lapse.high < 0.05
