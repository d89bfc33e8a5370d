"""How often two one-sided tests claim that there is no preference, and d_z's interval holds the truth.

    python -m benchmarks.equivalence --studies 4000

Studies of people drawn from a population, alike or as unlike as the paper's, without any image that two of
them answered. `wrong`: the truth lies on the margin, so that a claim of equivalence is an error, of which at
most one in twenty is allowed. `power`: the truth is 0. `d_z`: coverage of its 95 % interval, soft preferred
as in the paper; the truth is that of the design, whose few answers make shares vary more.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from itertools import product

import numpy as np
import pandas as pd
from tqdm import tqdm

from study.findings.paired import PairedTest, paired_test
from study.findings.simulation import PAPER, Population, draw_people, preferring

PEOPLE = {"alike": Population(), "unlike": PAPER}
DESIGNS = ((6, 667), (6, 60), (20, 40), (50, 24))
MARGINS = (0.1, 0.2, 0.3)
ENDLESS = 200_000


def main() -> None:
    """Simulate, count and print, a row for each design and population."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--studies", type=int, default=4000, help="of each kind (default 4000)")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    rng = np.random.default_rng(args.seed)
    rows = [
        {"participants": people, "answers": answers, "people": name}
        | row(PEOPLE[name], people, answers, args.studies, rng)
        for (people, answers), name in tqdm(list(product(DESIGNS, PEOPLE)))
    ]
    print(pd.DataFrame(rows).to_string(index=False, float_format="{:.3f}".format))


def row(
    population: Population, people: int, answers: int, studies: int, rng: np.random.Generator
) -> dict[str, float]:
    """Shares of studies that claim equivalence within each margin, and d_z's coverage."""
    found = {}
    for margin in MARGINS:
        for name, truth in (("wrong", margin), ("power", 0.0)):
            tests = drawn(preferring(population, truth), people, answers, studies, rng)
            claims = [(one.equivalent_within or 1.0) <= margin for one in tests]
            found[f"{name} {margin}"] = float(np.mean(claims))
    truth = effect(population, answers, rng)
    ends = [(one.effect_low, one.effect_high) for one in drawn(population, people, answers, studies, rng)]
    holds = [low <= truth <= high for low, high in ends if low is not None and high is not None]
    return found | {"d_z": float(np.mean(holds))}


def drawn(
    population: Population, people: int, answers: int, studies: int, rng: np.random.Generator
) -> Iterator[PairedTest]:
    """The paired test of soft against hard in studies of people drawn anew."""
    for _ in range(studies):
        shares = draw_people(population, people, rng).shares
        counts = rng.multinomial(answers, shares) / answers
        yield paired_test(counts[:, 0], counts[:, 1], people * answers)


def effect(population: Population, answers: int, rng: np.random.Generator) -> float:
    """The population's d_z of shares of so many answers: the answers' noise is part of its deviation."""
    soft, hard = draw_people(population, ENDLESS, rng).shares[:, :2].T
    difference = soft - hard
    noise = (soft + hard - difference**2).mean() / answers
    return float(difference.mean() / np.sqrt(difference.var() + noise))


if __name__ == "__main__":
    main()
