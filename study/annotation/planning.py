"""Who labels which images, in what order: a balanced plan, and the proof of its promises.

Every image gets the same number of different annotators. Each image in turn, in random order, takes those
with the fewest images so far, so that loads differ by one at most; between equals it takes those who share
the fewest images with the ones it has, so that every pair of annotators can be compared.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from study.annotation.design import AnnotationDesign
from study.design.errors import DesignError
from study.planning.audit import Audit
from study.planning.plan_table import Check
from study.planning.sequence import longest_lag, shuffle
from study.question_columns import QUESTION_COLUMNS

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class AnnotationPlan:
    """questions: the `questions` contract; experiment and foil are absent, and side means nothing.

    lag: the least number of questions from an original to its repeat. notes: where the design was met in
    part.
    """

    questions: pd.DataFrame
    lag: int
    notes: tuple[str, ...]


def plan(images: list[str], design: AnnotationDesign, rng: np.random.Generator) -> AnnotationPlan:
    """Plan an annotation task of these images.

    Raises:
        DesignError: there is no image, fewer than annotators' places, or the lag cannot be kept.
    """
    people, lag = design.participants, kept_lag(len(images), design)
    answered_by = assign(len(images), people, design.annotators_per_image, rng)
    loads = [np.flatnonzero((answered_by == person).any(axis=1)) for person in range(people)]
    parts = [_asked(person, load, lag, design, rng) for person, load in enumerate(loads)]
    questions = pd.concat(parts, ignore_index=True)
    questions["image"] = np.array(images, dtype=object)[questions["image"].to_numpy()]
    short = f"repeats come {lag} questions after their original, not {design.min_lag}"
    notes = (short,) if design.self_repeats and lag < design.min_lag else ()
    return AnnotationPlan(questions[list(QUESTION_COLUMNS)], lag, notes)


def assign(images: int, people: int, each: int, rng: np.random.Generator) -> Ints:
    """Which `each` different people label each image: (images, each), people from 0."""
    load, together = np.zeros(people), np.zeros((people, people))
    chosen = np.empty((images, each), dtype=np.int64)
    for image in rng.permutation(images):
        taken: list[int] = []
        for _ in range(each):
            # Loads first (they are whole numbers), then shared images, then chance.
            shared = together[taken].sum(axis=0)
            order = np.lexsort((rng.random(people), shared, load))
            taken.append(next(int(one) for one in order if one not in taken))
        for one in taken:
            together[one, [other for other in taken if other != one]] += 1
        load[taken] += 1
        chosen[image] = taken
    return chosen


def kept_lag(images: int, design: AnnotationDesign) -> int:
    """The lag that every participant's repeats can keep in a task of so many images.

    Raises:
        DesignError: there is no image, fewer than the participants need, or the lag cannot be kept.
    """
    people, places = design.participants, images * design.annotators_per_image
    if not images:
        raise DesignError("images", "design: no image is left by the design's filters")
    if places < people:
        raise DesignError(
            "participants",
            f"design: {images} images for {design.annotators_per_image} annotators each are too few for "
            f"{people} participants",
        )
    loads = {places // people, -(-places // people)}
    longest = min(
        (longest_lag(load + repeats, repeats) for load in loads if (repeats := design.repeats_of(load))),
        default=design.min_lag,
    )
    if longest < design.min_lag and design.lag_rule == "strict":
        raise DesignError(
            "min_lag",
            f"design: min_lag = {design.min_lag} is more than {longest}, which the shortest load allows; "
            "lower it, or set lag_rule = 'shorten'",
        )
    return min(design.min_lag, longest)


def _asked(
    person: int, load: Ints, lag: int, design: AnnotationDesign, rng: np.random.Generator
) -> pd.DataFrame:
    repeats = design.repeats_of(len(load))
    again = rng.choice(len(load), repeats, replace=False)
    original = np.concatenate([np.full(len(load), -1, dtype=np.int64), again])
    order = shuffle(original, lag, rng)
    digits = max(2, len(str(design.participants)))
    code = f"P{person + 1:0{digits}}"
    name = np.array([f"{code}-{row + 1}" for row in range(len(original))], dtype=object)
    frame = pd.DataFrame(
        {
            "question": name,
            "participant": code,
            "experiment": None,
            "image": np.concatenate([load, load[again]]),
            "foil": None,
            "foil_distance": np.nan,
            "side": "left",
            "option_order": None,
            "kind": np.where(original < 0, "first", "self_repeat"),
            "repeats": [None if one < 0 else name[one] for one in original],
        }
    )
    frame = frame.iloc[order].reset_index(drop=True)
    return frame.assign(position=np.arange(1, len(frame) + 1))


def audit(planned: AnnotationPlan, images: list[str], design: AnnotationDesign) -> Audit:
    """Check from the questions alone what a plan promises."""
    questions = planned.questions
    first = questions[questions["kind"] == "first"]
    by_image = first.groupby("image")["participant"].agg(["size", "nunique"]).reindex(images, fill_value=0)
    each = design.annotators_per_image
    loads = first.groupby("participant").size()
    lags = _lags(questions)
    repeats = int((questions["kind"] == "self_repeat").sum())
    due = sum(design.repeats_of(int(load)) for load in loads)
    pairs = _pairs(first)
    checks = (
        Check(
            "every image has as many different annotators as designed",
            bool((by_image["size"] == each).all() and (by_image["nunique"] == each).all()),
            f"{len(images):,} images, {each} each",
        ),
        Check(
            "loads differ by one image at most",
            len(loads) == design.participants and loads.max() - loads.min() <= 1,
            f"{loads.min():,} to {loads.max():,} images",
        ),
        Check("as many repeats as designed", repeats == due, f"{repeats:,} of {due:,}"),
        Check(
            "repeats come late enough, to the same participant",
            bool((lags >= planned.lag).all()),
            f"least lag {int(lags.min())}" if len(lags) else "no repeats",
        ),
        Check("images that pairs of annotators share", None, _spread(pairs["shared"])),
    )
    return Audit(checks, pairs)


def _lags(questions: pd.DataFrame) -> "pd.Series[int]":
    """Questions from each repeat's original to it; a repeat of another person or image counts as -1."""
    again = questions[questions["kind"] == "self_repeat"]
    of = again.merge(questions, left_on="repeats", right_on="question", suffixes=("", "_first"), how="left")
    own = (of["participant"] == of["participant_first"]) & (of["image"] == of["image_first"])
    return (of["position"] - of["position_first"]).where(own, -1).astype("int64")


def _pairs(first: pd.DataFrame) -> pd.DataFrame:
    met = pd.crosstab(first["image"], first["participant"])
    codes = list(met.columns)
    counts = met.to_numpy()
    shared = counts.T @ counts
    rows = [
        (codes[a], codes[b], int(shared[a, b])) for a in range(len(codes)) for b in range(a + 1, len(codes))
    ]
    return pd.DataFrame(rows, columns=["a", "b", "shared"])


def _spread(shared: "pd.Series[int]") -> str:
    return f"{shared.min():,} to {shared.max():,}" if len(shared) else "no pairs"
