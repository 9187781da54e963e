"""What counting proves of rows and columns that no label and no header confirms, and what not."""

from collections.abc import Callable

import pytest

from schemas.forms.template_2021 import FORM
from schemas.table import Candidate, Cell, Table
from workers.pipeline.tables.fit import lay

REQUESTS = FORM.table("requests")
LABELS = {cell.row: cell.text for cell in REQUESTS.cells if cell.kind == "label"}
ROWS = sorted(LABELS)
HEADERS = ("自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计")

Row = list[str]
"""What a printed row of the table says: its label and its numbers."""


def printed_row(at: int) -> Row:
    """Print 11 11 11 11 11 11 66 for the first row, and so on: each keeps its sum."""
    return [LABELS[ROWS[at]], *[str(at + 11)] * 6, str(6 * (at + 11))]


def printed(change: Callable[[list[Row], list[str]], None] | None = None) -> tuple[list[Row], Row]:
    rows, headers = [printed_row(at) for at in range(len(ROWS))], ["", *HEADERS]
    if change is not None:
        change(rows, headers)
    return rows, headers


def table(rows: list[Row], headers: Row, *, cut: int = 0, hidden: tuple[int, ...] = ()) -> Table:
    """Set a table; `cut`: rows on its first page, 0 all; `hidden`: rows whose ink is cut off.

    A text of two words is two numbers run together: as many glyphs, no candidate.
    """
    cells = [_cell(0, column, text, page=1) for column, text in enumerate(headers)]
    for at, row in enumerate(rows):
        page = 1 if not cut or at < cut else 2
        cells += [
            _cell(at + 1, column, text, page=page, number=column > 0, hidden=at in hidden)
            for column, text in enumerate(row)
        ]
    return Table(
        pages=(1, 2) if cut else (1,),
        rows=len(rows) + 1,
        columns=len(headers),
        cells=tuple(cells),
        box=None,
    )


def _cell(
    row: int, column: int, text: str, *, page: int, number: bool = False, hidden: bool = False
) -> Cell:
    return Cell(
        row=row,
        column=column,
        text=text,
        confidence=1.0,
        page=page,
        box=(column / 20, row / 60, (column + 1) / 20, (row + 1) / 60),
        ink=bool(text),
        candidates=(Candidate(text=text, probability=1.0),) if number and text.isdigit() else (),
        glyphs=len(text.replace(" ", "")) if number else None,
        obstructed=hidden and number,
    )


def relied(whole: Table) -> set[str]:
    """Return the values whose place nothing leaves open."""
    fit = lay(whole, REQUESTS)
    return set(fit.values) - fit.unheaded - fit.parted - fit.contradicted


ALL = {cell.pointer for cell in REQUESTS.values if cell.pointer}


def of_rows(first: int, end: int) -> set[str]:
    """Return the values of some rows of the form."""
    return {c.pointer for c in REQUESTS.values if c.pointer and c.row in ROWS[first:end]}


def of_columns(*keys: str) -> set[str]:
    return {pointer for pointer in ALL if pointer.rsplit("/", 1)[1] in keys}


def unlabel(*places: int) -> Callable[[list[Row], list[str]], None]:
    def change(rows: list[Row], _: list[str]) -> None:
        for at in places:
            rows[at][0] = "口"

    return change


def unhead(*places: int) -> Callable[[list[Row], list[str]], None]:
    def change(_: list[Row], headers: list[str]) -> None:
        for at in places:
            headers[at] = "口"

    return change


@pytest.mark.parametrize(
    "change",
    [
        None,
        unlabel(5),
        unlabel(4, 5, 6, 7, 8, 9),
        unhead(3),
        unhead(2, 3, 4, 5),
        unhead(1, 2, 3, 4, 5, 6, 7),  # the label on the left, the table's edge on the right
    ],
)
def test_what_stands_between_known_rows_and_columns_is_known(
    change: Callable[[list[Row], list[str]], None] | None,
) -> None:
    assert relied(table(*printed(change))) == ALL


def test_rows_are_counted_over_a_page_break() -> None:
    assert relied(table(*printed(unlabel(8, 9, 10, 11)), cut=10)) == ALL


def test_a_label_over_two_rows_leaves_nothing_open_where_both_print_their_numbers() -> None:
    rows, headers = printed()
    whole = table(rows, headers)
    both = rows[4][0] + rows[5][0]
    cells = [
        cell.model_copy(update={"text": both, "row_span": 2})
        if (cell.row, cell.column) == (5, 0)
        else cell
        for cell in whole.cells
        if (cell.row, cell.column) != (6, 0)
    ]
    assert relied(whole.model_copy(update={"cells": tuple(cells)})) == ALL


def test_what_is_printed_is_not_asked_of_a_named_row_among_others_that_tell() -> None:
    rows, headers = printed(unhead(3, 4))
    rows[6][2] = "1O"  # not read as a number; its place is none the less known
    assert relied(table(rows, headers)) == ALL


def _rows_run_together(rows: list[Row], upper: int) -> None:
    """Lose the ruling below a row: its numbers and the next one's stand in one cell."""
    lower = rows.pop(upper + 1)
    rows[upper] = ["口", *(" ".join(two) for two in zip(rows[upper][1:], lower[1:], strict=True))]


@pytest.mark.parametrize(
    "false_row",
    [[""] * 7, ["—"] * 7, ["1"] * 7, ["1", "2", "3", "4", "5", "6", "7"], ["11 11"] * 7],
    ids=["blank", "strokes", "strokes like 1", "column numbers", "halves"],
)
@pytest.mark.parametrize("cut", [0, 9])
def test_a_row_lost_and_a_false_one_are_not_counted_as_two(false_row: Row, cut: int) -> None:
    rows, headers = printed(unlabel(4, 5, 6, 7, 8, 9, 10, 11))
    _rows_run_together(rows, 5)
    rows.insert(9, ["", *false_row])
    assert not relied(table(rows, headers, cut=cut)) & of_rows(4, 12)


def test_a_blank_row_that_vanishes_and_a_row_cut_in_two_are_not_counted_as_two() -> None:
    rows, headers = printed(unlabel(4, 5, 6, 7, 8, 9, 10, 11))
    del rows[5]  # it was blank, and its ruling is lost
    rows.insert(9, list(rows[8]))  # upper and lower halves of 0 and 8 read as such
    assert not relied(table(rows, headers, hidden=(8, 9))) & of_rows(4, 12)


def test_rows_before_the_first_label_are_not_counted() -> None:
    assert relied(table(*printed(unlabel(0, 1)))) == ALL - of_rows(0, 2)


def test_a_row_that_bears_the_name_of_another_stops_the_count() -> None:
    rows, headers = printed(unlabel(4, 5, 7, 8))
    rows[6][0] = "9.外交国防类别事项"
    assert relied(table(rows, headers)) == ALL - of_rows(4, 9)


def _columns_run_together(rows: list[Row], headers: list[str], lost: int, false: int) -> None:
    """Lose the ruling right of a column, and see one in another: its numbers are cut in two."""
    for row in rows:
        number = row[false]
        row[false : false + 1] = [number[:1], number[1:]]
        row[lost : lost + 2] = [" ".join(row[lost : lost + 2])]


@pytest.mark.parametrize("unread", [(2, 3, 4, 5), (1, 2, 3, 4, 5, 6, 7)])
def test_columns_run_together_and_one_cut_in_two_are_not_counted_as_two(
    unread: tuple[int, ...],
) -> None:
    rows, headers = printed(unhead(*unread))
    _columns_run_together(rows, headers, 2, 5)
    between = "commercial_enterprise", "research_institution", "social_welfare_organization"
    assert not relied(table(rows, headers)) & of_columns(*between, "legal_service_institution")


@pytest.mark.parametrize("shift", [1, -1])
def test_columns_one_too_far_break_their_sums_and_prove_nothing(shift: int) -> None:
    rows, headers = printed(unhead(1, 2, 3, 4, 5, 6, 7))
    for row in rows:  # a false column on one side, the table's last one cut off on the other
        row[1:] = ["1", *row[1:-1]] if shift > 0 else [*row[2:], "1"]
    assert not relied(table(rows, headers))


def test_rows_of_zeros_tell_nothing_but_a_row_that_breaks_its_sum_does() -> None:
    rows, headers = printed(unhead(1, 2, 3, 4, 5, 6, 7))
    for row in rows:
        row[1:] = ["0"] * 7
    assert relied(table(rows, headers)) == ALL
    rows[7][6] = "4"  # the total of a table cut off at its right edge
    assert not relied(table(rows, headers))


def test_a_column_beyond_the_form_leaves_open_where_unread_headers_stand() -> None:
    rows, headers = printed(unhead(1, 2, 3, 4, 5, 6, 7))
    for row in rows:
        row.append("1")
    headers.append("备注")
    assert not relied(table(rows, headers))


def test_columns_that_label_and_sums_tell_need_no_header_on_another_page() -> None:
    rows, headers = printed(unhead(1, 2, 3, 4, 5, 6, 7))
    assert lay(table(rows, headers, cut=10), REQUESTS).settled == ALL
    for row in rows[10:]:  # on the second page a false column, and the total cut off
        row[1:] = ["1", *row[1:-1]]
    assert lay(table(rows, headers, cut=10), REQUESTS).settled == of_rows(0, 10)


@pytest.mark.parametrize("header_page", [1, 2])
def test_headers_of_their_own_page_tell_whose_columns_they_are(header_page: int) -> None:
    form_table = FORM.table("review_and_litigation")
    bottom, pages = form_table.values[0].row, (1, header_page)
    cells = [
        Cell(
            row=cell.row,
            column=cell.column,
            row_span=cell.row_span,
            column_span=cell.column_span,
            text="7" if cell.kind == "value" else cell.text,
            confidence=1.0,
            page=2 if cell.kind == "value" else pages[cell.row + cell.row_span == bottom],
            box=(cell.column / 20, cell.row / 40, (cell.column + cell.column_span) / 20, 0.9),
        )
        for cell in form_table.cells
    ]
    whole = Table(
        pages=(1, 2), rows=form_table.rows, columns=form_table.columns, cells=tuple(cells), box=None
    )
    told = lay(whole, form_table).settled
    assert told == ({c.pointer for c in form_table.values} if header_page == 2 else set())


def test_rows_without_a_total_prove_nothing() -> None:
    form_table = FORM.table("proactive_disclosure")
    cells = [
        _cell(cell.row, cell.column, str(7 + cell.row), page=1, number=True).model_copy(
            update={"column_span": cell.column_span}
        )
        if cell.kind == "value"
        else Cell(
            row=cell.row,
            column=cell.column,
            column_span=cell.column_span,
            text="口" if cell.kind == "header" else cell.text,
            confidence=1.0,
            page=1,
            box=(cell.column / 20, cell.row / 60, 0.9, 0.9),
        )
        for cell in form_table.cells
    ]
    whole = Table(pages=(1,), rows=form_table.rows, columns=4, cells=tuple(cells), box=None)
    fit = lay(whole, form_table)
    assert fit.unheaded == {cell.pointer for cell in form_table.values}
