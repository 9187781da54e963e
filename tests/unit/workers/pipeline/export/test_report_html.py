import re
from html.parser import HTMLParser

from schemas.forms.template_2019 import FORM as FORM_2019
from schemas.forms.template_2021 import FORM
from schemas.table import Tables
from tests.fakes import page_picture
from tests.strategies import LINES, SOURCE, Report, build_report, evidence_of, values_of
from workers.pipeline.export.report_html import report_html
from workers.pipeline.validate.validate import validate

VOID = {"meta", "img", "br", "input", "link", "wbr"}
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
    formula = text.partition('<p class="formula">')[2].partition("</p>")[0]
    assert formula == "5" + "+<wbr>0" * 5 + "<wbr>=5<wbr>≠4", "broken between numbers only"
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
    keys = text.count('<span class="key" lang="en">')  # the form's own words have no other Chinese
    assert keys > 50
    assert text.count('lang="zh"') == text.count('lang="en"') - keys


def test_a_screen_reader_hears_captions_scopes_and_the_state_of_a_value() -> None:
    text, outline = _page(_faulty())
    assert outline.tags.count("caption") == len(FORM.tables)
    assert text.count('scope="row"') >= 25
    for tag in re.findall(r"<th class=\"(?:header|label|group)\"[^>]*>", text):
        assert "scope=" in tag
    assert outline.cells["v-requests-carried_forward-other"][0]["data-sign"] == "疑"
    assert outline.cells["v-requests-granted-natural_person"][0]["data-sign"] == "误"
    assert outline.cells["v-requests-granted-total"][0]["data-sign"] == "算"
    assert "data-sign" not in outline.cells["v-requests-granted-other"][0]
    assert re.findall(r"<img [^>]*alt=\"[^\"]", text)


def test_the_language_is_switched_without_a_script() -> None:
    text, outline = _page(_faulty())
    assert "script" not in outline.tags  # pages served by the service may run none
    for language in ("zh", "en"):
        assert f'type="radio" name="language" id="{language}"' in text
        assert f'<label for="{language}">' in text
        assert f"#{language}:checked~" in text


def test_the_head_of_a_table_that_a_page_break_may_cut_is_one() -> None:
    text, _ = _page(build_report())
    heads = {
        name: re.search(rf'<table class="form {name}">.*?</caption>\n(<thead>)?', text, re.S)
        for name in ("proactive_disclosure", "requests", "review_and_litigation")
    }
    repeated = {name: found is not None and bool(found[1]) for name, found in heads.items()}
    assert repeated == {
        "proactive_disclosure": False,  # each block has its own
        "requests": True,
        "review_and_litigation": True,
    }


def test_a_document_without_pages_is_shown_without_any() -> None:
    source = SOURCE.model_copy(update={"kind": "docx", "pages": 1, "filename": "a.docx"})
    values = values_of({"granted": (4, 0, 0, 0, 0, 0), "new_requests": (4, 0, 0, 0, 0, 0)})
    report = build_report(values | {CELL: 5}, source=source, text_source="markup")
    nowhere = {
        p: e.model_copy(update={"box": None, "page": 1}) for p, e in report.record.evidence.items()
    }
    record = report.record.model_copy(update={"evidence": nowhere})
    validation = validate(record, report.registration, report.pages)

    def no_page(number: int) -> bytes:
        raise AssertionError(number)

    text = report_html(record, validation, Tables(tables=()), no_page).decode()
    assert "各申请人之和 5，总计 4" in text
    assert "第 1 页" not in text
    assert "（1 页）" not in text
    assert "<img" not in text


def test_the_form_of_2019_is_set_from_the_same_data() -> None:
    report = build_report(values_of({}, FORM_2019), form=FORM_2019)
    text, outline = _page(report)
    assert len(outline.cells) == len(FORM_2019.pointers)
    assert "对外公开总数量" in text
    assert 'id="v-proactive_disclosure-government_procurement-amount" colspan="2"' in text


def test_values_marked_for_the_same_reason_share_a_note() -> None:
    doubtful = evidence_of(0, flag="doubtful", confidence=0.5)
    row = [p for p in FORM.pointers if p.startswith("/requests/")][:20]
    text, _ = _page(build_report(evidence=dict.fromkeys(row, doubtful)))
    notes = re.findall(r"<ul class=\"notes\">(.*?)</ul>", text, re.S)
    assert len(notes) == 1
    assert notes[0].count("<li>") == 1
    assert "等 20 格" in notes[0]
    assert "and 8 more" in notes[0]
