"""Rendered faces for the training: filmstrips of one person from neutral to full, and stills to practise on.

They are drawn once, into the cache folder, by a process of their own, so that nobody's answer waits for them:

    python -m app.participant.strips FOLDER
"""

import asyncio
import os
import sys
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from PIL import Image

from db.settings import Settings
from engine.emfacs import EMOTIONS
from engine.faces.illustrations import render_expression
from engine.faces.sheet import SITTERS
from study.stages.lessons import PRACTICE

FRAMES = 11
"""Intensities from 0 to 1, evenly spaced."""
SIZE = 288
TAUGHT_ON, PRACTISED_ON = SITTERS[:3], SITTERS[3:]
_VERSION = 2
_ROOT = Path(__file__).resolve().parents[2]


def folder_of(settings: Settings) -> Path:
    """Where the strips lie."""
    return settings.cache_dir / f"training-{_VERSION}"


async def strip(settings: Settings, person: int, emotion: str) -> Path | None:
    """A strip of `FRAMES` side by side (a still of who is practised on), as WebP; None for who is no sitter.

    Where they are not drawn yet, the drawing of all is begun, and this one waited for (about half a second).

    Raises:
        OSError: the drawing failed.
    """
    if emotion not in EMOTIONS or (person not in TAUGHT_ON and (person, emotion) not in practice()):
        return None
    kept = _place(folder_of(settings), person, emotion)
    if not kept.exists():
        drawing = _drawing(kept.parent, asyncio.get_running_loop())
        while not kept.exists():
            if drawing.done():
                _drawing.cache_clear()
                drawing.result()
                break
            await asyncio.sleep(0.05)
    return kept


@cache
def _drawing(folder: Path, loop: asyncio.AbstractEventLoop) -> "asyncio.Task[None]":
    """The one process that draws what is absent from the folder."""
    return loop.create_task(_draw_elsewhere(folder))


async def _draw_elsewhere(folder: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "app.participant.strips", str(folder)), cwd=_ROOT
    )
    try:
        status = await process.wait()
    finally:
        if process.returncode is None:
            process.terminate()
    if status != 0:
        raise OSError(f"drawing the training's faces into {folder} ended with status {status}")


def practice() -> Sequence[tuple[int, str]]:
    """Whom and what the practice shows, in its order."""
    return [(PRACTISED_ON[place % len(PRACTISED_ON)], emotion) for place, emotion in enumerate(PRACTICE)]


def draw_all(folder: Path) -> None:
    """Draw what is absent: the first page's faces, the stills, which are few, then page after page."""
    folder.mkdir(parents=True, exist_ok=True)
    taught = [(person, emotion) for emotion in EMOTIONS for person in TAUGHT_ON]
    first = len(TAUGHT_ON)
    for person, emotion in (*taught[:first], *practice(), *taught[first:]):
        kept = _place(folder, person, emotion)
        if not kept.exists():
            _keep(_strip(person, emotion) if person in TAUGHT_ON else _face(person, emotion, 1.0), kept)


def _place(folder: Path, person: int, emotion: str) -> Path:
    return folder / f"{person}-{emotion.lower()}.webp"


def _strip(person: int, emotion: str) -> Image.Image:
    strip = Image.new("RGB", (FRAMES * SIZE, SIZE))
    rest = _face(person, emotion, 0.0)
    for number in range(FRAMES):
        still = number == 0 or emotion == "Neutral"
        frame = rest if still else _face(person, emotion, number / (FRAMES - 1))
        strip.paste(frame, (number * SIZE, 0))
    return strip


def _face(person: int, emotion: str, intensity: float) -> Image.Image:
    return render_expression(emotion, intensity, person, SIZE)


def _keep(picture: Image.Image, kept: Path) -> None:
    # Written beside its place and moved there, so that nobody is ever served half a picture.
    handle, name = tempfile.mkstemp(dir=kept.parent, suffix=".part")
    with os.fdopen(handle, "wb") as file:
        picture.save(file, "WEBP", quality=80, method=4)
    Path(name).replace(kept)


if __name__ == "__main__":
    os.nice(5)
    draw_all(Path(sys.argv[1]))
