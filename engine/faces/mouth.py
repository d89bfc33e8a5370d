"""The mouth: lip outlines moved by the action units, teeth, tongue and lips."""

from dataclasses import dataclass

import numpy as np

from engine.faces.canvas import Points, darker, ellipse, mix, shifted
from engine.faces.portrait import Portrait

REST_Y = 0.625
# Lip height across half the mouth: share of the way to the corner, upper lip, lower lip.
_ACROSS = (0.0, 0.16, 0.45, 0.75, 1.0)
_UPPER = (0.76, 1.0, 0.84, 0.46, 0.06)
_LOWER = (1.0, 0.99, 0.86, 0.50, 0.06)


@dataclass(frozen=True)
class MouthShape:
    """Outer and inner edges of both lips, from the picture's left to its right, and how far they part."""

    upper_outer: Points
    upper_inner: Points
    lower_inner: Points
    lower_outer: Points
    gap: float

    @property
    def inside(self) -> Points:
        """Outline of the open part."""
        return np.vstack((self.upper_inner, self.lower_inner[::-1]))

    def corner(self, side: int) -> Points:
        """Corner of the mouth on `side`."""
        point: Points = self.upper_inner[0 if side < 0 else -1]
        return point


def _corners(portrait: Portrait) -> tuple[Points, Points]:
    """(2,) x and y of the left and the right corner relative to the middle of the resting mouth."""
    au, who = portrait.muscles, portrait.identity
    across, down = [], []
    for side in (-1, 1):
        width = 0.272 * who.mouth_width
        width += (
            0.085 * au(12, side) * (1 - 0.4 * au(27)) + 0.105 * au(20) + 0.020 * au(14, side) - 0.010 * au(15)
        )
        width -= (
            0.085 * au(22)
            + 0.045 * au(23)
            + 0.012 * au(24)
            + 0.080 * au(27)
            + 0.028 * au(26)
            + 0.015 * au(17)
        )
        lift = 0.130 * au(12, side) + 0.018 * au(14, side) - 0.092 * au(15) - 0.030 * au(20) - 0.012 * au(17)
        across.append(side * width)
        down.append(-lift + 0.40 * portrait.muscles.jaw)
    return np.array(across), np.array(down)


def mouth_shape(portrait: Portrait) -> MouthShape:
    """Edges of the lips for the spec's action units."""
    au, who = portrait.muscles, portrait.identity
    jaw = au.jaw
    across, down = _corners(portrait)
    t = np.sin(np.linspace(-1, 1, 41) * np.pi / 2)
    far = np.abs(t)
    x = np.where(t < 0, -across[0] * t, across[1] * t)
    corner = np.where(t < 0, down[0], down[1])
    middle = 0.40 * jaw + 0.012 * au(12) - 0.038 * au(17) - 0.030 * au(10) * (1 - au(25)) - 0.018 * au(9)
    bend = far ** (1.7 if au(12) > 0.3 else 2.0)
    line = REST_Y + portrait.lower + middle + (corner - middle) * bend
    closed = max(0.0, 1 - au(24)) if jaw < 0.03 else 1.0
    part = au(25) * closed
    gap_up = 0.020 * part + 0.040 * part * au(10) + 0.34 * jaw * closed + 0.018 * au(22) * part
    gap_down = (0.030 + 0.052 * au(12)) * part + 0.58 * jaw * closed + 0.050 * au(16) + 0.030 * au(22) * part
    gap_down += 0.020 * au(20) * part
    square = 2.0 + 1.6 * au(22) + 1.2 * au(20) + 0.9 * au(10) + 0.5 * au(16) + 0.4 * au(23)
    open_ = (1 - far**square) ** (1 / (1 + min(1.0, 5 * jaw)))
    sneer = np.clip(1 - (far / 0.92) ** 4, 0, 1) * (0.80 + 0.20 * np.minimum(far / 0.3, 1))
    upper_inner = (
        line - gap_up * open_ - (0.048 * au(10) + 0.026 * au(9)) * sneer * (0.25 + 0.75 * max(part, au(16)))
    )
    lower_inner = line + gap_down * open_ + 0.020 * au(16) * sneer
    lower_inner -= (0.040 * au(10) + 0.020 * au(9)) * sneer * 0.25 * (1 - max(part, au(16)))
    press = (1 - 0.62 * au(24)) * (1 - 0.40 * au(23)) * (1 - 0.30 * au(20)) * (1 + 0.45 * au(22))
    press *= 1 - 0.20 * au(12)
    upper = 0.080 * who.lip_fullness * press * (1 - 0.22 * au(10)) * (1 - 0.25 * au(27))
    lower = 0.094 * who.lip_fullness * press * (1 + 0.22 * au(17)) * (1 - 0.20 * au(16)) * (1 - 0.2 * au(27))
    tight = 1 - 0.5 * np.where(t < 0, au(14, -1), au(14, 1)) * far
    upper_outer = upper_inner - upper * np.interp(far, _ACROSS, _UPPER) * tight
    lower_outer = lower_inner + lower * np.interp(far, _ACROSS, _LOWER) * tight
    edges = [np.column_stack((x, y)) for y in (upper_outer, upper_inner, lower_inner, lower_outer)]
    return MouthShape(edges[0], edges[1], edges[2], edges[3], gap_up + gap_down)


def draw_mouth(portrait: Portrait, shape: MouthShape) -> None:
    """Cavity, teeth and tongue, then the lips over them."""
    if shape.gap > 0.012:
        _draw_inside(portrait, shape)
    _draw_lips(portrait, shape)


def _draw_inside(portrait: Portrait, shape: MouthShape) -> None:
    canvas, au = portrait.canvas, portrait.muscles
    canvas.fill(shape.inside, (62, 20, 24))
    clip = canvas.mask(shape.inside)
    bottom = float(shape.lower_inner[:, 1].max())
    if shape.gap > 0.14:
        tongue = ellipse(0, bottom - 0.005, 0.17, min(0.11, shape.gap * 0.38))
        canvas.fill(tongue, (176, 82, 84), 0.9, 0.018, clip)
    teeth = (238.0, 232.0, 222.0)
    t = np.linspace(-1, 1, len(shape.upper_inner))
    rest = REST_Y + portrait.lower
    arch = (
        0.55 * shape.upper_inner[:, 1]
        + 0.45 * (rest - 0.02 + 0.25 * au.jaw)
        + 0.060
        + 0.030 * au(12)
        - 0.020 * t**2
    )
    arch -= 0.20 * au.jaw
    upper = np.vstack((shape.upper_inner - (0, 0.02), np.column_stack((shape.upper_inner[:, 0], arch))[::-1]))
    canvas.fill(upper, teeth, 1.0, 0.004, clip)
    show = 0.030 * au(16) + 0.022 * au(20) + 0.016 * au(22) + 0.010 * au(27) + 0.016 * au(10)
    if show > 0.008:
        edge = shape.lower_inner[:, 1] - show - 0.012
        lower = np.vstack(
            (shifted(shape.lower_inner, 0, 0.02), np.column_stack((shape.lower_inner[:, 0], edge))[::-1])
        )
        canvas.fill(lower, darker(teeth, 0.92), 0.95, 0.004, clip)
    if canvas.size >= 100:
        for x in (-0.165, -0.115, -0.058, 0.0, 0.058, 0.115, 0.165):
            top = float(np.interp(x, shape.upper_inner[:, 0], shape.upper_inner[:, 1]))
            end = float(np.interp(x, shape.upper_inner[:, 0], arch))
            if end > top:
                canvas.stroke(((x, top), (x, end)), (0.007, 0.007), (90, 60, 58), 0.22, 0.002, clip)
    canvas.stroke(shape.upper_inner, (0.05, 0.05), (40, 12, 16), 0.55, 0.014, clip)
    for end in (shape.upper_inner[0], shape.upper_inner[-1]):
        canvas.fill(ellipse(end[0], end[1], 0.07, 0.06), (50, 16, 20), 0.75, 0.022, clip)


def _draw_lips(portrait: Portrait, shape: MouthShape) -> None:
    canvas, colours, au = portrait.canvas, portrait.colours, portrait.muscles
    upper = np.vstack((shape.upper_outer, shape.upper_inner[::-1]))
    lower = np.vstack((shape.lower_inner, shape.lower_outer[::-1]))
    canvas.fill(lower, colours.lip, 0.92, 0.006)
    canvas.fill(upper, darker(colours.lip, 0.86), 0.95, 0.006)
    shine = (shape.lower_inner + shape.lower_outer) / 2
    clip = canvas.mask(lower)
    canvas.stroke(
        shine[8:-8], (0.0, 0.035, 0.035, 0.0), mix(colours.lip, (255, 235, 225), 0.55), 0.55, 0.012, clip
    )
    canvas.stroke(shape.lower_outer[5:-5], (0.0, 0.02, 0.02, 0.0), colours.line, 0.35, 0.010)
    under = shifted(shape.lower_outer[8:-8], 0, 0.030)
    canvas.stroke(under, (0.0, 0.045, 0.045, 0.0), colours.shade, 0.5, 0.018)
    dark = mix(colours.line, (40, 10, 14), 0.5)
    if shape.gap <= 0.012:
        canvas.stroke(
            shape.lower_inner, (0.006, 0.018 + 0.006 * au(24), 0.02, 0.018, 0.006), dark, 0.9, 0.003
        )
    else:
        canvas.stroke(shape.upper_inner, (0.004, 0.012, 0.012, 0.004), dark, 0.7, 0.003)
        canvas.stroke(shape.lower_inner, (0.004, 0.008, 0.008, 0.004), dark, 0.4, 0.003)
    for side in (-1, 1):
        end = shape.corner(side)
        depth = 0.012 + 0.010 * au(12, side) + 0.010 * au(15) + 0.016 * au(14, side)
        canvas.fill(ellipse(end[0], end[1], depth * 1.3, depth), dark, 0.65, 0.009)
