import numpy as np
import pytest
from statsmodels.stats.inter_rater import aggregate_raters
from statsmodels.stats.inter_rater import fleiss_kappa as peer_fleiss

from study.errors import StudyError
from study.findings.units import (
    Units,
    estimate,
    fleiss_kappa,
    gwet_ac1_of_many,
    item_agreement,
    krippendorff_alpha,
    units,
)

_ = np.nan
# Krippendorff (2011), "Computing Krippendorff's alpha-reliability", section C: 4 observers, 12 units.
KRIPPENDORFF = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, _, _, _],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, _, 3],
        [_, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, _],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, _],
    ]
)
# Fleiss (1971), table 1: 30 patients, 6 psychiatrists each; depression, personality disorder, schizophrenia,
# neurosis, other.
FLEISS = """
00060 03003 01401 00006 03030 20400 00402 20310 20040 00006 10050 11040 03300 10050 02031
00501 30012 51000 02040 10203 00006 01050 02013 20040 10041 05010 40002 02040 10500 00006
"""


def counted(readings):
    """Units of a raters x items table with NaN where a reading is missing."""
    there = np.isfinite(readings)
    rater, item = np.nonzero(there)
    names, label = np.unique(readings[there], return_inverse=True)
    del rater
    return units(item, label, len(names))


def value(readings, statistic):
    return estimate(counted(readings), statistic).estimate


@pytest.fixture
def seeded():
    """Five raters, 40 items, four categories, a quarter missing; what the peers below were run on."""
    rng = np.random.default_rng(11)
    truth = rng.integers(0, 4, 40)
    readings = np.where(rng.random((5, 40)) < 0.6, truth, rng.integers(0, 4, (5, 40))).astype(float)
    readings[rng.random((5, 40)) < 0.25] = np.nan
    return readings


def test_alpha_is_worked_by_hand():
    # Units aa, ab, bb: o_ab = o_ba = 1, n = 6, n_a = n_b = 3; Do = 2/6, De = 18/30.
    found = value(np.array([[0, 0, 1], [0, 1, 1.0]]), krippendorff_alpha())
    assert found == pytest.approx(4 / 9)


@pytest.mark.parametrize(
    ("level", "published"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)]
)
def test_alpha_has_krippendorffs_published_values(level, published):
    numbers = np.arange(1.0, 6.0)
    assert value(KRIPPENDORFF, krippendorff_alpha(level, numbers)) == pytest.approx(published, abs=0.0005)


@pytest.mark.parametrize(
    ("level", "peer"),
    [("nominal", 0.37614748790614405), ("ordinal", 0.4104522664886866), ("interval", 0.4114969954047367)],
)
def test_alpha_is_that_of_the_package_krippendorff(seeded, level, peer):
    # krippendorff 0.9.0: krippendorff.alpha(readings, level_of_measurement=level)
    assert value(seeded, krippendorff_alpha(level)) == pytest.approx(peer, abs=1e-12)


def test_fleiss_kappa_has_the_published_value():
    table = np.array([[int(digit) for digit in row] for row in FLEISS.split()], dtype=float)
    assert (table.sum(axis=1) == 6).all()
    found = estimate(Units(table, np.ones(30)), fleiss_kappa())
    assert found.estimate == pytest.approx(0.430, abs=0.0005)
    assert found.low < 0.430 < found.high


def test_fleiss_kappa_is_worked_by_hand():
    # Items aaa, aab, bbb: P = 1, 1/3, 1; p_a = 5/9; Pe = 25/81 + 16/81; (7/9 - 41/81) / (40/81) = 22/40.
    found = value(np.array([[0, 0, 1], [0, 0, 1], [0, 1, 1.0]]), fleiss_kappa())
    assert found == pytest.approx(22 / 40)


def test_fleiss_kappa_is_that_of_statsmodels():
    readings = np.random.default_rng(2).integers(0, 3, (50, 4))
    expected = peer_fleiss(aggregate_raters(readings)[0])
    assert value(readings.T.astype(float), fleiss_kappa()) == pytest.approx(expected)


def test_ac1_is_worked_by_hand():
    # Items aaa, aab, bbb: pa = 7/9; shares 5/9 and 4/9; pe = 2 * 20/81 / 1.
    pe = 40 / 81
    found = value(np.array([[0, 0, 1], [0, 0, 1], [0, 1, 1.0]]), gwet_ac1_of_many())
    assert found == pytest.approx((7 / 9 - pe) / (1 - pe))


def test_ac1_has_gwets_published_value():
    # Gwet (2014), Handbook of Inter-Rater Reliability, 4th ed.: AC1 .77544 on this table, pa .81818.
    assert value(KRIPPENDORFF, gwet_ac1_of_many()) == pytest.approx(0.77544, abs=5e-6)
    assert value(KRIPPENDORFF, item_agreement()) == pytest.approx(0.81818, abs=5e-6)


def test_ac1_is_that_of_irrcac(seeded):
    # irrCAC 0.4.4: CAC(pandas.DataFrame(readings.T)).gwet(): 0.39197, se 0.06825, pa 0.54333
    assert value(seeded, gwet_ac1_of_many()) == pytest.approx(0.39197, abs=5e-6)
    assert value(seeded, item_agreement()) == pytest.approx(0.54333, abs=5e-6)


def test_the_jackknife_interval_is_near_irrcacs(seeded):
    # irrCAC 0.4.4: gwet() (0.25393, 0.53002); krippendorff() (0.25219, 0.5001)
    found = estimate(counted(seeded), gwet_ac1_of_many())
    assert (found.low, found.high) == pytest.approx((0.25393, 0.53002), abs=0.01)
    found = estimate(counted(seeded), krippendorff_alpha())
    assert (found.low, found.high) == pytest.approx((0.25219, 0.5001), abs=0.01)


def test_the_bootstrap_interval_is_near_the_jackknifes_and_repeats_with_its_seed(seeded):
    first = estimate(counted(seeded), krippendorff_alpha(), 4000, np.random.default_rng(1))
    again = estimate(counted(seeded), krippendorff_alpha(), 4000, np.random.default_rng(1))
    smooth = estimate(counted(seeded), krippendorff_alpha())
    assert first == again
    assert (first.low, first.high) == pytest.approx((smooth.low, smooth.high), abs=0.04)


def test_items_with_one_reading_do_not_move_alpha():
    more = np.hstack([KRIPPENDORFF, [[5], [_], [_], [_]]])
    assert value(more, krippendorff_alpha()) == value(KRIPPENDORFF, krippendorff_alpha())


@pytest.mark.parametrize("statistic", [fleiss_kappa(), krippendorff_alpha()])
def test_one_category_is_undefined_with_a_reason(statistic):
    found = estimate(counted(np.ones((3, 5))), statistic)
    assert found.estimate is None
    assert "one category" in found.reason


@pytest.mark.parametrize("statistic", [fleiss_kappa(), krippendorff_alpha(), gwet_ac1_of_many()])
def test_full_agreement_is_one_without_an_interval(statistic):
    found = estimate(counted(np.array([[0, 1, 0, 1]] * 3, dtype=float)), statistic)
    assert found.estimate == pytest.approx(1)
    assert found.low is None
    assert "all items are alike" in found.reason


def test_no_agreement_at_all_is_below_zero():
    readings = np.array([[0, 1, 0, 1], [1, 0, 1, 0.0]])
    assert value(readings, fleiss_kappa()) == pytest.approx(-1)
    assert value(readings, krippendorff_alpha()) == pytest.approx(-0.75)


def test_one_item_has_a_value_and_no_interval():
    found = estimate(counted(np.array([[0], [1], [1.0]])), krippendorff_alpha())
    assert found.estimate is not None
    assert found.low is None
    assert "one item" in found.reason


def test_no_item_with_two_readings_is_undefined():
    for readings in (np.array([[1.0, 2.0]]), np.full((2, 2), np.nan)):
        assert "two readings" in estimate(counted(readings), krippendorff_alpha()).reason


def test_an_unknown_level_is_named():
    with pytest.raises(StudyError, match="'ratio'"):
        krippendorff_alpha("ratio")
