"""Whether what the program foretells comes to be: half-widths, findings, the deadline's answers, and hints.

    python -m benchmarks.predictions [--studies 100] [--part half-widths|findings|deadline|hints] [--out DIR]

half-widths: what the Design page foretells of a design, beside the mean of simulated studies of its own plan.
findings: how often studies of a size find what is planted, by the rule of the report (`study power`).
deadline: how often Watch's 95 % interval holds the answers that there are at the deadline.
hints: how often the hints of Watch and the flags of the report name people who do this or that.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from tqdm import tqdm

from benchmarks.coverage import POPULATIONS
from study.design.design import DEFAULT
from study.field.hints import HINTS, WINDOW, judged
from study.field.pace import DAYS, outlook, pace
from study.findings import power, simulation
from study.findings.agreement import inter_agreement
from study.findings.consistency import self_agreement
from study.findings.discrimination import discrimination
from study.findings.preference import preference
from study.findings.quality import quality
from study.findings.simulation import Asked, Population, answer_trials, draw_people, simulate_trials
from study.planning.plan import plan
from study.planning.precision import PAIR_AGREEMENT, SELF_AGREEMENT, forecast
from study.planning.stand_in import stand_in_labels

SIX, MANY = {"images_per_emotion": 75}, {"images_per_emotion": 180, "participants": 24}
DESIGNS: dict[str, dict[str, Any]] = {
    "paper, 6 x 667": {},
    "2 x 16, complete .3": {
        "participants": 2,
        "images_per_emotion": 4,
        "overlap_design": "complete",
        "overlap": 0.3,
    },
    "6 x 100": SIX,
    "6 x 100, repeats .05": SIX | {"self_repeats": 0.05, "overlap": 0.05},
    "6 x 100, complete .5": SIX | {"self_repeats": 0.5, "overlap": 0.5, "overlap_design": "complete"},
    "6 x 100, blocks": SIX | {"overlap_design": "balanced_incomplete_block"},
    "24 x 60": MANY,
    "24 x 60, complete .4": MANY | {"overlap": 0.4, "overlap_design": "complete"},
}
SIZES = ((6, 667), (6, 100), (12, 100), (24, 60))
DEADLINES = ((1, 3, 4), (6, 3, 4), (6, 7, 7), (24, 4, 3), (24, 7, 14))  # people, days seen, days ahead
KINDS = ("steady", "uneven", "bursts", "weekends", "drop-out", "tiring", "late")
A_DAY = 60
EVERY = 50  # answers between two looks at Watch
HONEST: dict[str, Any] = {"seconds": 3.5, "shares": (0.65, 0.22, 0.08, 0.05), "right": 0.81, "lapse": 0.02}
DOING: dict[str, dict[str, Any]] = {
    "honest": {},
    "honest, and quick (.9 s)": {"seconds": 0.9},
    "honest, Experiment 1 alone": {"second": 0.0},
    "honest, 70 % both, Experiment 1 alone": {"second": 0.0, "shares": (0.18, 0.07, 0.7, 0.05)},
    "left blindly in 20 %": {"left": 0.2},
    "left blindly in 50 %": {"left": 0.5},
    "any key, .5 s": {"lapse": 1.0, "seconds": 0.5},
    "any key, 2 s": {"lapse": 1.0, "seconds": 2.0},
    "any key in half, 2 s": {"lapse": 0.5, "seconds": 2.0},
}


def main() -> None:
    """Simulate and print a table of each part."""
    parts: dict[str, Callable[[int, np.random.Generator], pd.DataFrame]] = {
        "half-widths": half_widths,
        "findings": findings,
        "deadline": deadline,
        "hints": hints,
    }
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--studies", type=int, default=100, help="of each kind (default 100)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--part", action="append", choices=parts, help="this part alone; repeatable")
    parser.add_argument("--out", type=Path, help="also write the tables as CSV into this folder")
    args = parser.parse_args()
    for name in args.part or parts:
        table = parts[name](args.studies, np.random.default_rng(args.seed))
        shown = table.to_string(index=False, float_format="{:.3f}".format, na_rep="")
        print(f"{name}\n{shown}\n", flush=True)
        if args.out:
            args.out.mkdir(parents=True, exist_ok=True)
            table.to_csv(args.out / f"{name}.csv", index=False)


def half_widths(studies: int, rng: np.random.Generator) -> pd.DataFrame:
    """[design, people, finding, foretold, simulated, ratio], half-widths of 95 % intervals."""
    rows = []
    for name, changed in tqdm(DESIGNS.items(), desc="half-widths", leave=False):
        design = DEFAULT.changed(**changed)
        labels = stand_in_labels(design.images_per_emotion or 0, rng)
        questions = given(plan(labels, design, rng).questions)
        foretold = {one.finding: one.half_width for one in forecast(design).findings}
        for people, population in POPULATIONS.items():
            seen: dict[str, list[float]] = defaultdict(list)
            for _ in range(studies):
                drawn = draw_people(population, design.participants, rng)
                for finding, half in halves(answer_trials(questions, population, drawn, rng)).items():
                    seen[finding].append(half)
            for finding, simulated in seen.items():
                half, mean = foretold[finding] or np.nan, float(np.nanmean(simulated))
                rows.append((name, people, finding, half, mean, mean / half))
    return pd.DataFrame(rows, columns=["design", "people", "finding", "foretold", "simulated", "ratio"])


def given(questions: pd.DataFrame) -> dict[int, Asked]:
    """The questions of a plan as the simulation takes them: in each experiment the first-time ones first."""
    people = {code: at for at, code in enumerate(sorted(questions["participant"].unique()))}
    found = {}
    for experiment in (1, 2):
        rows = questions[(questions["experiment"] == experiment) & (questions["kind"] != "attention")]
        rows = rows.sort_values("kind", key=lambda kind: kind != "first", kind="stable")
        first = rows[rows["kind"] == "first"]
        at = dict(zip(first["question"], range(len(first)), strict=True))
        item = rows["question"].where(rows["kind"] == "first", rows["repeats"]).map(at)
        kind = rows["kind"].map({"first": 0, "self_repeat": 1, "overlap": 2})
        who = rows["participant"].map(people)
        found[experiment] = Asked(*(np.array(one, dtype=np.intp) for one in (who, item, kind)))
    return found


def halves(trials: pd.DataFrame) -> dict[str, float]:
    """Half-widths of one study, by the findings' names in a forecast: means of the participants' own, and
    of the pairs that share least.
    """
    soft, right, own = preference(trials), discrimination(trials), self_agreement(trials)
    pairs = inter_agreement(trials).by_pair
    least = pairs[pairs["n"] == pairs.loc[pairs["n"] > 0, "n"].min()]
    over = {"preference for soft-labels": soft.overall["soft"], "accuracy of Experiment 2": right.overall}
    each = {
        "preference for soft-labels, one participant": soft.by_participant[["soft_low", "soft_high"]],
        "accuracy of Experiment 2, one participant": right.by_participant[["low", "high"]],
        SELF_AGREEMENT: own.by_participant[["low", "high"]],
        PAIR_AGREEMENT: least[["low", "high"]],
    }
    found = {name: float(ends.diff(axis=1).iloc[:, 1].mean() / 2) for name, ends in each.items()}
    for name, one in over.items():
        width = np.nan if one.low is None or one.high is None else (one.high - one.low) / 2
        found[f"{name}, over participants"] = width
    return found


def findings(studies: int, rng: np.random.Generator) -> pd.DataFrame:
    """[design, people, planted, found, opposite, leaning], of studies of each size."""
    tables = []
    for participants, questions in tqdm(SIZES, desc="findings", leave=False):
        for people, population in POPULATIONS.items():
            design = simulation.Design(participants, questions)
            table = power.detected(design, population, studies, rng, (0.0, 0.2))
            tables.append(table.assign(design=f"{participants} x {questions}", people=people))
    columns = ["design", "people", "planted", "found", "opposite", "leaning"]
    return pd.concat(tables, ignore_index=True)[columns]


def deadline(studies: int, rng: np.random.Generator) -> pd.DataFrame:
    """[answering, people, seen, ahead, held, fewer, more, width]: intervals that hold the truth, or lie above
    it or below it, and their mean width as a share of all questions.
    """
    rows = []
    for kind in KINDS:
        for people, seen, ahead in DEADLINES:
            spans = [one for _ in range(2 * studies) if (one := _outlook(kind, people, seen, ahead, rng))]
            low, high, truth, total = np.array(spans).T
            held = ((low <= truth) & (truth <= high)).mean()
            width = ((high - low) / total).mean()
            rows.append((kind, people, seen, ahead, held, (truth < low).mean(), (truth > high).mean(), width))
    columns = ["answering", "people", "seen", "ahead", "held", "fewer", "more", "width"]
    return pd.DataFrame(rows, columns=columns)


def _outlook(
    kind: str, people: int, seen: int, ahead: int, rng: np.random.Generator
) -> tuple[float, float, float, float] | None:
    """The interval, what came to be and all questions of one study; None where there was no forecast."""
    start = rng.integers(0, seen + 3, people) if kind == "late" else np.zeros(people, dtype=int)
    load = A_DAY * (seen + ahead)
    reached = np.minimum(np.cumsum(_answers(kind, start, seen + ahead, rng), axis=1), load).astype(float)
    latest = np.zeros((people, DAYS))
    known = np.diff(reached[:, :seen], axis=1, prepend=0)[:, ::-1][:, :DAYS]
    latest[:, : known.shape[1]] = known
    answered = reached[:, seen - 1]
    left = load - answered
    found = pace(latest, np.maximum(seen - start, 0).astype(float), left)
    look = outlook(found, answered, left, ahead)
    if look.last_finish is None or not left.sum():
        return None
    return look.low, look.high, float(reached[:, -1].sum()), float(people * load)


def _answers(kind: str, start: NDArray[Any], days: int, rng: np.random.Generator) -> NDArray[Any]:
    """Answers a day (people, days): about A_DAY in the median, a day's variation .5 of a pace."""
    people, day = len(start), np.arange(days)
    paces = A_DAY * np.exp((0.1 if kind == "steady" else 0.6) * rng.standard_normal((people, 1)))
    rate = paces * rng.gamma(4, 1 / 4, (people, days))
    if kind == "bursts":
        rate *= 2 * (rng.random((people, days)) < 0.5)
    if kind == "weekends":
        rate *= np.where((day + rng.integers(7)) % 7 < 5, 1.3, 0.25)
    if kind == "tiring":
        rate *= np.exp(-0.06 * day)
    if kind == "drop-out":
        leaves = np.where(rng.random((people, 1)) < 0.25, rng.integers(1, days, (people, 1)), days)
        rate *= day < leaves
    return np.where(day >= start[:, None], rng.poisson(rate), 0)


def hints(studies: int, rng: np.random.Generator) -> pd.DataFrame:
    """[doing, at, hint …]: shares of people named by each hint of Watch after 40 and 200 answers, and at any
    of the looks at 1,700; and by each flag of the report, of 667 questions in each experiment.
    """
    rows = []
    for name, doing in tqdm(DOING.items(), desc="hints", leave=False):
        answers, checks = _people(2 * studies, 1700, rng, **(HONEST | doing))
        looks = {at: _named(answers, checks, at) for at in (40, *range(EVERY, 1701, EVERY))}
        for said, at in (("40", [40]), ("200", [200]), ("ever", list(looks))):
            rows.append({"doing": name, "answers": said} | _shares([looks[one] for one in at], list(HINTS)))
    blind = replace(POPULATIONS["unlike"], preference=(0.25,) * 4, concentration=1e4, scale=1e9, noise=0.999)
    for name, population in (*POPULATIONS.items(), ("any key", blind)):
        rows.append({"doing": f"report, {name}", "answers": "all"} | _flagged(population, studies // 10, rng))
    return pd.DataFrame(rows)


def _people(
    people: int,
    n: int,
    rng: np.random.Generator,
    seconds: float,
    shares: tuple[float, ...],
    right: float,
    lapse: float,
    left: float = 0.0,
    second: float = 0.5,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Answers of people alike, as the hints take them, and ten attention checks of each."""
    rows = people * n
    one = rng.random(rows) >= second
    side = np.where(rng.random(rows) < 0.5, "left", "right")
    blind = rng.random(rows) < lapse
    first = np.where(blind, rng.integers(0, 4, rows), rng.choice(4, rows, p=shares))
    chosen = np.where(rng.random(rows) < np.where(blind, 0.5, right), "own", "foil")
    choice = np.where(one, np.array(["soft", "hard", "both", "none"])[first], chosen)
    to_left = np.where(
        one, *(np.where(side == "left", *pair) for pair in (("soft", "hard"), ("own", "foil")))
    )
    choice = np.where(rng.random(rows) < left, to_left, choice)
    table = {
        "participant_id": np.repeat(np.arange(people), n),
        "position": np.tile(np.arange(1, n + 1), people),
        "choice": choice,
        "side": side,
        "rt_ms": 1000 * seconds * np.exp(0.45 * rng.standard_normal(rows)),
        "hidden_ms": 0,
    }
    failed = rng.binomial(10, lapse / 2, people)
    return pd.DataFrame(table), pd.DataFrame({"checks": 10, "failed": failed}, index=range(people))


def _named(answers: pd.DataFrame, checks: pd.DataFrame, at: int) -> pd.Series[str]:
    position = answers["position"]
    return judged(answers[(position <= at) & (position > at - WINDOW)], checks)["hints"]


def _shares(looks: list[pd.Series[str]], names: list[str]) -> dict[str, float]:
    raised = {name: np.any([look.str.contains(name) for look in looks], axis=0) for name in names}
    return {name: float(one.mean()) for name, one in raised.items()}


def _flagged(population: Population, studies: int, rng: np.random.Generator) -> dict[str, float]:
    names = ["fast", "straight-lining", "at chance", "plain", "inconsistent"]
    said = [
        quality(simulate_trials(simulation.Design(), population, rng)).by_participant["flagged"]
        for _ in range(max(studies, 1))
    ]
    return _shares([pd.concat(said, ignore_index=True)], names)


if __name__ == "__main__":
    main()
