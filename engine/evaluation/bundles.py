"""How well a bundle's networks tell the emotions apart, one against the rest and one of eight."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine import metrics
from engine.bundle import ANSWERS, Bundle
from engine.confidence import BinaryCounts, binary_counts
from engine.emfacs import EMOTIONS
from engine.errors import EngineError
from engine.evaluation import systems
from engine.evaluation.answers import JudgedAnswers, answers_from
from engine.evaluation.intervals import balanced_accuracy_interval, mean_balanced_accuracy, wilson
from engine.images import read_table
from engine.soft_labels import emotion_indices

CHANCE = 0.5


@dataclass(frozen=True)
class BundleEvaluation:
    """What a bundle comes to on some images.

    `by_emotion`: system, emotion, images, positives, tp, fn, tn, fp, precision, f1, accuracy,
    balanced_accuracy, low, high, above_chance. `means`: system, emotions, balanced_accuracy, low, high over
    the emotions. `choices`: system, images, accuracy, low, high, macro_recall of the choice of eight, and
    `confusions` its counts (8, 8) by system. `confidence`: backbone (or au_classifier), emotion, confidence.
    All are fractions of 1, NaN where undefined; `notes` say why something is undefined or absent.
    """

    bundle: str
    au_backbone: str
    judged_on: str
    images: int
    by_emotion: pd.DataFrame
    means: pd.DataFrame
    choices: pd.DataFrame
    confusions: Mapping[str, npt.NDArray[np.int64]]
    confidence: pd.DataFrame
    notes: tuple[str, ...]


def kept_answers(bundle: Bundle, role: str = "test") -> JudgedAnswers | None:
    """The answers that training left in the bundle for the images of a role; None in an older bundle."""
    file = bundle.folder / ANSWERS
    if not file.is_file():
        return None
    roles = bundle.roles()
    names = roles.loc[roles["role"] == role, "image"]
    if names.empty:
        known = ", ".join(sorted(roles["role"].unique()))
        raise EngineError(f"{bundle.folder} has no image of the role {role}; it has {known}")
    frame = read_table(file)
    return answers_from(frame[frame["image"].isin(names)], bundle.recipe.backbones, str(file))


def evaluate_answers(
    bundle: Bundle, judged: JudgedAnswers, judged_on: str, rng: np.random.Generator
) -> BundleEvaluation:
    """Every system of a bundle on images with labels; `rng` is for the bootstrap over images."""
    recipe = bundle.recipe
    scores = (bundle.ensemble_confidence, bundle.au_confidence, judged.answers)
    truth = judged.labels[:, None] == np.array(EMOTIONS, dtype=object)
    found = systems.probabilities(recipe, *scores)
    counts = {
        system: {
            emotion: binary_counts(truth[:, place], values[:, place])
            for place, emotion in enumerate(EMOTIONS)
        }
        for system, values in found.items()
    }
    means = [(system, *_mean_row(values >= CHANCE, truth, rng)) for system, values in found.items()]
    confusions = {
        system: _confusion(judged, values) for system, values in systems.choices(recipe, *scores).items()
    }
    table = count_table(counts)
    notes = [*_undefined(table)]
    if recipe.au_backbone not in recipe.backbones:
        notes.append(
            f"The ensemble has no network of the AU classifier's backbone {recipe.au_backbone}, so Table X "
            f"compares the AU classifier with its own binary head."
        )
    return BundleEvaluation(
        bundle=bundle.name,
        au_backbone=bundle.recipe.au_backbone,
        judged_on=judged_on,
        images=len(judged.images),
        by_emotion=table,
        means=pd.DataFrame(means, columns=["system", "emotions", "balanced_accuracy", "low", "high"]),
        choices=_choice_table(confusions),
        confusions=confusions,
        confidence=confidence_table(bundle.contents["confidence"]),
        notes=tuple(notes),
    )


def evaluate_counts(bundle: Bundle) -> BundleEvaluation:
    """What the counts in an older bundle's bundle.json tell: each network and the AU classifier alone.

    Raises EngineError where it holds no counts.
    """
    kept = bundle.contents.get("counts")
    if not kept:
        raise EngineError(
            f"{bundle.folder} holds neither answers nor counts of test images; give --images MANIFEST, so "
            f"that its networks are asked anew"
        )
    named = {
        **kept["ensemble"],
        systems.AU: kept["action_units"],
        systems.BINARY_HEAD: kept["action_units_binary_head"],
    }
    counts = {
        system: {emotion: BinaryCounts(**by_emotion[emotion]) for emotion in EMOTIONS}
        for system, by_emotion in named.items()
    }
    table = count_table(counts)
    absent = (
        "This bundle was trained by an older engine and keeps counts alone: the ensemble, its majority, the "
    )
    absent += "fused scores and intervals of means need --images MANIFEST --split test-mas."
    means = table.groupby("system", sort=False)["balanced_accuracy"].agg(["count", "mean"]).reset_index()
    means.columns = pd.Index(["system", "emotions", "balanced_accuracy"])
    calibrated = bundle.recipe.confidence.images == "calibration"
    return BundleEvaluation(
        bundle=bundle.name,
        au_backbone=bundle.recipe.au_backbone,
        judged_on="calibration" if calibrated else "test-mas",
        images=int(table["images"].max()),
        by_emotion=table,
        means=means.assign(low=np.nan, high=np.nan),
        choices=_choice_table({}),
        confusions={},
        confidence=confidence_table(bundle.contents["confidence"]),
        notes=(absent, *_undefined(table)),
    )


def count_table(counts: Mapping[str, Mapping[str, BinaryCounts]]) -> pd.DataFrame:
    """Counts and what they come to, a row for each system and emotion; see `BundleEvaluation.by_emotion`.

    `precision` is the mean of positive and negative predictive value and `f1` of both classes' F1, as in the
    paper's Tables VIII and IX; their recall is the balanced accuracy.
    """
    rows = [
        {"system": system, "emotion": emotion, **_measures(own)}
        for system, by_emotion in counts.items()
        for emotion, own in by_emotion.items()
    ]
    return pd.DataFrame(rows)


def confidence_table(confidence: Mapping[str, Any]) -> pd.DataFrame:
    """Confidence scores of a bundle.json as rows: backbone (au_classifier for the AU classifier), emotion,
    confidence.
    """
    named = {**confidence["ensemble"], systems.AU: confidence["action_units"]}
    rows = [(name, emotion, scores[emotion]) for name, scores in named.items() for emotion in EMOTIONS]
    return pd.DataFrame(rows, columns=["backbone", "emotion", "confidence"])


def _measures(own: BinaryCounts) -> dict[str, float | int | bool | None]:
    interval = balanced_accuracy_interval(own)
    low, high = interval or (np.nan, np.nan)
    return {
        "images": own.tp + own.fn + own.tn + own.fp,
        "positives": own.tp + own.fn,
        **vars(own),
        "precision": _number(own.predictive_value),
        "f1": _f1(own),
        "accuracy": _number(own.accuracy),
        "balanced_accuracy": _number(own.balanced_accuracy),
        "low": low,
        "high": high,
        "above_chance": None if interval is None else low > CHANCE,
    }


def _f1(own: BinaryCounts) -> float:
    """Mean of the F1 of the emotion and of the rest; NaN where there is no image of one of them."""
    if own.balanced_accuracy is None:
        return np.nan
    wrong = own.fp + own.fn
    return (2 * own.tp / (2 * own.tp + wrong) + 2 * own.tn / (2 * own.tn + wrong)) / 2


def _number(value: float | None) -> float:
    return np.nan if value is None else value


def _mean_row(
    said: npt.NDArray[np.bool_], truth: npt.NDArray[np.bool_], rng: np.random.Generator
) -> tuple[int, float, float, float]:
    mean, interval = mean_balanced_accuracy(said, truth, rng)
    measured = int((truth.any(axis=0) & ~truth.all(axis=0)).sum())
    return (measured, _number(mean), *(interval or (np.nan, np.nan)))


def _confusion(judged: JudgedAnswers, scores: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    true = emotion_indices(judged.labels.tolist())
    known = true >= 0
    return metrics.confusion(true[known], scores.argmax(axis=1)[known])


def _choice_table(confusions: Mapping[str, npt.NDArray[np.int64]]) -> pd.DataFrame:
    rows = []
    for system, counts in confusions.items():
        right, of = int(np.trace(counts)), int(counts.sum())
        share = (_number(metrics.accuracy(counts)), *(wilson(right, of) or (np.nan, np.nan)))
        rows.append((system, of, *share, _number(metrics.macro_recall(counts))))
    return pd.DataFrame(rows, columns=["system", "images", "accuracy", "low", "high", "macro_recall"])


def _undefined(table: pd.DataFrame) -> list[str]:
    empty = table[table["balanced_accuracy"].isna()]["emotion"].unique()
    return [f"No balanced accuracy of {emotion}: there is no image of it, or no other." for emotion in empty]
