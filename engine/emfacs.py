"""The EMFACS tables of the paper (Tables 2 and 3, Eqs. 6 and 8), derived from Table 2."""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from engine.errors import EngineError

EMOTIONS: tuple[str, ...] = (
    "Neutral",
    "Happy",
    "Sad",
    "Surprise",
    "Fear",
    "Disgust",
    "Anger",
    "Contempt",
)
"""The eight emotions in the order of AffectNet's indices 0-7; every array of eight keeps it."""

OTHER_LABELS: tuple[str, ...] = ("None", "Uncertain", "Non-Face")
"""What an annotator may answer beside an emotion (AffectNet's indices 8-10)."""

ACTION_UNITS: tuple[int, ...] = (1, 2, 4, 5, 6, 7, 9, 10, 11, 12, 14, 15, 16, 17, 20, 22, 23, 24, 25, 26, 27)
"""The 21 action units in the order of every action-unit vector (Eq. 6)."""

ACTION_UNIT_NAMES: Mapping[int, str] = MappingProxyType(
    {
        1: "inner brow raiser",
        2: "outer brow raiser",
        4: "brow lowerer",
        5: "upper lid raiser",
        6: "cheek raiser",
        7: "lid tightener",
        9: "nose wrinkler",
        10: "upper lip raiser",
        11: "nasolabial deepener",
        12: "lip corner puller",
        14: "dimpler",
        15: "lip corner depressor",
        16: "lower lip depressor",
        17: "chin raiser",
        20: "lip stretcher",
        22: "lip funneler",
        23: "lip tightener",
        24: "lip pressor",
        25: "lips part",
        26: "jaw drop",
        27: "mouth stretch",
    }
)
"""What each action unit does, as FACS names it (Ekman and Friesen 1978)."""

EMOTION_ACTION_UNITS: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {
        "Neutral": (),
        "Happy": (6, 12, 25),
        "Sad": (1, 4, 6, 11, 15, 17),
        "Surprise": (1, 2, 5, 26, 27),
        "Fear": (1, 2, 4, 5, 20, 25, 26, 27),
        "Disgust": (9, 10, 16, 17, 25, 27),
        "Anger": (4, 5, 7, 10, 17, 22, 23, 24, 25, 26),
        "Contempt": (12, 14),
    }
)
"""Table 2; a neutral face has no action unit."""

# Two printed scores contradict Table 2: AU26 and AU27 belong to three emotions each.
PRINTED_AU_SCORES: tuple[float, ...] = (
    0.33, 0.5, 0.33, 0.33, 0.5, 1.0, 1.0, 0.5, 1.0, 0.5, 1.0,
    1.0, 1.0, 0.33, 1.0, 1.0, 1.0, 1.0, 0.25, 0.25, 0.5,
)  # fmt: skip
"""The action-unit scores as Eq. 8 prints them, in the order of `ACTION_UNITS`."""

# Table 3 prints 4 for this pair, but Table 2 has three common units: 10, 17 and 25.
_PRINTED_PAIR, _PRINTED_COUNT = frozenset({"Disgust", "Anger"}), 4


def emotion_index(emotion: str) -> int:
    """Place of an emotion in `EMOTIONS`; raises EngineError for any other word."""
    if emotion not in EMOTIONS:
        raise EngineError(f"unknown emotion {emotion!r}; the emotions are {', '.join(EMOTIONS)}")
    return EMOTIONS.index(emotion)


def overlap(printed: bool = False) -> dict[str, dict[str, int]]:
    """Number of action units that two emotions share (Table 3), for every ordered pair.

    An emotion with itself gives the size of its own row of Table 2. `printed` gives Disgust-Anger the 4 that
    Table 3 prints in place of the 3 that follows from Table 2.
    """
    sets = {emotion: set(units) for emotion, units in EMOTION_ACTION_UNITS.items()}
    table = {one: {other: len(sets[one] & sets[other]) for other in EMOTIONS} for one in EMOTIONS}
    if printed:
        one, other = _PRINTED_PAIR
        table[one][other] = table[other][one] = _PRINTED_COUNT
    return table


def au_scores(printed: bool = False) -> dict[int, float]:
    """Score of each action unit: 1 / number of emotions that hold it (AUS, Eq. 8).

    `printed` gives the numbers that the paper prints; they differ for AU26 and AU27 (0.25 and 0.5 for 1/3).
    """
    if printed:
        return dict(zip(ACTION_UNITS, PRINTED_AU_SCORES, strict=True))
    return {
        unit: 1.0 / sum(unit in units for units in EMOTION_ACTION_UNITS.values()) for unit in ACTION_UNITS
    }


def emotions_of_unit(unit: int) -> tuple[str, ...]:
    """The emotions that hold an action unit (Table 2); raises EngineError for a unit that none holds."""
    found = tuple(emotion for emotion, units in EMOTION_ACTION_UNITS.items() if unit in units)
    if not found:
        raise EngineError(
            f"no emotion holds action unit {unit}; known are {', '.join(map(str, ACTION_UNITS))}"
        )
    return found


def action_unit_vector(emotion: str) -> npt.NDArray[np.float64]:
    """Vector of 21 zeros and ones that marks an emotion's action units; zeros for Neutral (Sec. 3.3)."""
    units = EMOTION_ACTION_UNITS[EMOTIONS[emotion_index(emotion)]]
    return np.array([float(unit in units) for unit in ACTION_UNITS])


def action_unit_matrix() -> npt.NDArray[np.float64]:
    """The eight action-unit vectors as one (8, 21) matrix, rows in the order of `EMOTIONS`."""
    return np.stack([action_unit_vector(emotion) for emotion in EMOTIONS])
