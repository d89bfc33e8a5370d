"""Image files without what they say beside their image: comments, keywords, places, cameras, thumbnails."""

import io
import re

from PIL import Image

_NEEDED_SEGMENTS = {0xE0: (b"JFIF", b"JFXX"), 0xE2: (b"ICC_PROFILE",), 0xEE: (b"Adobe",)}
"""Of a JPEG file's application segments (ITU-T T.81, B.2.4.6), how those begin that its drawing needs."""
_NEEDED_INFO = (
    *("icc_profile", "transparency", "gamma", "srgb", "chromaticity", "dpi", "jfif", "adobe", "progressive"),
    *("progression", "background", "loop", "timestamp", "duration"),
)
"""The same as Pillow names it in any format; such as jfif_version too."""
_SCAN, _END, _COMMENT = 0xDA, 0xD9, 0xFE
# In coded data FF is followed by 00 or a restart marker; FF FF is filling.
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")


class UnfinishedJpegError(ValueError):
    """A JPEG file whose image can be read, but whose segments have no end."""


def is_bare(image: Image.Image, content: bytes) -> bool:
    """Whether a file holds nothing beside its opened image but what is needed to draw it.

    Raises:
        UnfinishedJpegError: its segments have no end.
    """
    if image.format == "JPEG":
        return _jpeg(content) == content
    return all(str(name).startswith(_NEEDED_INFO) for name in image.info)


def without_words(content: bytes) -> bytes:
    """The file of an image with the image alone: of a JPEG its coded data as they are, else the same pixels.

    Raises:
        UnfinishedJpegError: its segments have no end.
    """
    with Image.open(io.BytesIO(content)) as image:
        if image.format == "JPEG":
            return _jpeg(content)
        image.load()
        image.info = {name: value for name, value in image.info.items() if str(name).startswith(_NEEDED_INFO)}
        bare = io.BytesIO()
        profile = image.info.get("icc_profile")
        image.save(bare, image.format, lossless=True, exact=True, icc_profile=profile)
    return bare.getvalue()


def _jpeg(content: bytes) -> bytes:
    """A JPEG file without the segments that are not needed, and without what follows its end."""
    kept, at = [content[:2]], 2
    while True:
        found = _MARKER.search(content, at)
        if found is None:
            raise UnfinishedJpegError("the JPEG file has no end")
        # What lies between the segments is the coded data of a scan.
        kept.append(content[at : found.start()])
        marker, start = content[found.start() + 1], found.start()
        if marker == _END:
            return b"".join((*kept, content[start : start + 2]))
        at = start + 2 + int.from_bytes(content[start + 2 : start + 4])
        if at <= start + 2 or at > len(content):
            raise UnfinishedJpegError("a segment of the JPEG file has no length")
        if _is_needed(marker, content[start + 4 : at]):
            kept.append(content[start:at])


def _is_needed(marker: int, said: bytes) -> bool:
    if 0xE0 <= marker <= 0xEF:
        return said.startswith(_NEEDED_SEGMENTS.get(marker, ()))
    return marker != _COMMENT
