import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import cohens_kappa

from study.findings.coefficients import cohen_kappa, gwet_ac1, pair_alpha, percent_agreement
from study.findings.table_columns import table_columns
from study.findings.units import estimate, krippendorff_alpha, units

# The tables are as later texts quote Cohen's; the kappas are worked out anew here.
# Cohen (1960), table 1: two judges, three diagnoses, shares; table 2: 200 cases, kappa .492.
COHEN = np.array([[0.25, 0.13, 0.12], [0.12, 0.02, 0.16], [0.03, 0.15, 0.02]]) * 200
COHEN_CASES = np.array([[88.0, 14.0, 18.0], [10.0, 40.0, 10.0], [2.0, 6.0, 12.0]])
# Gwet (2008), table 2 (after Feinstein & Cicchetti 1990): high agreement, low kappa.
PARADOX = np.array([[118.0, 5.0], [2.0, 0.0]])


def test_kappa_of_a_two_by_two_table_is_worked_by_hand():
    # po = (20 + 15) / 50 = .7; pe = .5 * .6 + .5 * .4 = .5; kappa = .2 / .5.
    found = cohen_kappa(np.array([[20.0, 5.0], [10.0, 15.0]]))
    assert found.value == pytest.approx(0.4)


def test_kappa_of_cohens_own_table():
    # po = .29, pe = .50 * .40 + .30 * .30 + .20 * .30 = .35.
    assert percent_agreement(COHEN) == pytest.approx(0.29)
    assert cohen_kappa(COHEN).value == pytest.approx((0.29 - 0.35) / 0.65)
    assert cohen_kappa(COHEN_CASES).value == pytest.approx(0.492, abs=0.0005)


def test_kappa_and_ac1_of_the_abstractors_are_those_of_irrcacs_vignette():
    # CRAN, irrCAC 1.0, vignette "overview", cont3x3abstractors (Gwet 2014).
    counts = np.array([[13.0, 0, 0], [0, 20, 7], [0, 4, 56]])
    kappa, ac1 = cohen_kappa(counts), gwet_ac1(counts)
    assert (kappa.value, kappa.error) == pytest.approx((0.7964094, 0.05891072), abs=5e-8)
    assert (ac1.value, ac1.error) == pytest.approx((0.8493305, 0.04321747), abs=5e-8)


def test_kappa_and_its_error_are_those_of_statsmodels():
    rng = np.random.default_rng(3)
    for _ in range(5):
        counts = rng.integers(1, 40, size=(4, 4)).astype(float)
        expected = cohens_kappa(counts)
        found = cohen_kappa(counts)
        assert found.value == pytest.approx(expected.kappa)
        assert found.error == pytest.approx(expected.std_kappa)


def test_kappa_is_that_of_scikit_learn():
    rng = np.random.default_rng(4)
    a, b = rng.integers(0, 3, 200), rng.integers(0, 3, 200)
    counts = np.bincount(a * 3 + b, minlength=9).reshape(3, 3).astype(float)
    assert cohen_kappa(counts).value == pytest.approx(cohen_kappa_score(a, b))


def test_ac1_is_worked_by_hand_where_kappa_is_misleading():
    # po = 118 / 125; q1 = (123 + 120) / 250 = .972; pe = 2 q1 (1 - q1) = .054432.
    found = gwet_ac1(PARADOX)
    assert found.value == pytest.approx((0.944 - 0.054432) / (1 - 0.054432))
    assert cohen_kappa(PARADOX).value < 0


def test_many_tables_at_once_are_each_table_alone():
    rng = np.random.default_rng(5)
    tables = rng.integers(0, 30, size=(7, 4, 4)).astype(float)
    for one, value in zip(tables, cohen_kappa(tables).value, strict=True):
        assert cohen_kappa(one).value == pytest.approx(value)
    for one, error in zip(tables, gwet_ac1(tables).error, strict=True):
        assert gwet_ac1(one).error == pytest.approx(error)


@pytest.mark.parametrize("coefficient", [cohen_kappa, gwet_ac1])
def test_the_asymptotic_error_is_the_spread_of_resampled_tables(coefficient):
    rng = np.random.default_rng(6)
    counts = np.zeros((6, 6))
    counts[:4, :4] = rng.integers(2, 40, size=(4, 4)) + 40 * np.eye(4)
    counts[4:, 4:] = [[120, 30], [25, 15]]
    strata = np.array([0, 0, 0, 0, 1, 1])
    drawn = rng.multinomial(int(counts.sum()), (counts / counts.sum()).ravel(), size=20_000).reshape(-1, 6, 6)
    spread = coefficient(drawn.astype(float), strata).value.std()
    assert coefficient(counts, strata).error == pytest.approx(spread, rel=0.03)


@pytest.mark.parametrize("coefficient", [cohen_kappa, gwet_ac1])
def test_strata_take_chance_within_each_experiment(coefficient):
    one, two = np.array([[20.0, 5.0], [10.0, 15.0]]), np.array([[30.0, 6.0], [4.0, 10.0]])
    both = np.zeros((4, 4))
    both[:2, :2], both[2:, 2:] = one, two
    observed = 75 / 100
    chance = []
    for part in (one, two):
        found = coefficient(part).value
        po = np.trace(part) / 50
        chance.append((po - found) / (1 - found))
    expected = sum(chance) / 2
    stratified = coefficient(both, np.array([0, 0, 1, 1])).value
    assert stratified == pytest.approx((observed - expected) / (1 - expected))
    assert coefficient(both).value > stratified


def test_full_agreement_on_two_categories_is_one():
    counts = np.diag([5.0, 7.0])
    assert cohen_kappa(counts).value == pytest.approx(1)
    assert gwet_ac1(counts).value == pytest.approx(1)


def test_one_category_leaves_kappa_undefined_and_ac1_one():
    counts = np.array([[9.0, 0.0], [0.0, 0.0]])
    assert np.isnan(cohen_kappa(counts).value)
    assert gwet_ac1(counts).value == pytest.approx(1)


def test_no_agreement_at_all_is_below_chance():
    counts = np.array([[0.0, 5.0], [5.0, 0.0]])
    assert cohen_kappa(counts).value == pytest.approx(-1)
    assert percent_agreement(counts) == 0


def test_an_empty_table_is_undefined_everywhere():
    empty = np.zeros((3, 3))
    for value in (percent_agreement(empty), cohen_kappa(empty).value, gwet_ac1(empty).value):
        assert np.isnan(value)


def test_alpha_of_a_pair_is_that_of_the_units():
    # Units aa, ab, bb: 4/9, worked in test_units.
    assert pair_alpha(np.array([[1.0, 1.0], [0.0, 1.0]])).value == pytest.approx(4 / 9)
    rng = np.random.default_rng(8)
    a, b = rng.integers(0, 3, 30), rng.integers(0, 3, 30)
    counts = np.bincount(a * 3 + b, minlength=9).reshape(3, 3).astype(float)
    whole = estimate(units(np.tile(np.arange(30), 2), np.concatenate([a, b]), 3), krippendorff_alpha())
    assert pair_alpha(counts).value == pytest.approx(whole.estimate)


def test_a_prevailing_category_is_warned_of():
    columns = table_columns(np.array([PARADOX, [[40, 10], [10, 40]]]), None)
    assert columns["kappa_misleads"].tolist() == [True, False]


def test_resampled_intervals_are_near_the_asymptotic_ones():
    plain = table_columns(np.array([[[80.0, 20], [15, 60]]]), None)
    drawn = table_columns(np.array([[[80.0, 20], [15, 60]]]), None, 8000, np.random.default_rng(1))
    for name in ("kappa_low", "kappa_high", "ac1_low", "alpha_high"):
        assert drawn[name][0] == pytest.approx(plain[name][0], abs=0.02)
        assert drawn[name][0] != plain[name][0]
