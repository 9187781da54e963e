"""Tables laid out otherwise than the form, in every kind of document: right, or flagged."""

import json
from dataclasses import replace

import pytest

from schemas.failure import Failure
from schemas.record import Engine, Source
from tests.corpus import office, texts, variants, web
from tests.corpus.reports import Report, make_report
from tests.corpus.truth import compare, truth_of
from workers.engines.inspect import Limits, inspect
from workers.engines.null import NullEngines
from workers.steps import Assembly, assemble_document, read_page

ENGINE = Engine(gouji="0", ocr="none", models={})
FORMS = ("html", "docx", *sorted(set(texts.STYLES) - texts.BORDERLESS))
UNLIKE = {
    "a remark column": variants.remark_column("备注", "", "", "较上年增2件"),
    "last year's column": variants.remark_column("上年数", *[str(at % 5) for at in range(25)]),
    "numbered rows": variants.numbered_rows,
    "the header again": variants.repeated_header,
    "a note below": variants.note_below("注：本表含上年结转办理件，共3件。"),
    "a note of numbers": variants.note_below("备注：12 0 3"),
    "rows exchanged": variants.exchanged_rows("1.本机关", "3.补正后"),
    "columns exchanged": variants.exchanged_columns(4, 8),
    "merged cells": variants.merged_cells("（二）部分公开", 6, 2),
}
NAMED = {"a remark column", "last year's column"}


def content_of(report: Report, kind: str) -> tuple[bytes, str]:
    if kind == "html":
        return web.set_page(report, "clean"), "r.html"
    if kind == "docx":
        return office.set_docx(report), "r.docx"
    suffix = "md" if kind.startswith("markdown") else "txt"
    return texts.write(report, kind, 1).encode(), f"r.{suffix}"


def assembled(content: bytes, filename: str) -> Assembly:
    found = inspect(content, filename, Limits())
    assert not isinstance(found, Failure)
    page = read_page(content, found.kind, 1, NullEngines()).page
    source = Source(
        filename=filename,
        sha256=found.sha256,
        media_type=found.media_type,
        kind=found.kind,
        pages=1,
    )
    done = assemble_document(source, ENGINE, [page], lambda _: b"")
    assert isinstance(done, Assembly), done
    return done


@pytest.mark.parametrize("unlike", UNLIKE)
@pytest.mark.parametrize("kind", FORMS)
def test_no_number_is_wrong_in_silence_and_no_sum_is_blamed(kind: str, unlike: str) -> None:
    report = replace(make_report(12, "bureau", short=True), variant=UNLIKE[unlike])
    done = assembled(*content_of(report, kind))
    record = json.loads(done.record.model_dump_json())
    wrong = [cell for cell in compare(truth_of(report), record).cells if not cell.right]
    given = [cell.pointer for cell in wrong if cell.actual is not None]
    if unlike != "merged cells" or kind not in SPANS_LOST:
        assert [p for p in given if record["evidence"][p]["flag"] is None] == []
    blamed = {f.code for f in done.validation.findings if f.cause == "source"}
    shown = {"STR-LABEL"} if unlike in NAMED and kind in ("html", "docx") else set()
    if unlike == "merged cells" and kind in SPANS_LOST:
        shown = {"VAL-KIND", "REQ-ROW", "REQ-COL"}
    assert blamed <= {"STR-ASPECT", *shown}


SPANS_LOST = ("csv", "markdown", "markdown_bare", "markdown_shifted")
"""The forms that print a merged cell as a number and blanks: that is what they say."""
