"""Studies drawn from a population whose truth is known, for power and for the coverage of intervals.

Each answer comes from one uniform number through the participant's own distribution of answers, so that a
participant's expected shares are exactly their own. The number is the question's, common to all who answer
it, or the participant's for that question; now and then (noise) it is drawn afresh. So sharing makes
participants agree with each other, stability makes them agree with themselves, and neither moves the
shares.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from engine.emfacs import EMOTIONS
from study.errors import StudyError
from study.findings.intervals import Array
from study.findings.trials import DISCRIMINATIONS, PREFERENCES, SUBSETS, Codes
from study.findings.weibull import weibull

SCHEMES = ("ring", "complete", "blocks")
BLOCK = 3


@dataclass(frozen=True)
class Population:
    """The truth; by default the means of Fig. 6: soft 65 %, hard 22 %, right 81 %, self 80 %, pairs 69 %.

    Their people are alike (shares of soft vary by .09); those of PAPER vary as the paper's do.

    preference: mean shares of soft, hard, both, none; concentration: of the participants' Dirichlet shares
    about it. scale, slope, lapse: of the psychometric function, scale varying by participants with log-sd
    scale_sd. noise: chance that an answer is drawn afresh, varying by participants (Beta with
    noise_concentration); common: chance that a participant goes with what is common to a question.
    side_bias: chance of pressing left blindly.
    """

    preference: tuple[float, ...] = (0.65, 0.22, 0.08, 0.05)
    concentration: float = 25.0
    scale: float = 0.43
    scale_sd: float = 0.2
    slope: float = 1.6
    lapse: float = 0.03
    noise: float = 0.34
    noise_concentration: float = 12.0
    common: float = 0.81
    side_bias: float = 0.0


# As unlike as Fig. 6's people, of whom one in six prefers hard-labels: shares of soft vary by .18 (sd),
# accuracies by .03; self-agreement 80 %, pairs 69 %.
PAPER = Population(concentration=6.0, scale_sd=0.13, common=0.95)


@dataclass(frozen=True)
class Design:
    """Size of a study: first-time questions per participant and experiment, and shares of repeats of them.

    scheme: who answers whose questions. ring: the next participant; complete: all others; blocks: two
    others, each two in turn (a balanced incomplete block design of blocks of three). All cost the same
    answers.
    """

    participants: int = 6
    questions: int = 667
    self_share: float = 0.2
    overlap_share: float = 0.1
    scheme: str = "ring"


@dataclass(frozen=True)
class Asked:
    """Who is asked what: participant and item of each question, kind code (0 first, 1 self-repeat, 2
    overlap).
    """

    participant: Codes
    item: Codes
    kind: Codes


@dataclass(frozen=True)
class People:
    """Participants' own truth: shares (people, 4), log scale (people,), noise (people,)."""

    shares: Array
    scale: Array
    noise: Array


def preferring(population: Population, difference: float) -> Population:
    """The same people with a mean of soft less hard of `difference`."""
    soft, hard, both, none = population.preference
    middle = (soft + hard) / 2
    return replace(population, preference=(middle + difference / 2, middle - difference / 2, both, none))


def draw_people(population: Population, people: int, rng: np.random.Generator) -> People:
    """Participants drawn from the population."""
    a = population.noise * population.noise_concentration
    return People(
        rng.dirichlet(np.array(population.preference) * population.concentration, people),
        np.log(population.scale) + population.scale_sd * rng.standard_normal(people),
        rng.beta(a, population.noise_concentration - a, people),
    )


def simulate_trials(
    design: Design, population: Population, rng: np.random.Generator, people: People | None = None
) -> pd.DataFrame:
    """Trials of one study of both experiments, by people given or drawn; question ids are numbers.

    StudyError for an unknown scheme.
    """
    if design.scheme not in SCHEMES:
        raise StudyError(f"no scheme {design.scheme!r}; it may be {', '.join(SCHEMES)}")
    people = draw_people(population, design.participants, rng) if people is None else people
    parts = [_experiment(number, asked(design, rng), population, people, rng) for number in (1, 2)]
    return _positioned(pd.concat(parts, ignore_index=True), rng)


def answer_trials(
    questions: Mapping[int, Asked], population: Population, people: People, rng: np.random.Generator
) -> pd.DataFrame:
    """Trials of questions that are given, by experiment; in each the first-time questions come first, and
    their items are 0, 1, 2 and so on.
    """
    parts = [_experiment(number, found, population, people, rng) for number, found in questions.items()]
    return _positioned(pd.concat(parts, ignore_index=True), rng)


def asked(design: Design, rng: np.random.Generator) -> Asked:
    """First-time questions, self-repeats and overlap of one experiment."""
    people, each = design.participants, design.questions
    owner = np.repeat(np.arange(people), each)
    item = np.arange(people * each)
    repeats, overlap = round(each * design.self_share), round(each * design.overlap_share)
    again = np.concatenate([p * each + rng.permutation(each)[:repeats] for p in range(people)])
    who, what = _overlap(design, overlap, rng)
    return Asked(
        np.concatenate([owner, owner[again], who]),
        np.concatenate([item, again, what]),
        np.repeat([0, 1, 2], [len(item), len(again), len(who)]),
    )


def _overlap(design: Design, each: int, rng: np.random.Generator) -> tuple[Codes, Codes]:
    """Who answers whose questions; about `each` answers a participant in every scheme."""
    people = design.participants
    others = {"ring": 1, "complete": people - 1, "blocks": min(BLOCK - 1, people - 1)}[design.scheme]
    if people < 2 or each == 0:
        return np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.intp)
    items = max(1, round(each / others))
    who, what = [], []
    for owner in range(people):
        own = owner * design.questions + rng.permutation(design.questions)[:items]
        if design.scheme == "ring":
            turns = np.ones((items, 1), dtype=np.intp)
        elif design.scheme == "complete":
            turns = np.tile(np.arange(1, people), (items, 1))
        else:
            pairs = np.array([[i, j] for i in range(1, people) for j in range(i + 1, people)] or [[1]])
            turns = pairs[rng.permutation(np.resize(np.arange(len(pairs)), items))]
        who.append(((owner + turns) % people).ravel())
        what.append(np.repeat(own, turns.shape[1]))
    return np.concatenate(who), np.concatenate(what)


def _experiment(
    number: int, found: Asked, population: Population, people: People, rng: np.random.Generator
) -> pd.DataFrame:
    items = int(found.item.max()) + 1
    distance = 0.05 + 0.9 * rng.beta(2, 2, items)
    number_drawn = _uniform(found, items, people.noise, population.common, rng)
    left = rng.random(len(found.item)) < 0.5
    blind = np.where(left, 0, 1)
    if number == 1:
        edges = np.cumsum(people.shares, axis=1)[found.participant]
        code = np.minimum((number_drawn[:, None] > edges).sum(axis=1), 3)
    else:
        slope, lapse = (np.full(len(left), value) for value in (np.log(population.slope), population.lapse))
        parameters = np.array([people.scale[found.participant], slope, lapse])
        code = (number_drawn > weibull(distance[found.item], parameters)).astype(np.intp)
    code = np.where(rng.random(len(code)) < population.side_bias, blind, code)
    return _table(number, found, code, left, distance, rng)


def _uniform(found: Asked, items: int, noise: Array, common: float, rng: np.random.Generator) -> Array:
    """The uniform number behind each answer: the question's, the participant's for it, or a fresh one."""
    key = found.participant.astype(np.int64) * items + found.item
    _, pair = np.unique(key, return_inverse=True)
    pairs = int(pair.max()) + 1
    own, with_others = rng.random(pairs)[pair], (rng.random(pairs) < common)[pair]
    steady = np.where(with_others, rng.random(items)[found.item], own)
    fresh = rng.random(len(key)) < noise[found.participant]
    return np.where(fresh, rng.random(len(key)), steady)


def _table(
    number: int, found: Asked, code: Codes, left: Array, distance: Array, rng: np.random.Generator
) -> pd.DataFrame:
    rows, items = len(code), len(distance)
    start = (number - 1) * 10**8
    question = start + np.arange(rows)
    width = len(str(int(found.participant.max()) + 1))
    names = [f"P{at + 1:0{max(width, 2)}d}" for at in range(int(found.participant.max()) + 1)]
    choices = PREFERENCES if number == 1 else DISCRIMINATIONS
    return pd.DataFrame(
        {
            "question": question,
            "participant": _named(found.participant, names),
            "experiment": number,
            "image": start + found.item,
            "foil": start + (found.item + 1) % items if number == 2 else -1,
            "foil_distance": distance[found.item] if number == 2 else np.nan,
            "side": _named(np.where(left, 0, 1), ["left", "right"]),
            "kind": _named(found.kind, ["first", "self_repeat", "overlap"]),
            "repeats": np.where(found.kind == 0, -1, start + found.item),
            "choice": _named(code, choices),
            "rt_ms": np.exp(7.3 + 0.5 * rng.standard_normal(rows)).astype(np.int64),
            "hard_label": _named(rng.integers(0, 8, items)[found.item], EMOTIONS),
            "subset": _named(rng.choice(3, items, p=[0.67, 0.2, 0.13])[found.item], SUBSETS),
            "margin": rng.uniform(-0.5, 0.8, items)[found.item],
        }
    )


def _named(codes: Codes, names: Sequence[str]) -> pd.Series:
    labels = pd.CategoricalDtype(list(names))
    return pd.Series(pd.Categorical.from_codes(codes, dtype=labels))


def _positioned(trials: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Shuffled within participants, repeats after what they repeat where chance has it so; positions from
    1.
    """
    trials["choice"] = trials["choice"].astype(str)
    shuffled = trials.iloc[rng.permutation(len(trials))]
    shuffled = shuffled.sort_values("participant", kind="stable", ignore_index=True)
    shuffled["position"] = shuffled.groupby("participant", observed=True).cumcount() + 1
    return shuffled
