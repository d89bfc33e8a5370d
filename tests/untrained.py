"""A bundle of networks that learned nothing: it labels as fast and in as many parts as a trained one."""

from pathlib import Path

from benchmarks.labelling import random_bundle
from engine.bundle import Bundle
from engine.recipe import recipe_from

SETTINGS = {"learning_rate": 1e-3, "epochs": 1, "batch": 8}


def untrained_bundle(folder: Path, name: str = "untrained") -> Bundle:
    """Two backbones on 32 px images."""
    recipe = recipe_from(
        {
            "name": name,
            "backbones": ["test_byobnet", "test_resnet"],
            "au_backbone": "test_byobnet",
            "images": {"size": 32, "margin": 0.1},
            "ensemble": SETTINGS,
            "action_units": SETTINGS,
        }
    )
    return random_bundle(recipe, folder)
