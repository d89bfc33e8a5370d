"""Experiment 2: can people tell an image's own soft-label from another image's."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from scipy import stats

from engine.emfacs import EMOTIONS
from study.findings.estimate import Estimate
from study.findings.intervals import Array, mean_estimate, participant_means, share_estimates, wilson
from study.findings.paired import PairedTest, paired_test
from study.findings.trials import SUBSETS, Codes, codes, factorize, image_codes, of_experiment

CHANCE = 0.5


@dataclass(frozen=True)
class Discrimination:
    """Accuracy (0-1) and d' of two-alternative forced choice among first-time answers (Fig. 6-b).

    by_participant: [participant, n, correct, accuracy, low, high, d_prime, d_prime_low, d_prime_high,
    criterion]. criterion is the bias towards left in z units (0 none, negative: left too often); NaN
    without the side. by_emotion, by_subset: [group, n, participants, accuracy, low, high].
    """

    by_participant: pd.DataFrame
    overall: Estimate
    d_prime: Estimate
    against_chance: PairedTest
    by_emotion: pd.DataFrame = field(default_factory=pd.DataFrame)
    by_subset: pd.DataFrame = field(default_factory=pd.DataFrame)


def discrimination(trials: pd.DataFrame) -> Discrimination:
    """Accuracy and d' of each participant, overall with participants equal, by emotion and by subset."""
    first = of_experiment(trials, 2)
    correct = (first["choice"] == "own").to_numpy(float)
    participant, names = factorize(first["participant"])
    image = image_codes(first)
    by_participant = _by_participant(first, correct, participant, names)
    overall = share_estimates(participant_means(correct, participant, image), "accuracy")[0]
    accuracy = by_participant["accuracy"].to_numpy(float)
    return Discrimination(
        by_participant,
        overall,
        _mean_d_prime(by_participant, len(first)),
        paired_test(accuracy, np.full(len(accuracy), CHANCE), len(first)),
        _grouped(first, correct, participant, image, "hard_label", "emotion", EMOTIONS),
        _grouped(first, correct, participant, image, "subset", "subset", SUBSETS),
    )


def _mean_d_prime(by_participant: pd.DataFrame, n: int) -> Estimate:
    """The participants' mean d'; approximate where half of them or more made no error, or nothing but errors.

    Their d' is what Hautus's correction allows for their number of answers, and spreads too little. With
    fewer answers each than there are participants, what the correction takes from each is not small beside
    the interval of the mean (docs/statistics.md).
    """
    found = mean_estimate(by_participant["d_prime"].to_numpy(float), "d'", n)
    edge = by_participant["correct"].isin([0]) | (by_participant["correct"] == by_participant["n"])
    doubtful = 2 * int(edge.sum()) >= len(edge) or n < len(edge) ** 2
    return replace(found, approximate=found.low is not None and doubtful)


def d_prime(
    hits: Array, own_left: Array, false_alarms: Array, own_right: Array
) -> tuple[Array, Array, Array]:
    """d' of two-alternative forced choice, its standard error, and the criterion; shapes broadcast.

    hits: answers "left" when the own label stood left, of own_left questions; false_alarms: answers "left"
    when it stood right, of own_right. d' = (z(H) - z(F)) / sqrt(2) (Macmillan & Creelman 2005, ch. 7), with
    half an answer added to each count and one to each total (Hautus 1995) so that perfect scores stay
    finite; the standard error is Gourevitch & Galanter's (1967). NaN where a side was never used.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        hit = (hits + 0.5) / (own_left + 1)
        alarm = (false_alarms + 0.5) / (own_right + 1)
        z_hit, z_alarm = stats.norm.ppf(hit), stats.norm.ppf(alarm)
        variance = hit * (1 - hit) / (own_left + 1) / stats.norm.pdf(z_hit) ** 2
        variance = variance + alarm * (1 - alarm) / (own_right + 1) / stats.norm.pdf(z_alarm) ** 2
    both = (np.asarray(own_left) > 0) & (np.asarray(own_right) > 0)
    return (
        np.where(both, (z_hit - z_alarm) / np.sqrt(2), np.nan),
        np.where(both, np.sqrt(variance / 2), np.nan),
        np.where(both, -(z_hit + z_alarm) / 2, np.nan),
    )


def _by_participant(
    first: pd.DataFrame, correct: Array, participant: Codes, names: list[str]
) -> pd.DataFrame:
    people = len(names)
    n = np.bincount(participant, minlength=people)
    right = np.bincount(participant, weights=correct, minlength=people)
    low, high = wilson(right, n)
    columns: dict[str, object] = {"participant": names, "n": n, "correct": right.astype(np.int64)}
    columns |= {"accuracy": right / n, "low": low, "high": high}
    if "side" in first.columns:
        left = (first["side"] == "left").to_numpy()
        own_left = np.bincount(participant, weights=left, minlength=people)
        hits = np.bincount(participant, weights=correct * left, minlength=people)
        alarms = np.bincount(participant, weights=(1 - correct) * ~left, minlength=people)
        d, error, criterion = d_prime(hits, own_left, alarms, n - own_left)
    else:
        d, error = _unbiased_d_prime(right, n)
        criterion = np.full(people, np.nan)
    z = float(stats.norm.ppf(0.975))
    columns |= {"d_prime": d, "d_prime_low": d - z * error, "d_prime_high": d + z * error}
    return pd.DataFrame(columns | {"criterion": criterion})


def _unbiased_d_prime(right: Array, n: Array) -> tuple[Array, Array]:
    """d' = sqrt(2) z(accuracy), for answers whose side is not known."""
    share = (right + 0.5) / (n + 1)
    z = stats.norm.ppf(share)
    return np.sqrt(2) * z, np.sqrt(2 * share * (1 - share) / (n + 1)) / stats.norm.pdf(z)


def _grouped(
    first: pd.DataFrame,
    correct: Array,
    participant: Codes,
    image: Codes | None,
    column: str,
    name: str,
    groups: tuple[str, ...],
) -> pd.DataFrame:
    if column not in first.columns:
        return pd.DataFrame(columns=[name, "n", "participants", "accuracy", "low", "high"])
    group = codes(first[column], groups)
    known = group >= 0
    means = participant_means(
        correct[known],
        participant[known],
        None if image is None else image[known],
        group[known],
        len(groups),
    )
    return pd.DataFrame(
        {
            name: list(groups),
            "n": means.n,
            "participants": means.participants,
            "accuracy": means.mean,
            "low": means.low,
            "high": means.high,
        }
    )
