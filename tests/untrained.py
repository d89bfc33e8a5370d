"""A bundle of networks that learned nothing: it labels as fast and in as many parts as a trained one."""

from pathlib import Path

from benchmarks.labelling import random_bundle
from engine.bundle import Bundle
from engine.recipe import recipe_from

SETTINGS = {"learning_rate": 1e-3, "epochs": 1, "batch": 8}


def untrained_bundle(
    folder: Path, name: str = "untrained", backbones: tuple[str, ...] = ("test_byobnet", "test_resnet")
) -> Bundle:
    """Two backbones on 32 px images; the action units are the first one's."""
    recipe = recipe_from(
        {
            "name": name,
            "backbones": list(backbones),
            "au_backbone": backbones[0],
            "images": {"size": 32, "margin": 0.1},
            "ensemble": SETTINGS,
            "action_units": SETTINGS,
        }
    )
    return random_bundle(recipe, folder)
