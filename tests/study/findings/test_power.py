import numpy as np
import pytest
from statsmodels.stats.proportion import samplesize_confint_proportion

from study.design.design import DEFAULT
from study.errors import StudyError
from study.findings.intervals import participant_means
from study.findings.power import (
    PAPER,
    Expected,
    answers_for,
    closed_form,
    compare_schemes,
    detected,
    half_width,
    participants_for,
    shared_by_pair,
    simulated,
    wilson_half_width,
)
from study.findings.simulation import PAPER as PAPER_PEOPLE
from study.findings.simulation import Design, Population
from study.planning.precision import forecast


def test_the_half_width_is_worked_by_hand():
    # between .1, p = .5, 25 answers: variance .01 + (.25 - .01) / 25 = .0196, of four .07^2; t(3) = 3.182446,
    # times .07 / .25 on the logit scale .891085, whose share is .709114.
    assert half_width(4, 25, Expected(0.5, 0.1)) == pytest.approx(0.209114, abs=1e-6)


def test_the_forecast_is_the_interval_that_the_findings_take():
    # Four participants of 100 answers each: shares with mean .65 and the standard deviation of the estimates.
    right = np.array([50, 60, 70, 80])
    outcome = np.concatenate([np.repeat([1.0, 0.0], [one, 100 - one]) for one in right])
    found = participant_means(outcome, np.repeat(np.arange(4), 100))
    seen, p = (right / 100).var(ddof=1), 0.65
    between = np.sqrt((seen - p * (1 - p) / 100) / (1 - 1 / 100))
    taken = (found.high[0] - found.low[0]) / 2
    assert half_width(4, 100, Expected(p, between)) == pytest.approx(taken)


def test_no_forecast_is_wider_than_a_share_can_be():
    assert 0.4 < half_width(2, 16, PAPER["soft"]) < 0.5
    with pytest.raises(StudyError, match="cannot vary"):
        Expected(0.65, 0.5)


def test_more_answers_cannot_replace_participants():
    endless = half_width(6, 10**9, Expected(0.65, 0.09))
    # 2.570582 x .09 / sqrt 6 = .0944492, in units of the logit / .2275 = .415161, between .548 and .738.
    assert endless == pytest.approx(0.093468, abs=1e-6)
    assert half_width(12, 100, Expected(0.65, 0.09)) < endless


def test_answers_for_a_width_are_near_statsmodels_normal_approximation():
    found = answers_for(0.05, 0.8)
    assert wilson_half_width(0.8, found) <= 0.05 < wilson_half_width(0.8, found - 1)
    assert found == pytest.approx(samplesize_confint_proportion(0.8, 0.05), rel=0.02)


def test_participants_for_a_width_are_the_least():
    expected = Expected(0.65, 0.09)
    found = participants_for(0.05, 667, expected)
    assert half_width(found, 667, expected) <= 0.05 < half_width(found - 1, 667, expected)
    assert participants_for(0.0001, 667, expected, at_most=50) is None


def test_the_papers_design_shares_134_questions_an_edge():
    assert shared_by_pair(Design()) == 134
    rows = closed_form(Design()).set_index("finding")
    assert rows.loc["agreement of one pair", "n"] == 134
    assert rows.loc["self_agreement, one participant", "n"] == 266
    assert rows.loc["agreement of one pair", "half_width"] == pytest.approx(0.077, abs=0.001)


def test_schemes_at_equal_cost_are_compared():
    found = compare_schemes(Design(questions=60), Population(), 8, np.random.default_rng(1)).set_index(
        "scheme"
    )
    assert found["pairs"].to_dict() == {"ring": 6, "complete": 15, "blocks": 15}
    # An overlap answer makes one pair in a ring, 1.5 in blocks of three, three where all six answer.
    assert found["shared"].to_dict() == pytest.approx({"ring": 12, "complete": 12, "blocks": 7.2})
    assert found["estimate"].between(0.55, 0.8).all()


def test_simulation_agrees_with_the_closed_form():
    design, rng = Design(participants=8, questions=80), np.random.default_rng(2)
    found = simulated(design, Population(), 40, rng).set_index("finding")
    # The participants' Dirichlet shares of soft have variance .65 * .35 / 26.
    closed = half_width(8, 80, Expected(0.65, np.sqrt(0.65 * 0.35 / 26)))
    assert found.loc["soft", "half_width"] == pytest.approx(closed, rel=0.15)
    assert found.loc["soft", "estimate"] == pytest.approx(0.65, abs=0.02)


@pytest.mark.parametrize("design", [Design(questions=150), Design(participants=20, questions=40)])
def test_the_forecast_is_what_studies_of_the_papers_people_give(design):
    found = simulated(design, PAPER_PEOPLE, 40, np.random.default_rng(3)).set_index("finding")
    for row in closed_form(design).to_dict("records"):
        name, _, rest = row["finding"].partition(", ")
        if rest == "participants' mean":
            assert found.loc[name, "half_width"] == pytest.approx(row["half_width"], rel=0.25), name


def test_the_design_pages_forecast_expects_the_same_as_this_one():
    six = DEFAULT.changed(images_per_emotion=500)
    for name, n in (("preference for soft-labels", "soft"), ("accuracy of Experiment 2", "accuracy")):
        page = next(one for one in forecast(six).findings if one.finding == f"{name}, over participants")
        assert page.half_width == pytest.approx(half_width(6, 666, PAPER[n]), rel=1e-9)


def test_impossible_wishes_are_named():
    with pytest.raises(StudyError, match="two participants"):
        half_width(1, 10, Expected(0.5, 0))
    with pytest.raises(StudyError, match=r"not 1\.5"):
        Expected(1.5, 0)
    with pytest.raises(StudyError, match=r"not 0\.7"):
        answers_for(0.7, 0.5)


def test_studies_find_what_is_there_and_seldom_what_is_not():
    found = detected(Design(12, 40), Population(), 30, np.random.default_rng(4), (0.0, 0.3))
    by = found.set_index("planted")
    assert by.index.tolist() == [
        "soft less hard 0 points",
        "soft less hard 30 points",
        "soft less hard 43 points, the population's",
        "accuracy, chance",
        "accuracy, the population's",
    ]
    assert (by.loc[by.index[[0, 3]], ["found", "opposite"]].sum(axis=1) <= 0.2).all()
    assert (by.loc[by.index[[2, 4]], "found"] == 1).all()
    assert (by["opposite"] <= 0.1).all()


def test_five_people_can_only_lean():
    found = detected(Design(5, 100), Population(), 10, np.random.default_rng(5), ()).iloc[0]
    assert (found["found"], found["opposite"]) == (0, 0)
    assert found["leaning"] > 0.8
