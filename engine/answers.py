"""What a bundle's networks say of images, turned into soft-labels (Eqs. 5, 9-14); needs no network."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine import au_classifier, ensemble
from engine.bundle import Bundle
from engine.emfacs import EMOTIONS
from engine.recipe import LabelSettings
from engine.soft_labels import fuse

Scores = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Answers:
    """What the networks say of n images.

    `probability` (backbones, n, 8) is the ensemble's, `binary` (n, 8) the AU classifier's binary heads (BPV,
    slot 0), `units` (n, 8, 21) its action units, each network's in the order of the emotions.
    """

    probability: Scores
    binary: Scores
    units: Scores


@dataclass(frozen=True)
class SoftLabels:
    """Scores of n images: `soft` (n, 8) and its halves `eb` and `au`, and the action units (n, 21).

    `units` is the mean over the eight networks' action-unit heads.
    """

    soft: Scores
    eb: Scores
    au: Scores
    units: Scores


def combine(bundle: Bundle, answers: Answers) -> SoftLabels:
    """Soft-labels from the networks' answers and the bundle's confidence scores."""
    settings: LabelSettings = bundle.recipe.labels
    probability = au_classifier.probability(
        answers.binary,
        answers.units,
        normalised=settings.similarity == "normalised",
        printed_scores=settings.au_scores == "printed",
    )
    eb = ensemble.semantic_scores(bundle.ensemble_confidence, answers.probability)
    au = au_classifier.semantic_scores(bundle.au_confidence, probability)
    return SoftLabels(soft=fuse(eb, au), eb=eb, au=au, units=answers.units.mean(axis=1))


def network_columns(backbones: Sequence[str]) -> tuple[str, ...]:
    """Names of the optional columns of each ensemble network's probability, such as p_resnet50_happy."""
    return tuple(f"p_{backbone}_{emotion.lower()}" for backbone in backbones for emotion in EMOTIONS)


def binary_head_columns() -> tuple[str, ...]:
    """Names of the optional columns of the AU classifier's binary heads, such as bpv_happy."""
    return tuple(f"bpv_{emotion.lower()}" for emotion in EMOTIONS)
