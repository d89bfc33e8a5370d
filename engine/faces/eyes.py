"""Eyes: lids, sclera, iris, lashes, lid folds, and the brows above them."""

from dataclasses import dataclass

import numpy as np

from engine.faces.canvas import Points, darker, ellipse, mirrored, mix, shifted, spline
from engine.faces.portrait import Portrait


@dataclass(frozen=True)
class EyeShape:
    """Lid margins of one eye, drawn for the picture's right side, from the inner to the outer corner."""

    upper: Points
    lower: Points
    x: float
    opening: float


def eye_shape(portrait: Portrait) -> EyeShape:
    """Where the lids stand, given units 1, 4, 5, 6, 7, 9, 12 and the identity."""
    who, au = portrait.identity, portrait.muscles
    x, half = 0.325 * who.eye_spacing, 0.172 * who.eye_size
    size = who.eye_size
    up = (
        0.088 + 0.062 * au(5) - 0.026 * au(7) - 0.016 * au(6) - 0.030 * au(9) - 0.012 * au(4) * (1 - au(5))
    ) * size
    down = (0.062 - 0.046 * au(7) - 0.026 * au(6) - 0.022 * au(9) - 0.008 * au(12) + 0.012 * au(5)) * size
    sad = au(1) * au(4) * (1 - au(5))
    up = max(up - 0.022 * sad * size, 0.018)
    down = max(down, 0.006)
    tilt = 0.022 * who.eye_tilt - 0.022 * sad
    inner, outer = 0.018 + tilt * 0.6, -0.012 - tilt
    lift_in, lift_out = 1.0 + 0.16 * sad - 0.18 * au(4) * (1 - au(1)), 1.0 - 0.20 * sad
    upper = spline(
        (
            (x - half, inner),
            (x - half * 0.62, inner * 0.4 - up * 0.70 * lift_in),
            (x - half * 0.05, -up),
            (x + half * 0.55, outer * 0.4 - up * 0.74 * lift_out),
            (x + half, outer),
        )
    )
    lower = spline(
        (
            (x - half, inner),
            (x - half * 0.45, inner * 0.6 + down * 0.72),
            (x + half * 0.2, down),
            (x + half * 0.7, down * 0.62 + outer * 0.5),
            (x + half, outer),
        )
    )
    return EyeShape(upper, lower, x, up + down)


def draw_eyes(portrait: Portrait) -> None:
    """Both eyes, with sockets and folds."""
    shape = eye_shape(portrait)
    for side in (-1, 1):
        _draw_socket(portrait, shape, side)
        _draw_eyeball(portrait, shape, side)
        _draw_lids(portrait, shape, side)


def _draw_socket(portrait: Portrait, shape: EyeShape, side: int) -> None:
    canvas, colours, au = portrait.canvas, portrait.colours, portrait.muscles
    age = portrait.identity.age
    socket = ellipse(shape.x - 0.02, -0.065, 0.20, 0.085)
    canvas.fill(mirrored(socket, side), colours.shade, 0.42, 0.045)
    inner = ellipse(shape.x - 0.17, -0.02, 0.045, 0.10)
    canvas.fill(mirrored(inner, side), colours.shade, 0.45 + 0.25 * au(4), 0.035)
    below = shifted(shape.lower, 0, 0.045)
    canvas.stroke(mirrored(below, side), (0.0, 0.05, 0.05, 0.0), colours.shade, 0.22 + 0.25 * age, 0.022)
    bulge = max(au(6), au(7) * 0.8)
    if bulge > 0.05:
        pouch = shifted(shape.lower[2:-2], 0, 0.040)
        canvas.stroke(mirrored(pouch, side), (0.01, 0.04, 0.04, 0.01), colours.light, 0.5 * bulge, 0.012)
        crease = spline(
            shape.lower[::6] * (1, 0.7) + ((-0.01, 0.085), (0, 0.085), (0.0, 0.085), (0.02, 0.075)), 16
        )
        canvas.stroke(mirrored(crease, side), (0.002, 0.018, 0.014, 0.002), colours.line, 0.6 * bulge, 0.008)


def _draw_eyeball(portrait: Portrait, shape: EyeShape, side: int) -> None:
    canvas, colours, spec = portrait.canvas, portrait.colours, portrait.spec
    outline = mirrored(np.vstack((shape.upper, shape.lower[::-1])), side)
    white = mix((240.0, 238.0, 234.0), colours.skin, 0.06 + 0.05 * portrait.identity.tone)
    canvas.fill(outline, white)
    clip = canvas.mask(outline)
    radius = 0.086 * portrait.identity.eye_size**0.5
    x = side * shape.x + 0.075 * spec.gaze[0]
    y = -0.012 + 0.05 * spec.gaze[1]
    iris = spec.identity.iris
    canvas.fill(ellipse(x, y, radius, radius), darker(iris, 0.45), 1.0, 0.003, clip)
    canvas.fill(ellipse(x, y + 0.004, radius * 0.84, radius * 0.84), iris, 1.0, 0.008, clip)
    canvas.fill(
        ellipse(x, y + 0.032, radius * 0.6, radius * 0.42), mix(iris, (255, 235, 200), 0.4), 0.6, 0.012, clip
    )
    canvas.fill(ellipse(x, y, radius * 0.46, radius * 0.46), (16, 12, 12), 1.0, 0.002, clip)
    canvas.stroke(
        mirrored(shifted(shape.upper, 0, 0.014), side),
        (0.03, 0.05, 0.05, 0.03),
        (40, 28, 30),
        0.5,
        0.010,
        clip,
    )
    glint = ellipse(x + 0.03 * np.sign(spec.light.x or 1), y - 0.030, 0.021, 0.021)
    canvas.fill(glint, (255, 255, 255), 0.95, 0.002, clip)
    corner = ellipse(shape.upper[0, 0] + 0.016, shape.upper[0, 1] + 0.002, 0.022, 0.015)
    canvas.fill(mirrored(corner, side), mix(colours.flush, (220, 120, 110), 0.5), 0.7, 0.005, clip)


def _draw_lids(portrait: Portrait, shape: EyeShape, side: int) -> None:
    canvas, colours, who, au = portrait.canvas, portrait.colours, portrait.identity, portrait.muscles
    lash = mix(colours.line, (18, 12, 12), 0.75)
    feminine = who.presentation
    thick = 0.020 + 0.016 * feminine
    canvas.stroke(
        mirrored(shifted(shape.upper, 0, -0.004), side),
        (0.006, thick, thick * 1.25, thick * 1.1, 0.012),
        lash,
        0.95,
        0.003,
    )
    if feminine > 0.6:
        end = shape.upper[-1]
        flick = spline((shape.upper[-5], shifted(end, -0.004, -0.006), shifted(end, 0.035, -0.036)), 10)
        canvas.stroke(mirrored(flick, side), (0.028, 0.024, 0.002), lash, 0.9, 0.003)
    canvas.stroke(mirrored(shape.lower, side), (0.004, 0.008, 0.013, 0.006), colours.line, 0.75, 0.004)
    near = 0.052 - 0.030 * au(5) - 0.014 * au(9)
    fold = spline(
        (
            shape.upper[1] + (-0.004, -near * 0.55),
            shape.upper[7] + (-0.006, -near),
            shape.upper[13] + (0, -near * 1.05),
            shape.upper[19] + (0.006, -near * 0.9),
            shape.upper[-1] + (0.022, -near * 0.35),
        ),
        20,
    )
    canvas.stroke(
        mirrored(fold, side), (0.003, 0.013, 0.017, 0.003), colours.line, 0.62 * who.lid_fold, 0.005
    )


def brow_line(portrait: Portrait, side: int) -> Points:
    """Middle of a brow from inner to outer end (picture's right side), moved by units 1, 2, 4 and 9."""
    who, au = portrait.identity, portrait.muscles
    spread = 0.325 * (who.eye_spacing - 1)
    rest = np.array(((0.125, -0.215), (0.235, -0.248), (0.365, -0.268), (0.475, -0.243), (0.575, -0.175)))
    rest[:, 0] += spread
    rest[:, 1] += -who.brow_height * 0.03 - np.array((0, 0.2, 1, 0.8, 0)) * 0.03 * who.brow_arch
    inner = np.array((1.0, 0.72, 0.28, 0.04, 0.0))
    outer = np.array((0.0, 0.32, 0.78, 1.0, 0.86))
    rest[:, 1] -= 0.115 * au(1) * inner + 0.125 * au(2) * outer
    # Together they lift the whole brow into one arch.
    rest[:, 1] -= 0.030 * au(1) * au(2) * np.array((1.0, 0.6, 0.1, 0.0, 0.0))
    knit = au(4)
    held = max(0.0, 1 - 0.95 * au(1))
    rest[:, 1] += knit * held * np.array((0.105, 0.090, 0.045, 0.012, -0.012))
    rest[:, 1] += knit * au(1) * np.array((-0.012, 0.0, 0.012, 0.022, 0.022))
    rest[:, 0] -= knit * np.array((0.052, 0.040, 0.022, 0.008, 0.0))
    rest[:, 1] += au(9) * np.array((0.062, 0.048, 0.025, 0.008, 0.0))
    rest[:, 0] -= au(9) * np.array((0.020, 0.014, 0.006, 0.0, 0.0))
    return spline(rest, 26)


def draw_brows(portrait: Portrait) -> None:
    """Both brows: a soft tapered body and, in large pictures, single hairs."""
    canvas, colours, who = portrait.canvas, portrait.colours, portrait.identity
    thick = (0.052 + 0.016 * (1 - who.presentation)) * who.brow_thickness
    grey = mix(colours.brow, (200, 198, 194), max(0.0, who.age - 0.72) * 1.6)
    for side in (-1, 1):
        line = brow_line(portrait, side)
        widths = np.array((0.70, 1.0, 1.05, 0.85, 0.55, 0.10)) * thick
        canvas.stroke(mirrored(line, side), widths * 1.1, grey, 0.55, 0.012)
        canvas.stroke(mirrored(line, side), widths * 0.82, darker(grey, 0.9), 0.92, 0.004)
        if canvas.size < 200:
            continue
        for index in range(1, 24, 1):
            root = line[index] + (0, thick * 0.42 * (1 - index / 30))
            tip = line[min(index + 2, 25)] + (0.012, -thick * 0.52 * (1 - index / 32))
            hair = np.array((root, (root + tip) / 2 + (-0.003, -0.002), tip))
            canvas.stroke(mirrored(hair, side), (0.007, 0.005, 0.001), darker(grey, 0.72), 0.55)
