from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.pipeline.narrative.numerals import read_numeral
from workers.pipeline.narrative.quantities import quantities_of

DIGITS = "零一二三四五六七八九"


@pytest.mark.parametrize(
    ("printed", "value", "half"),
    [
        ("56", "56", "0"),
        ("1,234", "1234", "0"),
        ("59237.2449", "59237.2449", "0.00005"),
        ("1.2万", "12000", "500"),
        ("3亿", "300000000", "50000000"),
        ("十二", "12", "0"),
        ("二十", "20", "0"),
        ("廿三", "23", "0"),
        ("两百零五", "205", "0"),
        ("一万二千三百", "12300", "0"),
        ("二〇二四", "2024", "0"),
        ("零", "0", "0"),
    ],
)
def test_numerals_are_exact_with_their_printed_precision(
    printed: str, value: str, half: str
) -> None:
    numeral = read_numeral(printed)
    assert numeral is not None
    assert (numeral.value, numeral.half) == (Decimal(value), Decimal(half))


def test_a_large_unit_alone_is_no_number() -> None:
    assert read_numeral("万") is None


def in_characters(number: int) -> str:
    """Write 1 to 9,999 in characters."""
    written, zero = "", False
    for unit, sign in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // unit % 10
        if digit:
            written += ("零" if zero and written else "") + DIGITS[digit] + sign
            zero = False
        else:
            zero = True
    return written.removeprefix("一") if 10 <= number < 20 else written


@given(st.integers(1, 9999))
def test_characters_and_figures_read_alike(number: int) -> None:
    read = [read_numeral(printed) for printed in (in_characters(number), f"{number:,}")]
    assert [numeral.value for numeral in read if numeral] == [number, number]


@pytest.mark.parametrize(
    ("text", "vague"),
    [
        ("发布信息56余条", True),
        ("发布信息137多条", True),
        ("发布信息约46条", True),
        ("发布信息46条左右", True),
        ("发布信息50余条", False),
        ("发布信息100多条", False),
        ("近3次培训", False),
        ("发布信息1.2万余条", False),
        ("占56余%", False),
    ],
)
def test_a_number_told_to_the_last_unit_and_called_approximate_is_vague(
    text: str, vague: bool
) -> None:
    quantities = quantities_of(text)
    assert [quantity.vague for quantity in quantities] == [vague]
    assert all(quantity.approximate for quantity in quantities)


@pytest.mark.parametrize(
    "text",
    [
        "第二十条",
        "3名",
        "国务院令第711号",
        "每件申请",
        "5-10个工作日",
        "“一件事”",
        "统一",
        "一次性告知",
    ],
)
def test_what_looks_like_a_quantity_is_none(text: str) -> None:
    assert quantities_of(text) == []
