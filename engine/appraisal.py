"""From the networks' answers on labelled images to their confidence scores (Eq. 3)."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine import au_classifier
from engine.answers import Answers
from engine.confidence import BinaryCounts, binary_counts, confidence_score
from engine.emfacs import EMOTIONS
from engine.network_names import NetworkName
from engine.recipe import Recipe


@dataclass(frozen=True)
class Predictions:
    """A network's answers for images at the places `rows`: probability (n,), action units (n, 21) or None."""

    rows: npt.NDArray[np.int64]
    positive: npt.NDArray[np.float64]
    units: npt.NDArray[np.float64] | None

    def among(self, kept: npt.NDArray[np.bool_]) -> "Predictions":
        """The answers for those images alone that `kept` (all images of the job) marks."""
        own = kept[self.rows]
        units = None if self.units is None else self.units[own]
        return Predictions(self.rows[own], self.positive[own], units)


def appraise(
    recipe: Recipe, predictions: Mapping[NetworkName, Predictions], labels: pd.Series
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The bundle's `confidence` and `counts`: by backbone and emotion for the ensemble, by emotion for the AU
    classifier, whose probability is Eq. 12's.

    `labels` are those of all images; each network's `rows` point into it. Counts are tp, fn, tn, fp.
    """
    truth = labels.to_numpy(object)
    ensemble: dict[str, dict[str, BinaryCounts]] = {backbone: {} for backbone in recipe.backbones}
    binary_heads: dict[str, BinaryCounts] = {}
    for name, found in predictions.items():
        counted = binary_counts(truth[found.rows] == name.emotion, found.positive)
        (ensemble[name.backbone] if name.kind == "ensemble" else binary_heads)[name.emotion] = counted
    action_units = _au_counts(recipe, predictions, truth)
    confidence = {
        "ensemble": {backbone: _scores(recipe, counts) for backbone, counts in ensemble.items()},
        "action_units": _scores(recipe, action_units),
    }
    counts = {
        "ensemble": {backbone: _plain(by_emotion) for backbone, by_emotion in ensemble.items()},
        "action_units": _plain(action_units),
        "action_units_binary_head": _plain(binary_heads),
    }
    return confidence, counts


def answers_of(recipe: Recipe, predictions: Mapping[NetworkName, Predictions]) -> Answers:
    """The networks' predictions for the same n images as one set of answers."""
    ensemble = [
        [predictions[NetworkName("ensemble", backbone, emotion)].positive for emotion in EMOTIONS]
        for backbone in recipe.backbones
    ]
    found = _of_action_units(recipe, predictions)
    return Answers(
        probability=np.stack([np.stack(by_emotion, axis=1) for by_emotion in ensemble]),
        binary=np.stack([one.positive for one in found], axis=1),
        units=np.stack([one.units for one in found if one.units is not None], axis=1),
    )


def _of_action_units(recipe: Recipe, predictions: Mapping[NetworkName, Predictions]) -> list[Predictions]:
    return [predictions[NetworkName("action_units", recipe.au_backbone, emotion)] for emotion in EMOTIONS]


def _au_counts(
    recipe: Recipe, predictions: Mapping[NetworkName, Predictions], truth: npt.NDArray[np.object_]
) -> dict[str, BinaryCounts]:
    found = _of_action_units(recipe, predictions)
    probability = au_classifier.probability(
        np.stack([one.positive for one in found], axis=1),
        np.stack([one.units for one in found if one.units is not None], axis=1),
        normalised=recipe.labels.similarity == "normalised",
        printed_scores=recipe.labels.au_scores == "printed",
    )
    return {
        emotion: binary_counts(truth[found[place].rows] == emotion, probability[:, place])
        for place, emotion in enumerate(EMOTIONS)
    }


def _scores(recipe: Recipe, counts: Mapping[str, BinaryCounts]) -> dict[str, float]:
    return {emotion: confidence_score(counts[emotion], recipe.confidence.reading) for emotion in EMOTIONS}


def _plain(counts: Mapping[str, BinaryCounts]) -> dict[str, dict[str, int]]:
    return {emotion: dataclasses.asdict(counts[emotion]) for emotion in EMOTIONS}
