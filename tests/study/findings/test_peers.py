"""Parity with pingouin, krippendorff and irrCAC: peers.py recorded their numbers, run apart from ours."""

import json
from pathlib import Path

import numpy as np
import pytest

from study.findings.coefficients import cohen_kappa
from study.findings.paired import paired_test
from study.findings.units import estimate, fleiss_kappa, gwet_ac1_of_many, krippendorff_alpha, units

PEERS = json.loads(Path(__file__).with_name("peers.json").read_text())
COEFFICIENTS = {"gwet_ac1": gwet_ac1_of_many(), "krippendorff_alpha": krippendorff_alpha()}


def readings():
    """As in peers.py: five raters, 60 items, gaps, and one rater who read few."""
    rng = np.random.default_rng(2026)
    truth = rng.integers(0, 4, 60)
    found = np.where(rng.random((5, 60)) < 0.65, truth, rng.integers(0, 4, (5, 60))).astype(float)
    found[rng.random((5, 60)) < 0.2] = np.nan
    found[4, 12:] = np.nan
    return found


def complete():
    """As in peers.py: four raters who read all of 50 items, one category prevailing."""
    rng = np.random.default_rng(7)
    truth = (rng.random(50) < 0.15).astype(int)
    return np.where(rng.random((4, 50)) < 0.85, truth, rng.integers(0, 3, (4, 50))).astype(float)


def counted(table):
    item = np.nonzero(np.isfinite(table))[1]
    return units(item, table[np.isfinite(table)].astype(int), 4 if np.nanmax(table) == 3 else 3)


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval"])
def test_alpha_is_krippendorffs_with_gaps_and_unequal_raters(level):
    peer = PEERS["krippendorff.alpha(readings, level_of_measurement=level)"][level]
    assert estimate(counted(readings()), krippendorff_alpha(level)).estimate == pytest.approx(peer, abs=1e-12)


@pytest.mark.parametrize("name", list(COEFFICIENTS))
@pytest.mark.parametrize(("made", "table"), [("readings", readings), ("complete", complete)])
def test_ac1_and_alpha_are_irrcacs(name, made, table):
    peer = PEERS[f"irrCAC.raw.CAC(DataFrame({made}.T), digits=12)"][name]
    assert estimate(counted(table()), COEFFICIENTS[name]).estimate == pytest.approx(peer, abs=1e-11)


def test_fleiss_kappa_is_irrcacs_and_statsmodels():
    found = estimate(counted(complete()), fleiss_kappa()).estimate
    assert found == pytest.approx(
        PEERS["irrCAC.raw.CAC(DataFrame(complete.T), digits=12)"]["fleiss_kappa"], abs=1e-11
    )
    assert found == pytest.approx(PEERS["statsmodels fleiss_kappa(aggregate_raters(complete.T)[0])"])


def test_kappa_and_its_error_are_scikit_learns_and_statsmodels():
    first, second = complete().astype(int)[:2]
    found = cohen_kappa(np.bincount(first * 3 + second, minlength=9).reshape(3, 3).astype(float))
    assert found.value == pytest.approx(PEERS["sklearn.metrics.cohen_kappa_score(complete[0], complete[1])"])
    assert found.error == pytest.approx(PEERS["statsmodels cohens_kappa(crosstab)"]["std_kappa"])


def test_the_paired_test_is_pingouins():
    rng = np.random.default_rng(6)
    soft, hard = 0.65 + 0.1 * rng.standard_normal(6), 0.22 + 0.08 * rng.standard_normal(6)
    found, peer = paired_test(soft, hard, 100), PEERS["pingouin.ttest(soft, hard, paired=True)"]
    assert found.statistic == pytest.approx(peer["T"])
    assert (found.df, found.p_value) == (peer["dof"], pytest.approx(peer["p"]))
    # pingouin rounds the interval to two digits.
    assert [found.difference.low, found.difference.high] == pytest.approx(peer["CI95"], abs=0.005)
