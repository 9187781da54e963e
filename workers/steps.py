"""The three steps of a document's way; `workers.tasks` and `gouji process` walk the same ones."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from schemas import failures
from schemas.environment import Conversion
from schemas.failure import Failure
from schemas.formats import sniff
from schemas.forms import FIRST_YEAR
from schemas.page import Page
from schemas.record import DocumentKind, Engine, Record, Source
from schemas.table import Tables
from schemas.validation import Validation
from workers.engines.inspect import Inspection, Limits, inspect
from workers.engines.inspect_office import office_failure
from workers.engines.inspect_pdf import has_lost_end
from workers.engines.office import OfficeError, as_docx
from workers.engines.picture import encode, encode_print
from workers.engines.protocols import Engines
from workers.engines.render import RenderError, let_go, opened, render
from workers.engines.searchable import searchable_pdf
from workers.engines.text_layer import load_page, text_layer
from workers.pipeline.choice import choose_form, is_filled, is_no_report, refusal
from workers.pipeline.export.result_files import export
from workers.pipeline.narrative.judge import with_claims
from workers.pipeline.normalise import normalise
from workers.pipeline.numbers import decide
from workers.pipeline.read.column_text import with_tables_without_lines
from workers.pipeline.read.markup import MARKUP_KINDS, read_markup
from workers.pipeline.read.scan import read_scan
from workers.pipeline.read.text_layer import read_text_layer
from workers.pipeline.read.text_layer_characters import is_good
from workers.pipeline.read.text_layer_picture import leaves_out, seen
from workers.pipeline.tables.register import register
from workers.pipeline.validate.validate import validate

PICTURED_KINDS = frozenset[DocumentKind]({"scan", "image", "mixed"})
"""The kinds of documents with pages that cannot be searched as they are."""
SHOWN_DPI = 96
"""Resolution at which a drawn page is compared with its text, and shown to a person."""


@dataclass(frozen=True, kw_only=True)
class PageReading:
    """A page read: its value and its upright picture (WebP) to which the boxes refer.

    The picture is empty where there is none: the page is broken, or the document has no pages.
    """

    page: Page
    image: bytes


@dataclass(frozen=True, kw_only=True)
class Assembly:
    """A document put together: record, validation and the result files by name."""

    record: Record
    validation: Validation
    files: dict[str, bytes]


def inspect_document(content: bytes, filename: str, limits: Limits) -> Inspection | Failure:
    """Say what a document is, or why it is refused."""
    return inspect(content, filename, limits)


def read_page(content: bytes, kind: str, number: int, engines: Engines) -> PageReading:
    """Read page `number` (from 1); a page that cannot be read yields a Page with its failure.

    Of a PDF each page is decided by itself: a good text layer is noticed, and so is its absence.
    """
    if kind in MARKUP_KINDS:
        return PageReading(page=_markup(content, kind), image=b"")
    reading = _read_drawn(content, number, engines)
    if has_lost_end(content):
        return replace(reading, page=reading.page.model_copy(update={"cut": True}))
    return reading


def _read_drawn(content: bytes, number: int, engines: Engines) -> PageReading:
    try:
        with opened(content) as document:
            page = load_page(document, number)
            layer = text_layer(page)
            if layer is not None and is_good(layer):
                picture = render(page, dpi=SHOWN_DPI)
                layer = seen(layer, picture)
                reading = read_text_layer(layer, number, picture)
                if not leaves_out(layer, reading, picture):
                    return PageReading(page=reading, image=encode_print(picture))
            pixels = render(page)
        let_go()
    except RenderError:
        return _unreadable(number)
    scan = read_scan(pixels, number, engines.recogniser)
    return PageReading(page=scan.page, image=encode(scan.upright()))


def _markup(content: bytes, kind: str) -> Page:
    """Read a document without pages, after converting it where it is an old one."""
    found = sniff(content, "")
    if found is None or found.role != "convertible":
        return read_markup(content, kind)
    settings = Conversion()
    try:
        return read_markup(as_docx(content, found, settings), kind)
    except OfficeError as error:
        failure = office_failure(error, found, settings)
        return Page(number=1, width=1, height=1, source="markup", failure=failure)


def _unreadable(number: int) -> PageReading:
    page = Page(
        number=number, width=1, height=1, source="ocr", failure=failures.page_unreadable(number)
    )
    return PageReading(page=page, image=b"")


Earlier = Callable[[str, int], Record | None]
"""Finds the record of an issuer and year, when there is exactly one to be found."""


def assemble_document(
    source: Source,
    engine: Engine,
    pages: Sequence[Page],
    image: Callable[[int], bytes],
    earlier: Earlier | None = None,
) -> Assembly | Failure:
    """Join the pages to a record, validate it and set all result files; `image(n)` fetches WebP.

    `earlier` is asked for last year's report of the same issuer once both are known.
    A document without any statutory table, though all its pages could be read, is no report. One
    without pages that could not be read at all is refused for that reason.
    """
    unread = [page.failure for page in pages if page.failure and page.source == "markup"]
    if unread:
        return unread[0]
    pages = with_tables_without_lines(pages)
    registration = register(pages, choose_form(pages, source))
    if is_no_report(registration, pages):
        return refusal(pages, source)
    if registration.repeated:
        return failures.several_reports()
    decisions = decide(registration, {page.number: page.source for page in pages})
    record = normalise(pages, registration, decisions, source, engine)
    if record.year is not None and record.year < FIRST_YEAR and not is_filled(registration):
        return failures.template_unsupported(record.year)
    previous = _last_year(record, earlier)
    record = with_claims(record, previous)
    validation = validate(record, registration, pages, previous)
    files = export(record, validation, Tables(tables=registration.tables), image)
    if source.kind in PICTURED_KINDS:
        title = record.title or source.filename
        files["searchable.pdf"] = searchable_pdf(pages, image, title)
    return Assembly(record=record, validation=validation, files=files)


def _last_year(record: Record, earlier: Earlier | None) -> Record | None:
    if earlier is None or record.issuer is None or record.year is None:
        return None
    return earlier(record.issuer, record.year - 1)
