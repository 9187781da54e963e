import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.forms.template_2021 import FORM
from schemas.page import Page, TextLine
from schemas.record import Section
from workers.pipeline.paragraphs import text_lines
from workers.pipeline.sections import read_sections

TITLES = [section.title for section in FORM.sections]


def _read(*texts: str) -> tuple[Section, ...]:
    lines = tuple(TextLine(text=text, confidence=0.99, box=None) for text in texts)
    page = Page(number=1, width=1, height=1, source="markup", lines=lines)
    return read_sections(text_lines([page]), FORM)


def _titles(*texts: str) -> list[tuple[int | None, str]]:
    return [(section.number, section.title) for section in _read(*texts)]


def test_text_belongs_to_the_title_above_it() -> None:
    sections = _read(
        "某局",
        "一、总体情况",
        "甲。",
        "乙。",
        "二、主动公开政府信息情况",
        "六、其他需要报告的事项",
        "丙。",
    )
    assert [(s.number, s.title, s.text) for s in sections] == [
        (1, "总体情况", "甲。\n乙。"),
        (2, "主动公开政府信息情况", ""),
        (6, "其他需要报告的事项", "丙。"),
    ]


@pytest.mark.parametrize(
    ("printed", "number", "title"),
    [
        ("总体情况", None, "总体情况"),
        ("## 一、 总体情况", 1, "总体情况"),
        ("—、总体情况", 1, "总体情况"),  # the stroke of 一 as recognition often has it
        ("一 总体情况：", 1, "总体情况"),
        ("1.总体情况", 1, "总体情况"),
        ("一、总休情况", 1, "总休情况"),  # one character misread
        ("5、 存在的主要问题及改进情况", 5, "存在的主要问题及改进情况"),
        ("五、工作中存在的主要问题及改进情况", 5, "工作中存在的主要问题及改进情况"),
        ("二、主动公开政府信息的情况", 2, "主动公开政府信息的情况"),
        ("三、行政机关收到和处理政府信息公开申请情况", 3, "行政机关收到和处理政府信息公开申请情况"),
        ("四、政府信息公开行政复议、行政诉讼情况", 4, "政府信息公开行政复议、行政诉讼情况"),
    ],
)
def test_a_title_is_known_by_number_and_wording(
    printed: str, number: int | None, title: str
) -> None:
    assert _titles(printed, "文。") == [(number, title)]


def test_a_title_may_break_over_two_lines() -> None:
    titles = _titles(
        "一、总体情况",
        "文。",
        "四、因政府信息公开工作被申请行政复议、提起行政",
        "诉讼情况",
        "五、存在的主要问题及改进情况",
    )
    assert titles[1] == (4, "因政府信息公开工作被申请行政复议、提起行政诉讼情况")


def test_text_may_follow_its_title_on_one_line() -> None:
    sections = _read("一、总体情况。本局按要求公开。", "下一段。")
    assert sections[0].title == "总体情况"
    assert sections[0].text == "本局按要求公开。\n下一段。"


def test_numbered_points_inside_a_section_are_no_sections() -> None:
    titles = _titles(
        "一、总体情况",
        "（一）主动公开政府信息情况",
        "1.主动公开政府信息情况",
        "一是主动公开方面。本局公开三条。",
        "二、主动公开政府信息情况",
        "五、存在的主要问题及改进情况",
        "一、存在的主要问题",
        "二、改进措施",
        "六、其他需要报告的事项",
    )
    assert titles == [(1, TITLES[0]), (2, TITLES[1]), (5, TITLES[4]), (6, TITLES[5])]


def test_sentences_and_tables_of_contents_are_no_titles() -> None:
    titles = _titles(
        "总体情况、主动公开政府信息情况、其他需要报告的事项等六个部分。",
        "一、总体情况……………1",
        "一、总体情况",
        "一、本年新收政府信息公开申请数量",
    )
    assert titles == [(1, TITLES[0])]


def test_a_title_of_its_own_fits_between_its_neighbours_numbers() -> None:
    titles = _titles(
        "一、总体情况",
        "四、政府信息公开行政复议、行政诉讼情况",
        "五、短板和打算",
        "六、其他需要报告的事项",
    )
    assert titles[2] == (5, "短板和打算")


def test_sections_out_of_order_are_kept_as_printed() -> None:
    numbers = [
        number
        for number, _ in _titles(
            "一、总体情况",
            "三、收到和处理政府信息公开申请情况",
            "二、主动公开政府信息情况",
            "四、政府信息公开行政复议、行政诉讼情况",
        )
    ]
    assert sorted(filter(None, numbers)) == [1, 2, 3, 4]
    assert numbers != sorted(filter(None, numbers))


def test_text_is_not_lost_when_the_first_title_is_missing() -> None:
    sections = _read("某局按要求公开。", "二、主动公开政府信息情况")
    assert (sections[0].number, sections[0].title) == (None, "")
    assert sections[0].text == "某局按要求公开。"
    assert _read("只有文字。")[0].text == "只有文字。"
    assert _read() == ()


WIDE = str.maketrans("0123456789.,:()", "０１２３４５６７８９．，：（）")


@given(
    spaces=st.lists(st.booleans(), min_size=40, max_size=40),
    wide=st.booleans(),
    separator=st.sampled_from(["、", "、 ", ".", "．", "，"]),
)
def test_sections_survive_spacing_and_width(spaces: list[bool], wide: bool, separator: str) -> None:
    texts = []
    for section in FORM.sections:
        title = "".join(
            char + (" " if space else "")
            for char, space in zip(section.title, spaces, strict=False)
        )
        printed = f"{'一二三四五六'[section.number - 1]}{separator}{title}"
        texts += [printed.translate(WIDE) if wide else printed, f"第{section.number}部分的文字。"]
    sections = _read(*texts)
    assert [(s.number, s.title) for s in sections] == [(s.number, s.title) for s in FORM.sections]
    assert [s.text for s in sections] == [f"第{n}部分的文字。" for n in range(1, 7)]


@given(st.data())
def test_sections_survive_one_misread_character_each(data: st.DataObject) -> None:
    texts = []
    for section in FORM.sections:
        at = data.draw(st.integers(0, len(section.title) - 1))
        title = section.title[:at] + "龘" + section.title[at + 1 :]
        texts += [f"{'一二三四五六'[section.number - 1]}、{title}", "文。"]
    assert [section.number for section in _read(*texts)] == [1, 2, 3, 4, 5, 6]


def test_the_last_words_of_a_paragraph_are_no_part_of_the_title_below() -> None:
    found = _titles("一、总体情况", "本年未收到政府信息公开申", "请。", "二、主动公开政府信息情况")
    assert found == [(1, "总体情况"), (2, "主动公开政府信息情况")]
