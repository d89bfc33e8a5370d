import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import cohen_kappa_score

from study.errors import StudyError
from study.findings.annotators import annotator_agreement


def long(**said):
    """A long table: long(ann="aab", bea="ab-"), - for no reading."""
    return pd.DataFrame(
        [
            {"image": f"i{at}", "who": who, "label": letter}
            for who, letters in said.items()
            for at, letter in enumerate(letters)
            if letter != "-"
        ]
    )


def agreement(table, **options):
    return annotator_agreement(table, "image", "who", "label", **options)


def test_two_raters_are_worked_by_hand():
    found = agreement(long(ann="aaabb", bea="aabbb")).overall
    # po = .8; pe = .6 * .4 + .4 * .6 = .48.
    assert found["percent_agreement"].estimate == pytest.approx(0.8)
    assert found["cohen_kappa_mean"].estimate == pytest.approx(0.32 / 0.52)
    # o = aa 4, bb 4, ab 1, ba 1; n = 10, n_a = n_b = 5: 1 - (2/10) / (50/90).
    assert found["krippendorff_alpha"].estimate == pytest.approx(1 - 0.2 / (50 / 90))
    assert found["percent_agreement"].n == 5


def test_kappa_is_the_mean_of_scikit_learns_over_pairs():
    rng = np.random.default_rng(1)
    said = {name: "".join(rng.choice(list("abc"), 60)) for name in ("ann", "bea", "cid")}
    expected = np.mean(
        [
            cohen_kappa_score(list(said[x]), list(said[y]))
            for x, y in (("ann", "bea"), ("ann", "cid"), ("bea", "cid"))
        ]
    )
    assert agreement(long(**said)).overall["cohen_kappa_mean"].estimate == pytest.approx(expected)


def test_raters_of_unequal_length_and_missing_pairs_are_met():
    found = agreement(long(ann="aab---", bea="ab-b--", cid="----ab"))
    rows = found.pairs.set_index(["a", "b"])
    assert rows.loc[("ann", "bea"), "n"] == 2
    assert rows.loc[("ann", "cid"), "n"] == 0
    assert np.isnan(rows.loc[("ann", "cid"), "percent"])
    assert found.overall["percent_agreement"].estimate == 0.5
    assert "same number" in found.overall["fleiss_kappa"].reason


def test_a_second_reading_by_the_same_rater_is_self_agreement_alone():
    table = pd.concat([long(ann="aab", bea="aab"), long(ann="abb")])
    found = agreement(table)
    assert found.overall["percent_agreement"].estimate == 1
    assert found.overall["self_agreement"].estimate == pytest.approx(2 / 3)
    assert found.by_rater.set_index("rater").loc["bea", "n"] == 0


def test_without_second_readings_self_agreement_says_so():
    found = agreement(long(ann="aab", bea="aab")).overall["self_agreement"]
    assert found.estimate is None
    assert found.reason == "no rater read an item twice"


def test_one_rater_has_self_agreement_and_no_other():
    found = agreement(pd.concat([long(ann="aab"), long(ann="aaa")])).overall
    assert found["self_agreement"].estimate == pytest.approx(2 / 3)
    for name in ("percent_agreement", "cohen_kappa_mean", "krippendorff_alpha", "gwet_ac1"):
        assert found[name].estimate is None
        assert found[name].reason


def test_one_category_leaves_percent_and_gives_reasons_for_the_rest():
    found = agreement(long(ann="aaa", bea="aaa")).overall
    assert found["percent_agreement"].estimate == 1
    assert 0 < found["percent_agreement"].low < 1
    for name in ("cohen_kappa_mean", "fleiss_kappa", "gwet_ac1", "krippendorff_alpha"):
        assert found[name].estimate is None
        assert "one category" in found[name].reason


def test_none_agree():
    found = agreement(long(ann="abab", bea="baba")).overall
    assert found["percent_agreement"].estimate == 0
    assert found["cohen_kappa_mean"].estimate == pytest.approx(-1)


def test_an_empty_table_is_undefined_throughout():
    found = agreement(pd.DataFrame({"image": [], "who": [], "label": []}))
    assert all(one.estimate is None and one.reason for one in found.overall.values())


def test_rows_without_a_label_are_left_out_and_counted():
    table = long(ann="aab", bea="aab")
    table.loc[0, "label"] = None
    found = agreement(table)
    assert found.left_out == 1
    assert found.overall["percent_agreement"].n == 2


def test_ordinal_and_interval_need_numbers():
    with pytest.raises(StudyError, match="numbers, not 'b'"):
        agreement(long(ann="aab", bea="abb"), level="ordinal")
    numbers = agreement(long(ann="1234", bea="1243"), level="interval").overall["krippendorff_alpha"]
    nominal = agreement(long(ann="1234", bea="1243")).overall["krippendorff_alpha"]
    assert numbers.estimate > nominal.estimate


def test_missing_columns_and_raters_are_named():
    with pytest.raises(StudyError, match="no column 'rater'"):
        annotator_agreement(long(ann="a"), "image", "rater", "label")
    table = long(ann="ab")
    table.loc[1, "who"] = None
    with pytest.raises(StudyError, match="reading 2 has a label but no 'who'"):
        agreement(table)


def test_a_complete_design_has_fleiss_kappa_as_the_units_give_it():
    found = agreement(
        long(ann="aab", bea="aab", cid="abb"), resamples=500, rng=np.random.default_rng(0)
    ).overall
    assert found["fleiss_kappa"].estimate == pytest.approx(22 / 40)


def test_a_negative_zero_is_a_zero():
    table = pd.DataFrame({"image": [1, 1, 2, 2], "annotator": ["a", "b"] * 2, "value": [-0.0, 0.0, 0.5, 0.5]})
    found = annotator_agreement(table, "image", "annotator", "value", level="interval")
    assert found.categories == ["0.0", "0.5"]
    assert found.overall["percent_agreement"].estimate == 1


def test_full_agreement_of_several_raters_is_as_sure_as_its_items():
    """Three raters agree on each of ten items: ten successes of ten, and not thirty of their three pairs."""
    rows = [(item, rater, item % 3) for item in range(10) for rater in "abc"]
    table = pd.DataFrame(rows, columns=["image", "annotator", "label"])
    found = annotator_agreement(table, "image", "annotator", "label").overall["percent_agreement"]
    # Wilson's lower end of n of n is n / (n + z^2), with z = 1.959964.
    assert found.low == pytest.approx(10 / (10 + 1.959964**2), abs=1e-6)
    assert (found.high, found.n) == (1, 30)
    assert "says nothing of other raters" in found.reason


def test_raters_who_share_nothing_are_called_raters():
    found = agreement(long(ann="a-", bea="-b")).overall
    assert found["percent_agreement"].reason == "no two raters labelled the same item"
