"""The pages a person reads, in a real browser and on its paper."""

from pathlib import Path

import pymupdf

from api.summary import Summary, Told
from api.summary_page import summary_page
from schemas.forms.template_2021 import FORM
from schemas.table import Tables
from tests.browser import needs_browser, printed
from tests.fakes import page_picture
from tests.strategies import LINES, Report, build_report, values_of
from workers.pipeline.export.long_table import rows
from workers.pipeline.export.report_html import report_html
from workers.pipeline.validate.validate import validate

pytestmark = needs_browser


def _faulty(prose: int = 0) -> Report:
    lines = [*LINES[:5], *["本年度共收到申请若干件，均依法办理。" * 8] * prose, *LINES[5:]]
    values = values_of({"granted": (4, 0, 0, 0, 0, 0), "new_requests": (4, 0, 0, 0, 0, 0)})
    rows = ("granted", "rejected_repeat", "denied_state_secret", "unable_not_held")
    planted = {f"/requests/{row}/natural_person": 9 for row in rows}
    return build_report(values | planted, lines=lines)


def _paper(report: Report, folder: Path, *, english: bool = False) -> list[str]:
    """Return the words of each printed page, without the spaces between."""
    validation = validate(report.record, report.registration, report.pages)
    tables = Tables(tables=report.registration.tables)
    text = report_html(report.record, validation, tables, lambda _: page_picture()).decode()
    if english:
        text = text.replace('id="zh" checked', 'id="zh"').replace('id="en">', 'id="en" checked>')
    page = folder / "validation.html"
    page.write_text(text)
    with pymupdf.open(printed(page)) as document:
        return ["".join(sheet.get_text().split()) for sheet in document]


def test_the_verdict_stands_first_and_only_the_chosen_language_is_seen(tmp_path: Path) -> None:
    paper = _paper(_faulty(), tmp_path)
    assert "不通过" in paper[0]
    words = "".join(paper)
    assert "Failed" not in words
    assert "denied" not in words
    in_english = "".join(_paper(_faulty(), tmp_path, english=True))
    assert "Failed" in in_english
    assert "deniedstatesecret" in in_english
    assert "不通过" not in in_english


def test_no_finding_is_cut_by_the_end_of_a_page(tmp_path: Path) -> None:
    report = _faulty()
    paper = _paper(report, tmp_path)
    findings = validate(report.record, report.registration, report.pages).findings
    assert len(findings) >= 4
    for finding in findings:
        message = "".join(finding.message.split())
        ends = "".join((finding.suggestion or "字迹清楚").split())
        assert any(message in page and ends in page[page.rindex(message) :] for page in paper), (
            finding.message
        )


def test_every_table_stands_whole_on_a_page(tmp_path: Path) -> None:
    paper = _paper(_faulty(prose=30), tmp_path)
    for first, last in (
        ("第二十条第（一）项", "行政事业性收费"),
        ("申请人情况", "四、结转下年度继续办理"),
        ("未经复议直接起诉", "尚未审结"),
    ):
        assert any(first in page and last in page for page in paper), first


def test_a_long_text_runs_over_pages_and_none_of_it_is_lost(tmp_path: Path) -> None:
    paper = _paper(_faulty(prose=30), tmp_path)
    assert "".join(paper).count("均依法办理") == 30 * 8


def test_long_numbers_and_marks_do_not_make_the_browser_shrink_the_paper(tmp_path: Path) -> None:
    values = dict.fromkeys(FORM.pointers, 1234567) | {
        "/proactive_disclosure/administrative_fees_10k_yuan": "1234567.891234"
    }
    _paper(build_report(values), tmp_path)
    with pymupdf.open(tmp_path / "validation.pdf") as document:
        title = document[0].get_text("dict", sort=True)["blocks"]
        sizes = {span["size"] for b in title for line in b["lines"] for span in line["spans"]}
        numbers = sum(sheet.get_text().count("1234567") for sheet in document)
    assert round(max(sizes), 1) == 18.0  # the verdict's 24 px, as the page has it
    assert numbers >= 25 * 7 + 10


def test_a_summary_prints_with_its_plots_and_in_one_language(tmp_path: Path) -> None:
    report = _faulty()
    validation = validate(report.record, report.registration, report.pages)
    summary = Summary()
    for number in range(40):
        told = Told(
            name=f"{number}.pdf",
            href=None,
            issuer=report.record.issuer,
            year=report.record.year,
            verdict=validation.verdict,
            counts=validation.counts,
        )
        record = report.record.model_copy(update={"issuer": f"第{number}局"})
        summary.add(told, validation, rows(record))
    page = tmp_path / "summary.html"
    page.write_text(summary_page(summary, "批次"))
    with pymupdf.open(printed(page)) as document:
        paper = ["".join(sheet.get_text().split()) for sheet in document]
        assert document[0].get_drawings()
    words = "".join(paper)
    assert "40不通过" in paper[0]
    assert "39.pdf" in words
    assert "一、本年新收政府信息公开申请数量160" in words  # 40 reports of 4
    assert "Failed" not in words
    assert "newrequests" not in words
