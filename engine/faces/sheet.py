"""Contact sheets: every emotion on several people, and every action unit alone."""

from collections.abc import Sequence

from PIL import Image, ImageDraw

from engine.emfacs import ACTION_UNITS, EMOTIONS
from engine.faces.illustrations import render_action_unit, render_expression

_CAPTION = 16

SITTERS: tuple[int, ...] = (46, 18, 54, 7, 27, 11)
"""Identity seeds of people who differ in skin tone, age, gender presentation and hair."""


def emotion_sheet(size: int, people: Sequence[int] = SITTERS) -> Image.Image:
    """Eight rows, one an emotion: its prototype on the same `people` (identity seeds)."""
    pictures = [
        (emotion, render_expression(emotion, 1.0, person, size)) for emotion in EMOTIONS for person in people
    ]
    return _grid(pictures, len(people), size)


def unit_sheet(size: int, person: int = SITTERS[0], columns: int = 6) -> Image.Image:
    """A face at rest, then every action unit alone at full intensity, on one `person` (identity seed)."""
    pictures = [("at rest", render_expression("Neutral", 0.0, person, size))]
    pictures += [(f"AU {unit}", render_action_unit(unit, 1.0, person, size)) for unit in ACTION_UNITS]
    return _grid(pictures, columns, size)


def contact_sheet(size: int) -> Image.Image:
    """Emotions above, action units below."""
    emotions, units = emotion_sheet(size), unit_sheet(size)
    sheet = Image.new("RGB", (emotions.width, emotions.height + units.height), (255, 255, 255))
    sheet.paste(emotions, (0, 0))
    sheet.paste(units, (0, emotions.height))
    return sheet


def _grid(pictures: Sequence[tuple[str, Image.Image]], columns: int, size: int) -> Image.Image:
    rows = -(-len(pictures) // columns)
    grid = Image.new("RGB", (columns * size, rows * (size + _CAPTION)), (255, 255, 255))
    draw = ImageDraw.Draw(grid)
    for place, (caption, picture) in enumerate(pictures):
        left, top = place % columns * size, place // columns * (size + _CAPTION)
        draw.text((left + 5, top + 2), caption, fill=(20, 20, 20))
        grid.paste(picture, (left, top + _CAPTION))
    return grid
