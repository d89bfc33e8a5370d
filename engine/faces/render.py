"""From a specification to a picture."""

from PIL import Image

from engine.faces.beard import draw_beard
from engine.faces.eyes import draw_brows, draw_eyes
from engine.faces.folds import draw_brow_furrows, draw_cheeks, draw_lower_face
from engine.faces.glasses import draw_glasses
from engine.faces.hair import draw_back_hair, draw_front_hair
from engine.faces.head import draw_background, draw_ears, draw_neck, draw_skin
from engine.faces.mouth import draw_mouth, mouth_shape
from engine.faces.nose import draw_nose
from engine.faces.portrait import Portrait
from engine.faces.spec import FaceError, FaceSpec

SMALLEST, LARGEST = 32, 2048
"""Sides that can be drawn, in pixels."""


def render_face(spec: FaceSpec, size: int) -> Image.Image:
    """Draw `spec` as a square RGB picture of `size` pixels; the same spec and size give the same pixels.

    Raises FaceError for a size below `SMALLEST` or above `LARGEST`.
    """
    if not SMALLEST <= size <= LARGEST:
        raise FaceError(f"a face cannot be drawn at {size} pixels; choose between {SMALLEST} and {LARGEST}")
    portrait = Portrait(spec, size, supersample=2)
    draw_background(portrait)
    draw_back_hair(portrait)
    draw_neck(portrait)
    draw_ears(portrait)
    draw_skin(portrait)
    mouth = mouth_shape(portrait)
    draw_cheeks(portrait, mouth)
    draw_lower_face(portrait, mouth)
    draw_brow_furrows(portrait)
    draw_beard(portrait, mouth)
    draw_mouth(portrait, mouth)
    draw_nose(portrait)
    draw_eyes(portrait)
    draw_brows(portrait)
    draw_front_hair(portrait)
    draw_glasses(portrait)
    return portrait.canvas.finished()
