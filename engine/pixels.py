"""Every training image decoded once, in one file that all networks read."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.decoding import DecodingError, ImageFile, Pixels, decode_all
from engine.devices import available_cores
from engine.errors import EngineError
from engine.recipe import ImageSettings


@dataclass(frozen=True)
class Unreadable:
    """An image that could not be read: its place in the list of files, its path, and why."""

    row: int
    path: str
    reason: str


def decode_to_file(
    files: Sequence[ImageFile], settings: ImageSettings, target: Path, advance: Callable[[], object]
) -> list[Unreadable]:
    """Decode `files` in order into a .npy of (n, s, s, 3) bytes, and return what could not be read.

    The rows of unreadable images are black. Memory stays flat: each image is written as it comes (through a
    memory map, a full disk would end the process by a signal). `advance` is called after each image.
    """
    unfinished = target.with_suffix(".unfinished")
    shape = (len(files), settings.size, settings.size, 3)
    black, failures = np.zeros(shape[1:], dtype=np.uint8), []
    with unfinished.open("wb") as store:
        header = {"descr": "|u1", "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(store, header)
        found = decode_all(files, settings.size, available_cores(), margin=settings.margin)
        for row, decoded in enumerate(found):
            if isinstance(decoded, DecodingError):
                failures.append(Unreadable(row, str(files[row].path), str(decoded)))
                decoded = black
            store.write(decoded.tobytes())
            advance()
    unfinished.replace(target)
    if len(failures) == len(files):
        raise EngineError(f"none of the {len(files)} images can be read; the first: {failures[0].reason}")
    return failures


def open_pixels(file: Path) -> Pixels:
    """The decoded images, read from disk as they are asked for."""
    opened: Pixels = np.load(file, mmap_mode="r")
    return opened


def pixel_fingerprint(pixels: Pixels) -> str:
    """SHA-256 of the decoded images in their order."""
    digest = hashlib.sha256(repr(pixels.shape).encode())
    for start in range(0, len(pixels), 256):
        digest.update(pixels[start : start + 256].tobytes())
    return digest.hexdigest()
