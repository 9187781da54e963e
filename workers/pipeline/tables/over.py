"""What stands over the values of a row: the headers that the form puts there, or others."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from schemas.form import FormCell, FormTable
from schemas.table import Cell
from workers.pipeline.tables.headed import leaf_names
from workers.pipeline.tables.labels import plain, resemblance

_HEADED = 0.6
"""Share of a row's value cells that must stand below the form's header for the row to be sure."""
_ALIKE = 0.6

Columns = Sequence[Sequence[Cell]]
"""The cells of a table that cover each of its columns."""
Places = Mapping[FormCell, Cell]
"""The printed cell of each value of a row."""


def cells_by_column(count: int, cells: Sequence[Cell]) -> Columns:
    """Return the cells that cover each column, as they stand in the table."""
    columns: list[list[Cell]] = [[] for _ in range(count)]
    for cell in cells:
        for column in columns[cell.column : cell.column + cell.column_span]:
            column.append(cell)
    return columns


def above(columns: Columns, row: int, cell: Cell) -> Iterator[Cell]:
    """Yield the cells above a row in the column where a cell begins."""
    return (other for other in columns[cell.column] if other.row + other.row_span <= row)


def headed(worded: Columns, places: Places, at: int, form_table: FormTable) -> bool:
    """Say whether enough value cells of a row stand below the header the form puts there."""
    without = len(bare(worded, places, at, form_table))
    return bool(places) and len(places) - without >= _HEADED * len(places)


def bare(worded: Columns, places: Places, at: int, form_table: FormTable) -> frozenset[str]:
    """Return the values of a row that do not stand below the header the form puts there.

    `worded`: the cells of each column that may be headers.
    """
    names = headers_over(form_table)
    return frozenset(
        wanted.pointer
        for wanted, cell in places.items()
        if wanted.pointer and not _headers(worded, cell, at, names[wanted.column, wanted.row])
    )


def _headers(worded: Columns, cell: Cell, at: int, name: str) -> list[Cell]:
    return [c for c in above(worded, at, cell) if resemblance(c.text, name) >= _ALIKE]


def wider_than_header(
    worded: Columns, places: Places, at: int, form_table: FormTable
) -> Iterator[str]:
    """Yield the values whose cell reaches below another header too, or whose header names two."""
    names = leaf_names(form_table)
    for wanted, cell in places.items():
        own = names.get(wanted.column)
        if own is None or wanted.pointer is None:
            continue
        others = [name for name in names.values() if name not in own]
        header = max(_headers(worded, cell, at, own), key=lambda c: c.row, default=None)
        two = header is not None and any(name in plain(header.text) for name in others)
        beside = (other for column in worded[cell.column + 1 : _end(cell)] for other in column)
        if two or any(resemblance(c.text, name) >= _ALIKE for c in beside for name in others):
            yield wanted.pointer


def _end(cell: Cell) -> int:
    return cell.column + cell.column_span


@cache
def headers_over(form_table: FormTable) -> dict[tuple[int, int], str]:
    """Return the header over each value cell of the form, by its column and row."""
    return {(cell.column, cell.row): _header_over(cell, form_table) for cell in form_table.values}


def _header_over(value: FormCell, form_table: FormTable) -> str:
    """Return the plain text of the header directly over a value cell of the form."""
    over = [
        header
        for header in form_table.cells
        if header.kind == "header"
        and header.row < value.row
        and header.column <= value.column < header.column + header.column_span
    ]
    return plain(max(over, key=lambda header: header.row).text)
