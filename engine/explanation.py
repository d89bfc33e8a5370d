"""One photograph's soft-label with everything that it is made of."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from engine.answers import combine
from engine.decoding import Box, Source, decode
from engine.emfacs import ACTION_UNITS, EMOTIONS
from engine.inference import LoadedBundle
from engine.soft_labels import rank, subset


@dataclass(frozen=True)
class Explanation:
    """A face's scores by emotion, its action units, and the subset that each hard-label would put it into.

    `soft` is the mean of `ensemble` and `action_unit_classifier` (Eq. 14). `by_backbone` are the
    probabilities of its networks before their confidence scores. `action_units` goes from unit to score,
    `ranks` from hard-label to its rank, and `subsets` to Easy, Challenging or Difficult.
    """

    soft: Mapping[str, float]
    ensemble: Mapping[str, float]
    action_unit_classifier: Mapping[str, float]
    by_backbone: Mapping[str, Mapping[str, float]]
    action_units: Mapping[int, float]
    ranks: Mapping[str, int]
    subsets: Mapping[str, str]

    def hard_labels(self, subset: str) -> tuple[str, ...]:
        """The hard-labels with which the image would be Easy, Challenging or Difficult, best score first."""
        ranked = sorted(self.ranks, key=lambda emotion: self.ranks[emotion])
        return tuple(emotion for emotion in ranked if self.subsets[emotion] == subset)


def explain(image: Source, loaded: LoadedBundle, box: Box | None = None) -> Explanation:
    """Label one image (a path, bytes or a Pillow image) and say how the label came about.

    `loaded` keeps the networks between images. Raises DecodingError where the image cannot be read.
    """
    settings = loaded.bundle.recipe.images
    pixels = decode(image, settings.size, box, settings.margin)
    answers = loaded.answers(pixels[None])
    found = combine(loaded.bundle, answers)
    ranks = rank(np.repeat(found.soft, len(EMOTIONS), axis=0), np.arange(len(EMOTIONS)))
    backbones = loaded.bundle.recipe.backbones
    return Explanation(
        soft=_by_emotion(found.soft[0]),
        ensemble=_by_emotion(found.eb[0]),
        action_unit_classifier=_by_emotion(found.au[0]),
        by_backbone={
            backbone: _by_emotion(answers.probability[place, 0]) for place, backbone in enumerate(backbones)
        },
        action_units=dict(zip(ACTION_UNITS, map(float, found.units[0]), strict=True)),
        ranks=dict(zip(EMOTIONS, map(int, ranks), strict=True)),
        subsets=dict(zip(EMOTIONS, map(str, subset(ranks)), strict=True)),
    )


def _by_emotion(scores: np.typing.NDArray[np.float64]) -> dict[str, float]:
    return dict(zip(EMOTIONS, map(float, scores), strict=True))
