"""Automatic numbers are counted as Word counts them."""

# ruff: noqa: E501  lines of markup are left whole

import pytest
from lxml import etree

from workers.pipeline.read.docx_numbering import Numbering, numeral

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def level(at: int, style: str, text: str, inner: str = "") -> str:
    return (
        f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{style}"/>{inner}'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
    )


def numbering(levels: str, uses: str = "") -> Numbering:
    uses = uses or '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    return Numbering(
        etree.fromstring(
            f'<w:numbering xmlns:w="{_W}"><w:abstractNum w:abstractNumId="0">{levels}'
            f"</w:abstractNum>{uses}</w:numbering>"
        )
    )


@pytest.mark.parametrize(
    ("value", "style", "text"),
    [
        (1, "chineseCounting", "一"), (10, "chineseCounting", "十"), (11, "chineseCounting", "十一"),
        (20, "chineseCountingThousand", "二十"), (101, "chineseCountingThousand", "一百零一"),
        (110, "japaneseCounting", "一百一十"), (1002, "chineseCountingThousand", "一千零二"),
        (12, "chineseLegalSimplified", "壹拾贰"), (3, "decimalEnclosedCircleChinese", "③"),
        (3, "decimalEnclosedParen", "⑶"), (21, "decimalEnclosedCircle", "21"), (2, "ideographTraditional", "乙"),
        (4, "upperRoman", "IV"), (29, "lowerRoman", "xxix"), (28, "upperLetter", "BB"),
        (7, "decimalZero", "07"), (15, "decimalFullWidth", "１５"), (5, "someFutureStyle", "5"),
    ],
)  # fmt: skip
def test_numbers_are_written_in_their_style(value: int, style: str, text: str) -> None:
    assert numeral(value, style) == text


def test_levels_count_inside_each_other() -> None:
    lists = numbering(
        level(0, "chineseCounting", "%1、") + level(1, "chineseCounting", "（%2）")
        + level(2, "decimal", "%3.")
    )  # fmt: skip
    asked = [0, 1, 2, 2, 1, 2, 0, 1]
    assert [lists.next("1", at) for at in asked] == [
        "一、", "（一）", "1. ", "2. ", "（二）", "1. ", "二、", "（一）",
    ]  # fmt: skip


def test_a_level_names_the_ones_above_and_may_write_figures_only() -> None:
    lists = numbering(
        level(0, "chineseCounting", "第%1章") + level(1, "decimal", "%1.%2", "<w:isLgl/>")
    )
    assert [lists.next("1", 0), lists.next("1", 1), lists.next("1", 1)] == [
        "第一章 ",
        "1.1 ",
        "1.2 ",
    ]


def test_a_list_may_begin_anew_or_go_on() -> None:
    uses = (
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
        '<w:num w:numId="2"><w:abstractNumId w:val="0"/></w:num>'
        '<w:num w:numId="3"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0">'
        '<w:startOverride w:val="1"/></w:lvlOverride></w:num>'
    )
    lists = numbering(level(0, "decimal", "%1."), uses)
    asked = ["1", "1", "2", "3", "3", "1"]
    assert [lists.next(use, 0) for use in asked] == ["1. ", "2. ", "3. ", "1. ", "2. ", "3. "]


@pytest.mark.parametrize(("style", "text"), [("bullet", "●"), ("none", "")])
def test_bullets_are_no_numbers(style: str, text: str) -> None:
    assert numbering(level(0, style, text)).next("1", 0) == ""


@pytest.mark.parametrize(("use", "at"), [("0", 0), ("7", 0), ("1", 5)])
def test_lists_that_are_none_print_nothing(use: str, at: int) -> None:
    assert numbering(level(0, "decimal", "%1.")).next(use, at) == ""


def test_no_space_is_added_where_none_shows() -> None:
    assert numbering(level(0, "decimal", "%1", '<w:suff w:val="nothing"/>')).next("1", 0) == "1"
    assert numbering(level(0, "decimal", "%1")).next("1", 0) == "1 "
