"""From an image file to the square of bytes that the networks see."""

import io
import warnings
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from PIL import Image, ImageOps, UnidentifiedImageError

from engine.errors import EngineError
from engine.images import FACE_BOX_COLUMNS

Pixels = npt.NDArray[np.uint8]
Box = tuple[float, float, float, float]
Source = str | Path | bytes | Image.Image

FORMATS = ("JPEG", "PNG", "BMP", "GIF", "TIFF", "WEBP", "AVIF", "JPEG2000", "PPM", "TGA")
"""What is read, whatever a file's name ends with. PostScript, which Pillow knows too, is a program: it would
have Ghostscript run it."""
# Greys that Pillow's conversion to RGB clips at 255.
_DEEP_MODES = ("I", "F", "I;16", "I;16B", "I;16L", "I;16N")
_BACKGROUND = (255, 255, 255)


class DecodingError(EngineError):
    """An image that cannot be read; the message is the reason."""


@dataclass(frozen=True)
class ImageFile:
    """Where an image lies, and its face box (left, top, width, height in pixels) where one is known."""

    path: Path
    box: Box | None = None


def image_files(manifest: pd.DataFrame, root: Path) -> list[ImageFile]:
    """The files of a manifest in its order; `root` is its folder. A row without a whole face box has none."""
    boxes: list[Box | None] = [None] * len(manifest)
    if set(FACE_BOX_COLUMNS) <= set(manifest.columns):
        for row, values in enumerate(manifest[list(FACE_BOX_COLUMNS)].to_numpy(np.float64)):
            if np.isfinite(values).all():
                left, top, width, height = map(float, values)
                boxes[row] = (left, top, width, height)
    return [ImageFile(root / path, box) for path, box in zip(manifest["path"], boxes, strict=True)]


def decode(source: Source, size: int, box: Box | None = None, margin: float = 0.0) -> Pixels:
    """The image as (size, size, 3) uint8 in RGB, upright as its orientation tag says.

    A face box is widened to a square around its middle (black beyond the image); without one the middle
    square is taken, less `margin` (share of its side) all round. Transparent parts become white; deep greys
    (16-bit, 32-bit, float) are scaled to their own range.
    Raises DecodingError where Pillow cannot read it, or the box holds no pixel of it.
    """
    with _reading():
        image = _open(source)
        if box is None and image.format == "JPEG":
            # The decoder may drop detail beyond twice the wanted side: resizing would average it away.
            wanted = round(2 * size / (1 - 2 * margin))
            image.draft(None, (wanted, wanted))
        small = _cut(image, box, margin).resize((size, size), Image.Resampling.BICUBIC, reducing_gap=2.0)
        return np.asarray(small, dtype=np.uint8)


def face_square(source: Source, most: int, box: Box | None = None, margin: float = 0.0) -> Image.Image:
    """The square that `decode` shows to the networks, in the detail that the image has, to `most` pixels.

    Raises DecodingError as `decode` does.
    """
    with _reading():
        square = _cut(_open(source), box, margin)
        square.thumbnail((most, most), Image.Resampling.LANCZOS)
        return square


def upright(source: Source) -> Image.Image:
    """The whole image in RGB, turned as its orientation tag says; raises DecodingError as `decode` does."""
    with _reading():
        return _rgb(ImageOps.exif_transpose(_open(source)))


@contextmanager
def _reading() -> Iterator[None]:
    """Whatever Pillow says of a file that it cannot read becomes a DecodingError."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            yield
    except DecodingError:
        raise
    except UnidentifiedImageError as problem:
        raise DecodingError("it is no image that Pillow knows") from problem
    except FileNotFoundError as problem:
        raise DecodingError("the file is not there") from problem
    except Image.DecompressionBombError as problem:
        raise DecodingError(f"it is too large; make it smaller ({problem})") from problem
    # Of a damaged file Pillow's many readers raise nearly anything, and one such file among thousands must
    # not end the work.
    except Exception as problem:
        raise DecodingError(str(problem) or type(problem).__name__) from problem


def decode_all(
    files: Iterable[ImageFile], size: int, threads: int, ahead: int = 64, margin: float = 0.0
) -> Iterator[Pixels | DecodingError]:
    """Decode in order on several threads; an image that cannot be read gives its DecodingError instead.

    At most `ahead` images are decoded before they are asked for, so memory stays flat.
    """

    def read(file: ImageFile) -> Pixels | DecodingError:
        try:
            return decode(file.path, size, file.box, margin)
        except DecodingError as problem:
            return problem

    with ThreadPoolExecutor(threads) as pool:
        source = iter(files)
        waiting = deque(pool.submit(read, file) for file in islice(source, ahead))
        while waiting:
            yield waiting.popleft().result()
            waiting.extend(pool.submit(read, file) for file in islice(source, 1))


def _open(source: Source) -> Image.Image:
    if isinstance(source, Image.Image):
        return source
    return Image.open(io.BytesIO(source) if isinstance(source, bytes) else source, formats=FORMATS)


def _cut(image: Image.Image, box: Box | None, margin: float) -> Image.Image:
    whole = _rgb(ImageOps.exif_transpose(image))
    return whole.crop(_square(whole.size, box, margin))


def _rgb(image: Image.Image) -> Image.Image:
    if image.mode in _DEEP_MODES:
        image = Image.fromarray(_stretch(np.asarray(image, dtype=np.float64)))
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        opaque = Image.new("RGBA", layer.size, (*_BACKGROUND, 255))
        return Image.alpha_composite(opaque, layer).convert("RGB")
    return image.convert("RGB")


def _stretch(values: npt.NDArray[np.float64]) -> Pixels:
    finite = np.nan_to_num(values, posinf=0.0, neginf=0.0)
    low, high = float(finite.min()), float(finite.max())
    return np.asarray(np.round((finite - low) / max(high - low, 1e-12) * 255), dtype=np.uint8)


def _square(size: tuple[int, int], box: Box | None, margin: float) -> tuple[int, int, int, int]:
    if box is None:
        side = max(1, round(min(size) * (1 - 2 * margin)))
        left, top = (size[0] - side) // 2, (size[1] - side) // 2
        return left, top, left + side, top + side
    left_edge, top_edge, width, height = box
    right, bottom = left_edge + width, top_edge + height
    if not (width >= 1 and height >= 1 and right > 0 and bottom > 0):
        raise DecodingError(
            f"the face box {box} is empty or beyond the image of {size[0]} x {size[1]} pixels"
        )
    if left_edge >= size[0] or top_edge >= size[1]:
        raise DecodingError(f"the face box {box} lies beyond the image of {size[0]} x {size[1]} pixels")
    side = round(max(width, height))
    left, top = round((left_edge + right - side) / 2), round((top_edge + bottom - side) / 2)
    return left, top, left + side, top + side
