"""Attention checks: questions of Experiment 2 that nobody who looks can miss."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.emfacs import EMOTIONS
from study.design.design import Design
from study.design.errors import refusal
from study.planning.foils import js_distance
from study.planning.images import SOFT_COLUMNS

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

# The least by which the own soft-label exceeds the foil at the face's own emotion: two fifths of the axis,
# four times the difference that any foil must have (study.planning.foils.score_difference).
LEAST_GAP = 0.40
# The foil is one of the farthest of those that differ so, by Jensen-Shannon distance.
FARTHEST = 0.05
CANDIDATES = 4_000


def clear_images(images: pd.DataFrame) -> Bools:
    """Which images are Easy (rank 1: the hard-label's emotion has the highest score)."""
    scores, hard = _scores(images)
    return np.asarray(scores[np.arange(len(hard)), hard] == scores.max(axis=1))


def attention_gap(images: pd.DataFrame, own: Ints, foil: Ints) -> Floats:
    """How much more the own soft-label scores the face's hard-label than the foil does, or -1.

    own, foil (checks,) index images. It is -1 where the foil's highest score is at that emotion too.
    """
    scores, hard = _scores(images)
    gap = scores[own, hard[own]] - scores[foil, hard[own]]
    return np.asarray(np.where(scores[foil].argmax(axis=1) == hard[own], -1.0, gap))


def with_attention_checks(
    rows: pd.DataFrame, images: pd.DataFrame, design: Design, rng: np.random.Generator
) -> pd.DataFrame:
    """Add `attention_checks` questions to every participant, one in each equal stretch of the questions.

    rows: ordered questions of the plan (image and foil index images). Each check shows an Easy image that the
    participant does not meet otherwise, wherever there is one, and each another. Sides stay half and half.
    Raises DesignError where there are too few such images, or more checks than one in five questions.
    """
    if design.attention_checks == 0:
        return rows
    easy = np.flatnonzero(clear_images(images))
    moved, parts = rows.copy(), []
    for _, part in rows.groupby("participant"):
        checks = _checks(part, images, easy, design, rng)
        others = np.setdiff1d(np.arange(1, len(part) + len(checks) + 1), checks["position"])
        moved.loc[part.index, "position"] = others[part["position"].to_numpy() - 1]
        parts.append(checks)
    # At the end, because `source` names rows by their number.
    return pd.concat([moved, *parts], ignore_index=True)


def _checks(
    part: pd.DataFrame, images: pd.DataFrame, easy: Ints, design: Design, rng: np.random.Generator
) -> pd.DataFrame:
    """One participant's attention checks, at their places among the other questions."""
    count = design.attention_checks
    _check_share(count, len(part))
    met, foils = np.unique(part["image"]), np.unique(part["foil"][part["foil"] >= 0])
    pairs = _pairs(images, easy, met, foils, count, rng)
    _check_pairs(count, len(pairs))
    scores = images[list(SOFT_COLUMNS)].to_numpy(dtype=np.float64)
    total = len(part) + count
    ends = np.arange(count + 1) * total // count
    places = np.array([rng.integers(ends[one], ends[one + 1]) for one in range(count)]) + 1
    return pd.DataFrame(
        {
            "image": pairs[:, 0],
            "experiment": design.experiments.index(2),
            "participant": part["participant"].iloc[0],
            "kind": "attention",
            "source": -1,
            "foil": pairs[:, 1],
            "foil_distance": js_distance(scores[pairs[:, 0]], scores[pairs[:, 1]]),
            "left": _sides(part, count, rng),
            "position": places,
        }
    )


def check_attention(images: pd.DataFrame | None, questions: int, design: Design) -> None:
    """Refuse, before there is a plan, attention checks for which no plan would have room or images.

    images: all that the study may draw, with `hard_label` and the soft scores; None leaves them unjudged.
    questions: what a participant with the least has at most, without the checks. A plan, which keeps the
    images of checks apart from what a participant meets otherwise, may still be refused. Raises DesignError.
    """
    count = design.attention_checks
    if count == 0:
        return
    _check_share(count, questions)
    if images is not None:
        nothing = np.array([], dtype=np.int64)
        easy = np.flatnonzero(clear_images(images))
        rng = np.random.default_rng(design.seed)
        _check_pairs(count, len(_pairs(images, easy, nothing, nothing, count, rng)))


def _check_share(count: int, questions: int) -> None:
    if count > questions // 5:
        raise refusal(
            "attention_checks", count, f"is more than one in five of a participant's {questions} questions"
        )


def _check_pairs(count: int, there: int) -> None:
    if there < count:
        raise refusal(
            "attention_checks",
            count,
            f"needs as many Easy images with a foil that scores their emotion {LEAST_GAP:g} lower, and there"
            f" are {there}: add images, or lower it",
        )


def _sides(part: pd.DataFrame, count: int, rng: np.random.Generator) -> Bools:
    """Half of the checks left; an odd one stands where the other questions have one side fewer."""
    lean = 2 * int(part["left"].sum()) - len(part)
    extra = count % 2 and (lean < 0 or (lean == 0 and rng.random() < 0.5))
    left = np.zeros(count, dtype=bool)
    left[: count // 2 + int(extra)] = True
    return np.asarray(rng.permutation(left))


def _pairs(
    images: pd.DataFrame, easy: Ints, met: Ints, foils: Ints, count: int, rng: np.random.Generator
) -> Ints:
    """Pairs (up to count, 2) of an image and its foil, no image twice; those not met otherwise first."""
    known = np.isin(easy, np.union1d(met, foils))
    order = np.concatenate([rng.permutation(easy[~known]), rng.permutation(easy[known])])
    unmet = np.setdiff1d(np.arange(len(images)), met)
    others = unmet if len(unmet) > 1 else np.arange(len(images))
    others = rng.permutation(others)[:CANDIDATES]
    scores = images[list(SOFT_COLUMNS)].to_numpy(dtype=np.float64)
    pairs: list[tuple[int, int]] = []
    taken: set[int] = set()
    for own in order.tolist():
        if len(pairs) == count:
            break
        candidates = others[(others != own) & ~np.isin(others, list(taken))]
        gaps = attention_gap(images, np.full(len(candidates), own), candidates)
        fits = candidates[gaps >= LEAST_GAP]
        if own in taken or not len(fits):
            continue
        distance = js_distance(scores[own], scores[fits])
        farthest = fits[distance >= np.quantile(distance, 1 - FARTHEST)]
        foil = int(rng.choice(farthest))
        pairs.append((own, foil))
        taken |= {own, foil}
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)


def _scores(images: pd.DataFrame) -> tuple[Floats, Ints]:
    number = {one: index for index, one in enumerate(EMOTIONS)}
    hard = images["hard_label"].map(number).to_numpy(dtype=np.int64)
    return np.asarray(images[list(SOFT_COLUMNS)], dtype=np.float64), np.asarray(hard)
