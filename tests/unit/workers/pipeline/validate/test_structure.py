import pytest

from schemas.failure import Failure
from schemas.forms.template_2021 import FORM
from schemas.page import Page, TextLine, TextSource
from schemas.validation import Finding
from tests.strategies import LINES, build_report
from workers.pipeline.validate.structure import check_sections

FAILURE = Failure(
    code="page_unreadable", category="input", retryable=False, message="坏页", message_en="bad"
)


def _sections(*lines: str, source: TextSource = "markup") -> tuple[Finding, ...]:
    return check_sections(FORM, build_report(lines=lines, text_source=source).pages).findings


def test_the_forms_own_titles_and_official_variants_are_in_order() -> None:
    assert _sections(*LINES) == ()
    variants = [s.variants[0] if s.variants else s.title for s in FORM.sections]
    assert _sections(*(f"{'一二三四五六'[n]}、{title}" for n, title in enumerate(variants))) == ()


def test_figures_for_characters_are_no_fault() -> None:
    assert _sections(*(f"{s.number}、 {s.title}" for s in FORM.sections)) == ()


@pytest.mark.parametrize(
    ("printed", "instead", "words"),
    [
        ("一、总体情况", "总体情况", "“总体情况”没有编号，应为“一、总体情况”"),
        (
            "二、主动公开政府信息情况",
            "二、主动公开政府信息的情况",
            "第二部分标题为“主动公开政府信息的情况”，规定格式为“主动公开政府信息情况”",
        ),
        ("六、其他需要报告的事项", "五、其他需要报告的事项", "编号为五，应为六"),
        ("五、存在的主要问题及改进情况", "", "缺少第五部分“存在的主要问题及改进情况”"),
    ],
)
def test_a_section_unlike_the_form_is_told_in_words(printed: str, instead: str, words: str) -> None:
    lines = [instead if line == printed else line for line in LINES]
    (finding,) = _sections(*lines)
    assert words in finding.message
    assert (finding.code, finding.severity, finding.cause) == ("STR-SECTION", "warning", "source")


def test_sections_out_of_order_are_told_once() -> None:
    lines = [f"{'一二三四五六'[s.number - 1]}、{s.title}" for s in FORM.sections]
    lines[1], lines[2] = lines[2], lines[1]
    (finding,) = _sections(*lines)
    assert "次序" in finding.message


def test_one_exchanged_character_on_a_scan_may_be_ours() -> None:
    lines = [line.replace("总体", "总休") for line in LINES]
    assert [f.cause for f in _sections(*lines, source="ocr")] == ["undetermined"]
    assert [f.cause for f in _sections(*lines, source="text_layer")] == ["source"]


def test_a_section_missing_on_a_scan_may_be_ours_and_on_a_bad_page_is() -> None:
    lines = [line for line in LINES if not line.startswith("五、")]
    assert [f.cause for f in _sections(*lines, source="ocr")] == ["undetermined"]
    pages = build_report(lines=lines).pages
    bad = (*pages, Page(number=4, width=1, height=1, source="ocr", failure=FAILURE))
    assert [f.cause for f in check_sections(FORM, bad).findings] == ["recognition"]


def test_a_heading_is_shown_where_it_stands() -> None:
    line = TextLine(text="总体情况", confidence=0.99, box=(0.1, 0.2, 0.3, 0.22))
    page = Page(number=1, width=1, height=1, source="ocr", lines=(line,))
    told = [f for f in check_sections(FORM, [page]).findings if f.box is not None]
    assert [(f.page, f.box) for f in told] == [(1, line.box)]
