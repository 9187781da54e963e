"""Tables laid out otherwise than the form lays them, as offices and converters do; numbers stay.

Each is a function of a grid that `Report.variant` takes; those of table three leave others alone.
"""

from collections.abc import Callable
from dataclasses import replace

from tests.corpus.grids import Grid, GridCell

Variant = Callable[[Grid], Grid]

_LABELS = 3
"""Columns of labels in table three."""


def exchanged_rows(one: str, other: str) -> Variant:
    """Exchange two rows of table three, named by a part of their labels."""

    def exchange(grid: Grid) -> Grid:
        if grid.section != 3:
            return grid
        first, second = row_of(grid, one), row_of(grid, other)
        places = {first: second, second: first}
        return replace(
            grid,
            cells=tuple(
                replace(cell, row=places.get(cell.row, cell.row)) if cell.row_span == 1 else cell
                for cell in grid.cells
            ),
        )

    return exchange


def exchanged_columns(one: int, other: int) -> Variant:
    """Exchange two columns of table three with their headers, counted as in the grid."""
    places = {one: other, other: one}

    def exchange(grid: Grid) -> Grid:
        if grid.section != 3:
            return grid
        return replace(
            grid,
            cells=tuple(
                replace(cell, column=places.get(cell.column, cell.column))
                if cell.column_span == 1 and cell.column >= _LABELS
                else cell
                for cell in grid.cells
            ),
        )

    return exchange


def remark_column(title: str = "备注", *texts: str) -> Variant:
    """Add a column on the right of table three, with texts in its first rows of numbers."""

    def add(grid: Grid) -> Grid:
        if grid.section != 3:
            return grid
        said = dict(zip(_number_rows(grid), texts, strict=False))
        column = grid.columns
        head = GridCell(row=0, column=column, row_span=3, text=title, role="heading")
        cells = (GridCell(row=r, column=column, text=said.get(r, "")) for r in _number_rows(grid))
        return replace(grid, columns=column + 1, cells=(*grid.cells, head, *cells))

    return add


def numbered_rows(grid: Grid) -> Grid:
    """Add a column on the left of table three that counts its rows."""
    if grid.section != 3:
        return grid
    moved = [replace(cell, column=cell.column + 1) for cell in grid.cells]
    head = GridCell(row=0, column=0, row_span=3, text="序号", role="heading")
    counted = [
        GridCell(row=row, column=0, text=str(at)) for at, row in enumerate(_number_rows(grid), 1)
    ]
    return replace(grid, columns=grid.columns + 1, cells=(head, *counted, *moved))


def rows_as_columns(grid: Grid) -> Grid:
    """Set table three with its rows as columns."""
    if grid.section != 3:
        return grid
    cells = [
        replace(
            cell,
            row=cell.column,
            column=cell.row,
            row_span=cell.column_span,
            column_span=cell.row_span,
        )
        for cell in grid.cells
    ]
    return replace(
        grid,
        columns=1 + max(cell.row for cell in grid.cells),
        cells=tuple(sorted(cells, key=lambda cell: (cell.row, cell.column))),
    )


def printed_as(write: Callable[[str], str], *sections: int) -> Variant:
    """Print every number of some tables otherwise: 12件, 12.00, １２."""

    def rewrite(grid: Grid) -> Grid:
        if grid.section not in sections:
            return grid
        return replace(
            grid,
            cells=tuple(
                replace(cell, text=write(cell.text)) if cell.role == "number" else cell
                for cell in grid.cells
            ),
        )

    return rewrite


def repeated_header(grid: Grid) -> Grid:
    """Print the header of table three again in its middle, as on a second page."""
    if grid.section != 3:
        return grid
    at = 12
    moved = [
        replace(cell, row=cell.row + 3)
        if cell.row >= at
        else replace(cell, row_span=cell.row_span + 3)
        if cell.row + cell.row_span > at
        else cell
        for cell in grid.cells
    ]
    again = [replace(cell, row=cell.row + at) for cell in grid.cells if cell.row < 3]
    return replace(grid, cells=(*moved, *again))


def note_below(text: str) -> Variant:
    """Add a row below table three that holds a note over its whole width."""

    def add(grid: Grid) -> Grid:
        if grid.section != 3:
            return grid
        row = 1 + max(cell.row for cell in grid.cells)
        note = GridCell(row=row, column=0, column_span=grid.columns, text=text)
        return replace(grid, cells=(*grid.cells, note))

    return add


def cell_reads(label: str, column: int, text: str) -> Variant:
    """Print something else in one cell of table three."""

    def change(grid: Grid) -> Grid:
        if grid.section != 3:
            return grid
        row = row_of(grid, label)
        return replace(
            grid,
            cells=tuple(
                replace(cell, text=text) if (cell.row, cell.column) == (row, column) else cell
                for cell in grid.cells
            ),
        )

    return change


def row_of(grid: Grid, label: str) -> int:
    """Return the row in whose label a text stands."""
    return next(cell.row for cell in grid.cells if cell.role == "label" and label in cell.text)


def _number_rows(grid: Grid) -> list[int]:
    return sorted({cell.row for cell in grid.cells if cell.role == "number"})


def merged_cells(label: str, column: int, span: int) -> Variant:
    """Merge cells of numbers in one row of table three; the first one's number stands for all."""

    def merge(grid: Grid) -> Grid:
        if grid.section != 3:
            return grid
        row = row_of(grid, label)
        first, gone = (row, column), range(column + 1, column + span)
        kept = [cell for cell in grid.cells if not (cell.row == row and cell.column in gone)]
        return replace(
            grid,
            cells=tuple(
                replace(cell, column_span=span) if (cell.row, cell.column) == first else cell
                for cell in kept
            ),
        )

    return merge


def without_totals(grid: Grid) -> Grid:
    """Leave out the last column of table three with its header."""
    if grid.section != 3:
        return grid
    last = grid.columns - 1
    return replace(
        grid,
        columns=last,
        cells=tuple(
            replace(cell, column_span=min(cell.column_span, last - cell.column))
            for cell in grid.cells
            if cell.column < last
        ),
    )
