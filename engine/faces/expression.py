"""From emotions to action units: recognisable subsets of an emotion's row of Table 2, and their mixtures.

People never show all units of a row at once, and some exclude each other (24 presses the lips that 25 parts),
so each emotion has variants: units with the range of their intensity and the probability that they show.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from engine.emfacs import EMOTION_ACTION_UNITS, EMOTIONS
from engine.faces.spec import FaceError

# unit: (least, most, probability)
Variant = Mapping[int, tuple[float, float, float]]

VARIANTS: Mapping[str, tuple[tuple[float, Variant], ...]] = {
    "Neutral": ((1.0, {}),),
    "Happy": (
        (0.78, {6: (0.6, 1.0, 1.0), 12: (0.75, 1.0, 1.0), 25: (0.6, 1.0, 1.0)}),
        (0.22, {6: (0.6, 1.0, 1.0), 12: (0.75, 1.0, 1.0)}),
    ),
    "Sad": (
        (
            1.0,
            {
                1: (0.8, 1.0, 1.0),
                4: (0.6, 0.9, 1.0),
                15: (0.7, 1.0, 1.0),
                17: (0.4, 0.9, 0.75),
                11: (0.3, 0.7, 0.45),
                6: (0.2, 0.45, 0.25),
            },
        ),
    ),
    "Surprise": (
        (
            1.0,
            {
                1: (0.8, 1.0, 1.0),
                2: (0.8, 1.0, 1.0),
                5: (0.6, 1.0, 1.0),
                26: (0.7, 1.0, 1.0),
                27: (0.3, 0.8, 0.6),
            },
        ),
    ),
    "Fear": (
        (
            1.0,
            {
                1: (0.8, 1.0, 1.0),
                2: (0.4, 0.75, 0.9),
                4: (0.65, 0.95, 1.0),
                5: (0.8, 1.0, 1.0),
                20: (0.8, 1.0, 1.0),
                25: (0.7, 1.0, 1.0),
                26: (0.2, 0.6, 0.6),
                27: (0.05, 0.2, 0.1),
            },
        ),
    ),
    "Disgust": (
        (
            0.62,
            {
                9: (0.8, 1.0, 1.0),
                10: (0.8, 1.0, 1.0),
                25: (0.5, 0.8, 1.0),
                16: (0.3, 0.65, 0.7),
                17: (0.2, 0.5, 0.25),
                27: (0.05, 0.15, 0.1),
            },
        ),
        (0.38, {9: (0.85, 1.0, 1.0), 10: (0.8, 1.0, 1.0), 17: (0.5, 0.9, 0.8)}),
    ),
    "Anger": (
        (
            0.6,
            {
                4: (0.85, 1.0, 1.0),
                5: (0.4, 0.75, 0.8),
                7: (0.6, 1.0, 1.0),
                23: (0.6, 1.0, 1.0),
                24: (0.7, 1.0, 1.0),
                17: (0.3, 0.6, 0.5),
            },
        ),
        (
            0.4,
            {
                4: (0.85, 1.0, 1.0),
                5: (0.5, 0.85, 0.9),
                7: (0.5, 0.9, 1.0),
                10: (0.35, 0.65, 0.7),
                22: (0.4, 0.8, 0.9),
                23: (0.3, 0.7, 0.7),
                25: (0.8, 1.0, 1.0),
                26: (0.3, 0.7, 0.9),
            },
        ),
    ),
    "Contempt": ((1.0, {12: (0.5, 0.8, 1.0), 14: (0.8, 1.0, 1.0)}),),
}

# Of two units that pull against each other, the weaker gives way by this share of the stronger.
_OPPOSED = ((24, 25), (24, 26), (24, 27), (12, 15), (22, 20), (24, 16), (2, 9))
_SIDED = ("Contempt",)


@dataclass(frozen=True)
class Expression:
    """Action-unit intensities, on which side 12 and 14 show alone (0 both), and what they were made of."""

    action_units: Mapping[int, float]
    unilateral: float
    mixture: Mapping[str, float]
    intensity: float


def prototype(emotion: str) -> dict[int, float]:
    """The clearest showing of an emotion: the likely units of its first variant at the top of their range."""
    if emotion not in EMOTIONS:
        raise FaceError(f"unknown emotion {emotion!r}; choose among {', '.join(EMOTIONS)}")
    return {unit: most for unit, (_, most, likely) in VARIANTS[emotion][0][1].items() if likely >= 0.6}


def draw_units(emotion: str, rng: np.random.Generator) -> dict[int, float]:
    """One showing of an emotion at full strength: units of one variant, all in its row of Table 2."""
    weights = [weight for weight, _ in VARIANTS[emotion]]
    variant = VARIANTS[emotion][int(rng.choice(len(weights), p=weights))][1]
    shown = {
        unit: float(rng.uniform(low, high)) for unit, (low, high, p) in variant.items() if rng.random() < p
    }
    return {unit: shown[unit] for unit in EMOTION_ACTION_UNITS[emotion] if unit in shown}


def draw_expression(mixture: Mapping[str, float], intensity: float, rng: np.random.Generator) -> Expression:
    """A showing of one emotion, or of two mixed: the stronger at `intensity`, the other by its share.

    `mixture` maps emotions to weights that sum to 1.
    """
    most = max(mixture.values())
    units: dict[int, float] = {}
    for emotion, weight in mixture.items():
        strength = intensity * (weight / most) ** 0.5
        for unit, level in draw_units(emotion, rng).items():
            units[unit] = max(units.get(unit, 0.0), min(1.0, level * strength))
    unilateral = 0.0
    if any(emotion in mixture for emotion in _SIDED):
        unilateral = float(rng.choice((-1.0, 1.0)) * rng.uniform(0.85, 1.0))
    return Expression(_settled(units), unilateral, dict(mixture), intensity)


def _settled(units: dict[int, float]) -> dict[int, float]:
    """The units once those that exclude each other have given way."""
    for first, second in _OPPOSED:
        if first in units and second in units:
            weaker, stronger = sorted((first, second), key=lambda unit: units[unit])
            units[weaker] = max(0.0, units[weaker] - 0.8 * units[stronger])
    return {unit: round(units[unit], 4) for unit in sorted(units) if units[unit] >= 0.02}
