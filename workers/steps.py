"""The three steps of a document's way; `workers.tasks` and `gouji process` walk the same ones."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from schemas import failures
from schemas.failure import Failure
from schemas.forms import FIRST_YEAR
from schemas.job import Stage
from schemas.page import Page
from schemas.record import DocumentKind, Engine, Record, Source
from schemas.table import Tables
from schemas.validation import Validation
from workers.confined.messages import Opened
from workers.confined.reader import reader
from workers.engines.inspect_pdf import has_lost_end
from workers.engines.inspection import Inspection, Limits
from workers.engines.picture import encode, encode_print
from workers.engines.protocols import Engines
from workers.engines.searchable import searchable_pdf
from workers.memory import give_back
from workers.pipeline.choice import choose_form, is_filled, is_no_report, refusal
from workers.pipeline.export.result_files import export
from workers.pipeline.narrative.judge import with_claims
from workers.pipeline.normalise import normalise
from workers.pipeline.numbers import decide
from workers.pipeline.read.clean import Pixels
from workers.pipeline.read.column_text import with_tables_without_lines
from workers.pipeline.read.scan import read_scan
from workers.pipeline.tables.register import register
from workers.pipeline.validate.validate import validate

PICTURED_KINDS = frozenset[DocumentKind]({"scan", "image", "mixed"})
"""The kinds of documents with pages that cannot be searched as they are."""


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
    return reader().inspect(content, filename, limits)


def read_page(content: bytes, kind: str, number: int, engines: Engines) -> PageReading:
    """Read page `number` (from 1); a page that cannot be read yields a Page with its failure.

    What parses or draws it is confined; recognition sees pixels only.
    """
    reading = _read(reader().open_page(content, kind, number), number, engines)
    if has_lost_end(content):
        return replace(reading, page=reading.page.model_copy(update={"cut": True}))
    return reading


def _read(opened: Opened, number: int, engines: Engines) -> PageReading:
    if opened.page is None:
        assert opened.pixels is not None
        reading = _recognised(opened.pixels, number, engines)
        give_back()
        return reading
    image = b"" if opened.pixels is None else encode_print(opened.pixels)
    return PageReading(page=opened.page, image=image)


def _recognised(pixels: Pixels, number: int, engines: Engines) -> PageReading:
    scan = read_scan(pixels, number, engines.recogniser)
    return PageReading(page=scan.page, image=encode(scan.upright()))


Earlier = Callable[[str, int], Record | None]
"""Finds the record of an issuer and year, when there is exactly one to be found."""

Tell = Callable[[Stage], None]
"""Hears which stage of putting a document together begins."""


def assemble_document(
    source: Source,
    engine: Engine,
    pages: Sequence[Page],
    image: Callable[[int], bytes],
    earlier: Earlier | None = None,
    tell: Tell = lambda stage: None,
) -> Assembly | Failure:
    """Join the pages to a record, validate it and set all result files; `image(n)` fetches WebP.

    `earlier` is asked for last year's report of the same issuer once both are known; `tell` hears
    which stage begins.
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
    tell("validating")
    previous = _last_year(record, earlier)
    record = with_claims(record, previous)
    validation = validate(record, registration, pages, previous)
    tell("exporting")
    files = export(record, validation, Tables(tables=registration.tables), image)
    if source.kind in PICTURED_KINDS:
        title = record.title or source.filename
        files["searchable.pdf"] = searchable_pdf(pages, image, title)
    return Assembly(record=record, validation=validation, files=files)


def _last_year(record: Record, earlier: Earlier | None) -> Record | None:
    if earlier is None or record.issuer is None or record.year is None:
        return None
    return earlier(record.issuer, record.year - 1)
