"""What independent packages say of the same data, written to peers.json beside this file.

    python -m venv /tmp/peers && /tmp/peers/bin/pip install pingouin==0.6.1 krippendorff==0.9.0 \\
        irrCAC==0.4.4 scikit-learn statsmodels
    /tmp/peers/bin/python tests/study/findings/peers.py

The environment is one of its own, since these packages are GPL or need older libraries; test_peers.py
compares what is recorded. Each entry is named by the call that was made.
"""

import importlib.metadata
import json
import warnings
from pathlib import Path

import krippendorff
import numpy as np
import pandas as pd
import pingouin
from irrCAC.raw import CAC
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import aggregate_raters, cohens_kappa, fleiss_kappa

PACKAGES = ("pingouin", "krippendorff", "irrCAC", "scikit-learn", "statsmodels", "numpy", "pandas", "scipy")


def readings() -> np.ndarray:
    """Five raters, 60 items, four categories; a fifth missing, and one rater who read few."""
    rng = np.random.default_rng(2026)
    truth = rng.integers(0, 4, 60)
    found = np.where(rng.random((5, 60)) < 0.65, truth, rng.integers(0, 4, (5, 60))).astype(float)
    found[rng.random((5, 60)) < 0.2] = np.nan
    found[4, 12:] = np.nan
    return found


def complete() -> np.ndarray:
    """Four raters who read all of 50 items, one category prevailing."""
    rng = np.random.default_rng(7)
    truth = (rng.random(50) < 0.15).astype(int)
    return np.where(rng.random((4, 50)) < 0.85, truth, rng.integers(0, 3, (4, 50)))


def shares() -> tuple[np.ndarray, np.ndarray]:
    """Six participants' shares of soft and of hard."""
    rng = np.random.default_rng(6)
    return 0.65 + 0.1 * rng.standard_normal(6), 0.22 + 0.08 * rng.standard_normal(6)


def record() -> dict[str, object]:
    """Every statistic, keyed by package and name."""
    gaps, whole, (soft, hard) = readings(), complete(), shares()
    pairs = pd.crosstab(whole[0], whole[1]).reindex(index=range(3), columns=range(3), fill_value=0).to_numpy()
    test = pingouin.ttest(soft, hard, paired=True).iloc[0]
    return {
        "versions": {name: importlib.metadata.version(name) for name in PACKAGES},
        "krippendorff.alpha(readings, level_of_measurement=level)": {
            level: krippendorff.alpha(gaps, level_of_measurement=level)
            for level in ("nominal", "ordinal", "interval")
        },
        "irrCAC.raw.CAC(DataFrame(readings.T), digits=12)": cac(gaps),
        "irrCAC.raw.CAC(DataFrame(complete.T), digits=12)": cac(whole.astype(float)),
        "sklearn.metrics.cohen_kappa_score(complete[0], complete[1])": cohen_kappa_score(whole[0], whole[1]),
        "statsmodels cohens_kappa(crosstab)": {
            "kappa": cohens_kappa(pairs).kappa,
            "std_kappa": cohens_kappa(pairs).std_kappa,
        },
        "statsmodels fleiss_kappa(aggregate_raters(complete.T)[0])": fleiss_kappa(
            aggregate_raters(whole.T)[0]
        ),
        "pingouin.ttest(soft, hard, paired=True)": {
            "T": float(test["T"]),
            "dof": float(test["dof"]),
            "p": float(test.get("p_val", test.get("p-val"))),
            "CI95": [float(end) for end in test.get("CI95", test.get("CI95%"))],
        },
    }


def cac(table: np.ndarray) -> dict[str, float]:
    """irrCAC's coefficients of a raters x items table."""
    found = CAC(pd.DataFrame(table.T), digits=12)
    named = {"gwet_ac1": found.gwet(), "krippendorff_alpha": found.krippendorff()}
    named |= {"fleiss_kappa": found.fleiss()}
    return {name: float(one["est"]["coefficient_value"]) for name, one in named.items()}


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    Path(__file__).with_name("peers.json").write_text(json.dumps(record(), indent=2) + "\n")
