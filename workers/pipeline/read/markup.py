"""A document without pages → one Page; the reader is chosen by the kind of document.

Readers of text take a `str` that is decoded already and yield a Page: `_TEXT_READERS` names them.
"""

from collections.abc import Callable, Mapping

from schemas import failures
from schemas.page import Page
from schemas.record import DocumentKind
from workers.pipeline.read.encoding import EncodingUnknownError, decode

MARKUP_KINDS = frozenset[DocumentKind]({"docx", "html", "markdown", "text"})
"""The kinds of documents that have no pages."""

_TEXT_READERS: Mapping[str, Callable[[str], Page]] = {}


def read_markup(content: bytes, kind: str) -> Page:
    """Read a whole document as page 1; one that cannot be read yields a Page with its failure."""
    try:
        return _TEXT_READERS[kind](decode(content).text)
    except EncodingUnknownError:
        return _unreadable()


def _unreadable() -> Page:
    failure = failures.page_unreadable(1)
    return Page(number=1, width=1, height=1, source="markup", failure=failure)
