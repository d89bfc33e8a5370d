import dataclasses

import numpy as np
import pytest

from engine.answers import Answers
from engine.evaluation import systems
from engine.recipe import Recipe, load_recipe


@pytest.fixture
def recipe() -> Recipe:
    return dataclasses.replace(load_recipe("demo"), backbones=("a", "b"), au_backbone="b")


def answers(*networks: float, binary: float = 0.4) -> Answers:
    """The same answer to one image for all emotions, and no action unit."""
    probability = np.array([np.full((1, 8), value) for value in networks])
    return Answers(probability, np.full((1, 8), binary), np.zeros((1, 8, 21)))


def found(recipe: Recipe, given: Answers) -> dict[str, float]:
    ensemble, units = np.array([[0.9] * 8, [0.6] * 8]), np.full(8, 0.5)
    happy = 1
    return {
        name: float(values[0, happy])
        for name, values in systems.probabilities(recipe, ensemble, units, given).items()
    }


def test_each_system_by_hand(recipe: Recipe) -> None:
    got = found(recipe, answers(0.8, 0.2))
    # No action unit: Happy's similarity is 0 and the mean of the other seven 0.25 / 7 (Neutral's).
    units = 1 / (1 + np.exp(0.25 / 7))
    ensemble = (0.9 * 0.8 + 0.6 * 0.2) / 1.5
    au = (0.4 + units) / 2
    assert got["a"] == 0.8
    assert got["ensemble"] == pytest.approx(ensemble) == pytest.approx(0.56)
    assert got["au_units_head"] == pytest.approx(units)
    assert got["au_binary_head"] == 0.4
    assert got["au_classifier"] == pytest.approx(au)
    assert got["network_and_au"] == pytest.approx((0.2 + au) / 2)
    assert got["fused"] == pytest.approx((0.75 * ensemble + 0.5 * au) / 1.25)


def test_a_tie_of_the_backbones_is_settled_by_their_mean(recipe: Recipe) -> None:
    assert found(recipe, answers(0.9, 0.3))["majority"] == pytest.approx(0.6)
    assert found(recipe, answers(0.6, 0.3))["majority"] == pytest.approx(0.45)
    assert found(recipe, answers(0.6, 0.5))["majority"] == 1


def test_the_ensemble_can_differ_from_its_majority(recipe: Recipe) -> None:
    three = dataclasses.replace(recipe, backbones=("a", "b", "c"))
    got = systems.probabilities(three, np.full((3, 8), 0.8), np.full(8, 0.8), answers(0.99, 0.45, 0.45))
    assert got["ensemble"][0, 0] > 0.5 > got["majority"][0, 0]


def test_without_the_au_backbone_among_the_ensemble_table_x_has_no_joint_row(recipe: Recipe) -> None:
    other = dataclasses.replace(recipe, au_backbone="z")
    assert systems.BINARY_AND_AU not in found(other, answers(0.5, 0.5))


def test_choices_keep_the_confidence_scores(recipe: Recipe) -> None:
    ensemble, units = np.array([[0.9] * 8, [0.6] * 8]), np.full(8, 0.5)
    got = systems.choices(recipe, ensemble, units, answers(0.8, 0.2))
    assert got["ensemble"][0, 1] == pytest.approx((0.9 * 0.8 + 0.6 * 0.2) / 2)  # Eq. 5
    assert got["fused"] == pytest.approx((got["ensemble"] + got["au_classifier"]) / 2)  # Eq. 14
