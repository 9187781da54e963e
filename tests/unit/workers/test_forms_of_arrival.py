"""The same report in every form without pages gives the same record, evidence apart."""

import json
import random
import re
from dataclasses import replace

import pytest

from schemas.failure import Failure
from schemas.record import Engine, Source
from tests.corpus import form, office, texts, web
from tests.corpus.faults import FAULTS, MISLABELLED, MISQUOTED, plant
from tests.corpus.reports import SIZES, Report, make_report, mark_zeros
from tests.corpus.truth import compare, judge, truth_of
from workers.engines.inspect import Limits, inspect
from workers.engines.null import NullEngines
from workers.steps import Assembly, assemble_document, read_page

ENGINE = Engine(gouji="0", ocr="none", models={})
SUMS = {"REQ-ROW", "REQ-COL", "REQ-BALANCE", "REV-SUM", "NAR-COUNT"}
ENCODINGS = ("utf-8", "gb18030", "utf-16")


def assembled(content: bytes, filename: str) -> Assembly | Failure:
    found = inspect(content, filename, Limits())
    if isinstance(found, Failure):
        return found
    reading = read_page(content, found.kind, 1, NullEngines())
    assert reading.image == b""
    source = Source(
        filename=filename,
        sha256=found.sha256,
        media_type=found.media_type,
        kind=found.kind,
        pages=found.pages,
    )

    def no_image(number: int) -> bytes:
        raise AssertionError(number)

    return assemble_document(source, ENGINE, [reading.page], no_image)


def check(report: Report, content: bytes, filename: str) -> None:
    done = assembled(content, filename)
    assert isinstance(done, Assembly), done
    record = json.loads(done.record.model_dump_json())
    truth = truth_of(report)
    cells = compare(truth, record)
    assert (cells.wrong, cells.flagged) == (0, 0)
    assert len(cells.cells) == len(report.values)
    assert {p: e["kind"] for p, e in record["evidence"].items() if p in truth.kinds} == truth.kinds
    assert {entry["source"] for entry in record["evidence"].values()} == {"markup"}
    assert [section["number"] for section in record["sections"]] == [1, 2, 3, 4, 5, 6]
    assert {section["number"]: section["text"] for section in record["sections"]} == {
        number: "\n".join(report.sections.get(number, ())) for number in range(1, 7)
    }
    assert (record["issuer"], record["year"]) == (report.issuer, report.year)
    judged = judge(truth, json.loads(done.validation.model_dump_json()))
    assert (judged.missed, judged.blamed) == ((), ())
    expected = SUMS if report.fault else {"VAL-KIND"} if report.marks else set()
    assert {f.code for f in done.validation.findings} <= expected, done.validation.findings


@pytest.mark.parametrize("style", web.STYLES)
@pytest.mark.parametrize("size", SIZES)
def test_web_pages_give_the_record(style: web.Style, size: str) -> None:
    seed = web.STYLES.index(style)
    report = make_report(seed, size)  # type: ignore[arg-type]  # one of SIZES
    content = web.set_page(report, style, ENCODINGS[seed % 3])
    check(report, content, "report.html")


@pytest.mark.parametrize("style", office.STYLES)
@pytest.mark.parametrize("size", SIZES)
def test_word_documents_give_the_record(style: office.Style, size: str) -> None:
    report = make_report(100 + office.STYLES.index(style), size)  # type: ignore[arg-type]  # one of SIZES
    check(report, office.set_docx(report, style), "report.docx")


@pytest.mark.parametrize("style", web.STYLES)
def test_web_pages_of_the_form_of_2019_give_the_record(style: web.Style) -> None:
    report = make_report(200, template="2019")
    check(report, web.set_page(report, style), "r.html")


@pytest.mark.parametrize("style", office.STYLES)
def test_word_documents_of_the_form_of_2019_give_the_record(style: office.Style) -> None:
    report = make_report(201, "county", template="2019")
    check(report, office.set_docx(report, style), "r.docx")


@pytest.mark.parametrize(("fault", "code"), [(MISLABELLED, "STR-LABEL"), (MISQUOTED, "NAR-COUNT")])
@pytest.mark.parametrize("seed", [3000, 3002, 3004])
def test_a_misprint_is_the_only_thing_found(fault: str, code: str, seed: int) -> None:
    report = plant(make_report(seed, "county"), fault, random.Random(seed))
    for content, name in (
        (web.set_page(report, "word"), "r.html"),
        (office.set_docx(report, "numbered"), "r.docx"),
    ):
        done = assembled(content, name)
        assert isinstance(done, Assembly)
        found = {(finding.code, finding.cause) for finding in done.validation.findings}
        assert found == {(code, "source")}


@pytest.mark.parametrize("mark", ["", "/", "—"])
def test_what_stands_for_no_number_keeps_its_kind(mark: str) -> None:
    report = mark_zeros(make_report(7, "office"), mark, random.Random(7))
    check(report, web.set_page(report, "word"), "report.html")
    check(report, office.set_docx(report, "cluttered"), "report.docx")


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_faults_are_the_reports_own_and_nothing_else_is_found(fault: str) -> None:
    report = plant(make_report(11, "county"), fault, random.Random(11))
    check(report, web.set_page(report, "cms"), "report.html")
    check(report, office.set_docx(report, "numbered"), "report.docx")


def test_full_width_figures_are_numbers() -> None:
    report = make_report(12, "bureau")
    wide = str.maketrans("0123456789", "０１２３４５６７８９")
    page = web.set_page(report, "clean").decode()
    shown = re.sub(r"(?<=<td>)[0-9]+(?=</td>)", lambda found: found[0].translate(wide), page)
    assert shown != page
    check(report, shown.encode(), "report.html")


def test_a_broken_byte_is_told_and_the_numbers_stand() -> None:
    report = make_report(13, "bureau")
    content = web.set_page(report, "clean", "gb18030")
    at = (
        content.index("应公开".encode("gb18030"))
        if "应公开".encode("gb18030") in content
        else content.index("存在的主要".encode("gb18030"))
    )
    done = assembled(content[: at + 1] + content[at + 2 :], "report.html")
    assert isinstance(done, Assembly)
    codes = {finding.code: finding.cause for finding in done.validation.findings}
    assert codes.pop("REC-CHARACTER") == "recognition"
    assert "source" not in codes.values()
    assert compare(truth_of(report), json.loads(done.record.model_dump_json())).right == 200


def test_pictures_for_tables_are_named_as_such() -> None:
    report = make_report(14, "office")
    page = web.set_page(report, "clean").decode()
    head, *rest = page.split("<table")
    pictured = head + "".join(
        "<img src=t.png width=700>" + part.split("</table>")[1] for part in rest
    )
    refused = assembled(pictured.encode(), "report.html")
    assert isinstance(refused, Failure)
    assert refused.code == "tables_are_pictures"


def test_a_picture_for_one_table_is_not_held_against_the_report() -> None:
    page = web.set_page(make_report(14, "office"), "clean").decode()
    head, two, three, four = page.split("<table")
    pictured = f"{head}<table{two}<table{three}<img src=t.png>{four.split('</table>')[1]}"
    done = assembled(pictured.encode(), "report.html")
    assert isinstance(done, Assembly)
    missing = [finding for finding in done.validation.findings if finding.code == "STR-TABLE"]
    assert [finding.cause for finding in missing] == ["recognition"]
    assert {done.record.evidence[pointer].source for pointer in missing[0].paths} == {"markup"}
    assert done.validation.verdict == "incomplete"


def test_a_number_shown_as_a_picture_is_doubtful_and_null() -> None:
    report = make_report(15, "county")
    page = web.set_page(report, "clean").decode()
    pointer = "/proactive_disclosure/administrative_licensing"
    printed = f">{report.printed(pointer)}</td>"
    assert page.count(printed) >= 1
    done = assembled(page.replace(printed, "><img src=n.gif width=20></td>", 1).encode(), "r.html")
    assert isinstance(done, Assembly)
    evidence = done.record.evidence[pointer]
    assert (evidence.flag, done.record.proactive_disclosure.administrative_licensing) == (
        "doubtful",
        None,
    )


def test_a_title_of_its_own_section_may_stand_in_the_table() -> None:
    report = replace(make_report(16, "office"))
    page = web.set_page(report, "clean").decode()
    moved = page.replace("<p>　　四、政府信息公开行政复议、行政诉讼情况</p>\n", "")
    head, tail = moved.rsplit('<table border="1">\n', 1)
    row = '<tr><td colspan="15">四、政府信息公开行政复议、行政诉讼情况</td></tr>\n'
    check(report, f'{head}<table border="1">\n{row}{tail}'.encode(), "report.html")


@pytest.mark.parametrize(
    ("content", "filename", "code"),
    [
        (office.package("<w:document>"), "a.docx", "damaged"),
        (office.set_docx(make_report(1))[:-200], "a.docx", "damaged"),
        (b"<html>" + b"<div>" * 3000 + "甲".encode(), "a.html", "damaged"),
        ("<html><p>甲".encode() + bytes(range(128, 256)) * 40, "a.html", "encoding_unknown"),
        ("<html><p>没有表格</p>".encode(), "a.html", "not_a_report"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(
    content: bytes, filename: str, code: str
) -> None:
    refused = assembled(content, filename)
    assert isinstance(refused, Failure)
    assert refused.code == code


@pytest.mark.parametrize("style", web.STYLES)
def test_web_pages_in_the_form_of_2019_give_the_record(style: web.Style) -> None:
    report = make_report(200 + web.STYLES.index(style), "county", template="2019")
    check(report, web.set_page(report, style), "report.html")


@pytest.mark.parametrize("style", office.STYLES)
def test_word_documents_in_the_form_of_2019_give_the_record(style: office.Style) -> None:
    report = make_report(300 + office.STYLES.index(style), "county", template="2019")
    check(report, office.set_docx(report, style), "report.docx")


BORDERS_LOST = ("borderless", "one_line")


@pytest.mark.parametrize("style", [s for s in texts.STYLES if s not in BORDERS_LOST])
def test_texts_in_the_form_of_2019_give_the_record(style: str) -> None:
    for seed in range(5):  # each prints its changes in another way
        report = make_report(seed, "office", template="2019")
        name = "report.md" if style.startswith("markdown") else "report.txt"
        done = assembled(texts.write(report, style, seed).encode(), name)
        assert isinstance(done, Assembly), done
        cells = compare(truth_of(report), json.loads(done.record.model_dump_json()))
        assert cells.silent == 0
        assert cells.right == len(report.values) or style == "markdown_shifted"


@pytest.mark.parametrize("style", BORDERS_LOST)
def test_the_form_of_2019_without_borders_is_never_wrong_in_silence(style: str) -> None:
    for seed in range(5):
        report = make_report(seed, "bureau", template="2019")
        done = assembled(texts.write(report, style, seed).encode(), "report.txt")
        assert isinstance(done, Assembly), done
        record = json.loads(done.record.model_dump_json())
        assert record["template"] == "2019"
        assert compare(truth_of(report), record).silent == 0


@pytest.mark.parametrize("template", form.TEMPLATES)
def test_tables_of_another_years_form_are_named_in_every_kind_of_document(
    template: form.Template,
) -> None:
    report = make_report(7, "bureau", template=template, outdated=True)
    for content, name in (
        (web.set_page(report, "clean"), "r.html"),
        (office.set_docx(report), "r.docx"),
        (texts.write(report, "markdown", 7).encode(), "r.md"),
    ):
        done = assembled(content, name)
        assert isinstance(done, Assembly), done
        errors = [f for f in done.validation.findings if f.severity == "error"]
        assert [(f.code, f.cause) for f in errors] == [("STR-TEMPLATE", "source")]
        assert done.record.template == template
