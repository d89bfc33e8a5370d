"""What the training teaches: how each emotion shows in a face, in words that need no knowledge of FACS.

The indicators of an emotion are its action units (Table 2 of the paper), except that Contempt shows on one
side of the face alone.
"""

from dataclasses import dataclass

from engine.emfacs import EMOTION_ACTION_UNITS, EMOTIONS
from study.wording.wording import Wording


@dataclass(frozen=True)
class Lesson:
    """One emotion: in short, and by its indicators, each an action unit and what one sees of it."""

    emotion: str
    in_short: str
    indicators: tuple[tuple[int, str], ...]


def lessons(wording: Wording) -> tuple[Lesson, ...]:
    """The eight emotions in their order."""
    return tuple(
        Lesson(
            emotion,
            wording.say(f"lessons.{emotion.lower()}"),
            tuple((unit, _seen(wording, emotion, unit)) for unit in units),
        )
        for emotion, units in EMOTION_ACTION_UNITS.items()
    )


def _seen(wording: Wording, emotion: str, unit: int) -> str:
    on_one_side = f"units.{emotion.lower()}_{unit}"
    return wording.say(on_one_side if on_one_side in wording.words else f"units.{unit}")


PRACTICE: tuple[str, ...] = (
    *("Happy", "Fear", "Contempt", "Sad", "Surprise", "Anger", "Neutral", "Disgust"),
)
"""The emotions of the practice questions, in the order in which they are asked."""
STEPS = len(EMOTIONS) + len(PRACTICE)
"""Steps of the training: a page for each emotion, then the practice questions."""
