"""A row or a label cut by a page break is one again; rows that only stand there stay two."""

import pytest

from schemas.forms import FORMS
from schemas.table import Cell
from workers.pipeline.tables.seam import sew

FORM = FORMS["2021"]


def cells(row: int, *texts: str, span: int = 1) -> list[Cell]:
    return [
        Cell(
            row=row,
            column=column,
            row_span=span,
            text=text,
            confidence=1.0,
            page=1,
            box=None,
            ink=bool(text),
        )
        for column, text in enumerate(texts)
    ]


def rows(above: list[Cell], below: list[Cell]) -> list[list[str]]:
    sewn = sew(above, below, FORM, "requests")
    found: dict[int, list[Cell]] = {}
    for cell in sewn:
        found.setdefault(cell.row, []).append(cell)
    return [
        [cell.text for cell in sorted(found[row], key=lambda cell: cell.column)]
        for row in sorted(found)
    ]


@pytest.mark.parametrize(
    ("above", "below", "whole"),
    [
        (("1.属于", "3", "3"), ("国家秘密", "", ""), ["1.属于国家秘密", "3", "3"]),
        (("1.属于国家秘", "", ""), ("密", "3", "3"), ["1.属于国家秘密", "3", "3"]),
        (("1.属于国家秘密", "", ""), ("", "3", "3"), ["1.属于国家秘密", "3", "3"]),
        (("", "3", "3"), ("1.属于国家秘密", "", ""), ["1.属于国家秘密", "3", "3"]),
    ],
)
def test_a_row_in_two_parts_is_one(
    above: tuple[str, ...], below: tuple[str, ...], whole: list[str]
) -> None:
    after = cells(1, "2.其他法律行政法规禁止公开", "1", "1")
    assert rows(cells(0, *above), [*cells(0, *below), *after]) == [
        whole,
        ["2.其他法律行政法规禁止公开", "1", "1"],
    ]


@pytest.mark.parametrize(
    ("above", "below"),
    [
        (("1.属于国家秘密", "3", "3"), ("2.其他法律行政法规禁止公开", "", "")),
        (("1.属于", "3", "3"), ("国家秘密", "1", "")),
        (("1.属于国家秘密", "", ""), ("2.其他法律行政法规禁止公开", "3", "3")),
        (("1.属于国家秘密", "3", "3"), ("另注", "", "")),
    ],
)
def test_two_rows_stay_two(above: tuple[str, ...], below: tuple[str, ...]) -> None:
    assert rows(cells(0, *above), cells(0, *below)) == [list(above), list(below)]


def test_a_label_over_rows_is_joined_and_its_rows_are_not() -> None:
    upper = [*cells(0, "（三）", span=1), *cells(0, "", "1.属于国家秘密", "3")[1:]]
    lower = [
        *cells(0, "不予公开", span=2),
        *cells(0, "", "2.其他法律行政法规禁止公开", "1")[1:],
        *cells(1, "", "3.危及“三安全一稳定”", "2")[1:],
    ]
    sewn = sew(upper, lower, FORM, "requests")
    group = next(cell for cell in sewn if cell.column == 0)
    assert (group.text, group.row, group.row_span) == ("（三）不予公开", 0, 3)
    assert sorted(cell.row for cell in sewn if cell.column == 2) == [0, 1, 2]
