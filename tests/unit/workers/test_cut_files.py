"""A PDF whose end is lost: what is left is read, and what is missing is held against nobody."""

import pymupdf

from schemas.record import Source
from tests.corpus.samples import make_sample
from workers.engines.inspect import Inspection, Limits
from workers.engines.null import NullEngines
from workers.steps import Assembly, assemble_document, inspect_document, read_page


def assembled(content: bytes) -> Assembly:
    found = inspect_document(content, "report.pdf", Limits())
    assert isinstance(found, Inspection)
    engines = NullEngines()
    numbers = range(1, found.pages + 1)
    pages = [read_page(content, found.kind, number, engines).page for number in numbers]
    source = Source(
        filename="report.pdf",
        sha256=found.sha256,
        media_type=found.media_type,
        kind=found.kind,
        pages=found.pages,
    )
    done = assemble_document(source, engines.describe(), pages, lambda number: b"")
    assert isinstance(done, Assembly)
    return done


def test_what_stood_behind_the_break_is_not_held_against_the_report() -> None:
    with pymupdf.open() as document:  # unlike the generator's, its list of pages comes first
        with pymupdf.open("pdf", make_sample(4100, layout="split", size="office").pdf) as printed:
            document.insert_pdf(printed)
        whole = document.tobytes()
    assert assembled(whole).validation.findings == ()
    cut = assembled(whole[: len(whole) * 97 // 100]).validation
    assert {finding.cause for finding in cut.findings} == {"undetermined"}
    assert [finding.code for finding in cut.findings].count("REC-FILE") == 1
    assert cut.checked["STR-TABLE"].failed > 0
