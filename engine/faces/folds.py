"""Cheeks, chin and the folds and furrows that action units leave in the skin."""

import numpy as np

from engine.faces.canvas import Points, ellipse, mirrored, shifted, spline
from engine.faces.mouth import MouthShape
from engine.faces.portrait import Portrait


def draw_cheeks(portrait: Portrait, mouth: MouthShape) -> None:
    """Cheek light and flush, raised by units 6 and 12, and the nasolabial fold."""
    canvas, colours, who, au = portrait.canvas, portrait.colours, portrait.identity, portrait.muscles
    wing = 0.36 + portrait.lower * 0.5
    skin = portrait.face_mask
    for side in (-1, 1):
        raised = max(au(6), 0.8 * au(12, side))
        y = 0.33 - 0.075 * raised
        canvas.fill(
            mirrored(ellipse(0.43, y + 0.03, 0.19, 0.13), side),
            colours.flush,
            0.22 + 0.20 * raised,
            0.07,
            skin,
        )
        canvas.fill(
            mirrored(ellipse(0.42, y - 0.05, 0.13, 0.065), side),
            colours.light,
            0.30 + 0.40 * raised,
            0.045,
            skin,
        )
        below = spline(((0.30, y + 0.10), (0.44, y + 0.135), (0.57, y + 0.04)), 14)
        canvas.stroke(mirrored(below, side), (0.01, 0.06, 0.02), colours.shade, 0.40 * raised, 0.028)
        hollow = spline(((0.60, 0.30), (0.54, 0.50), (0.44, 0.68)), 14)
        canvas.stroke(
            mirrored(hollow, side), (0.02, 0.10, 0.04), colours.shade, 0.16 + 0.12 * who.age, 0.05, skin
        )
        _draw_nasolabial(portrait, mouth, side, wing)


def _draw_nasolabial(portrait: Portrait, mouth: MouthShape, side: int, wing: float) -> None:
    canvas, colours, who, au = portrait.canvas, portrait.colours, portrait.identity, portrait.muscles
    rise = 0.040 * au(9) + 0.025 * au(10)
    corner = mouth.corner(side) * (side, 1)
    smile, sneer = au(12, side), max(au(9), au(10))
    depth = (
        0.14 + 0.42 * max(0.0, who.age - 0.25) + 0.62 * smile + 0.62 * au(11) + 0.55 * sneer + 0.18 * au(15)
    )
    depth += 0.15 * au(20) + 0.15 * au(6) + 0.25 * au(14, side)
    bow = 0.040 + 0.040 * smile + 0.035 * sneer + 0.015 * au(11)
    end = shifted(corner, 0.062 + 0.018 * smile, 0.010 + 0.075 * smile + 0.02 * au(15))
    start = np.array((0.160 * who.nose_width, wing - 0.020 - rise))
    fold = spline(
        (
            start,
            start * 0.62 + end * 0.38 + (bow, -0.012 - 0.030 * smile),
            start * 0.25 + end * 0.75 + (bow * 0.9, 0),
            end,
        ),
        22,
    )
    canvas.stroke(
        mirrored(shifted(fold, -0.018, 0.012), side),
        (0.02, 0.055, 0.05, 0.01),
        colours.shade,
        min(0.8, 0.75 * depth),
        0.020,
    )
    canvas.stroke(
        mirrored(fold, side),
        (0.004, 0.017, 0.015, 0.002),
        colours.line,
        min(0.75, max(0.0, depth - 0.10)),
        0.006,
    )
    canvas.stroke(
        mirrored(shifted(fold, 0.035, -0.020), side),
        (0.01, 0.05, 0.05, 0.01),
        colours.light,
        min(0.5, 0.45 * depth),
        0.020,
    )


def draw_lower_face(portrait: Portrait, mouth: MouthShape) -> None:
    """Philtrum, chin, and the marks of units 14, 15, 17, 20, 23 and 24 around the mouth."""
    canvas, colours, who, au = portrait.canvas, portrait.colours, portrait.identity, portrait.muscles
    chin_y = 0.86 + portrait.lower * 1.4 + 0.85 * au.jaw - 0.03 * au(17)
    canvas.fill(ellipse(0, chin_y, 0.135, 0.075), colours.light, 0.38 + 0.25 * au(17), 0.04)
    low = float(mouth.lower_outer[:, 1].max())
    groove = spline(((-0.15, low + 0.055), (0, low + 0.035 + 0.01 * au(17)), (0.15, low + 0.055)), 14)
    canvas.stroke(groove, (0.01, 0.05, 0.01), colours.shade, 0.45 + 0.3 * au(17), 0.02)
    if au(17) > 0.05:
        _draw_chin_boss(portrait, chin_y, low)
    top = mouth.upper_outer[len(mouth.upper_outer) // 2]
    dent = np.array(((0.0, 0.475 + portrait.lower * 0.5), (top[0], top[1] - 0.008)))
    canvas.stroke(dent, (0.03, 0.05), colours.shade, 0.34, 0.014, lift=0.02)
    for side in (-1, 1):
        corner = mouth.corner(side) * (side, 1)
        _draw_corner_marks(portrait, corner, side)
        sag = 0.30 * max(0.0, who.age - 0.45) + 0.34 * au(15)
        jowl = spline(
            (shifted(corner, 0.012, 0.02), shifted(corner, 0.040, 0.06), shifted(corner, 0.050, 0.115)), 10
        )
        canvas.stroke(mirrored(jowl, side), (0.006, 0.022, 0.004), colours.line, min(0.7, sag), 0.010)
    press = max(au(24), 0.7 * au(23))
    if press > 0.05:
        for edge, offset in ((mouth.upper_outer, -0.028), (mouth.lower_outer, 0.024)):
            canvas.stroke(
                shifted(edge[6:-6], 0, offset), (0.0, 0.035, 0.035, 0.0), colours.light, 0.55 * press, 0.014
            )
        canvas.stroke(
            shifted(mouth.upper_outer[4:-4], 0, -0.006),
            (0.0, 0.012, 0.012, 0.0),
            colours.line,
            0.4 * press,
            0.006,
        )


def _draw_chin_boss(portrait: Portrait, chin_y: float, low: float) -> None:
    canvas, colours, strength = portrait.canvas, portrait.colours, portrait.muscles(17)
    arc = spline(
        (
            (-0.13, low + 0.085),
            (-0.07, low + 0.042),
            (0, low + 0.030),
            (0.07, low + 0.042),
            (0.13, low + 0.085),
        ),
        20,
    )
    canvas.stroke(arc, (0.003, 0.020, 0.022, 0.020, 0.003), colours.line, 0.65 * strength, 0.007)
    for x, y in ((-0.06, -0.01), (-0.02, 0.025), (0.03, -0.005), (0.065, 0.03), (-0.045, 0.05), (0.01, 0.06)):
        canvas.fill(ellipse(x, chin_y + y, 0.012, 0.009), colours.line, 0.30 * strength, 0.006)


def _draw_corner_marks(portrait: Portrait, corner: Points, side: int) -> None:
    canvas, colours, au = portrait.canvas, portrait.colours, portrait.muscles
    dimple = au(14, side)
    if dimple > 0.05:
        pit = spline(
            (shifted(corner, 0.022, -0.070), shifted(corner, 0.060, -0.010), shifted(corner, 0.040, 0.060)),
            12,
        )
        canvas.stroke(mirrored(pit, side), (0.004, 0.026, 0.004), colours.line, 0.85 * dimple, 0.006)
        canvas.stroke(
            mirrored(shifted(pit, 0.035, 0), side), (0.01, 0.05, 0.01), colours.light, 0.35 * dimple, 0.018
        )
        canvas.fill(
            mirrored(ellipse(corner[0] + 0.008, corner[1], 0.020, 0.017), side),
            colours.line,
            0.5 * dimple,
            0.008,
        )
    if au(20) > 0.05:
        for shift in (0.045, 0.085):
            pull = spline(
                (
                    shifted(corner, shift, -0.05),
                    shifted(corner, shift + 0.012, 0.01),
                    shifted(corner, shift, 0.075),
                ),
                10,
            )
            canvas.stroke(
                mirrored(pull, side),
                (0.003, 0.014, 0.003),
                colours.line,
                0.5 * au(20) * (1 - 4 * (shift - 0.045)),
                0.008,
            )


def draw_brow_furrows(portrait: Portrait) -> None:
    """Forehead lines of units 1 and 2, frown lines of 4, crow's feet of 6, and those of age."""
    canvas, colours, who, au = portrait.canvas, portrait.colours, portrait.identity, portrait.muscles
    frown = au(4)
    if frown > 0.05:
        for side in (-1, 1):
            line = spline(((0.045, -0.315), (0.038, -0.245), (0.050, -0.170)), 12)
            canvas.stroke(mirrored(line, side), (0.003, 0.022, 0.004), colours.line, 0.85 * frown, 0.005)
        canvas.fill(ellipse(0, -0.235, 0.028, 0.055), colours.light, 0.45 * frown, 0.015)
        canvas.stroke(
            np.array(((-0.07, -0.135), (0.07, -0.135))), (0.02, 0.03, 0.02), colours.shade, 0.5 * frown, 0.014
        )
    aged = 0.42 * max(0.0, who.age - 0.4)
    for index, y in enumerate((-0.44, -0.515, -0.585)):
        inner, outer = au(1) * (1 - 0.15 * index), au(2) * (1 - 0.15 * index)
        if max(inner, aged) > 0.05:
            line = spline(
                (
                    (-0.24, y + 0.015),
                    (-0.10, y - 0.012 * (1 - frown)),
                    (0, y),
                    (0.10, y - 0.012 * (1 - frown)),
                    (0.24, y + 0.015),
                ),
                20,
            )
            canvas.stroke(
                line, (0.002, 0.014, 0.016, 0.014, 0.002), colours.line, max(0.50 * inner, aged), 0.007
            )
        if max(outer, aged) > 0.05:
            for side in (-1, 1):
                arc = spline(((0.20, y + 0.010), (0.34, y - 0.025), (0.48, y + 0.035)), 14)
                canvas.stroke(
                    mirrored(arc, side), (0.002, 0.014, 0.002), colours.line, max(0.50 * outer, aged), 0.007
                )
    feet = min(1.0, 0.85 * au(6) + 0.5 * max(0.0, who.age - 0.45))
    if feet > 0.05:
        for angle, reach in ((-0.42, 0.085), (0.10, 0.105), (0.62, 0.085)):
            root = np.array((0.325 * who.eye_spacing + 0.205, -0.002 + 0.055 * angle))
            tip = root + reach * np.array((np.cos(angle), np.sin(angle)))
            for side in (-1, 1):
                canvas.stroke(
                    mirrored(spline((root, (root + tip) / 2 + (0, 0.006), tip), 8), side),
                    (0.004, 0.013, 0.002),
                    colours.line,
                    0.50 * feet,
                    0.007,
                )
