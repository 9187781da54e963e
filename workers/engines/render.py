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


@dataclass(frozen=True, kw_only=True)
class RenderError(Exception):
    """A page could not be rendered; `reason` is for the log, never for the customer."""

    reason: str


def open_document(content: bytes) -> pymupdf.Document:
    """Open a document or an image (a multi-page TIFF has a page a frame)."""
    return pymupdf.open(stream=content)


def render(page: pymupdf.Page, *, dpi: int | None = None) -> Pixels:
    """Render a page to pixels, by default at its own scan's resolution; its rotation flag holds."""
    try:
        pixmap = page.get_pixmap(dpi=dpi or _dpi(page), colorspace=pymupdf.csRGB, alpha=False)
    except (RuntimeError, ValueError) as error:
        raise RenderError(reason=str(error)) from error
    rgb = np.frombuffer(pixmap.samples, np.uint8).reshape(pixmap.height, pixmap.width, 3)
    return cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR).astype(np.uint8, copy=False)


def _dpi(page: pymupdf.Page) -> int:
    """Return the resolution of the largest image on the page, bounded; DRAWN_DPI without one."""
    densities = [
        (info["width"] * info["height"], 72 * info["width"] / max(1.0, _shown_width(info)))
        for info in page.get_image_info()
        if _covers(info["bbox"], page.rect)
    ]
    if not densities:
        return DRAWN_DPI
    return int(round(min(MAX_DPI, max(MIN_DPI, max(densities)[1]))))


def _shown_width(info: dict[str, tuple[float, ...]]) -> float:
    """Return the length in points of an image's own upper edge, however it is turned."""
    a, b, *_ = info["transform"]
    return float(np.hypot(a, b))


def _covers(box: tuple[float, ...], page: pymupdf.Rect) -> bool:
    """Say whether a box covers half of the page or more: the page is a scan."""
    shown = pymupdf.Rect(box) & page
    return bool(shown.get_area() >= 0.5 * page.get_area())
