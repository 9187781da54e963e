"""Decide whether a PDF can be read, and whether its pages are pictures or text.

MuPDF repairs what can be repaired. It is not thread-safe, and it is native code given hostile
bytes: callers who mean it run this in a child process with limits.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, ParamSpec, TypeVar

import pymupdf

from schemas import failures
from schemas.failure import Failure
from schemas.formats import FORMATS
from workers.engines.inspection import Limits
from workers.engines.render import (
    RenderError,
    fault_of,
    let_go,
    opened,
    pictures,
    text_page,
)

pymupdf.TOOLS.mupdf_display_errors(False)  # else it writes them to standard output
pymupdf.TOOLS.mupdf_display_warnings(False)

_PDF = FORMATS["pdf"]
_TAIL_BYTES = 2048
"""Where `%%EOF` stands in a whole file, with some junk after it."""

_HEAD_BYTES = 1024
_END = b"%%EOF"
_OBJECT = re.compile(rb"\d\s+\d+\s+obj\b")
_PAGE_OBJECT = re.compile(rb"/Type\s*/Page\b")

_PICTURE_SHARE = 0.5
"""A picture over half the page or more makes it a scan,"""
_PICTURE_TEXT = 50
"""unless so many visible characters stand beside or on it."""

_INVISIBLE = 0
"""Opacity of the layer that OCR programs put under a scan (text rendering mode 3)."""

_P = ParamSpec("_P")
_T = TypeVar("_T")

PageKind = Literal["picture", "text", "blank"]


@dataclass(frozen=True, kw_only=True)
class PdfFacts:
    """What a PDF is."""

    pages: int
    kind: Literal["scan", "born_digital", "mixed"]
    repaired: bool


class _BrokenError(Exception):
    """MuPDF could not make sense of the bytes."""


def inspect_pdf(content: bytes, limits: Limits) -> PdfFacts | Failure:
    """Return the facts of a PDF, or why it is refused."""
    try:
        with opened(content) as document:  # fonts are loaded once: reading finds it open
            facts = _attempt(_inspect, document, content, limits)
    except (_BrokenError, RenderError):
        return _broken(content)
    else:
        if isinstance(facts, Failure) or facts.kind != "born_digital":
            let_go()
        return facts
    finally:
        pymupdf.TOOLS.reset_mupdf_warnings()  # it would keep them for ever


def _inspect(document: pymupdf.Document, content: bytes, limits: Limits) -> PdfFacts | Failure:
    if document.needs_pass:
        return failures.encrypted(_PDF)
    if document.xref_length() > limits.max_objects:
        return failures.too_many_objects(limits.max_objects)
    pages = len(document)
    if pages > limits.max_pages:
        return failures.too_many_pages(limits.max_pages)
    if pages == 0:
        return _broken(content) if _has_lost_pages(document, content) else failures.no_pages()
    kinds: list[PageKind] = []
    for index in range(pages):
        try:
            page = _attempt(document.load_page, index)
            failure = _attempt(_oversize, document, page, limits.max_page_pixels)
            if failure:
                return failure
            kinds.append(_attempt(_page_kind, page))
        except _BrokenError:
            continue  # one bad page: the reader says so, the others are read
    lost = set(kinds) <= {"blank"} and document.is_repaired and not _has_end(content)
    if not kinds or lost:
        return _broken(content)
    return PdfFacts(pages=pages, kind=_document_kind(kinds), repaired=bool(document.is_repaired))


def _attempt(step: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
    """Run one step of PyMuPDF, whose errors have no common base; memory is not its fault."""
    try:
        return step(*args, **kwargs)
    except Exception as error:
        fault = fault_of(error)
        if isinstance(fault, MemoryError):
            raise fault from error
        raise _BrokenError from error


def _broken(content: bytes) -> Failure:
    """Return why a PDF without a readable page is none."""
    if b"/Encrypt" in content:
        return failures.encrypted(_PDF)
    return failures.damaged(_PDF) if _has_end(content) else failures.truncated(_PDF)


def _has_lost_pages(document: pymupdf.Document, content: bytes) -> bool:
    """Say whether a document without pages once had some."""
    return document.is_repaired and bool(_PAGE_OBJECT.search(content) or not _has_end(content))


def _has_end(content: bytes) -> bool:
    return b"%%EOF" in content[-_TAIL_BYTES:]


def has_lost_end(content: bytes) -> bool:
    """Say whether a file is a PDF that breaks off: objects follow after its last end, if any.

    What follows an end without being an object is padding or junk, and nothing is missing.
    """
    if b"%PDF-" not in content[:_HEAD_BYTES]:
        return False
    _, _, rest = content.rpartition(_END)
    return _OBJECT.search(rest) is not None


def _oversize(
    document: pymupdf.Document, page: pymupdf.Page, max_page_pixels: int
) -> Failure | None:
    """Return a refusal when the page or a picture in it is too large, before any is decoded.

    A page counts one pixel a point (72 dpi): photographs put into a PDF pixel by point have huge
    pages and are fine, the reader draws them at a lower resolution.
    """
    sizes = [(page.rect.width, page.rect.height)]
    listed = document.get_page_images(page.number)
    sizes += [(float(image[2]), float(image[3])) for image in listed]
    for width, height in sizes:
        if width * height > max_page_pixels:
            return failures.page_too_large(
                page.number + 1, round(width), round(height), max_page_pixels
            )
    return None


def _page_kind(page: pymupdf.Page) -> PageKind:
    """Say what carries the page's content."""
    visible, legible = _count_text(page)
    covered = _picture_share(page)
    if visible == 0:
        return "picture" if covered or page.get_bboxlog() else "blank"
    if legible < visible / 2 or (covered >= _PICTURE_SHARE and visible < _PICTURE_TEXT):
        return "picture"
    return "text"


def _count_text(page: pymupdf.Page) -> tuple[int, int]:
    """Return how many characters are visible, and how many of them have a known meaning."""
    shown: Counter[str] = Counter()
    for block in text_page(page, pymupdf.TEXT_PRESERVE_WHITESPACE).extractDICT()["blocks"]:
        for line in block.get("lines", ()):
            for span in line["spans"]:
                if span["alpha"] != _INVISIBLE:
                    shown.update(span["text"])
    printed = {one: times for one, times in shown.items() if not one.isspace()}
    legible = sum(times for one, times in printed.items() if _is_legible(one))
    return sum(printed.values()), legible


def _is_legible(character: str) -> bool:
    """Say whether a character is one: fonts without a map yield private or unknown ones."""
    return character != "\ufffd" and not unicodedata.category(character).startswith("C")


def _picture_share(page: pymupdf.Page) -> float:
    """Return the share of the page which pictures cover; strips of one scan add up."""
    area = page.rect.get_area()
    shown = (pymupdf.Rect(info["bbox"]) & page.rect for info in pictures(page))
    return sum(float(box.get_area()) for box in shown) / area if area else 0.0


def _document_kind(kinds: list[PageKind]) -> Literal["scan", "born_digital", "mixed"]:
    present = set(kinds) - {"blank"}
    if present == {"text"}:
        return "born_digital"
    return "mixed" if "text" in present else "scan"
