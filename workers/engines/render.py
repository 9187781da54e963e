"""Documents → pixels, through PyMuPDF: a page at the resolution of its own scan."""

from dataclasses import dataclass

import cv2
import numpy as np
import pymupdf
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
"""Height × width × 3, blue-green-red."""

MIN_DPI, MAX_DPI = 110, 300
"""Finer scans cost time and add nothing; vector pages are drawn at DRAWN_DPI."""
DRAWN_DPI = 200
MAX_PIXELS = 40_000_000
"""A larger page is read at a lower resolution."""


@dataclass(frozen=True, kw_only=True)
class RenderError(Exception):
    """A page could not be rendered; `reason` is for the log, never for the customer."""

    reason: str


def open_document(content: bytes) -> pymupdf.Document:
    """Open a document or an image (a multi-page TIFF has a page a frame)."""
    try:
        return pymupdf.open(stream=content)
    except (RuntimeError, ValueError, pymupdf.mupdf.FzErrorBase) as error:
        raise RenderError(reason=type(error).__name__) from error


def render(page: pymupdf.Page, *, dpi: int | None = None) -> Pixels:
    """Render a page to pixels, by default at its own scan's resolution; its rotation flag holds."""
    try:
        pixmap = page.get_pixmap(dpi=dpi or _dpi(page), colorspace=pymupdf.csRGB, alpha=False)
    except (RuntimeError, ValueError, pymupdf.mupdf.FzErrorBase) as error:
        raise RenderError(reason=type(error).__name__) from error
    finally:
        pymupdf.TOOLS.reset_mupdf_warnings()  # the list grows without end otherwise
    rgb = np.frombuffer(pixmap.samples, np.uint8).reshape(pixmap.height, pixmap.width, 3)
    return cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR).astype(np.uint8, copy=False)


def _dpi(page: pymupdf.Page) -> int:
    """Return the resolution of the largest image on the page, bounded; DRAWN_DPI without one."""
    densities = [
        (info["width"] * info["height"], 72 * info["width"] / max(1.0, _shown_width(info)))
        for info in page.get_image_info()
        if _covers(info["bbox"], page.rect)
    ]
    own = max(densities)[1] if densities else DRAWN_DPI
    affordable = 72 * (MAX_PIXELS / max(1.0, page.rect.get_area())) ** 0.5
    return int(max(1.0, min(MAX_DPI, max(MIN_DPI, own), affordable)) + 0.5)


def _shown_width(info: dict[str, tuple[float, ...]]) -> float:
    """Return the length in points of an image's own upper edge, however it is turned."""
    a, b, *_ = info["transform"]
    return float(np.hypot(a, b))


def _covers(box: tuple[float, ...], page: pymupdf.Rect) -> bool:
    """Say whether a box covers half of the page or more: the page is a scan."""
    shown = pymupdf.Rect(box) & page
    return bool(shown.get_area() >= 0.5 * page.get_area())
