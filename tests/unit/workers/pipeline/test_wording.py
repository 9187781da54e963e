import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.pipeline.wording import (
    bare,
    compact,
    distance,
    fold,
    is_abbreviation,
    likeness,
    year_number,
)

SHORT = st.text(alphabet="总体情况公开", max_size=8)


def test_compact_drops_spaces_and_markdown_marks_but_keeps_the_printed_width() -> None:
    assert compact("## 一、 总体 情况 ") == "一、总体情况"
    assert compact("（一） 予以公开**") == "（一）予以公开"


def test_fold_brings_widths_together() -> None:
    assert fold("２０２４ 年（本局）") == "2024年(本局)"


def test_bare_keeps_letters_and_digits_only() -> None:
    assert bare("3.危及“三安全一稳定”") == "3危及三安全一稳定"


@pytest.mark.parametrize(
    ("left", "right", "steps"),
    [("", "", 0), ("总体", "", 2), ("总体情况", "总休情况", 1), ("情况", "的情况", 1)],
)
def test_distance_counts_changes(left: str, right: str, steps: int) -> None:
    assert distance(left, right) == steps


@given(SHORT, SHORT, SHORT)
def test_distance_is_a_metric(a: str, b: str, c: str) -> None:
    assert (distance(a, b) == 0) == (a == b)
    assert distance(a, b) == distance(b, a)
    assert distance(a, c) <= distance(a, b) + distance(b, c)


def test_likeness_is_one_for_equal_and_zero_for_strangers() -> None:
    assert likeness("", "") == 1.0
    assert likeness("公开", "公开") == 1.0
    assert likeness("甲乙", "丙丁") == 0.0


def test_an_abbreviation_keeps_the_order_of_characters() -> None:
    assert is_abbreviation("林业局", "云溪县林业和草原局")
    assert not is_abbreviation("业林局", "云溪县林业局")


@pytest.mark.parametrize(
    ("printed", "year"),
    [("2024", 2024), ("２０２３", 2023), ("二〇二四", 2024), ("二○二一", 2021), ("1999", None)],
)
def test_years_are_read_in_figures_and_characters(printed: str, year: int | None) -> None:
    assert year_number(printed) == year
