"""Cells that keep to their column are even; halves of a cell, and two of them, are not."""

from schemas.forms.template_2021 import FORM
from schemas.table import Cell
from workers.pipeline.tables.even import uneven

TABLE = next(table for table in FORM.tables if table.name == "requests")
WIDTH = 0.06


def printed(slant: float = 0.0) -> dict[str, Cell]:
    """Lay out all cells of table three, columns slanting by a share of the page's width."""
    return {
        wanted.pointer: cell(
            0.4 + WIDTH * wanted.column + slant * wanted.row, WIDTH, 0.1 + 0.02 * wanted.row
        )
        for wanted in TABLE.values
        if wanted.pointer
    }


def cell(left: float, width: float, top: float) -> Cell:
    """Return a cell of that place and width, in shares of the page."""
    box = (left, top, left + width, top + 0.02)
    return Cell(row=0, column=0, text="0", confidence=1.0, page=1, box=box)


def test_straight_and_slanting_columns_are_even() -> None:
    assert uneven(printed(), TABLE) == frozenset()
    assert uneven(printed(slant=0.0006), TABLE) == frozenset()


def test_a_half_cell_and_a_double_one_are_uneven() -> None:
    cells: dict[str, Cell | None] = {**printed()}
    half, double = "/requests/granted/natural_person", "/requests/carried_over/other"
    for pointer, share in ((half, 0.5), (double, 2.0)):
        box = cells[pointer].box  # type: ignore[union-attr]  # all are there
        assert box is not None
        cells[pointer] = cell(box[0], share * WIDTH, box[1])
    assert uneven(cells, TABLE) == {half, double}


def test_missing_cells_are_no_trouble() -> None:
    assert uneven(dict.fromkeys(printed()), TABLE) == frozenset()


DISCLOSURE = next(table for table in FORM.tables if table.name == "proactive_disclosure")


def test_cells_over_one_column_and_over_three_are_not_held_against_each_other() -> None:
    cells: dict[str, Cell | None] = {
        wanted.pointer: cell(
            0.3 + 0.2 * (wanted.column - 1), 0.2 * wanted.column_span, 0.03 * wanted.row
        )
        for wanted in DISCLOSURE.values
        if wanted.pointer
    }
    assert uneven(cells, DISCLOSURE) == frozenset()


REVIEW = next(table for table in FORM.tables if table.name == "review_and_litigation")


def review(widths: dict[str, float]) -> dict[str, Cell | None]:
    """Lay out the row of table four; `widths` by the last part of the pointer, others 0.05."""
    left, cells = 0.1, {}
    for wanted in REVIEW.values:
        assert wanted.pointer is not None
        width = widths.get(wanted.pointer, widths.get(wanted.pointer.rsplit("/", 1)[1], 0.05))
        cells[wanted.pointer] = cell(left, width, 0.5)
        left += width
    return {**cells}


def test_a_row_of_even_columns_or_of_even_blocks_is_even() -> None:
    assert uneven(review({}), REVIEW) == frozenset()
    assert uneven(review({"total": 0.03}), REVIEW) == frozenset()


def test_a_boundary_drawn_through_a_number_of_a_single_row_is_uneven() -> None:
    first = "/review_and_litigation/administrative_reconsideration/corrected"
    second = "/review_and_litigation/administrative_reconsideration/other"
    assert uneven(review({first: 0.062, second: 0.038}), REVIEW) == {first, second}
