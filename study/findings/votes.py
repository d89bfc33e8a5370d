"""Annotation studies: how people's votes compare with the engine's soft-labels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from engine.annotations import HUMAN_COLUMNS, human_distribution
from engine.emfacs import EMOTIONS
from engine.metrics import weighted_errors
from study.errors import StudyError
from study.findings.estimate import Estimate, undefined
from study.findings.intervals import NO_SPREAD, Array, wilson


@dataclass(frozen=True)
class VotesAgainstEngine:
    """Human votes against soft-labels, image by image.

    by_image: [image, votes, majority, majority_rank, error, distance]. error is the weighted error of the
    soft-label against the shares of votes (Eq. 15, digest section 8); distance their Jensen-Shannon
    distance, base 2, of the two normalised to sum 1; majority_rank the rank of the emotion with most votes
    in the soft-label, NaN for a tie. wmae, distance, rank: means over images; first: share of images whose
    majority emotion scores highest.
    """

    by_image: pd.DataFrame
    wmae: Estimate
    distance: Estimate
    rank: Estimate
    first: Estimate


def votes_against_engine(annotations: pd.DataFrame, labels: pd.DataFrame) -> VotesAgainstEngine:
    """Compare votes (annotations) with soft-labels (labels), on images that have both.

    Votes for no emotion (None, Uncertain, Non-Face) are left out, and images without another.
    """
    human = human_distribution(annotations)
    return people_against_engine(human[human["votes"] > 0], labels)


def people_against_engine(human: pd.DataFrame, labels: pd.DataFrame) -> VotesAgainstEngine:
    """Compare human soft-labels with the engine's (labels), on images that have both.

    human: image, votes (how many people), human_neutral … human_contempt, each from 0 to 1.
    """
    soft_columns = [f"soft_{emotion.lower()}" for emotion in EMOTIONS]
    missing = [name for name in ("image", *soft_columns) if name not in labels.columns]
    if missing:
        raise StudyError(f"labels lack the columns {', '.join(missing)}")
    both = human.merge(labels[["image", *soft_columns]], on="image")
    votes = both[list(HUMAN_COLUMNS)].to_numpy(float)
    soft = both[soft_columns].to_numpy(float)
    majority, rank = majority_rank(votes, soft)
    rows = pd.DataFrame(
        {
            "image": both["image"],
            "votes": both["votes"],
            "majority": [EMOTIONS[at] if at >= 0 else None for at in majority],
            "majority_rank": rank,
            "error": weighted_errors(votes, soft) if len(both) else np.zeros(0),
            "distance": jensen_shannon(votes, soft),
        }
    )
    return VotesAgainstEngine(
        rows,
        image_mean(rows["error"].to_numpy(float), "weighted error (W-MAE)", (0, np.inf)),
        image_mean(rows["distance"].to_numpy(float), "Jensen-Shannon distance", (0, 1)),
        image_mean(rank, "rank of the majority's emotion", (1, len(EMOTIONS))),
        _first(rank),
    )


def jensen_shannon(first: Array, second: Array) -> Array:
    """Jensen-Shannon distance, base 2, of rows normalised to sum 1 (Lin 1991); NaN for a row of zeros."""

    def entropy(share: Array) -> Array:
        parts = np.where(share > 0, share * np.log2(np.where(share > 0, share, 1)), share * 0)
        return np.asarray(-parts.sum(axis=1))

    with np.errstate(divide="ignore", invalid="ignore"):
        p, q = (rows / rows.sum(axis=1, keepdims=True) for rows in (first, second))
    divergence = entropy((p + q) / 2) - (entropy(p) + entropy(q)) / 2
    return np.asarray(np.sqrt(np.maximum(divergence, 0)))


def majority_rank(votes: Array, soft: Array) -> tuple[Array, Array]:
    """The emotion with most votes and its rank in the soft-label, 1 highest; -1 and NaN for a tie."""
    top = votes.max(axis=1, initial=0)
    tied = (votes == top[:, None]).sum(axis=1) > 1
    majority = votes.argmax(axis=1)
    own = soft[np.arange(len(soft)), majority]
    rank = 1.0 + (soft > own[:, None]).sum(axis=1)
    return np.where(tied, -1, majority), np.where(tied, np.nan, rank)


def image_mean(
    values: Array,
    what: str,
    ends: tuple[float, float] = (-np.inf, np.inf),
    missing: str = "no image has both",
) -> Estimate:
    """Mean over images with a t interval over images, held within `ends`; NaN values are left out.

    Where the values are all the same there is no interval. `missing` says why there may be no value.
    """
    method = f"mean over images of the {what}; 95 % t interval over images"
    known = values[np.isfinite(values)]
    if not len(known):
        return undefined(missing, method)
    mean = float(known.mean())
    if len(known) == 1:
        return Estimate(mean, None, None, 1, method, "one image: no interval")
    error = float(known.std(ddof=1) / np.sqrt(len(known)))
    if error < NO_SPREAD:
        return Estimate(mean, None, None, len(known), method, "the images' values are the same: no interval")
    half = float(stats.t.ppf(0.975, len(known) - 1)) * error
    low, high = max(mean - half, ends[0]), min(mean + half, ends[1])
    return Estimate(mean, low, high, len(known), method)


def _first(rank: Array) -> Estimate:
    method = "share of images whose majority emotion scores highest; Wilson's 95 % interval over images"
    known = rank[np.isfinite(rank)]
    if not len(known):
        return undefined("no image has a majority", method)
    low, high = wilson(float((known == 1).sum()), len(known))
    return Estimate(float((known == 1).mean()), float(low), float(high), len(known), method)
