"""A document without pages → one Page; the reader is chosen by the kind of document.

Readers of text take a `str` that is decoded already and yield a Page: `_TEXT_READERS` names them.
"""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from schemas import failures
from schemas.failure import Failure
from schemas.formats import FORMATS, Format
from schemas.page import Page
from schemas.record import DocumentKind
from workers.pipeline.read.docx import read_docx
from workers.pipeline.read.docx_package import PackageError
from workers.pipeline.read.encoding import EncodingUnknownError, decode
from workers.pipeline.read.html import read_html
from workers.pipeline.read.html_flow import TooDeepError
from workers.pipeline.read.markdown import read_markdown
from workers.pipeline.read.plain_text import read_plain_text

MarkupError: TypeAlias = EncodingUnknownError | PackageError | TooDeepError

MARKUP_KINDS = frozenset[DocumentKind]({"docx", "html", "markdown", "text"})
"""The kinds of documents that have no pages."""

_READERS: Mapping[str, Callable[[bytes], Page]] = {"docx": read_docx, "html": read_html}
_TEXT_READERS: Mapping[str, Callable[[str], Page]] = {
    "markdown": read_markdown,
    "text": read_plain_text,
}


def read_markup(content: bytes, kind: str) -> Page:
    """Read a whole document as page 1; one that cannot be read yields a Page with its failure."""
    try:
        if kind in _READERS:
            return _or_flattened(_READERS[kind](content))
        return _TEXT_READERS[kind](decode(content).text)
    except (EncodingUnknownError, PackageError, TooDeepError) as error:
        failure = failure_of(error, FORMATS[kind])
        return Page(number=1, width=1, height=1, source="markup", failure=failure)


def _or_flattened(page: Page) -> Page:
    """Read a document without any table as a text: its tables may stand in paragraphs."""
    if page.tables:
        return page
    flat = read_plain_text("\n".join(line.text for line in page.lines))
    return flat.model_copy(update={"pictures": page.pictures}) if flat.tables else page


def failure_of(error: MarkupError, kind: Format) -> Failure:
    """Return what a customer is told of a document of that kind that cannot be read."""
    if isinstance(error, EncodingUnknownError):
        return failures.encoding_unknown(kind)
    if isinstance(error, PackageError) and error.reason == "encrypted":
        return failures.encrypted(kind)
    if isinstance(error, PackageError) and error.reason == "bomb":
        return failures.document_bomb()
    return failures.damaged(kind)
