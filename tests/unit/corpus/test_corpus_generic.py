"""Made tables follow their seed, fill their grid exactly, and are set as one page."""

import pymupdf
import pytest

from tests.corpus.generic import KINDS, SPANNED, Kind, MadeTable, as_html, make_table
from tests.corpus.generic_page import set_page

SEEDS = range(40)


def slots(table: MadeTable) -> list[tuple[int, int]]:
    return [
        (row, column)
        for cell in table.cells
        for row in range(cell.row, cell.row + cell.row_span)
        for column in range(cell.column, cell.column + cell.column_span)
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_the_cells_of_a_table_cover_its_grid_once(kind: Kind) -> None:
    for seed in SEEDS:
        table = make_table(seed, kind)
        expected = [(row, column) for row in range(table.rows) for column in range(table.columns)]
        assert sorted(slots(table)) == expected
        assert 3 <= table.rows <= 12
        assert 2 <= table.columns <= 8


@pytest.mark.parametrize("kind", KINDS)
def test_rows_are_spanned_in_a_body_only_where_lines_show_it(kind: Kind) -> None:
    body = [
        cell
        for seed in SEEDS
        for table in [make_table(seed, kind)]
        for cell in table.cells
        if cell.row >= table.header_rows
    ]
    assert any(cell.row_span > 1 for cell in body) == (kind in SPANNED)
    assert any(not cell.text for cell in body)


def test_a_seed_gives_the_same_page_again() -> None:
    table = make_table(5, "across")
    assert table == make_table(5, "across")
    assert set_page(table, 5) == set_page(table, 5)


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_holds_every_text_of_its_table(kind: Kind) -> None:
    table = make_table(3, kind)
    with pymupdf.open(stream=set_page(table, 3)) as document:
        assert len(document) == 1
        printed = "".join(document[0].get_text().split())
    for cell in table.cells:
        for letter in cell.text.split():
            assert letter[:2] in printed


def test_html_names_spans_and_leaves_white_space_out() -> None:
    table = make_table(2, "ruled")
    html = as_html(table.cells, table.rows)
    assert html.count("<tr>") == table.rows
    assert html.count("<td") == len(table.cells)
    assert "　" not in html
