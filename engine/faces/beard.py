"""Stubble, moustaches and beards."""

import numpy as np

from engine.faces.canvas import ellipse, mix, spline
from engine.faces.mouth import MouthShape
from engine.faces.portrait import Portrait


def draw_beard(portrait: Portrait, mouth: MouthShape) -> None:
    """Stubble, moustache or full beard, under the lips."""
    who, canvas = portrait.identity, portrait.canvas
    if who.beard == "none":
        return
    colour = mix(portrait.colours.brow, portrait.colours.hair, 0.5)
    jaw, low = portrait.muscles.jaw, portrait.lower
    opacity, blur = (0.30, 0.05) if who.beard == "stubble" else (0.86, 0.028)
    left, right = mouth.corner(-1), mouth.corner(1)
    if who.beard in ("stubble", "full"):
        wide = 0.75 * who.face_width * (0.4 + 0.6 * who.jaw_width)
        half = (
            (wide * 1.05, 0.08),
            (wide * 0.99, 0.38),
            (0.64 * who.jaw_width, 0.66 + jaw * 0.5),
            (0.36, 0.98 + low + jaw),
            (0.0, 1.06 + low + jaw),
        )
        inner = (
            (0.0, 0.80 + low + jaw),
            (0.20, 0.77 + low + 0.8 * jaw),
            (0.38, 0.66 + 0.5 * jaw),
            (0.52, 0.44),
            (wide * 0.93, 0.10),
        )
        side = np.vstack((spline(half, 20), spline(inner, 20)))
        both = np.vstack((side[:20], (side[:20] * (-1, 1))[::-1], (side[20:] * (-1, 1))[::-1], side[20:]))
        canvas.fill(both, colour, opacity, blur, portrait.face_mask, depth=0.12)
        canvas.fill(ellipse(0, mouth.lower_outer[:, 1].max() + 0.11, 0.10, 0.07), colour, opacity * 0.9, 0.03)
    top = mouth.upper_outer[len(mouth.upper_outer) // 2, 1]
    for end in (left, right):
        way = spline(
            (
                (0.0, top - 0.035),
                (end[0] * 0.5, top - 0.040),
                (end[0] * 0.95, end[1] * 0.55 + top * 0.45 - 0.02),
                (end[0] * 1.18, end[1] + 0.05),
            ),
            16,
        )
        canvas.stroke(way, (0.045, 0.06, 0.055, 0.03), colour, opacity, blur * 0.5, lift=0.02)
