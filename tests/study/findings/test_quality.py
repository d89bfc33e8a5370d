import numpy as np
import pytest

from study.findings.quality import longest_runs, quality, quantiles
from study.findings.simulation import Design, Population, simulate_trials
from study.findings.trials import factorize
from tests.study.findings.trial_tables import choices, table


@pytest.fixture(scope="module")
def honest():
    return simulate_trials(Design(participants=5, questions=300), Population(), np.random.default_rng(7))


def test_quantiles_of_groups_are_numpys():
    rng = np.random.default_rng(1)
    values, group = rng.random(50), rng.integers(0, 4, 50)
    values[3] = np.nan
    found = quantiles(values, group, 5, (0.1, 0.5, 0.9))
    for at in range(4):
        expected = np.nanquantile(values[group == at], [0.1, 0.5, 0.9])
        assert found[:, at] == pytest.approx(expected)
    assert np.isnan(found[:, 4]).all()


def test_the_longest_run_counts_the_same_key_in_order_of_position():
    # Pressed: left, left (hard on the right), right, left; both breaks a run.
    rows = [
        {"choice": "soft", "side": "left", "position": 2},
        {"choice": "hard", "side": "right", "position": 1},
        {"choice": "soft", "side": "left", "position": 3},
        {"choice": "both", "position": 4},
        {"choice": "soft", "side": "left", "position": 5},
    ]
    trials = table(*rows)
    assert longest_runs(trials, factorize(trials["participant"])[0], 1).tolist() == [3]


def test_honest_participants_are_not_flagged(honest):
    assert quality(honest).flagged == []


def test_each_way_of_not_looking_is_flagged(honest):
    trials = honest.astype({"participant": str})
    first, second, third = (trials["participant"] == name for name in ("P01", "P02", "P03"))
    trials.loc[first, "rt_ms"] = 150
    trials.loc[second, "side"] = "left"
    trials.loc[second, "choice"] = np.where(trials.loc[second, "experiment"] == 1, "soft", "own")
    coin = np.random.default_rng(2).random(int(third.sum())) < 0.5
    second_part = trials.loc[third, "experiment"] == 2
    trials.loc[third, "choice"] = np.where(
        second_part, np.where(coin, "own", "foil"), np.where(coin, "soft", "hard")
    )
    flags = quality(trials).by_participant.set_index("participant")["flagged"]
    assert flags["P01"] == "fast"
    assert flags["P02"] == "straight-lining"
    assert {"at chance", "attention", "inconsistent"} <= set(flags["P03"].split(", "))
    assert flags["P04"] == ""


def test_fatigue_is_the_change_from_first_to_last(honest):
    trials = honest.astype({"participant": str})
    late = trials["position"] > trials.groupby("participant")["position"].transform("max") / 2
    fails = late & (trials["experiment"] == 2) & (np.random.default_rng(3).random(len(trials)) < 0.5)
    trials.loc[fails, "choice"] = "foil"
    found = quality(trials)
    assert found.fatigue.high < 0
    assert found.course["accuracy"].iloc[0] > found.course["accuracy"].iloc[-1] + 0.2
    assert abs(quality(honest).slowing.estimate) < 0.1


def test_histogram_and_fifths_hold_every_answer(honest):
    found = quality(honest)
    assert found.rt["n"].sum() == len(honest)
    assert found.speed["n"].sum() == (honest["experiment"] == 2).sum()
    assert found.speed["rt_ms"].is_monotonic_increasing


def test_few_answers_have_no_flags_and_no_error():
    found = quality(table(*choices("P01", soft=1), *choices("P02", 2, own=1)))
    assert found.flagged == []
    assert quality(table()).by_participant.empty
