"""Hair behind and in front of the head, beards and glasses."""

import numpy as np

from engine.faces.canvas import Points, darker, ellipse, mirrored, mix, shifted, spline
from engine.faces.mouth import MouthShape
from engine.faces.portrait import Portrait
from engine.faces.spec import Colour

HAIR_STYLES = (
    "bald",
    "buzz",
    "short",
    "parted",
    "swept",
    "receding",
    "curly",
    "long",
    "wavy",
    "bob",
    "bun",
    "pixie",
)

# Height of hair above the skull and width beside it, by style, in face units.
_VOLUME: dict[str, tuple[float, float]] = {
    "bald": (0.0, 0.0),
    "buzz": (0.025, 0.012),
    "short": (0.10, 0.035),
    "parted": (0.13, 0.045),
    "swept": (0.19, 0.03),
    "receding": (0.05, 0.03),
    "curly": (0.26, 0.22),
    "long": (0.10, 0.08),
    "wavy": (0.13, 0.12),
    "bob": (0.12, 0.11),
    "bun": (0.05, 0.02),
    "pixie": (0.12, 0.045),
}


def draw_back_hair(portrait: Portrait) -> None:
    """Hair that falls behind neck and shoulders."""
    style, who = portrait.identity.hair_style, portrait.identity
    canvas, dark = portrait.canvas, darker(portrait.colours.hair, 0.72)
    top, beside = _VOLUME[style]
    wide = 0.75 * who.face_width + beside
    if style == "bun":
        canvas.fill(ellipse(0, -1.16, 0.30, 0.25), portrait.colours.hair, depth=-0.25)
        canvas.stroke(
            spline(((-0.2, -1.2), (0, -1.3), (0.2, -1.2)), 12),
            (0.0, 0.05, 0.0),
            _sheen(portrait),
            0.4,
            0.03,
            depth=-0.25,
        )
    falls = {"long": 1.75, "wavy": 1.55, "bob": 0.78, "curly": 0.45}
    if style not in falls:
        return
    low = falls[style]
    flare = {"long": 0.05, "wavy": 0.16, "bob": 0.05, "curly": 0.10}[style]
    half = (
        (0.40, -1.02 - top),
        (wide * 0.88, -0.72),
        (wide + 0.02, -0.2),
        (wide + flare, low * 0.55),
        (wide + flare * 0.8, low),
        (0.25, low + 0.05),
    )
    outline = np.vstack((spline(half, 30), (spline(half, 30) * (-1, 1))[::-1]))
    canvas.fill(outline, dark, blur=0.01, depth=-0.25)


def _sheen(portrait: Portrait) -> Colour:
    return mix(portrait.colours.hair, (255, 240, 220), 0.32)


def _outer(portrait: Portrait, top: float, beside: float, low: float) -> Points:
    """Outer edge of the hair from the left side over the crown to the right side, ending at height `low`."""
    wide = 0.75 * portrait.identity.face_width + beside
    right = (
        (0.0, -1.02 - top),
        (0.34, -0.985 - top * 0.9),
        (0.62 + beside * 0.8, -0.78 - top * 0.45),
        (wide, -0.42),
        (wide + 0.012, low),
    )
    half = spline(right, 28)
    return np.vstack(((half * (-1, 1))[::-1], half[1:]))


def draw_front_hair(portrait: Portrait) -> None:
    """Hair over forehead and temples."""
    style = portrait.identity.hair_style
    if style == "bald":
        return
    top, beside = _VOLUME[style]
    low = {"long": 1.30, "wavy": 1.12, "bob": 0.62, "curly": 0.05, "bun": -0.12, "receding": -0.02}.get(
        style, -0.08
    )
    outer = _outer(portrait, top, beside, low)
    line = _hairline(portrait, style, low)
    outline_back = portrait.canvas.project(outer, depth=0.05)
    outline_front = portrait.canvas.project(line, lift=0.03)
    outline = np.vstack((outline_back, outline_front))
    canvas, hair = portrait.canvas, portrait.colours.hair
    opacity = 0.72 if style == "buzz" else 1.0
    if style != "buzz":
        canvas.paint(
            shifted(outline_front, 0, 0.035 * canvas.scale),
            portrait.colours.shade,
            0.45,
            0.03 * canvas.scale,
            portrait.face_mask,
        )
    canvas.paint(
        outline, hair, opacity, (0.022 if style in ("buzz", "receding", "curly") else 0.006) * canvas.scale
    )
    _draw_strands(portrait, outer, line, style)


def _hairline(portrait: Portrait, style: str, low: float) -> Points:
    """Inner edge of the hair from the right side over the forehead to the left side."""
    wide = 0.75 * portrait.identity.face_width
    side = portrait.identity.part_side
    right: tuple[tuple[float, float], ...]
    if style in ("long", "wavy", "bob"):
        curl = 0.05 if style == "wavy" else 0.0
        half = (
            (wide * 0.86 + curl, low),
            (wide * 0.90, 0.35),
            (wide * 0.88 - curl, 0.0),
            (wide * 0.80, -0.32),
            (wide * 0.52, -0.58),
        )
        if style == "bob":
            fringe = ((0.42, -0.47), (0.20, -0.42), (0.0, -0.40), (-0.20, -0.42), (-0.42, -0.47))
            return np.vstack(
                (spline(half[:-1], 20), spline(fringe, 16), (spline(half[:-1], 20) * (-1, 1))[::-1])
            )
        part = 0.16 * side
        return np.vstack(
            (spline((*half, (part, -0.86)), 30), (spline((*half, (-part, -0.86)), 30) * (-1, 1))[::-1])
        )
    height = {
        "buzz": -0.64,
        "short": -0.60,
        "parted": -0.62,
        "swept": -0.64,
        "receding": -0.82,
        "curly": -0.56,
        "bun": -0.64,
        "pixie": -0.56,
    }[style]
    burn = wide * 0.97
    right = (
        (burn + 0.02, low),
        (burn - 0.03, low - 0.12),
        (wide * 0.84, -0.36),
        (wide * 0.72, -0.52),
        (0.30, height - 0.02),
        (0.0, height),
    )
    left = tuple((-x, y) for x, y in right[:-1])[::-1]
    line = np.array((*right, *left))
    if style in ("parted", "pixie"):
        sweep = np.clip(line[:, 0] * side / wide, -1, 1)
        line[3:8, 1] += 0.10 * sweep[3:8]
    if style == "receding":
        line[4], line[6] = (0.36, -0.80), (-0.36, -0.80)
        line[3], line[7] = (0.60, -0.62), (-0.60, -0.62)
        line[5] = (0.0, -0.74)
    return spline(line, 48)


def _draw_strands(portrait: Portrait, outer: Points, line: Points, style: str) -> None:
    canvas, hair = portrait.canvas, portrait.colours.hair
    if style == "buzz":
        return
    if style == "curly":
        _draw_curls(portrait, outer)
        return
    dark, sheen = darker(hair, 0.66), _sheen(portrait)
    inner = line[::-1]
    strands = 16 if canvas.size < 200 else 30
    for index, share in enumerate(np.linspace(0.04, 0.96, strands)):
        a = outer[int(share * (len(outer) - 1))]
        b = inner[int(share * (len(inner) - 1))]
        bend = np.array((0.05 * portrait.identity.part_side, -0.03))
        course = spline((a * 0.94 + b * 0.06, (a + b) / 2 + bend, a * 0.12 + b * 0.88), 10)
        colour, opacity = (dark, 0.30) if index % 2 else (sheen, 0.26)
        canvas.stroke(course, (0.004, 0.030, 0.008), colour, opacity, 0.010, lift=0.03)


def _draw_curls(portrait: Portrait, outer: Points) -> None:
    canvas, hair = portrait.canvas, portrait.colours.hair
    grid = np.random.default_rng(7)
    for index in range(90):
        share = grid.uniform(0.0, 1.0)
        edge = outer[int(share * (len(outer) - 1))]
        spot = edge * grid.uniform(0.80, 1.0)
        if spot[1] > -0.62 and abs(spot[0]) < 0.66:
            continue
        radius = grid.uniform(0.045, 0.075)
        colour = darker(hair, 0.72) if index % 2 else mix(hair, _sheen(portrait), 0.5)
        canvas.stroke(
            ellipse(spot[0], spot[1], radius, radius)[:16],
            (0.006, 0.03, 0.006),
            colour,
            0.5,
            0.008,
            depth=0.05,
        )


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
