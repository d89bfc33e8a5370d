"""The systems that a bundle's networks make up, told apart as the paper's tables mix them.

The paper's Table 6 prints under "Ensemble of Binary Classifiers" the numbers of its ResNet-50 with action
units (Table X), and Table 4's AU row is a third model's. So each system has its own name here, and its own
rule.
"""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from engine import au_classifier
from engine.answers import Answers
from engine.recipe import Recipe

Scores = npt.NDArray[np.float64]

ENSEMBLE, MAJORITY, AU, FUSED = "ensemble", "majority", "au_classifier", "fused"
BINARY_HEAD, UNITS_HEAD, BINARY_AND_AU = "au_binary_head", "au_units_head", "network_and_au"

TITLES: Mapping[str, str] = MappingProxyType(
    {
        ENSEMBLE: "Ensemble (Eq. 5)",
        MAJORITY: "Majority of the backbones",
        AU: "AU classifier (Eq. 12)",
        BINARY_HEAD: "AU classifier, binary head alone",
        UNITS_HEAD: "AU classifier, action units alone (Eq. 11)",
        BINARY_AND_AU: "One network + AU classifier",
        FUSED: "Fused (Eq. 14)",
    }
)
"""What the tables call each system; an ensemble's network is called by its backbone."""


def title(system: str) -> str:
    """What tables call a system."""
    return TITLES.get(system, system)


def probabilities(
    recipe: Recipe, ensemble_confidence: Scores, au_confidence: Scores, found: Answers
) -> dict[str, Scores]:
    """Probability (n, 8) by system; from 0.5 on the system finds the emotion in the image.

    - each backbone's own network (Table 6); `ensemble`: Eq. 5 divided by the most it can give, which is the
      mean of the networks' probabilities weighted by their confidence scores; `majority`: the share of
      backbones whose network says yes, a tie settled by their mean probability;
    - `au_classifier`: Eq. 12 (Table 7), and its two halves, the binary head and the action units (Eq. 11);
    - `network_and_au`: mean of the ensemble's network of the AU classifier's backbone and of the AU
      classifier (Table X); absent where the ensemble has no network of that backbone;
    - `fused`: Eq. 14 divided by the most it can give.

    `ensemble_confidence` is (backbones, 8), `au_confidence` (8,).
    """
    settings = recipe.labels
    options = {
        "normalised": settings.similarity == "normalised",
        "printed_scores": settings.au_scores == "printed",
    }
    both_heads = au_classifier.probability(found.binary, found.units, **options)
    systems = dict(zip(recipe.backbones, found.probability, strict=True))
    systems[ENSEMBLE] = _weighted(ensemble_confidence, found.probability)
    systems[MAJORITY] = _majority(found.probability)
    systems[AU] = both_heads
    systems[BINARY_HEAD] = found.binary
    systems[UNITS_HEAD] = np.clip(2 * both_heads - found.binary, 0, 1)  # Eq. 12 solved for APV
    if recipe.au_backbone in recipe.backbones:
        systems[BINARY_AND_AU] = (systems[recipe.au_backbone] + both_heads) / 2
    halves = np.stack([ensemble_confidence.mean(axis=0), au_confidence])
    systems[FUSED] = _weighted(halves, np.stack([systems[ENSEMBLE], both_heads]))
    return systems


def choices(
    recipe: Recipe, ensemble_confidence: Scores, au_confidence: Scores, found: Answers
) -> dict[str, Scores]:
    """Semantic scores (n, 8) of the ensemble, the AU classifier and both, whose highest is the choice of
    eight.

    Confidence scores stay in, as in the soft-labels: an image is Easy where the fused choice is its
    hard-label.
    """
    every = probabilities(recipe, ensemble_confidence, au_confidence, found)
    eb = every[ENSEMBLE] * ensemble_confidence.mean(axis=0)
    au = every[AU] * au_confidence
    return {ENSEMBLE: eb, AU: au, FUSED: (eb + au) / 2}


def _weighted(weights: Scores, values: Scores) -> Scores:
    """Mean of values (k, n, 8) by weights (k, 8); the plain mean where an emotion's weights are all 0."""
    safe = np.where(weights.sum(axis=0) > 0, weights, 1.0)
    return np.asarray((safe[:, None, :] * values).sum(axis=0) / safe.sum(axis=0))


def _majority(values: Scores) -> Scores:
    share = (values >= 0.5).mean(axis=0)
    return np.asarray(np.where(share == 0.5, values.mean(axis=0), share))
