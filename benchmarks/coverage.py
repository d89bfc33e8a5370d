"""How often the findings' 95 % intervals hold the truth, over simulated studies.

    python -m benchmarks.coverage --studies 400 --out coverage.csv
    python -m benchmarks.coverage --design "20 x 40, ring" --skip questions --skip images

Two questions. Over participants: each study draws its people from a population whose means are known, and
every number of the findings (named as in `results/estimates.csv`) and the shares within emotions, subsets
and lags should hold the population's values. Over questions: the people stay the same and the questions are
drawn again; the intervals of each participant, of each pair and of the coefficients of all should hold what
endless questions to these people would give. Truths that have no closed form come from studies of half a
million answers or more. An interval that is undefined counts as no answer: `defined` says how often there
was one.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from tqdm import tqdm

from study.findings.agreement import inter_agreement
from study.findings.consistency import self_agreement
from study.findings.discrimination import discrimination
from study.findings.preference import preference
from study.findings.simulation import PAPER, Design, People, Population, draw_people, simulate_trials
from study.findings.summary import Findings, findings

POPULATIONS = {"alike": Population(), "unlike": PAPER}
POPULATION = Population()
DESIGNS = {
    "6 x 667, ring": Design(),
    "6 x 667, complete": Design(scheme="complete"),
    "6 x 667, blocks": Design(scheme="blocks"),
    "6 x 250, ring": Design(questions=250),
    "6 x 60, ring": Design(questions=60),
    "3 x 100, ring": Design(participants=3, questions=100),
    "12 x 100, ring": Design(participants=12, questions=100),
    "30 x 100, ring": Design(participants=30, questions=100),
    "20 x 40, ring": Design(participants=20, questions=40),
    "20 x 40, complete": Design(participants=20, questions=40, scheme="complete"),
    "50 x 24, ring": Design(participants=50, questions=24),
}
OF_THESE_QUESTIONS = ("6 x 667, ring", "6 x 667, complete", "6 x 250, ring", "6 x 60, ring")
ENDLESS = Design(participants=1000, questions=200, self_share=0.5, overlap_share=0.5)
ENDLESS_STUDIES = 4
# The population answers by no lag, side, time of day or margin.
PLANTED = {
    **dict(zip(("soft", "hard", "both", "none"), POPULATION.preference, strict=True)),
    "soft_less_hard": POPULATION.preference[0] - POPULATION.preference[1],
    "left": 0.5,
    **dict.fromkeys(("lag_effect", "side_effect", "order_effect", "fatigue", "slowing"), 0.0),
    **dict.fromkeys(("soft_slope", "accuracy_slope"), 0.0),
}
Spans = dict[str, list[tuple[float, float, float]]]
Rows = Iterator[tuple[str, float | None, float | None, float | None]]


def main() -> None:
    """Simulate, count and print; a row per design and interval, each design's as soon as it is done."""
    args = _arguments()
    tables: list[pd.DataFrame] = []
    for table in _tables(args, np.random.default_rng(args.seed)):
        print(table.to_string(index=False, float_format="{:.3f}".format), flush=True)
        tables.append(table)
        if args.out:
            pd.concat(tables, ignore_index=True).to_csv(args.out, index=False)


def _tables(args: argparse.Namespace, rng: np.random.Generator) -> Iterator[pd.DataFrame]:
    chosen = args.design or list(DESIGNS)
    if "participants" not in args.skip:
        people = POPULATIONS[args.people]
        truth = population_truth(people, rng)
        for name in chosen:
            yield over_participants(name, DESIGNS[name], people, truth, args.studies, rng)
    if "questions" not in args.skip:
        for name in (one for one in chosen if one in OF_THESE_QUESTIONS):
            yield over_questions(name, DESIGNS[name], args.studies // 2, args.resamples, rng)
    if "images" not in args.skip:
        yield shared_images(args.studies, rng)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--studies", type=int, default=400, help="studies of each design (default 400)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--resamples", type=int, default=1000, help="bootstrap draws (default 1000)")
    parser.add_argument(
        "--design", action="append", choices=DESIGNS, metavar="NAME", help="this design alone; repeatable"
    )
    parser.add_argument(
        "--people",
        choices=POPULATIONS,
        default="alike",
        help="shares of soft vary by .09 (alike, the default) or, as the paper's, by .18",
    )
    parser.add_argument(
        "--skip", action="append", default=[], choices=("participants", "questions", "images")
    )
    parser.add_argument("--out", type=Path, help="also write the rows as CSV")
    return parser.parse_args()


def population_truth(population: Population, rng: np.random.Generator) -> dict[str, float]:
    """The population's values: planted, or the means of large studies of many participants."""
    seen: dict[str, list[float]] = defaultdict(list)
    for _ in tqdm(range(ENDLESS_STUDIES), desc="truth", leave=False):
        for what, value, _, _ in overall(findings(simulate_trials(ENDLESS, population, rng))):
            if value is not None:
                seen[what].append(value)
    found = {what: float(np.mean(values)) for what, values in seen.items()}
    return found | {what: PLANTED[what.split(".")[-1]] for what in found if what.split(".")[-1] in PLANTED}


def overall(found: Findings) -> Rows:
    """The intervals over participants: every single number, and the shares within emotions and subsets."""
    for name, one in found.estimates().items():
        if not name.startswith("inter_agreement.experiment_"):
            yield name, one.estimate, one.low, one.high
    for prefix, table, column, low, high in (
        ("by_emotion.soft", found.preference.by_emotion, "soft", "soft_low", "soft_high"),
        ("by_emotion.none", found.preference.by_emotion, "none", "none_low", "none_high"),
        ("by_emotion.accuracy", found.discrimination.by_emotion, "accuracy", "low", "high"),
        ("by_subset.accuracy", found.discrimination.by_subset, "accuracy", "low", "high"),
        ("by_lag.percent", found.retest.by_lag, "percent", "low", "high"),
    ):
        for row in table.to_dict("records"):
            yield prefix, row[column], row[low], row[high]


def over_participants(
    name: str,
    design: Design,
    population: Population,
    truth: dict[str, float],
    studies: int,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Coverage of the population's values, [design, interval, coverage, defined, half_width, studies]."""
    seen: Spans = defaultdict(list)
    tried: dict[str, int] = defaultdict(int)
    for _ in tqdm(range(studies), desc=name, leave=False):
        for what, _, low, high in overall(findings(simulate_trials(design, population, rng))):
            tried[what] += 1
            if low is not None and high is not None and np.isfinite(low) and np.isfinite(high):
                seen[what].append((low, high, truth[what]))
    return _rows(f"{name}; people drawn", seen, dict(tried))


def over_questions(
    name: str, design: Design, studies: int, resamples: int, rng: np.random.Generator
) -> pd.DataFrame:
    """Coverage of these people's own values, questions drawn again."""
    people = draw_people(POPULATION, design.participants, rng)
    endless = replace(design, questions=60_000 // design.participants * 2, self_share=0.5, overlap_share=0.5)
    truth = {what: value for what, value, _, _ in own_values(endless, people, 0, rng) if value is not None}
    seen: Spans = defaultdict(list)
    tried: dict[str, int] = defaultdict(int)
    for _ in tqdm(range(studies), desc=name, leave=False):
        for what, _, low, high in own_values(design, people, resamples, rng):
            kind = what.split(" of ")[0]
            tried[kind] += 1
            if low is not None and high is not None and np.isfinite(low) and np.isfinite(high):
                seen[kind].append((low, high, truth[what]))
    return _rows(f"{name}; these people", seen, dict(tried))


def shared_images(studies: int, rng: np.random.Generator) -> pd.DataFrame:
    """Coverage of the share of soft where all six answer the same 120 images, with and without their
    covariance.
    """
    design = Design(questions=20, self_share=0, overlap_share=5, scheme="complete")
    population = replace(POPULATION, concentration=200.0, common=1.0, noise=0.05)
    seen: Spans = defaultdict(list)
    for _ in tqdm(range(studies), desc="shared images", leave=False):
        trials = simulate_trials(design, population, rng)
        trials = trials[trials["experiment"] == 1].assign(kind="first")
        apart = trials.assign(image=np.arange(len(trials)))
        for what, table in (("share of soft", trials), ("share of soft, images taken as apart", apart)):
            one = preference(table).overall["soft"]
            if one.low is not None and one.high is not None:
                seen[what].append((one.low, one.high, population.preference[0]))
    return _rows("6 x 120 images that all answer", seen, dict.fromkeys(seen, studies))


def own_values(design: Design, people: People, resamples: int, rng: np.random.Generator) -> Rows:
    """Every interval of one participant, one pair, or of all these raters: name, estimate, low, high."""
    trials = simulate_trials(design, POPULATION, rng, people)
    for row in preference(trials).by_participant.to_dict("records"):
        yield f"own share of soft of {row['participant']}", row["soft"], row["soft_low"], row["soft_high"]
        yield f"own share of none of {row['participant']}", row["none"], row["none_low"], row["none_high"]
    for row in discrimination(trials).by_participant.to_dict("records"):
        yield f"own accuracy of {row['participant']}", row["accuracy"], row["low"], row["high"]
        yield f"own d' of {row['participant']}", row["d_prime"], row["d_prime_low"], row["d_prime_high"]
    for draws, said in ((0, ""), (resamples, ", bootstrap")):
        yield from _agreements(trials, draws, said, rng)


def _agreements(trials: pd.DataFrame, resamples: int, said: str, rng: np.random.Generator) -> Rows:
    tables = {
        "self": self_agreement(trials, resamples, rng).by_participant.assign(
            who=lambda rows: rows["participant"]
        ),
    }
    between = inter_agreement(trials, None, resamples, rng)
    tables["pair"] = between.by_pair[between.by_pair["n"] > 0].assign(who=lambda rows: rows["a"] + rows["b"])
    for table, rows in tables.items():
        for row in rows.to_dict("records"):
            if not said:
                yield f"own {table} agreement of {row['who']}", row["percent"], row["low"], row["high"]
            for name in ("kappa", "ac1", "alpha"):
                what = f"own {table} {name}{said} of {row['who']}"
                yield what, row[name], row[f"{name}_low"], row[f"{name}_high"]
    for experiment, coefficients in between.of_all.items():
        for name, one in coefficients.items():
            yield f"all raters' {name}{said} of {experiment}", one.estimate, one.low, one.high


def _rows(name: str, seen: Spans, tried: dict[str, int]) -> pd.DataFrame:
    rows = []
    for what, spans in seen.items():
        low, high, truth = np.array(spans).T
        rows.append(
            {
                "design": name,
                "interval": what,
                "coverage": float(((low <= truth) & (truth <= high)).mean()),
                "below": float((truth < low).mean()),
                "above": float((truth > high).mean()),
                "half_width": float((high - low).mean() / 2),
                "defined": len(spans) / tried[what],
                "intervals": tried[what],
            }
        )
    return pd.DataFrame(rows)


if __name__ == "__main__":
    main()
