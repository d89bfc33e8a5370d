"""Background, neck, clothing, ears and the shaded skin of the head."""

import numpy as np
from PIL import Image

from engine.faces.canvas import Points, darker, ellipse, mirrored, mix, spline
from engine.faces.portrait import Portrait
from engine.faces.spec import Colour


def draw_background(portrait: Portrait) -> None:
    """A soft gradient, lighter where the light comes from."""
    near, far = portrait.spec.background
    light = portrait.spec.light
    ramp = np.linspace(-1, 1, 32)
    distance = np.hypot(ramp[None, :] - 0.7 * light.x, ramp[:, None] - 0.7 * light.y)
    _shaded(portrait, np.clip(distance / 2.2, 0, 1), (near, mix(near, far, 0.5), far), None)


def draw_neck(portrait: Portrait) -> None:
    """Neck, its shadow under the chin, and clothing with a collar."""
    canvas, colours, who = portrait.canvas, portrait.colours, portrait.identity
    wide = (0.50 - 0.10 * who.presentation) * (0.5 + 0.5 * who.jaw_width)
    half = np.array(
        ((wide, 0.35), (wide * 0.97, 0.95), (wide * 1.08, 1.22), (wide * 1.9, 1.42), (wide * 2.6, 1.9))
    )
    outline = np.vstack((spline(half, 16), spline(half[::-1] * (-1, 1), 16)))
    canvas.fill(outline, mix(colours.skin, colours.shade, 0.35), depth=-0.22)
    clip = canvas.mask(outline, depth=-0.22)
    shadow = portrait.contour * (0.92, 1.0) + (-0.06 * portrait.spec.light.x, 0.17)
    canvas.fill(shadow, mix(colours.shade, colours.line, 0.35), 0.75, 0.05, clip, depth=-0.1)
    for side in (-1, 1):
        cord = mirrored(spline(((wide * 0.8, 0.95), (wide * 0.5, 1.25), (0.10, 1.5)), 12), side)
        canvas.stroke(cord, (0.01, 0.05, 0.02), colours.shade, 0.35, 0.025, clip, depth=-0.2)
    _draw_clothing(portrait, wide)


def _draw_clothing(portrait: Portrait, wide: float) -> None:
    canvas, cloth, collar = portrait.canvas, portrait.identity.clothing, portrait.identity.collar
    low = {"round": 1.42, "v": 1.72, "high": 1.20, "shirt": 1.55}[collar]
    edge = {"round": 1.30, "v": 1.27, "high": 1.10, "shirt": 1.22}[collar]
    side = wide * (1.12 if collar == "high" else 1.30)
    neckline = spline(
        (
            (-side, edge),
            (-side * 0.6, (edge + low) / 2 + 0.04),
            (0, low),
            (side * 0.6, (edge + low) / 2 + 0.04),
            (side, edge),
        ),
        24,
    )
    if collar in ("v", "shirt"):
        neckline = np.array(((-side, edge), (0, low), (side, edge)))
    right = spline(((side, edge), (0.95, 1.42), (1.42, 1.62), (1.75, 2.2)), 16)
    body = np.vstack((neckline, right, ((1.75, 3.0), (-1.75, 3.0)), (right * (-1, 1))[::-1]))
    canvas.fill(body, cloth, depth=-0.25)
    clip = canvas.mask(body, depth=-0.25)
    canvas.fill(
        ellipse(0.9 * np.sign(portrait.spec.light.x or 1), 2.1, 0.9, 0.8), darker(cloth, 0.6), 0.0, 0.2, clip
    )
    canvas.fill(
        ellipse(-0.9 * portrait.spec.light.x * 1.6, 2.0, 0.7, 0.8),
        darker(cloth, 0.62),
        0.7,
        0.22,
        clip,
        depth=-0.25,
    )
    canvas.stroke(neckline, (0.035, 0.035), darker(cloth, 0.72), 1.0, 0.004, clip, depth=-0.25)
    if collar == "shirt":
        for direction in (-1, 1):
            flap = np.array(
                ((side * 0.96, edge - 0.05), (0.03, low), (0.22, low + 0.16), (side * 1.25, edge + 0.13))
            )
            canvas.fill(mirrored(flap, direction), mix(cloth, (255, 255, 255), 0.18), depth=-0.22)
            canvas.stroke(mirrored(flap[1:], direction), (0.012, 0.012), darker(cloth, 0.6), 0.8, depth=-0.22)


def draw_ears(portrait: Portrait) -> None:
    """Ears, which the contour of the head overlaps, where no hair falls over them."""
    if portrait.identity.hair_style in ("long", "wavy", "bob"):
        return
    canvas, colours = portrait.canvas, portrait.colours
    out = 0.75 * portrait.identity.face_width
    for side in (-1, 1):
        shape = np.array(
            (
                (out - 0.06, -0.12),
                (out + 0.05, -0.18),
                (out + 0.115, -0.08),
                (out + 0.09, 0.10),
                (out + 0.045, 0.27),
                (out - 0.05, 0.28),
            )
        )
        outline = mirrored(spline(shape, 30, closed=True), side)
        canvas.fill(outline, mix(colours.skin, colours.shade, 0.22), depth=-0.08)
        inner = mirrored(
            spline(((out + 0.0, -0.09), (out + 0.06, -0.10), (out + 0.07, 0.02), (out + 0.03, 0.15)), 12),
            side,
        )
        canvas.stroke(inner, (0.01, 0.03, 0.02, 0.01), colours.line, 0.45, 0.008, depth=-0.06)
        canvas.fill(
            mirrored(ellipse(out + 0.01, 0.05, 0.03, 0.08), side), colours.shade, 0.7, 0.02, depth=-0.06
        )


def draw_skin(portrait: Portrait) -> None:
    """The head's skin, lit as an ellipsoid, with a darker rim."""
    canvas, colours, spec = portrait.canvas, portrait.colours, portrait.spec
    cells = 48
    ramp = (np.arange(cells) + 0.5) / cells
    origin = canvas.project(np.zeros((1, 2)), depth=0.0)[0] / canvas.pixels
    scale = spec.framing.scale
    x = (ramp[None, :] - origin[0]) / scale / 0.80
    y = (ramp[:, None] - origin[1] - 0.05) / scale / 1.12
    z = np.sqrt(np.clip(1.08 - x**2 - y**2, 0.02, None))
    light = np.array((spec.light.x, spec.light.y, 0.9))
    light /= np.linalg.norm(light)
    lambert = (x * light[0] + y * light[1] + z * light[2]) / 1.04
    rim = np.clip(1 - z, 0, 1) ** 2.2
    tone = 0.60 - spec.light.strength * 0.85 * (lambert - 0.62) + 0.30 * rim
    ramp_colours = (colours.light, colours.skin, mix(colours.skin, colours.shade, 0.55), colours.shade)
    _shaded(portrait, np.clip(tone, 0, 1), ramp_colours, portrait.face_mask)
    edge = portrait.contour
    canvas.stroke(
        np.vstack((edge, edge[:1])), (0.05, 0.05), colours.shade, 0.55, 0.025, portrait.face_mask, depth=0.0
    )


def _shaded(portrait: Portrait, tone: Points, colours: tuple[Colour, ...], mask: Image.Image | None) -> None:
    """Paste `tone` (0 to 1, any resolution) as a gradient through `colours`."""
    canvas = portrait.canvas
    stops = np.linspace(0, 255, len(colours))
    channels = [np.interp(np.arange(256), stops, [colour[i] for colour in colours]) for i in range(3)]
    table = np.clip(np.round(np.concatenate(channels)), 0, 255).astype(int).tolist()
    grey = Image.fromarray(np.round(tone * 255).astype(np.uint8))
    size = (canvas.pixels, canvas.pixels)
    grey = grey.resize((size[0] // 4, size[1] // 4), Image.Resampling.BICUBIC)
    toned = Image.merge("RGB", (grey, grey, grey)).point(table).resize(size, Image.Resampling.BILINEAR)
    canvas.image.paste(toned, (0, 0), mask)
