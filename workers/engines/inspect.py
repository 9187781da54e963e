"""Say what a file is and whether it can be read at all, before any page of it is touched."""

import hashlib

from schemas import failures
from schemas.environment import Conversion
from schemas.failure import Failure
from schemas.formats import Format, sniff
from schemas.record import DocumentKind
from workers.engines.inspect_image import inspect_image
from workers.engines.inspect_markup import inspect_markup
from workers.engines.inspect_office import inspect_office
from workers.engines.inspect_pdf import inspect_pdf
from workers.engines.inspection import Inspection as Inspection
from workers.engines.inspection import Limits as Limits

_MARKUP: dict[str, DocumentKind] = {
    "docx": "docx",
    "html": "html",
    "mhtml": "html",
    "markdown": "markdown",
    "text": "text",
}
"""Formats without pages, and what kind of document the record calls them."""
_OLD_WORD = "application/msword"


def inspect(content: bytes, filename: str, limits: Limits) -> Inspection | Failure:
    """Return what the document is, or the reason it is refused.

    The content decides, never the name. Whatever the bytes, nothing but MemoryError is raised;
    time is not bounded here, hostile files are inspected in a child process that has limits.
    """
    if not content:
        return failures.empty_file()
    if len(content) > limits.max_bytes:
        return failures.too_large(len(content), limits.max_bytes)
    kind = sniff(content, filename)
    if kind is None:
        return failures.not_a_document()
    if kind.role == "later":
        return failures.unsupported_type(kind)
    if kind.role == "convertible":
        return _inspect_office(content, kind)
    if kind.role != "readable":
        return failures.archive_as_document(kind)
    if kind.name in _MARKUP:
        return _inspect_markup(content, kind, limits)
    return (
        _inspect_pdf(content, kind, limits)
        if kind.name == "pdf"
        else _inspect_image(content, kind, limits)
    )


def _inspect_pdf(content: bytes, kind: Format, limits: Limits) -> Inspection | Failure:
    facts = inspect_pdf(content, limits)
    if isinstance(facts, Failure):
        return facts
    return Inspection(
        sha256=hashlib.sha256(content).hexdigest(),
        media_type=kind.media_type,
        kind=facts.kind,
        pages=facts.pages,
        repaired=facts.repaired,
    )


def _inspect_markup(content: bytes, kind: Format, limits: Limits) -> Inspection | Failure:
    """Judge a document without pages, which is read as one."""
    return inspect_markup(content, kind, limits) or Inspection(
        sha256=hashlib.sha256(content).hexdigest(),
        media_type=kind.media_type,
        kind=_MARKUP[kind.name],
        pages=1,
    )


def _inspect_office(content: bytes, kind: Format) -> Inspection | Failure:
    """Judge a document that is converted to DOCX before it is read."""
    return inspect_office(content, kind, Conversion()) or Inspection(
        sha256=hashlib.sha256(content).hexdigest(),
        media_type=_OLD_WORD if kind.name == "ole" else kind.media_type,
        kind="docx",
        pages=1,
    )


def _inspect_image(content: bytes, kind: Format, limits: Limits) -> Inspection | Failure:
    facts = inspect_image(
        content, kind, max_pages=limits.max_pages, max_page_pixels=limits.max_page_pixels
    )
    if isinstance(facts, Failure):
        return facts
    return Inspection(
        sha256=hashlib.sha256(content).hexdigest(),
        media_type=kind.media_type,
        kind="image",
        pages=facts.pages,
    )
