"""Filmstrips of rendered faces for the training: one person, one emotion, from neutral to full."""

import os
import tempfile
from pathlib import Path

from PIL import Image
from starlette.responses import FileResponse

from db.settings import Settings
from engine.emfacs import EMOTIONS
from engine.faces.illustrations import render_expression
from engine.faces.sheet import SITTERS

FRAMES = 11
"""Intensities from 0 to 1, evenly spaced."""
SIZE = 288
_VERSION = 1
_HEADERS = {"Cache-Control": "private, max-age=86400"}


def strip(settings: Settings, person: int, emotion: str) -> FileResponse | None:
    """The frames of one of the sitters side by side, as WebP; None for another person or another word.

    Drawn at the first request (about half a second) and kept in the cache folder.
    """
    if person not in SITTERS or emotion not in EMOTIONS:
        return None
    kept = settings.cache_dir / "training" / f"{_VERSION}-{person}-{emotion.lower()}.webp"
    if not kept.exists():
        _draw(person, emotion, kept)
    return FileResponse(kept, headers=_HEADERS, media_type="image/webp")


def _draw(person: int, emotion: str, kept: Path) -> None:
    frames = Image.new("RGB", (FRAMES * SIZE, SIZE))
    for number in range(FRAMES):
        frames.paste(render_expression(emotion, number / (FRAMES - 1), person, SIZE), (number * SIZE, 0))
    kept.parent.mkdir(parents=True, exist_ok=True)
    # Written beside its place and moved there, so that nobody is ever served half a strip.
    handle, name = tempfile.mkstemp(dir=kept.parent, suffix=".part")
    with os.fdopen(handle, "wb") as file:
        frames.save(file, "WEBP", quality=80, method=4)
    Path(name).replace(kept)
