"""Who is drawn, and how they are posed, lit and framed: drawn at random, or fixed for the training page."""

import numpy as np

from engine.faces.spec import Colour, Framing, Identity, Light, Pose

HAIR_COLOURS: tuple[Colour, ...] = (
    (34, 28, 28),
    (54, 38, 30),
    (82, 55, 38),
    (118, 80, 50),
    (150, 84, 48),
    (196, 154, 96),
    (222, 190, 138),
)
GREY: Colour = (178, 176, 174)
IRIS_COLOURS: tuple[Colour, ...] = (
    (84, 56, 36),
    (104, 72, 42),
    (110, 104, 60),
    (84, 118, 104),
    (92, 124, 156),
)
CLOTHING: tuple[Colour, ...] = (
    (74, 92, 120),
    (122, 74, 78),
    (92, 112, 96),
    (60, 62, 72),
    (186, 178, 166),
    (150, 118, 84),
    (112, 96, 132),
    (206, 204, 206),
)
BACKGROUNDS: tuple[tuple[Colour, Colour], ...] = (
    ((222, 227, 232), (176, 186, 198)),
    ((232, 226, 214), (196, 184, 166)),
    ((216, 226, 218), (168, 186, 174)),
    ((230, 220, 220), (194, 174, 176)),
    ((206, 212, 228), (150, 160, 190)),
    ((150, 160, 172), (92, 102, 116)),
    ((236, 236, 234), (204, 204, 202)),
)
_MASCULINE = ("short", "parted", "swept", "buzz", "receding", "bald", "curly", "long")
_FEMININE = ("long", "wavy", "bob", "bun", "pixie", "curly", "parted", "short")
_MASCULINE_SHARES = (0.24, 0.22, 0.14, 0.13, 0.09, 0.07, 0.08, 0.03)
_FEMININE_SHARES = (0.25, 0.22, 0.15, 0.14, 0.08, 0.11, 0.03, 0.02)


def draw_identity(rng: np.random.Generator) -> Identity:
    """A person at random; every skin tone is as likely as any other."""
    feminine = bool(rng.random() < 0.5)
    presentation = float(np.clip(rng.normal(0.85 if feminine else 0.15, 0.1), 0, 1))
    tone, age = float(rng.random()), float(np.clip(rng.beta(1.5, 2.4), 0, 1))
    style = str(
        rng.choice(_FEMININE, p=_FEMININE_SHARES) if feminine else rng.choice(_MASCULINE, p=_MASCULINE_SHARES)
    )
    if style == "receding" and age < 0.3:
        style = "short"
    thickness = 0.82 if feminine else 1.08
    beard = "none"
    if not feminine and rng.random() < 0.32:
        beard = str(rng.choice(("stubble", "full", "moustache"), p=(0.5, 0.35, 0.15)))
    return Identity(
        tone=tone,
        age=age,
        presentation=presentation,
        undertone=float(rng.uniform(-1, 1)),
        face_width=_about(rng, 0.97 if feminine else 1.0, 0.035),
        jaw_width=_about(rng, 0.92 if feminine else 1.03, 0.05),
        chin_width=_about(rng, 0.88 if feminine else 1.06, 0.09),
        face_length=_about(rng, 1.0, 0.035),
        eye_size=_about(rng, 1.06 if feminine else 0.98, 0.05),
        eye_spacing=_about(rng, 1.0, 0.03),
        eye_tilt=float(rng.uniform(-0.6, 1.0)),
        lid_fold=float(rng.uniform(0.1, 1.0)),
        brow_thickness=_about(rng, thickness, 0.14),
        brow_height=float(rng.uniform(-0.6, 0.8)),
        brow_arch=float(rng.uniform(-0.5, 1.0)),
        nose_width=_about(rng, 0.94 + 0.16 * tone, 0.09),
        nose_length=_about(rng, 1.0, 0.07),
        mouth_width=_about(rng, 1.0, 0.06),
        lip_fullness=_about(rng, 0.92 + 0.22 * tone + 0.06 * feminine, 0.12),
        hair_style=style,
        hair_colour=_hair_colour(rng, tone, age),
        part_side=int(rng.choice((-1, 1))),
        beard=beard,
        glasses=bool(rng.random() < 0.07),
        iris=IRIS_COLOURS[int(rng.integers(2 if tone > 0.5 else len(IRIS_COLOURS)))],
        clothing=CLOTHING[int(rng.integers(len(CLOTHING)))],
        collar=str(rng.choice(("round", "v", "high", "shirt"))),
        freckles=float(rng.random() < 0.15) * float(tone < 0.4),
    )


def _about(rng: np.random.Generator, mean: float, spread: float) -> float:
    return mean + spread * float(np.clip(rng.normal(), -2, 2))


def _hair_colour(rng: np.random.Generator, tone: float, age: float) -> Colour:
    darkest = len(HAIR_COLOURS) if tone < 0.35 else 4 if tone < 0.55 else 2
    colour = np.array(HAIR_COLOURS[int(rng.integers(darkest))]) + rng.normal(0, 5)
    grey = float(np.clip((age - 0.5) * 2.6 + rng.normal(0, 0.12), 0, 1)) if age > 0.45 else 0.0
    red, green, blue = np.clip(colour + (np.array(GREY) - colour) * grey, 12, 240)
    return (float(red), float(green), float(blue))


def draw_pose(rng: np.random.Generator) -> Pose:
    """A modest head rotation."""
    yaw, pitch, roll = np.clip(rng.normal(0, (9, 4.5, 4)), (-20, -9, -9), (20, 9, 9))
    return Pose(float(yaw), float(pitch), float(roll))


def draw_light(rng: np.random.Generator) -> Light:
    """Light from above, from any side."""
    return Light(
        x=float(rng.uniform(-0.8, 0.8)),
        y=float(rng.uniform(-0.7, -0.15)),
        strength=float(rng.uniform(0.45, 0.95)),
        warmth=float(rng.uniform(-1, 1)),
    )


def draw_framing(rng: np.random.Generator) -> Framing:
    """A face crop, a little nearer or farther."""
    x, y = rng.uniform(-0.025, 0.025, 2)
    return Framing(scale=float(rng.uniform(0.37, 0.43)), x=float(x), y=float(y))


def draw_background(rng: np.random.Generator) -> tuple[Colour, Colour]:
    """Two colours of a gradient."""
    return BACKGROUNDS[int(rng.integers(len(BACKGROUNDS)))]
