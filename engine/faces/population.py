"""The demo's population: face number `index` of `seed`, whatever else is drawn."""

from dataclasses import dataclass

import numpy as np

from engine.emfacs import EMOTIONS
from engine.faces import identity
from engine.faces.expression import Expression, draw_expression
from engine.faces.spec import FaceSpec

# Mixtures that people do show and name (Du, Tao & Martinez 2014, PNAS 111), and Contempt with its neighbours.
COMPOUNDS: tuple[tuple[str, str], ...] = (
    ("Happy", "Surprise"),
    ("Happy", "Disgust"),
    ("Happy", "Contempt"),
    ("Sad", "Fear"),
    ("Sad", "Anger"),
    ("Sad", "Surprise"),
    ("Sad", "Disgust"),
    ("Fear", "Anger"),
    ("Fear", "Surprise"),
    ("Fear", "Disgust"),
    ("Anger", "Surprise"),
    ("Anger", "Disgust"),
    ("Anger", "Contempt"),
    ("Disgust", "Surprise"),
    ("Disgust", "Contempt"),
)
COMPOUND_SHARE = 0.30
_FAINT_SHARE = 0.12


@dataclass(frozen=True)
class Face:
    """A face of the population: what is drawn, what it shows, and the emotion it was asked for by."""

    spec: FaceSpec
    expression: Expression
    keyword: str


def draw_face(seed: int, index: int) -> Face:
    """Face `index` of the population `seed`: the emotions take turns, and 30 % mix two."""
    rng = np.random.default_rng(np.random.SeedSequence([seed, index]))
    keyword = EMOTIONS[index % len(EMOTIONS)]
    faint = rng.random() < _FAINT_SHARE
    intensity = float(rng.uniform(0.35, 0.6) if faint else rng.uniform(0.6, 1.0))
    expression = draw_expression(_mixture(keyword, rng), intensity, rng)
    gaze = np.clip(rng.normal(0, 0.25, 2), -0.6, 0.6)
    spec = FaceSpec(
        action_units=expression.action_units,
        unilateral=expression.unilateral,
        gaze=(float(gaze[0]), float(gaze[1]) * 0.6),
        identity=identity.draw_identity(rng),
        pose=identity.draw_pose(rng),
        light=identity.draw_light(rng),
        framing=identity.draw_framing(rng),
        background=identity.draw_background(rng),
    )
    return Face(spec, expression, keyword)


def _mixture(keyword: str, rng: np.random.Generator) -> dict[str, float]:
    """The keyword's emotion alone or with a partner; Neutral is never mixed, so the others are oftener."""
    share = COMPOUND_SHARE * len(EMOTIONS) / (len(EMOTIONS) - 1)
    if keyword == "Neutral" or rng.random() >= share:
        return {keyword: 1.0}
    pairs = [pair for pair in COMPOUNDS if keyword in pair]
    pair = pairs[int(rng.integers(len(pairs)))]
    second = pair[1] if pair[0] == keyword else pair[0]
    weight = round(float(rng.uniform(0.52, 0.66)), 4)
    return {keyword: weight, second: round(1 - weight, 4)}
