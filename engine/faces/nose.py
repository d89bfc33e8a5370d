"""The nose."""

import numpy as np

from engine.faces.canvas import ellipse, mirrored, mix, shifted, spline
from engine.faces.portrait import Portrait


def draw_nose(portrait: Portrait) -> None:
    """Bridge, tip, wings and nostrils; units 9 and 10 lift the wings, 9 wrinkles the bridge."""
    canvas, colours, who = portrait.canvas, portrait.colours, portrait.identity
    wide = who.nose_width
    tip = 0.36 + 0.10 * (who.nose_length - 1) * 3 + portrait.lower * 0.5
    lit = portrait.spec.light.x
    dark_side = -1 if lit > 0 else 1
    shade = spline(((0.065, -0.16), (0.060, 0.02), (0.075, 0.18), (0.135 * wide, tip)), 20)
    canvas.stroke(
        mirrored(shade, dark_side), (0.05, 0.055, 0.06, 0.05), colours.shade, 0.50, 0.024, lift=0.06
    )
    canvas.stroke(
        mirrored(shade, -dark_side), (0.02, 0.035, 0.03, 0.03), colours.shade, 0.22, 0.024, lift=0.06
    )
    ridge = np.array(((0.0, -0.12), (0.0, 0.10), (0.0, tip - 0.03)))
    canvas.stroke(spline(ridge, 16), (0.03, 0.045, 0.065), colours.light, 0.60, 0.018, lift=0.12)
    canvas.fill(ellipse(0.012 * lit, tip - 0.015, 0.062 * wide, 0.048), colours.light, 0.55, 0.022, lift=0.18)
    under = spline(
        (
            (-0.11 * wide, tip + 0.055),
            (-0.05, tip + 0.075),
            (0, tip + 0.09),
            (0.05, tip + 0.075),
            (0.11 * wide, tip + 0.055),
        ),
        20,
    )
    canvas.stroke(
        shifted(under, 0, 0.02), (0.01, 0.05, 0.06, 0.05, 0.01), colours.shade, 0.65, 0.016, lift=0.08
    )
    for side in (-1, 1):
        _draw_wing(portrait, side, tip)
        if portrait.muscles(9) > 0.05:
            _wrinkle_bridge(portrait, side)


def _draw_wing(portrait: Portrait, side: int, tip: float) -> None:
    canvas, colours, au = portrait.canvas, portrait.colours, portrait.muscles
    wide = portrait.identity.nose_width
    rise = 0.040 * au(9) + 0.020 * au(10)
    flare = 1 + 0.14 * au(9) + 0.06 * au(10) + 0.05 * au(20) - 0.06 * au(15)
    out = 0.148 * wide * flare
    wing = spline(
        (
            (out * 0.86, tip - 0.050 - rise),
            (out * 1.03, tip - 0.005 - rise),
            (out * 1.0, tip + 0.045 - rise * 0.8),
            (out * 0.72, tip + 0.062 - rise * 0.5),
        ),
        18,
    )
    canvas.stroke(
        mirrored(wing, side),
        (0.004, 0.018, 0.020, 0.008),
        colours.line,
        0.62 + 0.2 * au(9),
        0.006,
        lift=0.05,
    )
    hole = ellipse(out * 0.50, tip + 0.058 - rise * 0.35, 0.040 * wide, 0.017, -0.25)
    canvas.fill(mirrored(hole, side), mix(colours.line, (30, 12, 12), 0.5), 0.85, 0.005, lift=0.10)


def _wrinkle_bridge(portrait: Portrait, side: int) -> None:
    strength = portrait.muscles(9)
    for index in range(3):
        y = 0.015 + 0.055 * index
        crease = spline(((0.012, y - 0.004), (0.055, y - 0.004), (0.100 + 0.012 * index, y - 0.045)), 10)
        portrait.canvas.stroke(
            mirrored(crease, side),
            (0.003, 0.015, 0.003),
            portrait.colours.line,
            0.60 * strength,
            0.006,
            lift=0.07,
        )
    bunch = spline(((0.09, 0.02), (0.15, 0.10), (0.17, 0.20)), 12)
    portrait.canvas.stroke(
        mirrored(bunch, side), (0.004, 0.018, 0.004), portrait.colours.line, 0.45 * strength, 0.007
    )
