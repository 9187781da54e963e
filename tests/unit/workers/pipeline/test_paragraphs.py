from schemas.page import Page, TextLine
from schemas.table import Table
from schemas.value import Box
from workers.pipeline.paragraphs import flow, paragraphs, text_lines


def _line(text: str, top: float, *, right: float = 0.9, indent: float = 0.0) -> TextLine:
    return TextLine(text=text, confidence=0.99, box=(0.1, top, right, top + 0.015), indent=indent)


def _page(*lines: TextLine, number: int = 1, tables: tuple[Table, ...] = ()) -> Page:
    return Page(number=number, width=1, height=1, source="ocr", lines=lines, tables=tables)


def _texts(*pages: Page) -> list[str]:
    return [line.text for line in text_lines(pages)]


def test_page_numbers_and_addresses_are_no_text() -> None:
    page = _page(
        _line("https://example.test/report.html", 0.02),
        _line("正文", 0.2),
        _line("共12条", 0.5),
        _line("— 3 —", 0.95),
    )
    assert _texts(page) == ["正文", "共12条"]
    assert _texts(_page(_line("文", 0.2), _line("第2页共4页", 0.95))) == ["文"]
    assert _texts(_page(_line("文", 0.2), _line("2/4", 0.95))) == ["文"]
    assert _texts(_page(_line("文", 0.2), _line("一2-", 0.95))) == ["文"]  # a dash read as 一


def test_a_figure_in_the_middle_of_a_page_is_text() -> None:
    assert _texts(_page(_line("共", 0.3), _line("36", 0.4), _line("条。", 0.5))) == [
        "共",
        "36",
        "条。",
    ]


def test_a_running_header_is_kept_on_the_first_page_only() -> None:
    pages = [
        _page(_line("云溪县林业局", 0.03), _line(f"第{n}段文字", 0.3), number=n) for n in (1, 2, 3)
    ]
    assert _texts(*pages) == ["云溪县林业局", "第1段文字", "第2段文字", "第3段文字"]


def test_wrapped_lines_are_joined_until_an_indent() -> None:
    lines = text_lines(
        [
            _page(
                _line("本局公开信息三", 0.2, indent=2.0),
                _line("十六条。", 0.22, right=0.3),
                _line("下一段", 0.24, indent=2.0, right=0.4),
            )
        ]
    )
    assert paragraphs(lines) == ["本局公开信息三十六条。", "下一段"]


def test_without_indents_a_short_line_that_ends_a_sentence_closes_the_paragraph() -> None:
    lines = text_lines(
        [_page(_line("甲" * 30, 0.2), _line("完。", 0.22, right=0.3), _line("乙", 0.24, right=0.2))]
    )
    assert paragraphs(lines) == ["甲" * 30 + "完。", "乙"]


def test_a_paragraph_runs_on_over_the_page_break() -> None:
    pages = [
        _page(_line("一句话没", 0.85, indent=2.0)),
        _page(_line("有说完。", 0.1), number=2),
    ]
    assert paragraphs(text_lines(pages)) == ["一句话没有说完。"]


def test_a_table_ends_a_paragraph() -> None:
    box: Box = (0.1, 0.3, 0.9, 0.6)
    table = Table(pages=(1,), rows=1, columns=1, cells=(), box=box)
    lines = text_lines([_page(_line("表前", 0.2), _line("表后", 0.7), tables=(table,))])
    assert [line.after_table for line in lines] == [False, True]
    assert paragraphs(lines) == ["表前", "表后"]


def test_words_of_latin_letters_are_parted_by_a_space() -> None:
    lines = text_lines([_page(_line("系统 open", 0.2, indent=2), _line("data 平台", 0.22))])
    assert paragraphs(lines) == ["系统 open data 平台"]


def test_the_flow_traces_every_character_to_its_line() -> None:
    running = flow(text_lines([_page(_line("2024 年1月", 0.2), _line("1日", 0.3))]))
    assert running.text == "2024年1月1日"
    assert running.line_at(7).text == "1日"
