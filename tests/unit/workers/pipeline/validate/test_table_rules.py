from dataclasses import replace

import pytest

from schemas.failure import Failure
from schemas.forms.template_2021 import FORM
from schemas.page import Page
from tests.strategies import LINES, Report, build_report, values_of, with_label
from workers.pipeline.validate.tables import check_labels, check_tables


def _tables(report: Report) -> list[tuple[str, str, int]]:
    findings = check_tables(report.registration, report.pages).findings
    return [(f.cause, f.message, len(f.paths)) for f in findings]


def test_a_whole_form_has_no_finding() -> None:
    report = build_report()
    assert _tables(report) == []
    assert check_tables(report.registration, report.pages).checked["STR-TABLE"].checked == 3


def test_a_missing_table_is_one_error_over_all_its_values() -> None:
    report = build_report(missing=["requests"], text_source="text_layer")
    ((cause, message, values),) = _tables(report)
    assert (cause, values) == ("source", 175)
    assert "没有找到收到和处理政府信息公开申请情况表（第三部分）" in message
    assert _tables(build_report(missing=["requests"]))[0][0] == "undetermined"


def test_a_table_whose_words_stand_in_the_text_was_not_recognised() -> None:
    lines = (*LINES, "一、本年新收政府信息公开申请数量", "二、上年结转政府信息公开申请数量")
    report = build_report(missing=["requests"], lines=lines, text_source="text_layer")
    assert _tables(report)[0][0] == "recognition"


def test_a_table_missing_beside_a_bad_page_is_the_readings_fault() -> None:
    report = build_report(missing=["requests"])
    failure = Failure(
        code="page_unreadable", category="input", retryable=False, message="坏", message_en="bad"
    )
    bad = Page(number=4, width=1, height=1, source="ocr", failure=failure)
    assert _tables(replace(report, pages=(*report.pages, bad)))[0][0] == "recognition"


def test_rows_columns_and_cells_missing_are_told_apart() -> None:
    values = values_of({})
    gone = [p for p in values if "/granted/" in p and p.startswith("/requests")]
    gone += [p for p in values if p.startswith("/requests") and p.endswith("/total")]
    gone.append("/requests/rejected_repeat/other")
    kept = {pointer: value for pointer, value in values.items() if pointer not in gone}
    findings = _tables(build_report(kept, text_source="text_layer"))
    assert [count for _, _, count in findings] == [7, 24, 1]
    assert "缺 1 行：“（一）予以公开”" in findings[0][1]
    assert "缺 1 列：“总计”" in findings[1][1]
    assert "缺 1 格：“（五）不予处理 2.重复申请 / 其他”" in findings[2][1]


def test_a_row_is_the_reports_omission_only_when_its_label_is_not_printed_either() -> None:
    row = "一、本年新收政府信息公开申请数量"
    kept = {p: v for p, v in values_of({}).items() if not p.startswith("/requests/new_requests/")}
    report = build_report(kept, text_source="text_layer")
    assert _tables(report)[0][0] == "undetermined"  # its label is there, its numbers are not
    tables = tuple(
        table.model_copy(update={"cells": tuple(c for c in table.cells if c.text != row)})
        for table in report.registration.tables
    )
    without = replace(report, registration=replace(report.registration, tables=tables))
    assert _tables(without)[0][0] == "source"


REPEALED, TYPO = "本年废止件数", "本年度止件数"


def _labels(report: Report) -> list[tuple[str, str | None]]:
    return [(f.cause, f.actual) for f in check_labels(report.registration, report.pages).findings]


def test_the_forms_own_labels_are_in_order() -> None:
    outcome = check_labels(build_report().registration, build_report().pages)
    assert outcome.findings == ()
    assert outcome.checked["STR-LABEL"].checked == 78  # of the 79 the corner is left alone


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("1.属于国家秘密", "1、 属于国家秘密"),
        ("3.其他", "其他"),
        ("（一）予以公开", "(一)予以公开"),
        ("3.危及“三安全一稳定”", '3.危及"三安全一稳定"'),
    ],
)
def test_punctuation_width_spacing_and_numbering_are_free(text: str, printed: str) -> None:
    assert _labels(with_label(build_report(text_source="markup"), text, printed)) == []


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        (REPEALED, TYPO),
        ("5.属于三类内部事务信息", "5.属于三类内容事务信息"),
        ("3.其他", "3.其它"),
    ],
)
def test_a_label_worded_otherwise_is_told(text: str, printed: str) -> None:
    changed = with_label(build_report(text_source="markup"), text, printed)
    assert _labels(changed) == [("source", printed)]


def test_on_a_scan_a_label_may_be_misread() -> None:
    assert _labels(with_label(build_report(), REPEALED, TYPO)) == [("undetermined", TYPO)]


@pytest.mark.parametrize(
    ("text", "printed", "cause"),
    [
        (REPEALED, TYPO, "source"),  # a character exchanged, and one too many
        ("4.保护第三方合法权益", "4.保护其第三方合法权益", "source"),
        ("4.保护第三方合法权益", "4.护第三方合法权益", "undetermined"),  # lost to both readers
        ("2.其他法律行政法规禁止公开", "2.其他法律行政法規禁止公开", "undetermined"),  # traditional
    ],
)
def test_what_two_readers_see_alike_is_held_against_a_scanned_report(
    text: str, printed: str, cause: str
) -> None:
    changed = with_label(build_report(), text, printed, seconded=True)
    assert _labels(changed) == [(cause, printed)]


def test_a_label_right_in_one_of_two_parts_that_hold_it_is_no_misprint() -> None:
    sound = next(one for one in build_report().registration.labels if one.cell.text == REPEALED)
    changed = with_label(build_report(), REPEALED, TYPO, seconded=True).registration
    both = replace(changed, labels=(*changed.labels, sound))
    found = check_labels(both, build_report().pages).findings
    assert [one.cause for one in found] == ["undetermined"]


@pytest.mark.parametrize(("height", "cause"), [(1754, "source"), (1289, "undetermined")])
def test_what_two_readers_see_on_a_coarse_scan_may_be_their_misreading(
    height: int, cause: str
) -> None:
    changed = with_label(build_report(), REPEALED, TYPO, seconded=True)
    size = {"height": height, "width": round(height / 1.414)}
    pages = [page.model_copy(update=size) for page in changed.pages]
    found = check_labels(changed.registration, pages).findings
    assert [(one.cause, one.actual) for one in found] == [(cause, TYPO)]


def test_a_number_run_into_a_label_is_no_typo_of_it() -> None:
    assert _labels(with_label(build_report(), "3.其他", "3.其他5")) == []


def test_a_label_laid_on_its_neighbour_is_no_fault_of_the_report() -> None:
    report = build_report(text_source="markup")
    assert _labels(with_label(report, "第二十条第（五）项", "第二十条第（六）项")) == []


def test_a_label_hardly_read_at_all_is_not_held_against_the_report() -> None:
    assert _labels(with_label(build_report(text_source="markup"), REPEALED, "口口")) == []
    assert FORM.tables[0].cells[3].text == REPEALED
