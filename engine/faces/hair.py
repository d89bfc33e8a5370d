"""Hair behind and in front of the head."""

import itertools
import math

import numpy as np
from PIL import Image

from engine.faces.canvas import Points, darker, ellipse, mix, shifted, spline
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
    "curly": (0.22, 0.22),
    "long": (0.10, 0.08),
    "wavy": (0.13, 0.12),
    "bob": (0.12, 0.11),
    "bun": (0.05, 0.02),
    "pixie": (0.12, 0.045),
}


# Where hair that falls beside the face ends, and how far it spreads there.
_FALLS: dict[str, tuple[float, float]] = {"long": (2.3, 0.06), "wavy": (2.0, 0.18), "bob": (0.78, 0.05)}
_ENDS: dict[str, float] = {
    "long": 2.0,
    "wavy": 1.7,
    "bob": 0.76,
    "curly": 0.05,
    "bun": -0.12,
    "receding": -0.02,
}
_HAIRLINES: dict[str, float] = {
    "buzz": -0.64,
    "short": -0.60,
    "parted": -0.62,
    "swept": -0.64,
    "receding": -0.82,
    "curly": -0.56,
    "bun": -0.64,
    "pixie": -0.56,
}
_SOFTNESS: dict[str, float] = {"buzz": 0.014, "receding": 0.016, "curly": 0.012}


def draw_back_hair(portrait: Portrait) -> None:
    """Hair that falls behind neck and shoulders."""
    style, who = portrait.identity.hair_style, portrait.identity
    canvas, dark = portrait.canvas, darker(portrait.colours.hair, 0.72)
    top, beside = _VOLUME[style]
    wide = 0.75 * who.face_width + beside
    if style == "bun":
        canvas.fill(ellipse(0, -1.17, 0.29, 0.24), portrait.colours.hair, depth=-0.2)
        canvas.stroke(
            ellipse(0, -1.17, 0.2, 0.15)[15:27], (0.0, 0.06, 0.0), _sheen(portrait), 0.4, 0.03, depth=-0.2
        )
    if style in ("short", "parted", "swept", "pixie", "bun", "receding"):
        cap = _outer(portrait, style, _ENDS.get(style, -0.08))
        canvas.fill(cap * (0.985, 1), dark, depth=0.03)
    if style == "curly":
        canvas.fill(_cloud(who.face_width), dark, blur=0.012, depth=-0.15)
    if style not in _FALLS:
        return
    low, flare = _FALLS[style]
    half = (
        (0.0, -1.04 - top),
        (0.34, -0.98 - top),
        (wide * 0.78, -0.76),
        (wide + 0.02, -0.2),
        (wide + flare, low * 0.55),
        (wide + flare * 0.8, low),
        (0.25, low + 0.05),
    )
    side = spline(half, 36)
    canvas.fill(np.vstack((side, (side * (-1, 1))[::-1])), dark, blur=0.008, depth=-0.25)


def _cloud(face_width: float) -> Points:
    """Scalloped outline of curly hair around the head, down to the ears."""
    angle = np.linspace(-0.30, math.pi + 0.30, 121)
    bulge = 1 + 0.035 * np.abs(np.sin(angle * 8.5)) ** 0.7
    x = 1.0 * face_width * np.cos(angle) * bulge
    return np.column_stack((x, -0.22 - 1.06 * np.sin(angle) * bulge))


def _sheen(portrait: Portrait) -> Colour:
    return mix(portrait.colours.hair, (255, 240, 220), 0.30)


def _outer(portrait: Portrait, style: str, low: float) -> Points:
    """Outer edge of the hair from the left side over the crown to the right side, ending at height `low`."""
    top, beside = _VOLUME[style]
    if style == "curly":
        return _cloud(portrait.identity.face_width)[::-1]
    face = portrait.identity.face_width
    wide = 0.75 * face + beside
    right = (
        (0.0, -1.045 - top),
        (0.31, -1.0 - top * 0.96),
        (0.555 + beside * 0.5, -0.865 - top * 0.72),
        (0.70 * face + beside * 0.9, -0.63 - top * 0.30),
        (wide, -0.30),
        (wide + 0.012, low),
    )
    half = spline(right, 30)
    return np.vstack(((half * (-1, 1))[::-1], half[1:]))


def draw_front_hair(portrait: Portrait) -> None:
    """Hair over forehead and temples."""
    style = portrait.identity.hair_style
    if style == "bald":
        return
    canvas, hair = portrait.canvas, portrait.colours.hair
    low = _ENDS.get(style, -0.08)
    outer, line = _outer(portrait, style, low), _hairline(portrait, style, low)
    outline = np.vstack((canvas.project(outer, depth=0.05), canvas.project(line, lift=0.03)))
    if style != "buzz":
        fallen = shifted(line, -0.012 * np.sign(portrait.spec.light.x), 0.022)
        canvas.stroke(fallen, (0.07, 0.07), portrait.colours.shade, 0.55, 0.022, portrait.face_mask)
    canvas.paint(outline, hair, 0.78 if style == "buzz" else 1.0, _SOFTNESS.get(style, 0.005) * canvas.scale)
    _draw_strands(portrait, outer, line, style, canvas.pixel_mask(outline))


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
            (wide * 0.82, -0.32),
            (wide * 0.63, -0.57),
            (0.27, -0.74),
        )
        if style == "bob":
            fringe = ((0.42, -0.47), (0.20, -0.42), (0.0, -0.40), (-0.20, -0.42), (-0.42, -0.47))
            return np.vstack(
                (spline(half[:-2], 20), spline(fringe, 16), (spline(half[:-2], 20) * (-1, 1))[::-1])
            )
        part = 0.12 * side
        return np.vstack(
            (spline((*half, (part, -0.82)), 30), (spline((*half, (-part, -0.82)), 30) * (-1, 1))[::-1])
        )
    height = _HAIRLINES[style]
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


def _draw_strands(portrait: Portrait, outer: Points, line: Points, style: str, clip: Image.Image) -> None:
    if style == "buzz":
        return
    if style == "curly":
        _draw_curls(portrait, outer, line)
        return
    canvas, hair = portrait.canvas, portrait.colours.hair
    dark, sheen = darker(hair, 0.62), _sheen(portrait)
    inner = line[::-1]
    strands = 14 if canvas.size < 200 else 40
    falls = style in _FALLS
    bend = np.array((0.04 * portrait.identity.part_side, -0.03))
    for index, share in enumerate(np.linspace(*((0.30, 0.70) if falls else (0.03, 0.97)), strands)):
        a = outer[int(share * (len(outer) - 1))]
        b = inner[int(share * (len(inner) - 1))]
        course = spline((a * 0.97 + b * 0.03, (a + b) / 2 + bend, a * 0.06 + b * 0.94), 10)
        colour, opacity = (dark, 0.26) if index % 2 else (sheen, 0.16)
        canvas.stroke(course, (0.004, 0.034, 0.020), colour, opacity, 0.010, clip, lift=0.03)
    if falls:
        for side, share in itertools.product((-1, 1), (0.15, 0.4, 0.65, 0.9)):
            edge = line[:16] if side > 0 else line[:-17:-1]
            beside = outer[-16:][::-1] if side > 0 else outer[:16]
            course = edge * (1 - share) + beside * share
            canvas.stroke(
                course, (0.03, 0.03, 0.004), sheen if share in (0.4, 0.9) else dark, 0.2, 0.01, clip
            )
    if style in ("long", "wavy", "bob", "bun", "parted", "short", "swept", "pixie"):
        count = len(inner)
        towards = 0.62 if portrait.spec.light.x > 0 else 0.38
        spots = [int(min(max(share, 0), 1) * 100) for share in np.linspace(towards - 0.17, towards + 0.17, 7)]
        band = [
            0.52 * outer[s * (len(outer) - 1) // 100] + 0.48 * inner[s * (count - 1) // 100] for s in spots
        ]
        canvas.stroke(spline(band, 16), (0.0, 0.10, 0.12, 0.10, 0.0), sheen, 0.50, 0.035, clip, lift=0.03)


def _draw_curls(portrait: Portrait, outer: Points, line: Points) -> None:
    canvas, hair = portrait.canvas, portrait.colours.hair
    inner = line[::-1]
    grid = np.random.default_rng(7)
    for index in range(60 if canvas.size < 200 else 110):
        share, depth = float(grid.uniform(0.02, 0.98)), float(grid.uniform(0.0, 0.9))
        edge = outer[int(share * (len(outer) - 1))]
        spot = edge * (1 - depth) + inner[int(share * (len(inner) - 1))] * depth
        radius = grid.uniform(0.035, 0.060)
        colour = darker(hair, 0.62) if index % 2 else mix(hair, _sheen(portrait), 0.7)
        turn = ellipse(spot[0], spot[1], radius, radius, float(grid.uniform(0, 6)))[:17]
        canvas.stroke(turn, (0.004, 0.022, 0.004), colour, 0.42, 0.006, depth=0.1)
