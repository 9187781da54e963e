"""A born-digital report whose tables have no lines at all reads like the same report as text."""

import json
import random
from dataclasses import replace

import pymupdf
import pytest

from schemas.failure import Failure
from schemas.record import Engine, Source
from tests.corpus.layouts import LAYOUTS, Layout
from tests.corpus.reports import Report, make_report, mark_zeros
from tests.corpus.setting import set_report
from tests.corpus.truth import Comparison, compare, truth_of
from workers.engines.inspect import Limits, inspect
from workers.engines.null import NullEngines
from workers.steps import Assembly, assemble_document, read_page

ENGINE = Engine(gouji="0", ocr="none", models={})


def without_lines(name: str) -> Layout:
    return replace(LAYOUTS[name], lines="none", frame="none", shade="")


def assembled(content: bytes) -> Assembly:
    found = inspect(content, "r.pdf", Limits())
    assert not isinstance(found, Failure)
    assert found.kind == "born_digital"
    numbers = range(1, found.pages + 1)
    pages = [read_page(content, found.kind, number, NullEngines()).page for number in numbers]
    source = Source(
        filename="r.pdf",
        sha256=found.sha256,
        media_type=found.media_type,
        kind=found.kind,
        pages=found.pages,
    )
    done = assemble_document(source, ENGINE, pages, lambda _: b"")
    assert isinstance(done, Assembly), done
    return done


def compared(report: Report, done: Assembly) -> Comparison:
    return compare(truth_of(report), json.loads(done.record.model_dump_json()))


@pytest.mark.parametrize("name", ["plain", "split_repeated", "left", "landscape"])
def test_tables_without_lines_give_the_record_with_places(name: str) -> None:
    report = make_report(12, "bureau", short=True)
    done = assembled(set_report(report, without_lines(name)))
    cells = compared(report, done)
    assert (cells.right, cells.flagged) == (200, 0)
    evidence = done.record.evidence.values()
    assert {one.source for one in evidence} == {"text_layer"}
    assert all(one.box is not None for one in evidence)
    assert {f.code for f in done.validation.findings} == {"STR-ASPECT"}
    assert {s.number: s.text for s in done.record.sections} == {
        number: "\n".join(report.sections.get(number, ())) for number in range(1, 7)
    }


def test_blank_cells_without_lines_are_never_zero_and_never_shift_a_number() -> None:
    report = mark_zeros(make_report(3, "county", short=True), "", random.Random(3), 0.6)
    done = assembled(set_report(report, without_lines("blank")))
    wrong = [cell for cell in compared(report, done).cells if not cell.right]
    assert [cell for cell in wrong if cell.actual is not None] == []
    assert {f.code for f in done.validation.findings if f.cause == "source"} == {"STR-ASPECT"}


def rewritten(content: bytes, order: str) -> bytes:
    """Write the words of a PDF in another order, each where it stood."""
    rng = random.Random(order)
    with pymupdf.open(stream=content) as source, pymupdf.open() as target:
        for page in source:
            sheet = target.new_page(width=page.rect.width, height=page.rect.height)
            spans = [
                (span["origin"], span["text"], span["size"])
                for block in page.get_text("dict")["blocks"]
                for line in block.get("lines", ())
                for span in line["spans"]
            ]
            if order == "shuffled":
                rng.shuffle(spans)
            elif order == "from right to left":
                spans.sort(key=lambda span: (round(span[0][1]), -span[0][0]))
            else:
                spans.sort(key=lambda span: (round(span[0][0] / 6), span[0][1]))
            for origin, text, size in spans:
                sheet.insert_text(origin, text, fontname="china-s", fontsize=0.95 * size)
        return bytes(target.tobytes())


@pytest.mark.parametrize("order", ["shuffled", "from right to left", "column by column"])
def test_the_order_in_which_a_file_holds_its_words_moves_no_number(order: str) -> None:
    report = make_report(12, "bureau", short=True)
    done = assembled(rewritten(set_report(report, without_lines("plain")), order))
    cells = compared(report, done)
    assert (cells.right, cells.silent) == (200, 0)
