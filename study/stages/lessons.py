"""What the training teaches: how each emotion shows in a face, in words that need no knowledge of FACS.

The indicators of an emotion are its action units (Table 2 of the paper), except that Contempt shows on one
side of the face alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.emfacs import EMOTION_ACTION_UNITS, EMOTIONS

IN_WORDS: Mapping[int, str] = {
    1: "the inner ends of the eyebrows go up",
    2: "the outer ends of the eyebrows go up",
    4: "the eyebrows are drawn down and together",
    5: "the upper eyelids are raised, so that the eyes open wide",
    6: "the cheeks are lifted, and wrinkles show beside the eyes",
    7: "the eyelids are tightened, so that the eyes narrow",
    9: "the nose is wrinkled",
    10: "the upper lip is raised",
    11: "the fold from the nose to the mouth deepens",
    12: "the corners of the mouth are drawn up and back",
    14: "the corner of the mouth is pressed in, often with a dimple",
    15: "the corners of the mouth are drawn down",
    16: "the lower lip is drawn down",
    17: "the chin is pushed up and wrinkled",
    20: "the lips are stretched sideways",
    22: "the lips are pushed forward",
    23: "the lips are tightened",
    24: "the lips are pressed together",
    25: "the lips are apart",
    26: "the jaw drops",
    27: "the mouth is stretched wide open",
}
"""What one sees when an action unit is at work."""

_IN_SHORT: Mapping[str, str] = {
    "Neutral": "The face is at rest: no muscle shows an emotion. Some faces look a little stern or sad at "
    "rest, so look for movement and not for the shape of the face.",
    "Happy": "A smile that reaches the eyes. Look at the corners of the mouth and at the cheeks.",
    "Sad": "Look at the eyebrows first: their inner ends rise and come together. The mouth turns down.",
    "Surprise": "Everything opens: eyebrows up, eyes wide, the jaw drops. It is brief, and free of tension.",
    "Fear": "Like surprise, but tense: the raised eyebrows are drawn together, and the lips are stretched.",
    "Disgust": "As at a bad smell. Look at the nose and at the upper lip.",
    "Anger": "Eyebrows down and together, a hard look, and lips that are tight or pressed together.",
    "Contempt": "The only one that shows on one side: one corner of the mouth is tightened or raised.",
}


@dataclass(frozen=True)
class Lesson:
    """One emotion: in short, and by its indicators, each an action unit and what one sees of it."""

    emotion: str
    in_short: str
    indicators: tuple[tuple[int, str], ...]


def lessons() -> tuple[Lesson, ...]:
    """The eight emotions in their order."""
    return tuple(
        Lesson(emotion, _IN_SHORT[emotion], tuple((unit, _seen(emotion, unit)) for unit in units))
        for emotion, units in EMOTION_ACTION_UNITS.items()
    )


def _seen(emotion: str, unit: int) -> str:
    words = IN_WORDS[unit]
    if emotion == "Contempt":
        words = words.replace("the corners of the mouth are", "one corner of the mouth is").replace(
            "the corner", "that corner"
        )
    return words[0].upper() + words[1:]


PRACTICE: tuple[str, ...] = (
    *("Happy", "Fear", "Contempt", "Sad", "Surprise", "Anger", "Neutral", "Disgust"),
)
"""The emotions of the practice questions, in the order in which they are asked."""
STEPS = len(EMOTIONS) + len(PRACTICE)
"""Steps of the training: a page for each emotion, then the practice questions."""
