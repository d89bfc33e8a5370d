"""Landmarks, the face's box and the head's pose as a drawing that lies on the face."""

import math
from base64 import b64encode

from study.images.portrait import Geometry, Point

_POINTS = {"landmarks_68": "#56B4E9", "landmarks_28": "#E69F00"}
_AXES = ("#D55E00", "#009E73", "#0072B2")


def drawing(geometry: Geometry, size: tuple[int, int]) -> str:
    """What is known of a face as an SVG of the image's own size in pixels (width, height).

    Blue points are the 68 landmarks, orange the 28; the white frame is the face's box; the three lines are
    the head's axes: red to its left, green downwards, blue where it looks.
    """
    width, height = size
    unit = max(size) / 100
    parts = [_dots(getattr(geometry, name), unit, colour) for name, colour in _POINTS.items()]
    if geometry.box is not None:
        x, y, wide, high = geometry.box
        parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{high:.1f}" fill="none" '
            f'stroke="#fff" stroke-width="{unit / 2:.2f}"/>'
        )
    if geometry.pose is not None:
        parts.append(_axes(geometry.pose, _middle(geometry, size), 0.25 * min(size), unit))
    inside = "".join(parts)
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">{inside}</svg>'


def data_url(svg: str) -> str:
    """The drawing as an address for an image."""
    return f"data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}"


def spoken(geometry: Geometry) -> str:
    """What is drawn, in words."""
    said = []
    for name, many in (("68", geometry.landmarks_68), ("28", geometry.landmarks_28)):
        if many:
            said.append(f"{len(many)} points of the {name}-point landmarks")
    if geometry.box is not None:
        said.append("the face’s box")
    if geometry.pose is not None:
        yaw, pitch, roll = geometry.pose
        said.append(f"the head’s axes (yaw {yaw:.0f}°, pitch {pitch:.0f}°, roll {roll:.0f}°)")
    return ", ".join(said)


def _dots(points: tuple[Point, ...], unit: float, colour: str) -> str:
    return "".join(
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{unit * 0.7:.2f}" fill="{colour}" '
        f'stroke="#000" stroke-width="{unit / 6:.2f}"/>'
        for x, y in points
    )


def _middle(geometry: Geometry, size: tuple[int, int]) -> Point:
    """Where the axes begin: the middle of the landmarks, of the box, or of the image."""
    points = geometry.landmarks_68 or geometry.landmarks_28
    if points:
        return sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points)
    if geometry.box is not None:
        x, y, wide, high = geometry.box
        return x + wide / 2, y + high / 2
    return size[0] / 2, size[1] / 2


def _axes(pose: tuple[float, float, float], middle: Point, length: float, unit: float) -> str:
    """The head's axes seen from the front: yaw to the picture's right, pitch upwards, then roll clockwise."""
    yaw, pitch, roll = (math.radians(angle) for angle in pose)
    ends = (
        (math.cos(yaw), math.sin(yaw) * math.sin(pitch)),
        (0.0, math.cos(pitch)),
        (math.sin(yaw), -math.cos(yaw) * math.sin(pitch)),
    )
    x, y = middle
    drawn = []
    for (across, down), colour in zip(ends, _AXES, strict=True):
        right = x + length * (across * math.cos(roll) - down * math.sin(roll))
        below = y + length * (across * math.sin(roll) + down * math.cos(roll))
        drawn.append(
            f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{right:.1f}" y2="{below:.1f}" '
            f'stroke="{colour}" stroke-width="{unit:.2f}" stroke-linecap="round"/>'
        )
    return "".join(drawn)
