import re
from html.parser import HTMLParser

from schemas.forms.template_2021 import FORM
from schemas.table import Tables
from tests.fakes import page_picture
from tests.strategies import LINES, Report, build_report, evidence_of, values_of
from workers.pipeline.export.report_html import report_html
from workers.pipeline.validate.validate import validate

VOID = {"meta", "img", "br", "input", "link"}
CELL = "/requests/granted/natural_person"


class _Outline(HTMLParser):
    """Collects tags, ids, classes and text, and sees to it that tags are balanced."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.cells: dict[str, tuple[dict[str, str | None], str]] = {}
        self.links: list[str] = []
        self.tags: list[str] = []
        self._cell = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append(tag)
        if tag not in VOID:
            self.open.append(tag)
        if found.get("id"):
            self.ids.append(str(found["id"]))
        if tag == "td" and found.get("id"):
            self._cell = str(found["id"])
            self.cells[self._cell] = (found, "")
        if tag == "a":
            self.links.append(str(found["href"]))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        if tag == "td":
            self._cell = ""

    def handle_data(self, data: str) -> None:
        if self._cell:
            attributes, text = self.cells[self._cell]
            self.cells[self._cell] = (attributes, text + data)


def _page(report: Report) -> tuple[str, _Outline]:
    validation = validate(report.record, report.registration, report.pages)
    tables = Tables(tables=report.registration.tables)
    text = report_html(report.record, validation, tables, lambda _: page_picture()).decode()
    outline = _Outline()
    outline.feed(text)
    outline.close()
    assert outline.open == []
    return text, outline


def _faulty() -> Report:
    values = values_of({"granted": (4, 0, 0, 0, 0, 0), "new_requests": (4, 0, 0, 0, 0, 0)})
    doubtful = evidence_of(
        0, flag="doubtful", alternatives=("8",), page=2, box=(0.5, 0.5, 0.6, 0.6)
    )
    return build_report(values | {CELL: 5}, evidence={"/requests/carried_forward/other": doubtful})


def test_a_clean_report_says_so() -> None:
    text, _ = _page(build_report())
    assert '<b><span lang="zh">通过</span>' in text
    assert "没有发现问题" in text


def test_the_page_is_self_contained() -> None:
    text, outline = _page(_faulty())
    assert not re.search(r"""(?:src|href|url\()\s*=?\s*["']?(?:https?:)?//""", text)
    assert {"link", "iframe", "object", "embed"}.isdisjoint(outline.tags)
    assert text.count("data:image/webp;base64,") == 3


def test_findings_show_numbers_formula_and_cause() -> None:
    text, _ = _page(_faulty())
    assert "（一）予以公开：各申请人之和 5，总计 4" in text
    assert "5+0+0+0+0+0=5≠4" in text
    assert "报告本身" in text
    assert "很可能是此格" in text
    assert text.index("不通过") < text.index("核验所见") < text.index("法定表格")


def test_every_value_stands_in_its_cell_and_links_hold() -> None:
    report = _faulty()
    _, outline = _page(report)
    assert len(outline.cells) == len(FORM.pointers)
    assert len(outline.ids) == len(set(outline.ids))
    assert {link.removeprefix("#") for link in outline.links} <= set(outline.ids)
    attributes, text = outline.cells["v-requests-granted-natural_person"]
    assert text.strip() == "5"
    assert "main" in str(attributes["class"])
    assert "各申请人之和 5，总计 4" in str(attributes["title"])
    doubtful, _ = outline.cells["v-requests-carried_forward-other"]
    assert "doubtful" in str(doubtful["class"])
    assert "也可能是 8" in str(doubtful["title"])


def test_what_the_document_says_is_escaped() -> None:
    lines = [*LINES, "<script>alert(1)</script>“引号”&amp;"]
    report = build_report(lines=lines)
    name = '"><img src=x onerror=alert(1)>.pdf'
    source = report.record.source.model_copy(update={"filename": name})
    record = report.record.model_copy(update={"source": source, "issuer": "<b>局"})
    validation = validate(record, report.registration, report.pages)
    tables = Tables(tables=report.registration.tables)
    text = report_html(record, validation, tables, lambda _: page_picture()).decode()
    assert "<script>alert" not in text
    assert "<img src=x" not in text
    assert "<b>局" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


def test_both_languages_are_there() -> None:
    text, _ = _page(_faulty())
    assert "granted: applicants add up to 5, stated 4" in text
    assert text.count('lang="zh"') - 1 == text.count('lang="en"')  # one more on <html>
