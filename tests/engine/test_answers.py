"""The whole way from networks to soft-label, written out once more from the paper with plain loops."""

import dataclasses
import math
from pathlib import Path

import numpy as np
import pytest

from engine.answers import Answers, combine
from engine.bundle import Bundle
from engine.emfacs import EMOTIONS
from engine.recipe import LabelSettings, load_recipe
from engine.soft_labels import margin, rank, subset

# Table 2 and the order of Eq. 6, typed from the paper and not taken from the engine.
UNITS = [1, 2, 4, 5, 6, 7, 9, 10, 11, 12, 14, 15, 16, 17, 20, 22, 23, 24, 25, 26, 27]
HELD = {
    "Neutral": [],
    "Happy": [6, 12, 25],
    "Sad": [1, 4, 6, 11, 15, 17],
    "Surprise": [1, 2, 5, 26, 27],
    "Fear": [1, 2, 4, 5, 20, 25, 26, 27],
    "Disgust": [9, 10, 16, 17, 25, 27],
    "Anger": [4, 5, 7, 10, 17, 22, 23, 24, 25, 26],
    "Contempt": [12, 14],
}
IMAGES, BACKBONES = 40, 3


def bundle_with(confidence: dict[str, object], labels: LabelSettings) -> Bundle:
    recipe = dataclasses.replace(load_recipe("paper"), labels=labels)
    return Bundle(Path("paper"), recipe, {"confidence": confidence, "fingerprint": "none"})


def expected(
    answers: Answers, ensemble: np.ndarray, action_units: np.ndarray, normalised: bool
) -> np.ndarray:
    scores = {unit: 1 / sum(unit in held for held in HELD.values()) for unit in UNITS}  # Eq. 8
    soft = np.empty((IMAGES, 8))
    for image in range(IMAGES):
        for own, emotion in enumerate(HELD):
            # Eq. 5
            eb = sum(ensemble[j, own] * answers.probability[j, image, own] for j in range(BACKBONES)) / 3
            similarities = []  # Eq. 9
            for other, held in HELD.items():
                said = dict(zip(UNITS, answers.units[image, own], strict=True))
                value = sum(scores[unit] * said[unit] for unit in held)
                if normalised and held:
                    value /= sum(scores[unit] for unit in held)
                similarities.append(0.25 if other == "Neutral" else value)
            rest = [value for place, value in enumerate(similarities) if place != own]
            yes, no = similarities[own], sum(rest) / 7  # Eq. 10
            apv = math.exp(yes) / (math.exp(yes) + math.exp(no))  # Eq. 11
            probability = (answers.binary[image, own] + apv) / 2  # Eq. 12
            soft[image, own] = (eb + action_units[own] * probability) / 2  # Eqs. 13, 14
            assert emotion == EMOTIONS[own]
    return soft


@pytest.mark.parametrize("normalised", [False, True])
def test_soft_labels_are_what_the_papers_equations_give_step_by_step(normalised: bool) -> None:
    rng = np.random.default_rng(8)
    answers = Answers(
        rng.random((BACKBONES, IMAGES, 8)), rng.random((IMAGES, 8)), rng.random((IMAGES, 8, 21))
    )
    ensemble, action_units = rng.random((BACKBONES, 8)), rng.random(8)
    names = load_recipe("paper").backbones
    confidence = {
        "ensemble": {
            name: dict(zip(EMOTIONS, row, strict=True)) for name, row in zip(names, ensemble, strict=True)
        },
        "action_units": dict(zip(EMOTIONS, action_units, strict=True)),
    }
    settings = LabelSettings(similarity="normalised" if normalised else "paper")
    found = combine(bundle_with(confidence, settings), answers)
    assert np.allclose(found.soft, expected(answers, ensemble, action_units, normalised), atol=1e-12)
    assert np.allclose(found.soft, (found.eb + found.au) / 2)


def test_rank_subset_and_margin_are_section_3_5_written_out() -> None:
    rng = np.random.default_rng(9)
    scores = rng.integers(0, 5, (200, 8)) / 4  # with many ties
    hard = rng.integers(0, 8, 200)
    for row, own, at, kind, far in zip(
        scores, hard, rank(scores, hard), subset(rank(scores, hard)), margin(scores, hard), strict=True
    ):
        higher = sum(score > row[own] for score in row)
        assert at == 1 + higher
        assert kind == ("Easy" if higher == 0 else "Challenging" if higher <= 2 else "Difficult")
        assert far == row[own] - max(score for place, score in enumerate(row) if place != own)
