"""Glasses."""

import numpy as np

from engine.faces.canvas import mirrored, spline
from engine.faces.portrait import Portrait


def draw_glasses(portrait: Portrait) -> None:
    """Thin frames that leave eyes and brows to be seen."""
    if not portrait.identity.glasses:
        return
    canvas, colour = portrait.canvas, (52.0, 46.0, 48.0)
    x = 0.325 * portrait.identity.eye_spacing
    for side in (-1, 1):
        lens = spline(
            (
                (x - 0.21, -0.07),
                (x, -0.125),
                (x + 0.22, -0.08),
                (x + 0.21, 0.09),
                (x, 0.165),
                (x - 0.20, 0.10),
            ),
            36,
            closed=True,
        )
        rim = np.vstack((lens, lens[:1]))
        canvas.stroke(mirrored(rim, side), (0.020, 0.020), colour, 0.92, 0.002, lift=0.10)
        temple = np.array(((x + 0.225, -0.06), (0.76, -0.07)))
        canvas.stroke(mirrored(temple, side), (0.022, 0.016), colour, 0.9, 0.002)
    canvas.stroke(
        spline(((-(x - 0.21), -0.05), (0, -0.085), (x - 0.21, -0.05)), 10),
        (0.02, 0.02),
        colour,
        0.92,
        0.002,
        lift=0.12,
    )
