"""Other intervals than the ones in use, where simulated coverage is below 92 %: d_z, and rare shares.

    python -m benchmarks.coverage_alternatives --studies 1000

d_z: the noncentral t (in use), the distribution-free delta method, whose error knows of skewness and kurtosis
(Mertens 2002 for the Sharpe ratio, which is d_z), the jackknife (Tukey 1958), and the BCa bootstrap over
participants (Efron 1987). Shares: t on the logit scale by the delta method (in use), by the jackknife of the
logit, and t on the scale of shares. `contrary`: Student's t finds a difference, and d_z's interval holds 0.
"""

from __future__ import annotations

import argparse
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats
from tqdm import tqdm

from benchmarks.coverage import POPULATIONS
from benchmarks.equivalence import DESIGNS, effect
from study.findings.intervals import logit_t
from study.findings.paired import noncentrality
from study.findings.simulation import draw_people

Floats = NDArray[np.float64]
Ends = tuple[Floats, Floats]
RESAMPLES = 1000


def main() -> None:
    """Simulate, count and print both tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--studies", type=int, default=1000, help="of each kind (default 1000)")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    rng = np.random.default_rng(args.seed)
    rows = []
    for (people, answers), name in tqdm(list(product(DESIGNS, POPULATIONS))):
        population = POPULATIONS[name]
        drawn = [draw_people(population, people, rng).shares for _ in range(args.studies)]
        seen = np.stack([rng.multinomial(answers, shares) / answers for shares in drawn])
        design = {"design": f"{people} x {answers}", "people": name}
        difference = seen[:, :, 0] - seen[:, :, 1]
        found = np.abs(stats.ttest_1samp(difference, 0, axis=1).pvalue) < 0.05
        truth = effect(population, answers, rng)
        for method, ends in effects(difference, rng).items():
            rows.append(design | {"number": "d_z", "method": method} | counted(ends, truth, found))
        for at, number in ((2, "both"), (3, "none")):
            for method, ends in shares_of(seen[:, :, at]).items():
                truth = population.preference[at]
                rows.append(design | {"number": number, "method": method} | counted(ends, truth))
    print(pd.DataFrame(rows).to_string(index=False, float_format="{:.3f}".format, na_rep=""))


def counted(ends: Ends, truth: float, found: NDArray[np.bool_] | None = None) -> dict[str, float]:
    """Coverage and median width of intervals (studies,), of those that are defined."""
    low, high = ends
    there = np.isfinite(low) & np.isfinite(high)
    row = {
        "held": float(((low <= truth) & (truth <= high))[there].mean()),
        "width": float(np.median((high - low)[there])),
    }
    if found is not None:
        row["contrary"] = float((found & (low <= 0) & (high >= 0))[there].mean())
    return row


def effects(difference: Floats, rng: np.random.Generator) -> dict[str, Ends]:
    """Intervals of d_z of differences (studies, people)."""
    people = difference.shape[1]
    d, reach = cohen(difference), stats.t.ppf(0.975, people - 1)
    skewness, kurtosis = stats.skew(difference, axis=1), stats.kurtosis(difference, axis=1)
    variance = (1 - skewness * d + (kurtosis + 2) / 4 * d**2) / people
    without = np.stack([cohen(np.delete(difference, one, axis=1)) for one in range(people)], axis=1)
    error = np.sqrt((people - 1) * without.var(axis=1))
    pairs = [noncentrality(one * np.sqrt(people), people - 1) for one in d]
    central = np.array(pairs, dtype=float).T / np.sqrt(people)
    free = reach * np.sqrt(np.maximum(variance, 0))
    boot = np.array([_bca(*one, rng) for one in zip(difference, d, without, strict=True)]).T
    return {
        "noncentral t": (central[0], central[1]),
        "distribution-free": (d - free, d + free),
        "jackknife": (d - reach * error, d + reach * error),
        "BCa": (boot[0], boot[1]),
    }


def cohen(difference: Floats) -> Floats:
    """d_z of differences along the last axis."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(difference.mean(axis=-1) / difference.std(axis=-1, ddof=1))


def _bca(difference: Floats, d: float, without: Floats, rng: np.random.Generator) -> tuple[float, float]:
    people = len(difference)
    draws = cohen(difference[rng.integers(0, people, (RESAMPLES, people))])
    draws = draws[np.isfinite(draws)]
    off = without.mean() - without
    speed = (off**3).sum() / (6 * (off**2).sum() ** 1.5)
    bias = stats.norm.ppf(np.clip((draws < d).mean(), 1 / RESAMPLES, 1 - 1 / RESAMPLES))
    z = bias + stats.norm.ppf([0.025, 0.975])
    low, high = np.quantile(draws, stats.norm.cdf(bias + z / (1 - speed * z)))
    return float(low), float(high)


def shares_of(share: Floats) -> dict[str, Ends]:
    """Intervals of the mean of shares (studies, people)."""
    people, mean = share.shape[1], share.mean(axis=1)
    error, df = share.std(axis=1, ddof=1) / np.sqrt(people), np.full(len(share), people - 1)
    reach = stats.t.ppf(0.975, people - 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        without = (mean[:, None] * people - share) / (people - 1)
        logits = np.log(without / (1 - without))
        half = reach * np.sqrt((people - 1) * logits.var(axis=1))
        centre = np.log(mean / (1 - mean))
    low, high = (1 / (1 + np.exp(-(centre + side * half))) for side in (-1, 1))
    return {
        "logit, delta method": logit_t(mean, error, df),
        "logit, jackknife": (low, high),
        "shares": (mean - reach * error, mean + reach * error),
    }


if __name__ == "__main__":
    main()
