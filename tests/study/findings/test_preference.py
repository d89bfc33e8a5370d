from itertools import pairwise

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from study.errors import StudyError
from study.findings.preference import preference
from tests.study.findings.trial_tables import choices, table

THREE = table(
    *choices("P01", soft=6, hard=2, both=1, none=1),
    *choices("P02", soft=4, hard=4, both=2),
    *choices("P03", soft=8, hard=12),
)


def test_shares_of_a_participant_are_worked_by_hand():
    rows = preference(THREE).by_participant.set_index("participant")
    assert rows.loc["P01", ["soft", "hard", "both", "none"]].tolist() == [0.6, 0.2, 0.1, 0.1]
    assert rows.loc["P03", ["soft", "hard", "both", "none"]].tolist() == [0.4, 0.6, 0, 0]
    assert rows["n"].tolist() == [10, 10, 20]


def test_a_participants_interval_is_wilsons_as_statsmodels_gives_it():
    row = preference(THREE).by_participant.iloc[0]
    assert (row["soft_low"], row["soft_high"]) == pytest.approx(proportion_confint(6, 10, method="wilson"))


def test_participants_count_equally_however_many_answers_they_gave():
    found = preference(THREE).overall
    assert found["soft"].estimate == pytest.approx((0.6 + 0.4 + 0.4) / 3)
    assert found["hard"].estimate == pytest.approx((0.2 + 0.4 + 0.6) / 3)
    assert (found["soft"].n, found["soft"].participants) == (40, 3)


def test_the_overall_interval_is_t_over_participants_on_the_logit_scale():
    shares = np.array([0.6, 0.4, 0.4])
    mean, error = shares.mean(), shares.std(ddof=1) / np.sqrt(3)
    half = stats.t.ppf(0.975, 2) * error / (mean * (1 - mean))
    centre = np.log(mean / (1 - mean))
    found = preference(THREE).overall["soft"]
    assert found.low == pytest.approx(1 / (1 + np.exp(half - centre)))
    assert found.high == pytest.approx(1 / (1 + np.exp(-half - centre)))


def test_soft_against_hard_is_the_paired_t_test():
    found = preference(THREE).soft_vs_hard
    expected = stats.ttest_rel([0.6, 0.4, 0.4], [0.2, 0.4, 0.6])
    assert found.statistic == pytest.approx(expected.statistic)
    assert found.p_value == pytest.approx(expected.pvalue)
    assert found.difference.estimate == pytest.approx(0.2 / 3)


def test_the_sign_flip_test_of_six_who_agree_is_two_in_sixty_four():
    six = table(*(row for at in range(6) for row in choices(f"P0{at}", soft=7 + at, hard=2)))
    assert preference(six).soft_vs_hard.p_exact == 2 / 64


def test_a_tie_is_no_preference_for_soft():
    found = preference(THREE).participants_preferring_soft
    assert found.estimate == pytest.approx(1 / 3)
    assert (found.low, found.high) == pytest.approx(proportion_confint(1, 3, method="beta"))


def test_one_participant_has_shares_but_no_interval_over_participants():
    found = preference(table(*choices("P01", soft=3, hard=1)))
    assert found.overall["soft"].estimate == 0.75
    assert found.overall["soft"].low is None
    assert "one participant" in (found.overall["soft"].reason or "")
    assert found.soft_vs_hard.p_value is None


def test_a_choice_nobody_made_has_a_share_of_zero_and_an_interval_above_it():
    found = preference(table(*choices("P01", soft=50), *choices("P02", soft=50))).overall["none"]
    assert found.estimate == 0
    assert found.low == 0
    assert 0 < (found.high or 0) < 0.06


def test_no_answers_give_reasons_and_no_numbers():
    found = preference(table())
    assert found.by_participant.empty
    assert found.overall["soft"].estimate is None
    assert found.overall["soft"].reason == "no answers"
    assert found.participants_preferring_soft.estimate is None


def test_repeats_and_overlap_do_not_count():
    rows = [*choices("P01", soft=3, hard=1), *choices("P02", soft=1, hard=1)]
    extra = [row | {"kind": "self_repeat"} for row in choices("P01", hard=9)]
    assert preference(table(*rows, *extra)).overall["soft"].estimate == pytest.approx(0.625)


def test_emotions_subsets_and_margins_each_have_their_rows():
    rows = [
        row | {"hard_label": "Fear", "subset": "Difficult", "margin": -0.5} for row in choices("P01", hard=4)
    ]
    rows += choices("P01", soft=4) + choices("P02", soft=2, hard=2)
    found = preference(table(*rows))
    emotions = found.by_emotion.set_index("emotion")
    assert emotions.loc["Fear", "hard"] == 1
    assert emotions.loc["Happy", "soft"] == pytest.approx(0.75)
    assert emotions.loc["Sad", "n"] == 0
    assert np.isnan(emotions.loc["Sad", "soft"])
    assert found.by_subset.set_index("subset").loc["Difficult", "n"] == 4
    assert found.by_margin["n"].sum() == 12


def test_images_that_all_answered_widen_the_interval():
    rng = np.random.default_rng(1)
    easy = rng.random(60) < 0.5
    rows = [
        {
            "participant": f"P{at}",
            "choice": "soft" if easy[i] != (rng.random() < 0.05) else "hard",
            "image": f"i{i}",
        }
        for at in range(6)
        for i in range(60)
    ]
    shared = preference(table(*rows)).overall["soft"]
    apart = preference(
        table(*(row | {"image": f"{row['participant']}{row['image']}"} for row in rows))
    ).overall["soft"]
    assert shared.estimate == apart.estimate
    assert shared.high - shared.low > 2 * (apart.high - apart.low)


def test_missing_columns_and_unknown_choices_are_named():
    with pytest.raises(StudyError, match="lack the columns choice"):
        preference(THREE.drop(columns="choice"))
    with pytest.raises(StudyError, match="'own'"):
        preference(table(*choices("P01", own=1)))


def test_entropy_is_banded_by_fifths_of_the_images_that_were_asked_about():
    rows = [
        {"participant": who, "image": f"i{at}", "choice": "soft" if at > 4 else "hard"}
        for who in ("P01", "P02")
        for at in range(10)
    ]
    # One image is answered often, and does not draw the bands to itself.
    rows += [{"participant": "P01", "image": "i0", "choice": "hard"} for _ in range(30)]
    trials = table(*rows)
    trials["entropy"] = trials["image"].str[1:].astype(float) / 10 + 2
    found = preference(trials).by_entropy
    edges = ("2.00", "2.18", "2.36", "2.54", "2.72", "2.90")
    assert found["entropy"].tolist() == [f"{low} to {high}" for low, high in pairwise(edges)]
    assert found["n"].tolist() == [34, 4, 4, 4, 4]
    assert found["soft"].tolist() == [0, 0, 0.5, 1, 1]


def test_without_entropy_or_with_one_value_the_bands_say_so():
    trials = table(*choices("P01", soft=2), *choices("P02", soft=2))
    assert preference(trials).by_entropy.empty
    assert preference(trials.assign(entropy=2.5)).by_entropy["entropy"].tolist() == ["2.50"]
    assert preference(trials.assign(entropy=np.nan)).by_entropy["n"].sum() == 0
