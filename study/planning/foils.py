"""Foils: the other image whose soft-label stands beside an image's own in Experiment 2."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import xlogy

from study.design.design import Design
from study.design.errors import DesignError
from study.errors import StudyError
from study.planning.images import SOFT_COLUMNS

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

# Candidates that are drawn for every question at once; a question none of whose candidates will do is then
# given a look at all images.
DRAWN = 48
CHUNK = 1024


@dataclass(frozen=True)
class Foils:
    """The foils of the questions of Experiment 2.

    foil (questions,) indexes images; distance (questions,) is `js_distance`. known: questions whose foil
    image an answerer meets elsewhere in the study. off_bin: questions whose distance lies outside the bin
    they were due.
    """

    foil: Ints
    distance: Floats
    known: int
    off_bin: int


@dataclass(frozen=True)
class Pool:
    """What foils are drawn from: scores (images, 8), hard-label index and name of every image."""

    scores: Floats
    hard: Ints
    names: list[str]


def js_distance(first: Floats, second: Floats) -> Floats:
    """Jensen-Shannon distance, base 2, of score vectors (..., 8) normalised to sum 1; from 0 to 1.

    The square root of the divergence (Lin 1991; Endres and Schindelin 2003), as
    scipy.spatial.distance.jensenshannon computes it. Raises StudyError for a vector without any score.
    """
    sums = first.sum(axis=-1), second.sum(axis=-1)
    if any(np.any(total <= 0) for total in sums):
        raise StudyError("a soft-label whose scores are all 0 has no distance: leave such images out")
    p, q = (values / total[..., None] for values, total in zip((first, second), sums, strict=True))
    middle = (p + q) / 2
    divergence = (xlogy(p, p) + xlogy(q, q) - 2 * xlogy(middle, middle)).sum(axis=-1) / (2 * np.log(2))
    distance: Floats = np.sqrt(np.clip(divergence, 0, 1))
    return distance


def score_difference(first: Floats, second: Floats) -> Floats:
    """The largest difference of any emotion's score between vectors (..., 8): what a reader of bars can see.

    The threshold on it, `Design.min_foil_difference`, is 0.10 by default: a tenth of the axis is 20 pixels
    on the narrowest screen's bars, several times the error with which people read a position on a common
    scale (2 to 3 % of its length; Cleveland and McGill 1984). It is not put on the Jensen-Shannon distance,
    which normalises intensity away: 0.9 Happy alone and 0.3 Happy alone have distance 0 and look different.
    """
    difference: Floats = np.abs(first - second).max(axis=-1)
    return difference


def draw_foils(
    images: Ints, answerers: Bools, met: Bools, pool: Pool, design: Design, rng: np.random.Generator
) -> Foils:
    """Draw a foil for every question of Experiment 2 by the design's foil policy.

    images (questions,); answerers (questions, participants): who answers it, for the first time or as
    overlap; met (images, participants). A foil is another image whose soft-label differs visibly; wherever
    there is one that none of its answerers meets elsewhere, it is such a one, so that no question tells
    about another. Raises StudyError, naming the image, where no image can be the foil of a question.
    """
    _check_pool(pool, design)
    due = _bins_due(len(images), answerers, design, rng)
    foil = np.full(len(images), -1, dtype=np.int64)
    for start in range(0, len(images), CHUNK):
        part = slice(start, start + CHUNK)
        bins = due[part] if due is not None else None
        foil[part] = _draw_many(images[part], answerers[part], met, pool, design, bins, rng)
    for question in np.flatnonzero(foil < 0):
        wanted = None if due is None else int(due[question])
        unmet = ~met[:, answerers[question]].max(axis=1)
        foil[question] = _search_all(int(images[question]), unmet, pool, design, wanted, rng)
    distance = js_distance(pool.scores[images], pool.scores[foil])
    known = int((met[foil] & answerers).any(axis=1).sum())
    off = 0 if due is None else int((_bin_of(distance, design) != due).sum())
    return Foils(foil, distance, known, off)


def _bins_due(questions: int, answerers: Bools, design: Design, rng: np.random.Generator) -> Ints | None:
    """The distance bin of every question, each equally often for each first answerer; None without bins."""
    if design.foil_policy != "distance_bins":
        return None
    due = np.empty(questions, dtype=np.int64)
    group = answerers.argmax(axis=1)
    for one in np.unique(group):
        members = rng.permutation(np.flatnonzero(group == one))
        due[members] = (np.arange(len(members)) + rng.integers(len(design.foil_bins) - 1)) % (
            len(design.foil_bins) - 1
        )
    return due


def _bin_of(distance: Floats, design: Design) -> Ints:
    edges = np.asarray(design.foil_bins)
    inside = np.searchsorted(edges, distance, side="right") - 1
    inside[distance == edges[-1]] = len(edges) - 2
    return inside.astype(np.int64)


def _draw_many(
    images: Ints,
    answerers: Bools,
    met: Bools,
    pool: Pool,
    design: Design,
    due: Ints | None,
    rng: np.random.Generator,
) -> Ints:
    """The first of DRAWN candidates that will do, for each question; -1 where none will."""
    drawn = rng.integers(len(pool.names), size=(len(images), DRAWN))
    if design.foil_policy == "matched_hard_label":
        alike = [np.flatnonzero(pool.hard == hard) for hard in range(int(pool.hard.max()) + 1)]
        for row, image in enumerate(images):
            drawn[row] = rng.choice(alike[pool.hard[image]], DRAWN)
    own = pool.scores[images][:, None, :]
    others = pool.scores[drawn]
    fits = (drawn != images[:, None]) & (score_difference(own, others) >= design.min_foil_difference)
    fits &= ~_known(drawn, answerers, met)
    if due is not None:
        fits &= _bin_of(js_distance(own, others), design) == due[:, None]
    chosen = drawn[np.arange(len(images)), fits.argmax(axis=1)]
    return np.where(fits.any(axis=1), chosen, -1)


def _known(drawn: Ints, answerers: Bools, met: Bools) -> Bools:
    """Which candidates (questions, DRAWN) an answerer of their question meets: a few people of many each."""
    most = int(answerers.sum(axis=1).max())
    who = np.argsort(~answerers, axis=1, kind="stable")[:, :most]
    there = np.take_along_axis(answerers, who, axis=1)
    meets: Bools = met[drawn[:, :, None], who[:, None, :]] & there[:, None, :]
    known: Bools = np.asarray(meets.any(axis=2))
    return known


def _search_all(
    image: int, unmet: Bools, pool: Pool, design: Design, due: int | None, rng: np.random.Generator
) -> int:
    """The best foil out of all images: visibly different first, then unmet, then nearest to its bin."""
    own = pool.scores[image]
    fits = score_difference(own, pool.scores) >= design.min_foil_difference
    fits[image] = False
    if design.foil_policy == "matched_hard_label":
        fits &= pool.hard == pool.hard[image]
    candidates = np.flatnonzero(fits & unmet) if (fits & unmet).any() else np.flatnonzero(fits)
    if due is None:
        return int(rng.choice(candidates))
    distance = js_distance(own, pool.scores[candidates])
    low, high = design.foil_bins[due : due + 2]
    away = np.maximum(np.maximum(low - distance, distance - high), 0)
    return int(rng.choice(candidates[away == away.min()]))


def check_foils(images: pd.DataFrame, design: Design) -> None:
    """Refuse, before there is a plan, a study of images of which one has no foil: DesignError, naming it.

    images: those that the study asks about: image, hard_label, soft_*.
    """
    scores = images[list(SOFT_COLUMNS)].to_numpy(dtype=np.float64)
    hard = pd.factorize(images["hard_label"])[0].astype(np.int64)
    _check_pool(Pool(scores, hard, images["image"].astype(str).tolist()), design)


def _check_pool(pool: Pool, design: Design) -> None:
    """An image has a foil where some emotion's least or greatest score is far enough from its own."""
    matched = design.foil_policy == "matched_hard_label"
    group = pool.hard if matched else np.zeros_like(pool.hard)
    alone = np.zeros(len(group), dtype=bool)
    for one in np.unique(group):
        own = pool.scores[group == one]
        farthest = np.maximum(own - own.min(axis=0), own.max(axis=0) - own).max(axis=1)
        alone[group == one] = farthest < design.min_foil_difference
    if alone.any():
        alike = " of its hard-label" if matched else ""
        others = f" (nor have {alone.sum() - 1:,} more)" if alone.sum() > 1 else ""
        raise DesignError(
            "min_foil_difference",
            f"image {pool.names[int(alone.argmax())]!r} has no foil{others}: no other image{alike} differs"
            f" from it by min_foil_difference = {design.min_foil_difference:g} in any emotion; add images,"
            " lower the difference, or leave it out",
        )
