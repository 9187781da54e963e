"""A table whose rows stand as columns is laid back only where it then is the form's own."""

import pytest

from schemas.form import FormTable
from schemas.forms import FORMS
from schemas.table import Cell, Table
from workers.pipeline.read.markup_page import cell_of, table_of
from workers.pipeline.tables.turned import laid_back

TABLES = FORMS["2021"].tables


def _printed(form_table: FormTable, *, turned: bool, wrong: str = "") -> Table:
    cells: list[Cell] = []
    for at, cell in enumerate(form_table.cells):
        text = str(at) if cell.kind == "value" else cell.text
        place = (cell.row, cell.column, cell.row_span, cell.column_span)
        row, column, down, across = (place[i] for i in ((1, 0, 3, 2) if turned else range(4)))
        text = wrong if wrong and cell.kind == "header" else text
        cells.append(cell_of(text, row=row, column=column, row_span=down, column_span=across))
    return table_of(cells)


@pytest.mark.parametrize("form_table", TABLES, ids=[table.name for table in TABLES])
def test_rows_that_stand_as_columns_are_rows_again(form_table: FormTable) -> None:
    upright = _printed(form_table, turned=False)
    assert laid_back(_printed(form_table, turned=True), form_table) == upright
    assert laid_back(upright, form_table) is upright


def test_what_is_not_wholly_the_forms_stays_as_it_is_printed() -> None:
    requests = FORMS["2021"].table("requests")
    for odd in (
        _printed(requests, turned=True, wrong="备注说明"),
        table_of(_printed(requests, turned=True).cells[:-1]),
    ):
        assert laid_back(odd, requests) is odd
