"""Documents → pixels, through PyMuPDF: a page at the resolution of its own scan."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import pymupdf
from numpy.typing import NDArray

from schemas.formats import FORMATS, sniff

Pixels = NDArray[np.uint8]
"""Height × width × 3, blue-green-red."""

PictureInfo = dict[str, Any]
"""What PyMuPDF says of a picture on a page: `bbox`, `transform`, `width`, `height` and more."""

MIN_DPI, MAX_DPI = 110, 300
"""Finer scans cost time and add nothing; vector pages are drawn at DRAWN_DPI."""
DRAWN_DPI = 200
MAX_PIXELS = 40_000_000
"""A larger page is read at a lower resolution."""
_KEPT_BYTES = 16 * 1024 * 1024
"""A larger document is opened anew for each page."""
_KEPT_PAGES = 50
"""So many pages of it are kept as they were interpreted."""


@dataclass(kw_only=True, eq=False)  # not frozen: `with` sets an error's traceback
class RenderError(Exception):
    """A page could not be rendered; `reason` is for the log, never for the customer."""

    reason: str


def open_document(content: bytes) -> pymupdf.Document:
    """Open a document or an image (a multi-page TIFF has a page a frame)."""
    kind = sniff(content, "")
    try:  # MuPDF itself does not know a PDF without a header
        return pymupdf.open(stream=content, filetype="pdf" if kind == FORMATS["pdf"] else None)
    except Exception as error:  # they have no common base
        raise fault_of(error) from error


def fault_of(error: Exception) -> RenderError | MemoryError:
    """Return what an error of PyMuPDF means: the document is broken, or there is no memory.

    MuPDF calls it a system error when it is refused memory; it reads no files here.
    """
    if isinstance(error, (MemoryError, pymupdf.mupdf.FzErrorSystem)):
        return MemoryError()
    return RenderError(reason=type(error).__name__)


_kept: list[tuple[bytes, pymupdf.Document]] = []
_displays: dict[int, pymupdf.DisplayList] = {}
_pictures: dict[int, list[PictureInfo]] = {}


@contextmanager
def opened(content: bytes) -> Iterator[pymupdf.Document]:
    """Open a document and leave it open for its next page: loading fonts costs more than reading.

    One document a process is kept, until another is opened, an error is raised, or `let_go`.
    """
    if not (_kept and _kept[0][0] == content):
        let_go()
        _kept.append((content, open_document(content)))
    try:
        yield _kept[0][1]
    except BaseException:
        let_go()
        raise
    if len(content) > _KEPT_BYTES:
        let_go()


def let_go() -> None:
    """Close the document kept open, if any: what was drawn of a scan takes much memory."""
    _displays.clear()
    _pictures.clear()
    while _kept:
        _kept.pop()[1].close()


def display(page: pymupdf.Page) -> pymupdf.DisplayList:
    """Return what a page shows, upright: interpreting it costs more than drawing or reading it."""
    if not _is_of_kept(page):
        return page.get_displaylist()
    if page.number not in _displays and len(_displays) < _KEPT_PAGES:
        _displays[page.number] = page.get_displaylist()
    return _displays.get(page.number) or page.get_displaylist()


def _is_of_kept(page: pymupdf.Page) -> bool:
    return bool(_kept) and page.parent is _kept[0][1]


def text_page(page: pymupdf.Page, flags: int) -> pymupdf.TextPage:
    """Return what text, or pictures, a page shows; places are those of the upright page."""
    return pymupdf.TextPage(display(page).get_textpage(flags))


def pictures(page: pymupdf.Page) -> list[PictureInfo]:
    """Return the pictures of a page: where they lie upright, and how large they are.

    They are asked for when the document is inspected, and again when the page is read.
    """
    if _is_of_kept(page) and page.number in _pictures:
        return _pictures[page.number]
    found: list[PictureInfo] = text_page(page, pymupdf.TEXT_PRESERVE_IMAGES).extractIMGINFO()
    if _is_of_kept(page):
        _pictures[page.number] = found
    return found


def render(page: pymupdf.Page, *, dpi: int | None = None) -> Pixels:
    """Render a page to pixels, by default at its own scan's resolution; its rotation flag holds."""
    try:
        zoom = (dpi or _dpi(page)) / 72
        pixmap = display(page).get_pixmap(pymupdf.Matrix(zoom, zoom), pymupdf.csRGB)
    except (RuntimeError, ValueError, MemoryError, pymupdf.mupdf.FzErrorBase) as error:
        raise fault_of(error) from error
    finally:
        pymupdf.TOOLS.reset_mupdf_warnings()  # the list grows without end otherwise
    rgb = np.frombuffer(pixmap.samples_mv, np.uint8).reshape(pixmap.height, pixmap.width, 3)
    return cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR).astype(np.uint8, copy=False)


def _dpi(page: pymupdf.Page) -> int:
    """Return the resolution of the largest image on the page, bounded; DRAWN_DPI without one."""
    densities = [
        (info["width"] * info["height"], 72 * info["width"] / max(1.0, _shown_width(info)))
        for info in pictures(page)
        if _covers(info["bbox"], page.rect)
    ]
    own = max(densities)[1] if densities else DRAWN_DPI
    affordable = 72 * (MAX_PIXELS / max(1.0, page.rect.get_area())) ** 0.5
    return int(max(1.0, min(MAX_DPI, max(MIN_DPI, own), affordable)) + 0.5)


def _shown_width(info: PictureInfo) -> float:
    """Return the length in points of an image's own upper edge, however it is turned."""
    a, b, *_ = info["transform"]
    return float(np.hypot(a, b))


def _covers(box: tuple[float, ...], page: pymupdf.Rect) -> bool:
    """Say whether a box covers half of the page or more: the page is a scan."""
    shown = pymupdf.Rect(box) & page
    return bool(shown.get_area() >= 0.5 * page.get_area())
