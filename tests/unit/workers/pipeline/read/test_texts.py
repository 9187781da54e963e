"""A report set as text, however flattened, gives its numbers, its labels and its paragraphs."""

import json
import random
import re

import pytest

from schemas.formats import FORMATS, sniff
from tests.corpus import office, texts, web
from tests.corpus.faults import FAULTS, MISLABELLED, NoRoomForFaultError, plant
from tests.corpus.reports import SIZES, make_report, mark_zeros
from tests.corpus.truth import compare, judge, truth_of
from tests.text_reading import (
    SOURCE,
    compared,
    findings_of,
    read,
    silently_wrong,
    unlisted,
)
from workers.pipeline.choice import choose_form
from workers.pipeline.read.markdown import read_markdown
from workers.pipeline.read.markup import read_markup
from workers.pipeline.read.plain_text import read_plain_text
from workers.pipeline.tables.register import register

CLEAR = sorted(set(texts.STYLES) - texts.BORDERLESS)


@pytest.mark.parametrize("style", CLEAR)
@pytest.mark.parametrize("size", SIZES)
def test_every_form_of_text_gives_the_record_and_no_finding(style: str, size: str) -> None:
    seed = SIZES.index(size) + 10  # type: ignore[arg-type]  # one of SIZES
    report = make_report(seed, size)  # type: ignore[arg-type]
    found = read(texts.write(report, style, seed), style)
    cells = compared(report, found)
    assert (cells.right, cells.flagged) == (200, 0)
    assert {e.source for e in found.record.evidence.values()} == {"markup"}
    assert findings_of(found) == []
    assert (found.record.issuer, found.record.year) == (report.issuer, report.year)
    assert {section.number: section.text for section in found.record.sections} == {
        number: "\n".join(report.sections.get(number, ())) for number in range(1, 7)
    }


@pytest.mark.parametrize("style", CLEAR)
@pytest.mark.parametrize("template", ["2019"])
def test_the_form_of_2019_is_read_alike(style: str, template: str) -> None:
    report = make_report(31, "county", template="2019")
    found = read(texts.write(report, style, 1), style)
    assert found.record.template == template
    values = json.loads(found.record.model_dump_json())
    cells = compare(truth_of(report), values)
    assert (cells.wrong, cells.flagged) == (0, 0)


@pytest.mark.parametrize("style", sorted(texts.BORDERLESS))
@pytest.mark.parametrize("size", ["village", "office", "bureau", "county"])
def test_borders_lost_are_told_by_the_sums(style: str, size: str) -> None:
    report = make_report(5, size)  # type: ignore[arg-type]  # one of SIZES
    found = read(texts.write(report, style))
    assert unlisted(report, found) == []
    asked = [p for p in found.record.evidence if p.startswith("/requests/")]
    assert {found.record.evidence[p].flag for p in asked} == {"inferred"}
    assert {found.record.evidence[p].source for p in asked} == {"inferred"}
    assert compared(report, found).silent == 0
    assert {code for code, _ in findings_of(found)} <= {"REC-INFERRED", "REC-DOUBT"}


@pytest.mark.parametrize("fault", sorted(FAULTS))
@pytest.mark.parametrize("style", CLEAR)
def test_a_fault_of_the_report_is_named_and_nothing_is_bent(style: str, fault: str) -> None:
    report = plant(make_report(11, "bureau"), fault, random.Random(11))
    found = read(texts.write(report, style), style)
    cells = compared(report, found)
    assert (cells.right, cells.flagged) == (200, 0)
    judged = judge(truth_of(report), json.loads(found.validation.model_dump_json()))
    assert (judged.missed, judged.blamed) == ((), ())


@pytest.mark.parametrize("fault", sorted(FAULTS))
@pytest.mark.parametrize("seed", range(4))
def test_a_fault_in_a_text_without_borders_is_not_bent(fault: str, seed: int) -> None:
    try:
        report = plant(make_report(seed, "office"), fault, random.Random(seed))
    except NoRoomForFaultError:
        return
    assert unlisted(report, read(texts.write(report, "borderless", seed))) == []


@pytest.mark.parametrize("mark", ["", "/", "—", "无"])
@pytest.mark.parametrize("style", CLEAR)
def test_what_stands_for_no_number_is_null_and_never_zero(style: str, mark: str) -> None:
    report = mark_zeros(make_report(7, "office"), mark, random.Random(7), 0.6)
    found = read(texts.write(report, style), style)
    cells = compared(report, found)
    assert [cell for cell in cells.cells if not cell.right and cell.actual is not None] == []
    assert style == "layout" or unlisted(report, found) == []
    kinds = truth_of(report).kinds
    if mark or style not in texts.UNBLANKED:
        assert cells.right == 200
        assert {p: found.record.evidence[p].kind for p in kinds} == kinds


@pytest.mark.parametrize("style", CLEAR)
def test_a_misprinted_label_is_named_and_no_other(style: str) -> None:
    for seed in range(8):
        report = plant(make_report(seed, "office"), MISLABELLED, random.Random(seed))
        found = read(texts.write(report, style, seed), style)
        assert compared(report, found).right == 200
        codes = findings_of(found)
        # In columns a letter too few may have gone to another cell: that is held against nobody.
        assert [code for code, _ in codes] in (["STR-LABEL"], [] if style == "layout" else [""])


@pytest.mark.parametrize("style", ["docx", "tabs", "html", "letters", "spaces", "csv", "markdown"])
def test_a_row_left_out_is_missing_and_the_others_stay_in_place(style: str) -> None:
    report = make_report(3, "county")
    whole = texts.write(report, style)
    label = "2.重复申请"
    lines = whole.split("\n")
    at = next(i for i, line in enumerate(lines) if label in line)
    after = next(i for i, line in enumerate(lines) if "3.要求提供公开出版物" in line)
    if style in ("docx", "html", "letters"):
        cut = [*lines[:at], *lines[after:]]
    else:
        cut = [*lines[:at], *lines[at + 1 :]]
    found = read("\n".join(cut), style)
    gone = {p for p, e in found.record.evidence.items() if e.kind == "missing"}
    assert gone == {p for p in found.record.evidence if "/rejected_repeat/" in p}
    wrong = {cell.pointer for cell in compared(report, found).cells if not cell.right}
    assert wrong == gone
    missing = [f for f in found.validation.findings if f.code == "STR-TABLE"]
    assert len(missing) == 1
    assert "2.重复申请" in missing[0].message


def test_words_in_place_of_a_number_are_kept_and_named() -> None:
    report = make_report(3, "county")
    pointer = "/requests/granted/other"
    row = next(line for line in texts.write(report, "tabs").split("\n") if "（一）予以公开" in line)
    cells = row.split("\t")
    cells[-2] = "两件"
    found = read(texts.write(report, "tabs").replace(row, "\t".join(cells)))
    evidence = found.record.evidence[pointer]
    assert (evidence.kind, evidence.text) == ("number", "两件")
    assert [code for code, _ in findings_of(found)] == ["VAL-KIND"]


@pytest.mark.parametrize("cell", [None, "12①", "约十二"])
@pytest.mark.parametrize("seed", range(3))
def test_a_blank_that_opens_the_next_row_takes_no_place(cell: str | None, seed: int) -> None:
    report = make_report(seed, "county")
    lines = texts.write(report, "docx", seed).split("\n")
    at = next(n for n, line in enumerate(lines) if "部分公开" in line)
    first = next(n for n in range(at, len(lines)) if lines[n].strip().isdecimal())
    lines[first : first + 1] = [] if cell is None else ["\t" + cell]
    assert silently_wrong(report, read("\n".join(lines))) == []


@pytest.mark.parametrize("style", ["csv", "markdown"])
def test_a_column_left_out_shifts_no_row_silently(style: str) -> None:
    report = make_report(4, "county")
    lines = texts.write(report, style).split("\n")
    for at, line in enumerate(lines):
        mark = "," if style == "csv" else "|"
        cells = line.split(mark)
        if len(cells) == (10 if style == "csv" else 12):
            del cells[9 if style == "csv" else 10]
            lines[at] = mark.join(cells)
    wrong = silently_wrong(report, read("\n".join(lines), style))
    assert [pointer for pointer in wrong if pointer.startswith("/requests/")] == []


def test_a_label_as_like_two_rows_is_not_read_as_one_of_them() -> None:
    text = texts.write(make_report(3, "county"), "tabs")
    found = read(
        text.replace("一、本年新收政府", "政府").replace("二、上年结转政府", "政府"), "tabs"
    )
    rows = ("/requests/new_requests/", "/requests/carried_over/")
    evidence = found.record.evidence
    assert all(e.flag is not None for p, e in evidence.items() if p.startswith(rows))


def test_a_number_more_or_less_in_a_row_is_never_filled_in_silently() -> None:
    report = make_report(3, "county")
    lines = texts.write(report, "bare").split("\n")
    at = lines.index("（一）予以公开")
    for changed in (
        [*lines[: at + 3], *lines[at + 4 :]],
        [*lines[: at + 3], "7", *lines[at + 3 :]],
    ):
        found = read("\n".join(changed))
        wrong = [cell for cell in compared(report, found).cells if not cell.right]
        assert not any(cell.silent for cell in wrong)
        assert all("/granted/" in cell.pointer for cell in wrong)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "会议通知\n\n请各科室于3月1日前报送材料。\n",
        "# 读书笔记\n\n| 书 | 页 |\n|---|---|\n| 甲 | 3 |\n",
    ],
)
def test_a_text_that_is_no_report_has_no_statutory_table(text: str) -> None:
    for page in (read_plain_text(text), read_markdown(text)):
        registration = register([page], choose_form([page], SOURCE))
        assert len(registration.missing) == 3


def test_tables_that_are_no_statutory_ones_stay_as_they_stand_in_markdown() -> None:
    report = make_report(3, "county")
    extra = "\n| 渠道 | 条数 |\n|:--|--:|\n| 网站 | **12** |\n| 公众号 \\| 微博 | 3 |\n"
    text = texts.write(report, "markdown").replace("## 五、", extra + "\n## 五、")
    found = read(text, "markdown")
    assert compared(report, found).right == 200
    other = [table for table in found.page.tables if table.rows == 3]
    assert [cell.text for cell in other[0].cells] == [
        "渠道", "条数", "网站", "12", "公众号 | 微博", "3"
    ]  # fmt: skip


def test_tables_of_html_within_markdown_are_read_as_those_of_a_page() -> None:
    report = make_report(3, "county")
    page = web.set_page(report, "clean").decode()
    tables = iter(re.findall(r"<table.*?</table>", page, re.S))
    text = texts.write(report, "markdown")
    mixed = re.sub(r"(?:^\|.*\n)+", lambda _: next(tables) + "\n", text, flags=re.M)
    assert "|" not in mixed
    found = read(mixed, "markdown")
    assert (compared(report, found).right, findings_of(found)) == (200, [])
    assert sniff(mixed.encode(), "report.md") == FORMATS["markdown"]


def test_lines_wrapped_at_the_width_of_a_page_are_joined() -> None:
    report = make_report(3, "county")
    wrapped = [
        part
        for line in texts.write(report, "tabs").split("\n")
        for part in ([line] if "\t" in line else re.findall(".{1,36}", line) or [""])
    ]
    found = read("\n".join(wrapped))
    assert compared(report, found).right == 200
    assert {section.number: section.text for section in found.record.sections} == {
        number: "\n".join(report.sections.get(number, ())) for number in range(1, 7)
    }


def test_a_text_in_disorder_leaves_open_whose_fault_its_words_are() -> None:
    text = texts.write(make_report(3, "county"), "docx").replace("3.危及", "3.危极")
    lines = text.split("\n")
    at = next(i for i, line in enumerate(lines) if "2.重复申请" in line)
    after = next(i for i, line in enumerate(lines) if "3.要求提供公开出版物" in line)
    jumbled = "\n".join([*lines[:at], *lines[after:]])
    ordered = [f.cause for f in read(text).validation.findings if f.code == "STR-LABEL"]
    assert ordered == ["source"]
    found = [f.cause for f in read(jumbled).validation.findings if f.code.startswith("STR-")]
    assert set(found) == {"undetermined"}


@pytest.mark.parametrize("kind", ["html", "docx"])
def test_tables_in_paragraphs_are_read_as_those_of_a_text(kind: str) -> None:
    report = make_report(3, "county")
    lines = texts.write(report, "bare").split("\n")
    if kind == "html":
        body = "".join(f"<p>{line}</p>" for line in lines)
        content = f"<html><body>{body}</body></html>".encode()
    else:
        body = "".join(office.paragraph(office.run(line)) for line in lines)
        content = office.package(office.document(body))
    page = read_markup(content, kind)
    registration = register([page], choose_form([page], SOURCE))
    printed = {pointer: cell.text for pointer, cell in registration.values.items() if cell}
    assert printed == {pointer: str(value) for pointer, value in report.values.items()}


@pytest.mark.parametrize("style", ["docx", "tabs", "letters", "markdown"])
def test_two_reports_in_one_text_are_told(style: str) -> None:
    text = texts.write(make_report(3, "county"), style)
    page = (read_markdown if style == "markdown" else read_plain_text)(text + text)
    assert len(register([page], choose_form([page], SOURCE)).repeated) >= 2


@pytest.mark.parametrize(
    ("one", "other", "columns"),
    [
        ("科研机构", "法律服务机构", ("research_institution", "legal_service_institution")),
        ("商业企业", "科研机构", ("commercial_enterprise", "research_institution")),
        ("自然人", "总计", ("natural_person", "total")),
    ],
)
@pytest.mark.parametrize("style", ["bare", "tabs", "pipes", "html", "spaces", "csv", "markdown"])
def test_columns_in_another_order_are_doubted_and_named(
    style: str, one: str, other: str, columns: tuple[str, str]
) -> None:
    text = texts.write(make_report(3, "county"), style)
    start = text.index("申请人情况")
    stop = text.index("本年新收", start)
    head = text[start:stop].replace(one, "@").replace(other, one).replace("@", other)
    found = read(text[:start] + head + text[stop:], style)
    doubted = {p for p, e in found.record.evidence.items() if e.flag == "doubtful"}
    own = {p for p in found.record.evidence if p.startswith("/requests/") and p.endswith(columns)}
    assert own
    assert own <= doubted
    assert "STR-LABEL" in {code for code, _ in findings_of(found)}
