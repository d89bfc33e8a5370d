"""Faces to learn from: one emotion or one action unit on a chosen person."""

from dataclasses import replace

import numpy as np
from PIL import Image

from engine.faces import identity
from engine.faces.expression import prototype
from engine.faces.render import render_face
from engine.faces.spec import FaceError, FaceSpec, Framing, Light, Pose


def _sitter(identity_seed: int) -> FaceSpec:
    """A person facing the viewer almost straight, without glasses."""
    rng = np.random.default_rng(np.random.SeedSequence([identity_seed, 21]))
    person = replace(identity.draw_identity(rng), glasses=False)
    side = -0.5 if identity_seed % 2 else 0.5
    return FaceSpec(
        identity=person,
        pose=Pose(yaw=float(rng.uniform(-6, 6)), pitch=0.0, roll=0.0),
        light=Light(x=side, y=-0.45, strength=0.7),
        framing=Framing(),
        background=identity.draw_background(rng),
    )


def render_expression(emotion: str, intensity: float, identity_seed: int, size: int) -> Image.Image:
    """The prototype of `emotion` at `intensity` (0 to 1) on the person of `identity_seed`.

    Raises FaceError for an unknown emotion or an intensity outside [0, 1].
    """
    if not 0 <= intensity <= 1:
        raise FaceError(f"the intensity {intensity} is none; it must lie in [0, 1]")
    units = {unit: level * intensity for unit, level in prototype(emotion).items()}
    side = (-1.0 if identity_seed % 2 else 1.0) if emotion == "Contempt" else 0.0
    return render_face(replace(_sitter(identity_seed), action_units=units, unilateral=side), size)


def render_action_unit(unit: int, intensity: float, identity_seed: int, size: int) -> Image.Image:
    """Action unit `unit` alone at `intensity` (0 to 1) on the person of `identity_seed`.

    Raises FaceError for an unknown unit or an intensity outside [0, 1].
    """
    return render_face(replace(_sitter(identity_seed), action_units={unit: intensity}), size)
