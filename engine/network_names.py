"""Which networks a recipe has: their names, known without torch."""

import zlib
from dataclasses import dataclass
from typing import Literal

import numpy as np

from engine.emfacs import EMOTIONS
from engine.recipe import Recipe

Kind = Literal["ensemble", "action_units", "foundation", "baseline"]


@dataclass(frozen=True)
class NetworkName:
    """Which network: of the ensemble (24 in the paper), of the AU classifier (8), or a backbone's foundation.

    A foundation is no network of the bundle but what the others start from, and a baseline what the paper
    compares its labels by; the `emotion` of both is "all".
    """

    kind: Kind
    backbone: str
    emotion: str

    @property
    def stem(self) -> str:
        """Name of the network's files, such as ensemble-resnet50-happy."""
        backbone = self.backbone.replace("/", "_").replace(":", "_")
        return f"{self.kind}-{backbone}-{self.emotion.lower()}"

    def seed(self, recipe_seed: int) -> np.random.SeedSequence:
        """This network's own source of randomness, whichever networks were trained before it."""
        return np.random.SeedSequence([recipe_seed, zlib.crc32(self.stem.encode())])


def network_names(recipe: Recipe) -> list[NetworkName]:
    """Every network of a recipe: the ensemble's by backbone and emotion, then the AU classifier's."""
    ensemble = [
        NetworkName("ensemble", backbone, emotion) for backbone in recipe.backbones for emotion in EMOTIONS
    ]
    return ensemble + [NetworkName("action_units", recipe.au_backbone, emotion) for emotion in EMOTIONS]


def foundation_names(recipe: Recipe) -> list[NetworkName]:
    """The foundations of a recipe's backbones; none where it has no such section."""
    if recipe.foundation is None:
        return []
    return [
        NetworkName("foundation", name, "all")
        for name in dict.fromkeys((*recipe.backbones, recipe.au_backbone))
    ]
