"""A supersampled canvas that paints smooth shapes given in face coordinates.

Face coordinates: the origin lies between the eyes, x runs to the picture's right, y down, and one unit is
half the height of the head. Depth runs towards the viewer; a point without a depth of its own lies on the
head's surface.
"""

import math
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from engine.faces.spec import Colour, Framing, Pose

Points = NDArray[np.float64]

_ROUND = np.linspace(0, 2 * math.pi, 28, endpoint=False)
_CIRCLE: Points = np.column_stack((np.cos(_ROUND), np.sin(_ROUND)))
# Height about which the head nods and tilts, in face units.
_PIVOT = 0.2
_QUARTER_TURN = np.array((-1.0, 1.0))
# Below this many supersampled pixels the reduction to the final size softens an edge as much as a blur would.
_LEAST_BLUR = 0.9
_LEAST_OPACITY = 0.02


@lru_cache(maxsize=256)
def _spline_basis(count: int, samples: int, closed: bool) -> Points:
    """Matrix (samples x count) that turns control points into points of a Catmull-Rom spline."""
    basis = np.zeros((samples, count))
    segments = count if closed else count - 1
    for row, position in enumerate(np.linspace(0, segments, samples, endpoint=not closed)):
        start = min(int(position), segments - 1)
        t = position - start
        weights = (
            -0.5 * t + t**2 - 0.5 * t**3,
            1 - 2.5 * t**2 + 1.5 * t**3,
            0.5 * t + 2 * t**2 - 1.5 * t**3,
            -0.5 * t**2 + 0.5 * t**3,
        )
        for offset, weight in zip((-1, 0, 1, 2), weights, strict=True):
            index = start + offset
            basis[row, index % count if closed else min(max(index, 0), count - 1)] += weight
    return basis


def spline(controls: ArrayLike, samples: int = 24, closed: bool = False) -> Points:
    """Smooth curve through `controls` (n x d): `samples` points of a Catmull-Rom spline."""
    points = np.asarray(controls, dtype=float)
    curve: Points = _spline_basis(len(points), samples, closed) @ points
    return curve


def ellipse(x: float, y: float, width: float, height: float, tilt: float = 0.0) -> Points:
    """Outline of an ellipse by its centre and half axes, turned by `tilt` radians."""
    cosine, sine = math.cos(tilt), math.sin(tilt)
    axes = np.array(((width * cosine, width * sine), (-height * sine, height * cosine)))
    outline: Points = _CIRCLE @ axes + np.array((x, y))
    return outline


@lru_cache(maxsize=256)
def _evenly(count: int) -> Points:
    return np.linspace(0.0, 1.0, count)


def mirrored(points: ArrayLike, side: int) -> Points:
    """Points drawn for the picture's right side, put on `side` (1 right, -1 left)."""
    return np.asarray(points, dtype=float) * (side, 1)


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """Colour between two, `share` of the second."""
    red, green, blue = (a + (b - a) * share for a, b in zip(first, second, strict=True))
    return (red, green, blue)


def shifted(points: Points, x: float, y: float) -> Points:
    """Points moved right by `x` and down by `y`."""
    moved: Points = points + np.array((x, y))
    return moved


def darker(colour: Colour, factor: float) -> Colour:
    """Colour with every channel times `factor`."""
    return (colour[0] * factor, colour[1] * factor, colour[2] * factor)


def _bytes(colour: Colour) -> tuple[int, int, int]:
    red, green, blue = (min(255, max(0, round(channel))) for channel in colour)
    return (red, green, blue)


class Canvas:
    """An RGB picture, `supersample` times as large as what comes out, painted in face coordinates."""

    def __init__(self, size: int, supersample: int, pose: Pose, framing: Framing) -> None:
        self.size = size
        self.supersample = supersample
        self.pixels = size * supersample
        self.image = Image.new("RGB", (self.pixels, self.pixels))
        self.scale = framing.scale * self.pixels
        yaw, pitch, roll = (math.radians(angle) for angle in (pose.yaw, pose.pitch, pose.roll))
        self._yaw, self._pitch = (math.cos(yaw), math.sin(yaw)), (math.cos(pitch), math.sin(pitch))
        self._roll = np.array(((math.cos(roll), math.sin(roll)), (-math.sin(roll), math.cos(roll))))
        # A turned head moves sideways in its frame less than its nose does.
        held = np.array((-0.30 * self._yaw[1], _PIVOT + 0.25 * self._pitch[1]))
        self._origin = np.array(((0.5 + framing.x), (0.49 + framing.y))) * self.pixels + held * self.scale

    def project(self, points: ArrayLike, depth: float | None = None, lift: float = 0.0) -> Points:
        """Pixels of face coordinates (n x 2), at a fixed `depth` or `lift` above the head's surface."""
        xy = np.asarray(points, dtype=float)
        x, y = xy[:, 0], xy[:, 1]
        if depth is None:
            inside = 1 - 1.25 * x**2 - ((y - 0.05) / 1.35) ** 2
            z = 0.62 * np.sqrt(np.clip(inside, 0.02, None)) + lift
        else:
            z = np.full(len(xy), float(depth))
        cos_yaw, sin_yaw = self._yaw
        cos_pitch, sin_pitch = self._pitch
        turned = np.empty((len(xy), 2))
        turned[:, 0] = x * cos_yaw + z * sin_yaw
        turned[:, 1] = (y - _PIVOT) * cos_pitch - (z * cos_yaw - x * sin_yaw) * sin_pitch
        pixels: Points = turned @ self._roll * self.scale + self._origin
        return pixels

    def mask(self, points: ArrayLike, depth: float | None = None) -> Image.Image:
        """Full-size mask (mode L) of a shape, to clip others by."""
        return self.pixel_mask(self.project(points, depth))

    def pixel_mask(self, outline: Points) -> Image.Image:
        """Full-size mask (mode L) of a shape given in pixels."""
        drawn = Image.new("L", self.image.size)
        ImageDraw.Draw(drawn).polygon(outline.ravel().tolist(), fill=255)
        return drawn

    def fill(
        self,
        points: ArrayLike,
        colour: Colour,
        opacity: float = 1.0,
        blur: float = 0.0,
        clip: Image.Image | None = None,
        depth: float | None = None,
        lift: float = 0.0,
    ) -> None:
        """Paint a closed shape; `blur` is the softness of its edge in face units."""
        self.paint(self.project(points, depth, lift), colour, opacity, blur * self.scale, clip)

    def stroke(
        self,
        points: ArrayLike,
        widths: ArrayLike,
        colour: Colour,
        opacity: float = 1.0,
        blur: float = 0.0,
        clip: Image.Image | None = None,
        depth: float | None = None,
        lift: float = 0.0,
    ) -> None:
        """Paint along a line whose width follows `widths` (face units, spread evenly from start to end)."""
        line = self.project(points, depth, lift)
        course = np.asarray(widths, dtype=float)
        width = np.interp(_evenly(len(line)), _evenly(len(course)), course) * (self.scale / 2)
        along = np.empty_like(line)
        along[1:-1] = line[2:] - line[:-2]
        along[0], along[-1] = line[1] - line[0], line[-1] - line[-2]
        length = np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-9)
        normal = along[:, ::-1] * (width / length)[:, None] * _QUARTER_TURN
        outline = np.concatenate((line + normal, (line - normal)[::-1]))
        self.paint(outline, colour, opacity, blur * self.scale, clip)

    def paint(
        self,
        outline: Points,
        colour: Colour,
        opacity: float,
        blur: float = 0.0,
        clip: Image.Image | None = None,
    ) -> None:
        """Paint a shape given in pixels; a soft one is drawn small and enlarged: as smooth, and faster."""
        if opacity < _LEAST_OPACITY:
            return
        reach = 2.6 * blur + 2
        (west, north), (east, south) = outline.min(axis=0).tolist(), outline.max(axis=0).tolist()
        left, top = max(0, math.floor(west - reach)), max(0, math.floor(north - reach))
        right = min(self.pixels, math.ceil(east + reach))
        bottom = min(self.pixels, math.ceil(south + reach))
        if right <= left or bottom <= top:
            return
        size = (right - left, bottom - top)
        corners = outline - (left, top)
        shrink = blur / 1.4 if blur > 2.0 else 1.0
        small = (max(1, math.ceil(size[0] / shrink)), max(1, math.ceil(size[1] / shrink)))
        if shrink > 1.0:
            corners *= (small[0] / size[0], small[1] / size[1])
        drawn = Image.new("L", small)
        ImageDraw.Draw(drawn).polygon(corners.ravel().tolist(), fill=round(255 * min(opacity, 1.0)))
        if blur > _LEAST_BLUR:
            drawn = drawn.filter(ImageFilter.GaussianBlur(blur / shrink))
        if small != size:
            drawn = drawn.resize(size, Image.Resampling.BILINEAR)
        box = (left, top, right, bottom)
        if clip is not None:
            drawn = ImageChops.multiply(drawn, clip.crop(box))
        self.image.paste(_bytes(colour), box, drawn)

    def finished(self) -> Image.Image:
        """The picture at its final size."""
        return self.image.reduce(self.supersample)
