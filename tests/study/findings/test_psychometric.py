import numpy as np
import pandas as pd
import pytest
from scipy import optimize

from study.findings.psychometric import psychometric
from study.findings.weibull import fit, lapse_interval, threshold_of, weibull
from tests.study.findings.trial_tables import choices, table

TRUTH = np.array([np.log(0.4), np.log(1.8), 0.03])


def answers(people, each, rng, truth=TRUTH):
    """Experiment 2 of people who all follow one function."""
    distance = rng.uniform(0.05, 0.95, people * each)
    right = rng.random(people * each) < weibull(distance, truth)
    return pd.DataFrame(
        {
            "participant": [f"P{at:02d}" for at in np.repeat(np.arange(people), each)],
            "experiment": 2,
            "kind": "first",
            "choice": np.where(right, "own", "foil"),
            "foil_distance": distance,
        }
    )


def test_the_function_is_worked_by_hand():
    # Scale .5, slope 2, no lapse: at x = .5 the exponent is -1: 1/2 + 1/2 (1 - 1/e).
    parameters = np.array([np.log(0.5), np.log(2), 0.0])
    assert weibull(np.array([0.5]), parameters)[0] == pytest.approx(0.5 + 0.5 * (1 - np.exp(-1)))
    assert weibull(np.array([0.0]), parameters)[0] == pytest.approx(0.5)
    # 3/4 where 1 - exp(-(x / .5)^2) = 1/2.
    assert threshold_of(parameters) == pytest.approx(0.5 * np.sqrt(np.log(2)))


def test_lapses_lower_the_ceiling_and_can_forbid_the_threshold():
    assert weibull(np.array([1e6]), np.array([0.0, 0.0, 0.1]))[0] == pytest.approx(0.9)
    assert np.isnan(threshold_of(np.array([0.0, 0.0, 0.2]), target=0.85))


def test_the_fit_is_the_maximum_that_scipy_finds():
    rng = np.random.default_rng(1)
    distance = np.linspace(0.1, 0.9, 12)
    n = np.full(12, 80.0)
    right = rng.binomial(80, weibull(distance, TRUTH)).astype(float)

    def loss(parameters):
        p = np.clip(weibull(distance, parameters), 1e-9, 1 - 1e-9)
        return -(right * np.log(p) + (n - right) * np.log(1 - p)).sum()

    bounds = [(-3, 3), (np.log(0.2), np.log(20)), (0, 0.2)]
    peer = optimize.minimize(
        loss, TRUTH, bounds=bounds, method="Nelder-Mead", options={"fatol": 1e-10, "maxiter": 4000}
    )
    found = fit(distance, right[None], n[None])[0]
    assert loss(found) <= peer.fun + 1e-6
    assert found == pytest.approx(peer.x, abs=2e-3)


def test_many_sets_at_once_are_each_set_alone():
    rng = np.random.default_rng(2)
    distance, n = np.linspace(0.1, 0.9, 10), np.full((3, 10), 60.0)
    right = rng.binomial(60, weibull(distance, TRUTH), size=(3, 10)).astype(float)
    together = fit(distance, right, n)
    for one, alone in zip(together, range(3), strict=True):
        assert fit(distance, right[alone][None], n[alone][None])[0] == pytest.approx(one, abs=1e-4)


def test_a_known_function_is_found_again():
    found = psychometric(answers(10, 3000, np.random.default_rng(3)))
    assert found.threshold.estimate == pytest.approx(threshold_of(TRUTH), rel=0.05)
    assert found.slope.estimate == pytest.approx(1.8, rel=0.12)
    assert found.lapse.low <= 0.03 <= found.lapse.high
    assert found.fit_p > 0.001
    assert found.bins["n"].sum() == 30_000


def test_the_fit_is_that_of_each_answer_at_its_own_distance():
    rows = answers(1, 300, np.random.default_rng(7))
    distance, right = rows["foil_distance"].to_numpy(), (rows["choice"] == "own").to_numpy(float)
    found = fit(distance, right[None], np.ones((1, 300)))[0]
    assert psychometric(rows).threshold.estimate == pytest.approx(threshold_of(found), rel=1e-6)


def test_the_lapse_rates_interval_ends_where_the_likelihood_has_fallen():
    """Against scipy's own profile: twice the fall of the log-likelihood is 3.84 at both ends."""
    distance, n = np.linspace(0.1, 0.95, 15), np.full(15, 400.0)
    right = (
        np.random.default_rng(8).binomial(400, weibull(distance, np.array([-1.4, 0.7, 0.06]))).astype(float)
    )
    best = fit(distance, right[None], n[None])[0]
    low, high = lapse_interval(distance, right, n, best)
    assert 0 < low < best[2] < high < 0.2

    def fallen(lapse):
        def loss(two):
            p = weibull(distance, np.array([*two, lapse]))
            return -(right * np.log(p) + (n - right) * np.log(1 - p)).sum()

        return optimize.minimize(loss, best[:2], method="Nelder-Mead", options={"fatol": 1e-10}).fun

    for end in (low, high):
        assert 2 * (fallen(end) - fallen(best[2])) == pytest.approx(3.84, abs=0.02)


def test_the_test_of_fit_rejects_a_true_function_as_seldom_as_it_says_and_a_false_one():
    rng = np.random.default_rng(9)
    p = [psychometric(answers(6, 80, rng)).fit_p for _ in range(60)]
    assert np.mean(np.array(p) < 0.1) < 0.22
    # Right where near and wrong where far is no Weibull function.
    rows = answers(6, 400, rng)
    rows.loc[rows["foil_distance"] > 0.7, "choice"] = rng.choice(
        ["own", "foil"], (rows["foil_distance"] > 0.7).sum()
    )
    assert psychometric(rows).fit_p < 0.001


def test_too_few_or_perfect_answers_have_a_reason():
    few = psychometric(table(*choices("P01", 2, own=10, foil=3)))
    assert few.threshold.estimate is None
    assert "a curve needs 40" in few.reason
    rows = [row | {"foil_distance": at / 60} for at, row in enumerate(choices("P01", 2, own=60))]
    assert psychometric(table(*rows)).reason == "all choices are right"
    same = psychometric(table(*choices("P01", 2, own=30, foil=30)))
    assert "hardly differ" in same.reason


def test_no_answers_have_a_reason():
    assert psychometric(table()).threshold.reason


def test_one_participant_has_a_curve_and_no_interval():
    found = psychometric(answers(1, 800, np.random.default_rng(4)))
    assert found.threshold.estimate is not None
    assert found.threshold.low is None


def test_a_threshold_outside_the_distances_asked_is_undefined():
    rows = answers(4, 300, np.random.default_rng(5))
    rows["foil_distance"] = 0.6 + rows["foil_distance"] / 3
    rows["choice"] = np.where(np.random.default_rng(6).random(len(rows)) < 0.95, "own", "foil")
    found = psychometric(rows)
    assert found.threshold.estimate is None
    assert "above 75%" in found.threshold.reason
