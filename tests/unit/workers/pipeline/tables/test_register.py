"""Printed tables laid on the form: what confirms a place, and what speaks against it."""

from collections.abc import Callable

import pytest

from schemas.forms.template_2021 import FORM
from schemas.page import Page
from schemas.table import Cell, Table
from workers.pipeline.tables.register import Registration, register


def table(name: str, text: Callable[[str], str] = lambda text: text) -> Table:
    """Print a table of the form, values 1, 2, 3 … in reading order; `text` rewords labels."""
    form_table = FORM.table(name)  # type: ignore[arg-type]
    cells, number = [], 0
    for cell in form_table.cells:
        number += cell.kind == "value"
        cells.append(
            Cell(
                row=cell.row,
                column=cell.column,
                row_span=cell.row_span,
                column_span=cell.column_span,
                text=str(number) if cell.kind == "value" else text(cell.text),
                confidence=1.0,
                page=1,
                box=(cell.column / 20, cell.row / 40, (cell.column + cell.column_span) / 20, 0.9),
            )
        )
    return Table(
        pages=(1,),
        rows=form_table.rows,
        columns=form_table.columns,
        cells=tuple(cells),
        box=None,
    )


def registered(*pages: tuple[Table, ...]) -> Registration:
    return register(
        [
            Page(number=at, width=100, height=100, source="text_layer", tables=_on(at, tables))
            for at, tables in enumerate(pages, start=1)
        ],
        FORM,
    )


def _on(number: int, tables: tuple[Table, ...]) -> tuple[Table, ...]:
    return tuple(
        one.model_copy(
            update={
                "pages": (number,),
                "cells": tuple(c.model_copy(update={"page": number}) for c in one.cells),
            }
        )
        for one in tables
    )


def rows(whole: Table, first: int, last: int) -> Table:
    """Cut rows out of a table; a cell over the cut keeps its part inside."""
    cells = [
        cell.model_copy(
            update={
                "row": max(cell.row, first) - first,
                "row_span": min(cell.row + cell.row_span, last) - max(cell.row, first),
            }
        )
        for cell in whole.cells
        if cell.row < last and cell.row + cell.row_span > first
    ]
    return whole.model_copy(update={"rows": last - first, "cells": tuple(cells)})


ALL = ("proactive_disclosure", "requests", "review_and_litigation")


def test_every_value_of_the_printed_form_finds_its_place() -> None:
    found = registered(tuple(table(name) for name in ALL))
    texts = [cell.text for cell in found.values.values() if cell is not None]
    assert texts == [str(n) for count in (10, 175, 15) for n in range(1, count + 1)]
    assert (found.missing, found.repeated) == ((), ())
    assert not found.uncertain | found.contradicted | found.merged


@pytest.mark.parametrize("cut", [4, 5, 9, 16, 27])
@pytest.mark.parametrize("repeated", [False, True])
def test_a_table_cut_by_a_page_break_is_one_table(cut: int, repeated: bool) -> None:
    whole = table("requests")
    below = rows(whole, cut, 28)
    if repeated:
        head = rows(whole, 0, 3)
        moved = [c.model_copy(update={"row": c.row + 3}) for c in below.cells]
        below = below.model_copy(update={"rows": below.rows + 3, "cells": (*head.cells, *moved)})
    found = registered((rows(whole, 0, cut),), (below,))
    values = [found.values[pointer] for pointer in FORM.pointers[10:185]]
    assert [cell.text for cell in values if cell] == [str(number) for number in range(1, 176)]
    assert [one.form for one in found.tables] == ["requests"]
    assert found.tables[0].rows == 28


def parted(whole: Table, at: int, rest: str) -> Table:
    """Part a row by a line through it: its numbers stand below with the rest of its label."""
    cells = []
    for cell in whole.cells:
        below = {"row": cell.row + (cell.row > at)}
        if cell.row <= at < cell.row + cell.row_span and cell.row_span > 1:
            below["row_span"] = cell.row_span + 1
        if cell.row == at and cell.row_span == 1:
            text = "" if cell.text.isdigit() else cell.text
            cells.append(cell.model_copy(update={"text": text, "ink": bool(text)}))
            text = cell.text if cell.text.isdigit() else rest
            below = {"row": at + 1, "text": text}
        cells.append(cell.model_copy(update=below))
    return whole.model_copy(update={"rows": whole.rows + 1, "cells": tuple(cells)})


@pytest.mark.parametrize(("numbers", "doubt"), [(True, True), (False, False)])
def test_a_blank_row_beside_numbers_of_no_row_is_not_surely_blank(
    numbers: bool, doubt: bool
) -> None:
    whole = parted(table("requests"), 20, "已获取信息")
    if not numbers:
        cells = [
            cell.model_copy(update={"text": ""}) if cell.row == 21 and cell.text.isdigit() else cell
            for cell in whole.cells
        ]
        whole = whole.model_copy(update={"cells": tuple(cells)})
    found = registered((whole,))
    blank = {at for at, cell in found.values.items() if cell is not None and not cell.text}
    assert len(blank) == 7
    assert (blank <= found.merged) is doubt


def test_a_missing_table_is_missing_not_zero() -> None:
    found = registered((table("requests"),))
    assert found.missing == ("proactive_disclosure", "review_and_litigation")
    assert found.values["/review_and_litigation/litigation_direct/total"] is None


def test_a_label_with_a_typo_keeps_its_place_without_doubt() -> None:
    found = registered((table("requests", lambda text: text.replace("情形", "情况")),))
    assert not found.contradicted
    assert found.values["/requests/partially_granted/total"] is not None


def test_exchanged_headers_cast_doubt_on_their_columns() -> None:
    names = {"商业企业": "法律服务机构", "法律服务机构": "商业企业"}
    found = registered((table("requests", lambda text: names.get(text, text)),))
    columns = {pointer.rsplit("/", 1)[1] for pointer in found.contradicted}
    assert columns == {"commercial_enterprise", "legal_service_institution"}
    assert len(found.contradicted) == 50


def test_another_row_label_casts_doubt_on_its_row() -> None:
    reworded = {"4.保护第三方合法权益": "9.外交国防事项"}
    found = registered((table("requests", lambda text: reworded.get(text, text)),))
    assert {p.split("/")[2] for p in found.contradicted} == {"denied_third_party_rights"}
    assert [label.cell.text for label in found.labels if label.contradicts] == ["9.外交国防事项"]


def test_a_row_whose_label_could_not_be_read_is_uncertain() -> None:
    unread = {"行政处罚": "政处"}
    printed = table("proactive_disclosure", lambda text: unread.get(text, text))
    found = registered((printed,))
    penalties = "/proactive_disclosure/administrative_penalties"
    assert found.values[penalties] is None or penalties in found.uncertain
    assert "/proactive_disclosure/administrative_licensing" not in found.uncertain


def test_another_header_over_a_single_value_casts_doubt_on_it() -> None:
    reworded = {"本年收费金额（单位：万元）": "上一年项目数量"}
    printed = table("proactive_disclosure", lambda text: reworded.get(text, text))
    found = registered((printed,))
    assert found.contradicted == {"/proactive_disclosure/administrative_fees_10k_yuan"}


def test_two_reports_in_one_file_are_noticed() -> None:
    both = registered((table("requests"),), (table("proactive_disclosure"), table("requests")))
    assert both.repeated == ("requests",)


def test_a_print_found_twice_is_no_second_report() -> None:
    """A bent table may be found in parts that lie over each other."""
    whole = table("requests")
    found = registered((whole, whole))
    assert (found.repeated, found.merged) == ((), frozenset())


@pytest.mark.parametrize("otherwise", ["7", ""])
def test_what_two_parts_that_lie_over_each_other_print_otherwise_is_in_doubt(
    otherwise: str,
) -> None:
    whole, pointer = table("requests"), "/requests/granted/natural_person"
    at = FORM.value_cells[pointer]
    cells = [
        cell.model_copy(update={"text": otherwise})
        if (cell.row, cell.column) == (at.row, at.column)
        else cell
        for cell in whole.cells
    ]
    other = whole.model_copy(update={"cells": tuple(cells)})
    assert registered((whole, other)).merged == {pointer}


def test_blank_cells_of_a_table_cut_in_two_are_no_second_report() -> None:
    whole = table("requests")
    blank = whole.model_copy(
        update={
            "cells": tuple(
                cell.model_copy(update={"text": ""}) if cell.text.isdigit() else cell
                for cell in whole.cells
            )
        }
    )
    assert registered((whole,), (table("proactive_disclosure"), blank)).repeated == ()


def test_more_cells_in_a_row_than_the_form_has_make_it_no_number() -> None:
    whole = table("proactive_disclosure")
    shifted = []
    for cell in whole.cells:
        if cell.row == 13 and cell.column == 1:  # a false ruling cut the fee in two
            shifted += [
                cell.model_copy(update={"column_span": 1, "text": "1"}),
                cell.model_copy(update={"column": 2, "column_span": 2, "text": "5007.5"}),
            ]
        else:
            shifted.append(cell)
    found = registered((whole.model_copy(update={"cells": tuple(shifted)}),))
    fee = "/proactive_disclosure/administrative_fees_10k_yuan"
    assert found.values[fee] is None or fee in found.merged


def test_a_label_that_stands_for_two_rows_names_neither() -> None:
    whole = table("proactive_disclosure")
    cells = []
    for cell in whole.cells:
        if (cell.row, cell.column) == (2, 0):  # the ruling between the two labels is lost
            cells.append(cell.model_copy(update={"row_span": 2, "text": "规章行政规范性文件"}))
        elif (cell.row, cell.column) != (3, 0):
            cells.append(cell)
    found = registered((whole.model_copy(update={"cells": tuple(cells)}),))
    for pointer in FORM.pointers[:6]:
        assert found.values[pointer] is None or pointer in found.merged


def two_rows_in_one(whole: Table, upper: int, label: str, kept: int) -> Table:
    """Lose the ruling below a row: one label cell, and the numbers of one of the two rows."""
    cells = []
    for cell in whole.cells:
        changes: dict[str, object] = {}
        if cell.row in (upper, upper + 1) and cell.row_span == 1:
            if cell.row != kept:
                continue
            named = not cell.text.isdigit()
            changes = {"row": upper} | ({"text": label} if named else {})
        elif cell.row > upper:
            changes = {"row": cell.row - 1}
        elif cell.row + cell.row_span > upper + 1:
            changes = {"row_span": cell.row_span - 1}
        cells.append(cell.model_copy(update=changes))
    return whole.model_copy(update={"rows": whole.rows - 1, "cells": tuple(cells)})


@pytest.mark.parametrize("lower", [0, 1], ids=["the upper row's numbers", "the lower row's"])
@pytest.mark.parametrize(
    ("upper", "label"),
    [
        (18, "1.信访举报投诉类申请2.重复申请"),
        (13, "7.属于行政执法案卷8.属于行政查询事项"),
        (9, "3.危及“三安全一稳 定”4.保护第三方合法权益"),
        (9, "3.危及三安全一4.保护第三方合法权"),
        (3, "一、本年新收政府信息公开申请数量二、上年结转政府信息公开申请数量"),
        (24, "2.申请人逾期未按收费通知要求缴纳费用、行政机关不再处理其政府信息公开申请3.其他"),
    ],
)
def test_two_labels_in_one_cell_name_neither_row(upper: int, label: str, lower: int) -> None:
    found = registered((two_rows_in_one(table("requests"), upper, label, upper + lower),))
    form_cells = FORM.table("requests").values
    touched = {cell.pointer for cell in form_cells if cell.row in (upper, upper + 1)}
    given = {pointer for pointer in touched if found.values[pointer] is not None}
    assert given
    assert given <= found.merged
    others = {cell.pointer for cell in form_cells} - touched
    assert not others & found.merged


@pytest.mark.parametrize(
    "printed",
    [
        "1.信访举报投诉类申请（含政务咨询）",
        "1.信访、举报、投诉类申请，不含重复的",
        "一、1.信访举报投诉类申请件数",
    ],
)
def test_a_label_with_more_words_than_the_form_names_one_row(printed: str) -> None:
    whole = table("requests", lambda text: printed if text == "1.信访举报投诉类申请" else text)
    assert not registered((whole,)).merged
