import numpy as np
import pandas as pd
import pytest

from study.errors import StudyError
from study.findings.agreement import inter_agreement
from study.findings.consistency import self_agreement
from study.findings.discrimination import discrimination
from study.findings.preference import preference
from study.findings.simulation import Design, Population, simulate_trials
from study.findings.summary import findings
from study.findings.trials import compact
from tests.study.findings.trial_tables import asked_twice, choices, table


@pytest.fixture(scope="module")
def trials():
    found = simulate_trials(
        Design(participants=4, questions=120), Population(noise_concentration=90), np.random.default_rng(1)
    )
    names = {"question": "q", "image": "i", "foil": "i"}
    for column, letter in names.items():
        found[column] = letter + found[column].astype(str)
    found["repeats"] = ("q" + found["repeats"].astype(str)).where(found["kind"] != "first")
    found.loc[found["experiment"] == 1, "foil"] = None
    return found.astype(
        dict.fromkeys(("participant", "side", "kind", "choice", "hard_label", "subset"), "str")
    )


def test_all_at_once_is_each_alone(trials):
    found = findings(trials)
    assert found.answers == len(trials)
    assert found.preference.overall == preference(trials).overall
    assert found.discrimination.overall == discrimination(trials).overall
    assert found.self_agreement.overall == self_agreement(trials).overall
    pd.testing.assert_frame_equal(found.inter_agreement.by_pair, inter_agreement(trials).by_pair)


def test_every_number_has_an_estimate_or_a_reason(trials):
    for table_ in (
        trials,
        table(),
        table(*choices("P01", soft=1)),
        table(*asked_twice("P01", ("own", "own"), experiment=2)),
    ):
        for name, one in findings(table_).estimates().items():
            assert one.estimate is not None or one.reason, name
            assert (one.low is None) == (one.high is None), name
            if one.low is not None:
                assert one.low <= one.estimate <= one.high, name


def test_undefined_columns_do_not_become_zero(trials):
    rows = findings(trials, ["P01", "P02", "P03", "P04", "P05"]).inter_agreement.by_pair
    alone = rows[rows["b"] == "P05"]
    assert alone["n"].tolist() == [0] * 4
    assert alone["percent"].isna().all()


def test_bootstrap_intervals_repeat_with_their_seed_and_leave_the_estimates(trials):
    first = findings(trials, resamples=300, rng=np.random.default_rng(1))
    again = findings(trials, resamples=300, rng=np.random.default_rng(1))
    plain = findings(trials)
    assert first.estimates() == again.estimates()
    for name, one in plain.estimates().items():
        assert first.estimates()[name].estimate == one.estimate, name
    assert not first.inter_agreement.by_pair["kappa_low"].equals(plain.inter_agreement.by_pair["kappa_low"])


def test_findings_without_flagged_participants_leave_them_out(trials):
    assert findings(trials).without_flagged is None
    hasty = trials.copy()
    hasty.loc[hasty["participant"] == "P01", "rt_ms"] = 100
    found = findings(hasty)
    assert found.quality.flagged == ["P01"]
    assert found.without_flagged["soft"] == preference(trials[trials["participant"] != "P01"]).overall["soft"]


def test_filters_that_leave_a_repeat_without_its_first_answer_are_met(trials):
    part = trials.iloc[::3]
    assert findings(part).self_agreement.overall.n < findings(trials).self_agreement.overall.n


def test_rows_may_come_in_any_order(trials):
    shuffled = trials.sample(frac=1, random_state=1)
    again = findings(shuffled).estimates()
    for name, one in findings(trials).estimates().items():
        other = again[name]
        assert one.estimate == pytest.approx(other.estimate, nan_ok=True), name


def test_a_question_that_stands_twice_is_an_error(trials):
    with pytest.raises(StudyError, match="more than once"):
        compact(pd.concat([trials, trials.head(1)]))
