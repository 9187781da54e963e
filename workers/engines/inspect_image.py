"""Decide whether an image can be read: whole, within limits, and of how many pictures."""

from dataclasses import dataclass

from schemas import failures
from schemas.failure import Failure
from schemas.formats import Format
from workers.engines import image_headers

_BYTES_PER_PIXEL = 8
"""Four channels of 16 bits; a header claiming more a pixel wants more memory than we grant."""


@dataclass(frozen=True, kw_only=True)
class ImageFacts:
    """What an image is; each picture of a TIFF is a page."""

    pages: int


def inspect_image(
    content: bytes, kind: Format, *, max_pages: int, max_page_pixels: int
) -> ImageFacts | Failure:
    """Return the facts of an image of the sniffed `kind`, or why it is refused.

    Sizes are judged before any data is unpacked.
    """
    try:
        frames = image_headers.measure(kind.name, content, max_pages)
        if len(frames) > max_pages:
            return failures.too_many_pages(max_pages)
        for page, frame in enumerate(frames, start=1):
            if _weight(frame) > max_page_pixels:
                return failures.page_too_large(page, frame.width, frame.height, max_page_pixels)
        image_headers.check_complete(kind.name, content, max_pages)
    except image_headers.ImageFaultError as error:
        return _failure(error, kind)
    return ImageFacts(pages=len(frames))


def _weight(frame: image_headers.Frame) -> int:
    """Return the pixels a picture costs; unusually deep ones count more."""
    pixels = frame.width * frame.height
    return max(pixels, pixels * frame.bits_per_pixel // (8 * _BYTES_PER_PIXEL))


def _failure(error: image_headers.ImageFaultError, kind: Format) -> Failure:
    if error.fault == "truncated":
        return failures.truncated(kind)
    return failures.document_bomb() if error.fault == "bomb" else failures.damaged(kind)
