import numpy as np
import pandas as pd
import pytest

from study.findings.quality import longest_runs, quality, quantiles
from study.findings.simulation import Design, Population, simulate_trials
from study.findings.summary import findings
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
    assert {"at chance", "plain", "inconsistent"} <= set(flags["P03"].split(", "))
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


def test_time_in_which_the_page_was_hidden_is_no_response_time():
    rows = choices("P01", experiment=2, own=4)
    trials = table(*rows).assign(rt_ms=[1000, 9000, 2000, 500], hidden_ms=[0, 8000, 0, 700])
    found = quality(trials)
    # 1000, 9000 - 8000 and 2000; more hidden than passed is no time at all.
    assert found.by_participant["median_rt_ms"].tolist() == [1000]
    assert found.rt["n"].sum() == 3


def checks(participant, passed, failed):
    rows = choices(participant, experiment=2, own=passed, foil=failed)
    return [{**row, "kind": "attention", "image": f"check-{row['image']}"} for row in rows]


def test_attention_checks_are_counted_and_flag_who_failed_them():
    rows = [
        *choices("P01", experiment=2, own=9, foil=1),
        *checks("P01", 3, 1),
        *choices("P02", experiment=2, own=9, foil=1),
        *checks("P02", 1, 3),
        *checks("P03", 4, 0),
    ]
    rows = [{**row, "position": at} for at, row in enumerate(rows)]
    seen = quality(table(*rows)).by_participant.set_index("participant")
    assert seen["attention_passed"].tolist() == [3, 1, 4]
    assert seen["attention_failed"].tolist() == [1, 3, 0]
    # One lapse in four happens to .19 of people who lapse in 5 %, three in four to .0005.
    assert ["attention" in flags for flags in seen["flagged"]] == [False, True, False]
    assert seen["answers"].tolist() == [14, 14, 4]
    assert seen["accuracy_n"].tolist() == [10, 10, 0]


def test_attention_checks_move_no_other_finding(honest):
    check = honest[(honest["experiment"] == 2) & (honest["kind"] == "first")].head(40)
    other = check["participant"].cat.categories[1]
    # Two participants meet the same checks, and both fail them all.
    check = check.assign(kind="attention", choice="foil", foil_distance=1.0, rt_ms=9e6)
    again = check.assign(participant=other, question=-(10**9) - check["question"])
    parts = [honest, check.assign(question=-1 - check["question"]), again]
    more = findings(pd.concat(parts, ignore_index=True).astype({"participant": str}))
    plain = findings(honest)
    assert more.estimates() == plain.estimates()
    assert more.answers == plain.answers + 80
    pd.testing.assert_frame_equal(more.inter_agreement.by_pair, plain.inter_agreement.by_pair)
    pd.testing.assert_frame_equal(more.quality.rt, plain.quality.rt)
