"""The easel: one canvas, one specification and the colours that follow from it."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from PIL import Image

from engine.faces.canvas import Canvas, Points, darker, mix, spline
from engine.faces.muscles import Muscles
from engine.faces.spec import Colour, FaceSpec, Identity

SKIN_TONES: tuple[Colour, ...] = (
    (247, 222, 204),
    (240, 203, 174),
    (226, 178, 140),
    (201, 148, 107),
    (166, 112, 76),
    (130, 85, 59),
    (98, 64, 48),
)


@dataclass(frozen=True)
class Palette:
    """Colours of one face."""

    skin: Colour
    shade: Colour
    light: Colour
    line: Colour
    flush: Colour
    lip: Colour
    hair: Colour
    brow: Colour


def palette(identity: Identity) -> Palette:
    """Skin, line, lip and hair colours that follow from an identity."""
    place = identity.tone * (len(SKIN_TONES) - 1)
    low = min(int(place), len(SKIN_TONES) - 2)
    skin = mix(SKIN_TONES[low], SKIN_TONES[low + 1], place - low)
    warm = identity.undertone
    skin = (skin[0] + 5 * warm, skin[1] - 1 * warm, skin[2] - 6 * warm)
    rose = (190.0, 78.0, 78.0) if identity.tone < 0.6 else (150.0, 66.0, 66.0)
    fullness = 0.38 + 0.22 * identity.presentation
    lip = mix(darker(skin, 0.88), rose, fullness)
    brow = mix(darker(identity.hair_colour, 0.8), darker(skin, 0.35), 0.3)
    return Palette(
        skin=skin,
        shade=(skin[0] * 0.66, skin[1] * 0.56, skin[2] * 0.54),
        light=mix(skin, (255.0, 240.0, 222.0), 0.42 - 0.10 * identity.tone),
        line=(skin[0] * 0.44, skin[1] * 0.31, skin[2] * 0.28),
        flush=mix(skin, rose, 0.55),
        lip=lip,
        hair=identity.hair_colour,
        brow=brow,
    )


class Portrait:
    """What every drawing function is given: where to draw, what, and in which colours."""

    def __init__(self, spec: FaceSpec, size: int, supersample: int) -> None:
        self.spec = spec
        self.identity = spec.identity
        self.muscles = Muscles(spec)
        self.colours = palette(spec.identity)
        self.canvas = Canvas(size, supersample, spec.pose, spec.framing)

    @cached_property
    def contour(self) -> Points:
        """Outline of the head from the crown round by the picture's right side, chin and left side."""
        who, jaw = self.identity, self.muscles.jaw
        wide, low = 0.75 * who.face_width, who.face_length
        half = np.array(
            (
                (0.30, -0.985),
                (0.53, -0.855),
                (0.68 * who.face_width, -0.62),
                (0.742 * who.face_width, -0.33),
                (wide * 1.005, -0.10),
                (wide * 0.985, 0.16),
                (wide * 0.94 * (0.4 + 0.6 * who.jaw_width), 0.40),
                (0.615 * who.jaw_width, 0.62),
                (0.445 * who.jaw_width, 0.81),
                (0.245 * who.chin_width, 0.95),
            )
        )
        drop = np.clip((half[:, 1] - 0.15) / 0.75, 0, 1) ** 1.3
        half[:, 1] += jaw * drop + 0.9 * (low - 1) * np.clip(half[:, 1], 0, None)
        half[:, 0] *= 1 - 0.22 * jaw * drop
        chin = (0.0, 0.995 + jaw + 0.9 * (low - 1) - 0.012 * self.muscles(17))
        left = half[::-1] * (-1, 1)
        return spline(np.vstack(([(0.0, -1.03)], half, [chin], left)), 88, closed=True)

    @cached_property
    def face_mask(self) -> Image.Image:
        """Mask of the head without neck and ears."""
        return self.canvas.mask(self.contour, depth=0.0)

    @property
    def lower(self) -> float:
        """How far the mouth's rest place moves with the length of the face."""
        return 0.55 * (self.identity.face_length - 1)
