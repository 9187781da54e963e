from dataclasses import replace

import pytest

from schemas.form import Form, TableName
from schemas.forms import FORMS
from schemas.page import TextSource
from schemas.table import Table
from schemas.validation import Finding
from tests.strategies import LINES, SOURCE, build_report
from workers.pipeline.validate.template import check_template

OLD, NEW = FORMS["2019"], FORMS["2021"]


def _lines(year: int) -> list[str]:
    return [line.replace("2023", str(year)) for line in LINES]


def _template(
    *lines: str, form: Form = NEW, source: TextSource = "text_layer"
) -> tuple[Finding, ...]:
    report = build_report(lines=lines, text_source=source, form=form)
    tables = report.registration.tables
    return check_template(report.record, form, report.pages, tables).findings


@pytest.mark.parametrize(
    ("year", "form"), [(2019, OLD), (2020, OLD), (2021, NEW), (2023, NEW), (2025, NEW)]
)
def test_a_report_in_the_tables_of_its_year_is_right(year: int, form: Form) -> None:
    assert _template(*_lines(year), form=form) == ()


@pytest.mark.parametrize(("year", "form", "due"), [(2020, NEW, OLD), (2022, OLD, NEW)])
def test_tables_of_another_years_form_are_named_with_the_form_that_is_due(
    year: int, form: Form, due: Form
) -> None:
    (finding,) = _template(*_lines(year), form=form)
    assert (finding.code, finding.severity, finding.cause) == ("STR-TEMPLATE", "error", "source")
    assert (finding.expected, finding.actual) == (due.notice, form.notice)
    assert str(year) in finding.message


def test_a_year_before_any_form_is_held_against_the_year_as_well() -> None:
    (finding,) = _template(*_lines(2012))
    assert finding.expected is None
    assert "核对年份" in finding.message


def test_on_a_scan_a_year_stated_once_may_be_misread() -> None:
    (finding,) = _template(*_lines(2020), source="ocr")
    assert finding.cause == "source"
    only_title = [line for line in _lines(2020) if "统计期限" not in line]
    only_title = ["本局按要求公开信息。" if "2020年，" in line else line for line in only_title]
    (finding,) = _template(*only_title, source="ocr")
    assert finding.cause == "undetermined"


def test_a_year_that_is_not_stated_is_no_contradiction() -> None:
    lines = [line for line in LINES if "2023" not in line]
    for form in (OLD, NEW):
        report = build_report(
            lines=lines, source=SOURCE.model_copy(update={"filename": "扫描件.pdf"}), form=form
        )
        assert report.record.year is None
        assert check_template(report.record, form, report.pages).findings == ()


def test_citing_the_superseded_notice_is_a_fault_unless_the_new_one_is_cited_too() -> None:
    old = "根据国办公开办函[2019]60号编制。"
    (finding,) = _template(*LINES[:3], old, *LINES[3:])
    assert "已被取代" in finding.message
    assert finding.page == 1
    both = "按国办公开办函〔2021〕30号，不再用国办公开办函〔2019〕60号。"
    assert _template(*LINES[:3], both, *LINES[3:]) == ()


def test_the_older_notice_is_the_right_one_to_cite_in_its_own_years() -> None:
    cited = "根据国办公开办函〔2019〕60号编制。"
    assert _template(*_lines(2020)[:3], cited, *_lines(2020)[3:], form=OLD) == ()


def test_a_document_without_tables_has_no_template_to_check() -> None:
    report = build_report(missing=("proactive_disclosure", "requests", "review_and_litigation"))
    assert check_template(report.record, NEW, report.pages).checked == {}


def test_a_single_table_of_the_other_form_is_named() -> None:
    report = build_report(text_source="text_layer")
    tables = dict(_named(report.registration.tables))
    tables |= {"requests": dict(_named(build_report(form=OLD).registration.tables))["requests"]}
    mixed = replace(report.registration, tables=tuple(tables.values()))
    (finding,) = check_template(report.record, NEW, report.pages, mixed.tables).findings
    assert (finding.code, finding.cause) == ("STR-TEMPLATE", "source")
    assert finding.message.startswith("收到和处理政府信息公开申请情况表")
    assert (finding.expected, finding.actual) == (NEW.notice, OLD.notice)


def _named(tables: tuple[Table, ...]) -> list[tuple[TableName, Table]]:
    return [(table.form, table) for table in tables if table.form is not None]
