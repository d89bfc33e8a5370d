"""Experiment 1: which of the two labels people find truer, soft or hard, both or none."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy import stats

from engine.emfacs import EMOTIONS
from study.findings.estimate import Estimate, undefined
from study.findings.intervals import Array, participant_means, share_estimates, wilson
from study.findings.paired import PairedTest, paired_test
from study.findings.trials import PREFERENCES, SUBSETS, Codes, codes, factorize, image_codes, of_experiment

FEW_PARTICIPANTS = 100
FEW_ANSWERS = 200
ENTROPY_BANDS = 5
MARGIN_BANDS = (-1.0, -0.2, 0.0, 0.1, 0.2, 0.4, 1.0)


@dataclass(frozen=True)
class Preference:
    """Shares (0-1) of soft, hard, both and none among first-time answers of Experiment 1 (Fig. 6-a).

    by_participant: one row each, [participant, n, soft, soft_low, soft_high, hard, …]. by_emotion,
    by_subset, by_margin and by_entropy: one row per group, [group, n, participants, soft, soft_low,
    soft_high, …].
    """

    by_participant: pd.DataFrame
    overall: dict[str, Estimate]
    soft_vs_hard: PairedTest
    participants_preferring_soft: Estimate
    by_emotion: pd.DataFrame = field(default_factory=pd.DataFrame)
    by_subset: pd.DataFrame = field(default_factory=pd.DataFrame)
    by_margin: pd.DataFrame = field(default_factory=pd.DataFrame)
    by_entropy: pd.DataFrame = field(default_factory=pd.DataFrame)


def preference(trials: pd.DataFrame) -> Preference:
    """Preference of each participant, overall with participants equal, and by the image's labels."""
    first = of_experiment(trials, 1)
    by_participant = _by_participant(first)
    chosen = _one_hot(first)
    image = image_codes(first)
    participant, _ = factorize(first["participant"])
    overall = {
        name: share_estimates(participant_means(chosen[:, at], participant, image), f"share of {name}")[0]
        for at, name in enumerate(PREFERENCES)
    }
    return Preference(
        by_participant,
        overall,
        paired_test(
            by_participant["soft"].to_numpy(float), by_participant["hard"].to_numpy(float), n=len(first)
        ),
        _preferring_soft(by_participant),
        _grouped(first, chosen, "hard_label", "emotion", EMOTIONS),
        _grouped(first, chosen, "subset", "subset", SUBSETS),
        _by_margin(first, chosen),
        _by_entropy(first, chosen),
    )


def _one_hot(first: pd.DataFrame) -> Array:
    return np.eye(len(PREFERENCES))[codes(first["choice"], PREFERENCES)]


def _by_participant(first: pd.DataFrame) -> pd.DataFrame:
    participant, names = factorize(first["participant"])
    cell = participant * len(PREFERENCES) + codes(first["choice"], PREFERENCES)
    counts = np.bincount(cell, minlength=len(names) * len(PREFERENCES)).reshape(len(names), len(PREFERENCES))
    n = counts.sum(axis=1)
    columns: dict[str, object] = {"participant": names, "n": n}
    for at, name in enumerate(PREFERENCES):
        low, high = wilson(counts[:, at], n)
        columns |= {name: counts[:, at] / n, f"{name}_low": low, f"{name}_high": high}
    return pd.DataFrame(columns)


def _preferring_soft(by_participant: pd.DataFrame) -> Estimate:
    method = (
        "share of participants who chose soft more often than hard; exact 95 % interval over participants"
    )
    people = len(by_participant)
    if not people:
        return undefined("no answers", method, 0, 0)
    # Clopper & Pearson (1934): Wilson's interval misses shares near 1, where this one usually is.
    prefer = int((by_participant["soft"] > by_participant["hard"]).sum())
    found = stats.binomtest(prefer, people).proportion_ci(0.95, "exact")
    # Exact intervals hold the truth too often with few participants, and too seldom where few answers leave
    # it to chance which label a participant chose more often (docs/statistics.md).
    few = people < FEW_PARTICIPANTS or by_participant["n"].median() < FEW_ANSWERS
    return Estimate(prefer / people, float(found.low), float(found.high), people, method, None, people, few)


def _grouped(
    first: pd.DataFrame, chosen: Array, column: str, name: str, groups: tuple[str, ...]
) -> pd.DataFrame:
    """Shares per group of an image's label; empty where the trials do not hold the column."""
    if column not in first.columns:
        return pd.DataFrame(columns=[name, "n", "participants"])
    return _shares_by(first, chosen, codes(first[column], groups), name, list(groups))


def _by_margin(first: pd.DataFrame, chosen: Array) -> pd.DataFrame:
    """Shares by the hard label's margin: its own score less the highest of the others."""
    if "margin" not in first.columns:
        return pd.DataFrame(columns=["margin", "n", "participants"])
    group, labels = margin_bands(first["margin"])
    return _shares_by(first, chosen, group, "margin", labels)


def _by_entropy(first: pd.DataFrame, chosen: Array) -> pd.DataFrame:
    """Shares by the soft-label's entropy, in fifths of the images that were asked about."""
    if "entropy" not in first.columns:
        return pd.DataFrame(columns=["entropy", "n", "participants"])
    group, labels = entropy_bands(first)
    return _shares_by(first, chosen, group, "entropy", labels)


def entropy_bands(first: pd.DataFrame) -> tuple[Codes, list[str]]:
    """Band of each answer's image by entropy (bits), -1 where it is missing, and the bands' names.

    Fifths of the images, since entropies lie close together and how close hangs on the label set; fewer
    bands where entropies repeat.
    """
    entropy = first["entropy"].to_numpy(float, na_value=np.nan)
    known = np.isfinite(entropy)
    if not known.any():
        return np.full(len(first), -1, dtype=np.intp), []
    images = pd.Series(entropy[known])
    if "image" in first.columns:
        images = images[~first["image"][known].duplicated().to_numpy()]
    edges = np.unique(np.quantile(images, np.linspace(0, 1, ENTROPY_BANDS + 1)))
    if len(edges) == 1:
        return np.where(known, 0, -1).astype(np.intp), [f"{edges[0]:.2f}"]
    with np.errstate(invalid="ignore"):
        band = np.searchsorted(edges[1:-1], entropy, side="right")
    labels = [f"{low:.2f} to {high:.2f}" for low, high in pairwise(edges)]
    return np.where(known, band, -1).astype(np.intp), labels


def margin_bands(margin: pd.Series) -> tuple[Codes, list[str]]:
    """Band of each margin, -1 where it is missing, and the bands' names."""
    bands = pd.cut(margin.astype(float), list(MARGIN_BANDS), include_lowest=True)
    labels = [f"{low:g} to {high:g}" for low, high in pairwise(MARGIN_BANDS)]
    return np.asarray(bands.cat.codes, dtype=np.intp), labels


def _shares_by(
    first: pd.DataFrame,
    chosen: Array,
    group: Codes,
    name: str,
    labels: list[str],
) -> pd.DataFrame:
    known = group >= 0
    participant, _ = factorize(first["participant"])
    image = image_codes(first)
    columns: dict[str, object] = {name: labels}
    for at, choice in enumerate(PREFERENCES):
        means = participant_means(
            chosen[known, at],
            participant[known],
            None if image is None else image[known],
            group[known],
            len(labels),
        )
        columns |= {"n": means.n, "participants": means.participants}
        columns |= {choice: means.mean, f"{choice}_low": means.low, f"{choice}_high": means.high}
    return pd.DataFrame(columns)
