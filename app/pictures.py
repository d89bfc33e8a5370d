"""Image files on their way to a browser: checked, made small where asked, kept in the cache folder."""

import contextlib
import hashlib
import io
import logging
import secrets
import warnings
from collections.abc import Callable
from functools import lru_cache
from html import escape
from pathlib import Path

from PIL import Image
from starlette.responses import FileResponse, Response

from app.bare_pictures import UnfinishedJpegError, is_bare, without_words
from db.settings import Settings
from engine.decoding import FORMATS, upright

WIDTHS = (96, 160, 320, 640, 1024)
"""The widths of thumbnails; another width gets the next larger one, so that the cache stays small."""
_BROWSERS_READ = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
_LARGEST_SHOWN = 1600
_ORIENTATION = 0x0112
_ON_ITS_SIDE = (5, 6, 7, 8)
_HEADERS = {"Cache-Control": "private, max-age=31536000, immutable"}

log = logging.getLogger(__name__)


class UnreadablePictureError(Exception):
    """A file that is absent or no image."""


def shown_file(settings: Settings, path: Path) -> Response:
    """The image as it is where browsers can show it so, otherwise drawn anew as WebP.

    What a file says beside its image (a comment, a keyword, a place) never goes to a participant: such a
    file goes out as a copy without it, of the same pixels.

    Raises:
        UnreadablePictureError: the file is absent or no image.
    """
    media_type, bare = _as_it_is(path, _changed(path))
    if media_type is None:
        return thumbnail(settings, path, WIDTHS[-1])
    if bare:
        return FileResponse(path, headers=_HEADERS, media_type=media_type)
    return _kept(settings, path, "bare", media_type, lambda: _without_words(path))


def thumbnail(settings: Settings, path: Path, width: int) -> Response:
    """The image at most as wide and high as the next of `WIDTHS`, as WebP; drawn anew where the disk is full.

    Raises:
        UnreadablePictureError: the file is absent or no image.
    """
    size = next((known for known in WIDTHS if known >= width), WIDTHS[-1])
    return _kept(settings, path, str(size), "image/webp", lambda: _drawn(path, size))


def size_of(path: Path) -> tuple[int, int]:
    """Width and height of the image as it is shown, upright.

    Raises:
        UnreadablePictureError: the file is absent or no image.
    """
    try:
        with _opened(path) as image:
            turned = image.getexif().get(_ORIENTATION, 1) in _ON_ITS_SIDE
            width, height = image.size
    except Exception as problem:  # of a damaged file Pillow raises nearly anything
        raise _unreadable(path, problem) from problem
    return (height, width) if turned else (width, height)


def placeholder(text: str) -> str:
    """A drawing (SVG) that stands where an image cannot be shown, and says why."""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="160" height="160" viewBox="0 0 160 160" '
        'font-family="sans-serif">'
        '<rect width="160" height="160" fill="#8A8F98" fill-opacity=".25"/>'
        '<path d="M40 40 120 120M120 40 40 120" stroke="#8A8F98" stroke-width="3"/>'
        '<rect y="64" width="160" height="32" fill="#3c414b"/>'
        f'<text x="80" y="85" font-size="15" fill="#fff" text-anchor="middle">{escape(text)}</text></svg>'
    )


def _kept(settings: Settings, path: Path, what: str, media_type: str, draw: Callable[[], bytes]) -> Response:
    """What is drawn of an image, from the cache folder; drawn each time where the disk has no room for it."""
    name = hashlib.sha256(f"{path}\0{_changed(path)}\0{what}".encode()).hexdigest()
    kept = settings.cache_dir / "thumbnails" / name[:2] / f"{name}.{media_type.removeprefix('image/')}"
    if not kept.exists():
        drawn = draw()
        if not _keep(drawn, kept):
            return Response(drawn, headers=_HEADERS, media_type=media_type)
    return FileResponse(kept, headers=_HEADERS, media_type=media_type)


def _changed(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError as problem:
        raise _unreadable(path, problem) from problem


@lru_cache(maxsize=50_000)
def _as_it_is(path: Path, _changed_at: int) -> tuple[str | None, bool]:
    """The media type of a file that browsers can show as it is, else None; and whether it is image alone."""
    try:
        with _opened(path) as image:
            image.load()
            turned = image.getexif().get(_ORIENTATION, 1) != 1
            fits = max(image.size) <= _LARGEST_SHOWN and not turned
            kind = _BROWSERS_READ.get(image.format or "")
            bare = kind is not None and is_bare(image, path.read_bytes())
    except UnfinishedJpegError:
        return None, False
    except Exception as problem:  # of a damaged file Pillow raises nearly anything
        raise _unreadable(path, problem) from problem
    return kind if fits else None, bare


def _without_words(path: Path) -> bytes:
    try:
        return without_words(path.read_bytes())
    except Exception as problem:  # of a damaged file Pillow raises nearly anything
        raise _unreadable(path, problem) from problem


def _drawn(path: Path, size: int) -> bytes:
    try:
        with _opened(path) as image:
            image.draft("RGB", (2 * size, 2 * size))
            # As the engine sees it: deep greys scaled, transparent parts white.
            shown = upright(image)
    except Exception as problem:  # of a damaged file Pillow raises nearly anything
        raise _unreadable(path, problem) from problem
    shown.thumbnail((size, size), Image.Resampling.LANCZOS)
    content = io.BytesIO()
    shown.save(content, "WEBP", quality=82, method=4)
    return content.getvalue()


def _keep(drawn: bytes, file: Path) -> bool:
    """Keep a thumbnail for the next who asks; False where the disk has no room for it."""
    part = file.with_suffix(f".{secrets.token_hex(8)}.part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        # Written beside its place and moved there, so that nobody is ever served half an image.
        part.write_bytes(drawn)
        part.replace(file)
    except OSError as problem:
        log.warning("the thumbnail %s cannot be kept: %s", file, problem)
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        return False
    return True


def _opened(path: Path) -> Image.Image:
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            return Image.open(path, formats=FORMATS)
        except Image.DecompressionBombWarning as problem:
            raise Image.DecompressionBombError(str(problem)) from problem


def _unreadable(path: Path, problem: Exception) -> UnreadablePictureError:
    log.warning("the image %s cannot be read: %s", path, problem)
    return UnreadablePictureError(f"the image {path} cannot be read: {problem}")
