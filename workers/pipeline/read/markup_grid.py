"""Rows of cells → a grid: who stands where.

HTML's rows are laid by its standard's table model (4.9.12); where that lets two cells overlap, the
later one gives way: nothing is read twice. Columns that differ by a hair's breadth are one.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from workers.pipeline.read.markup_page import Block, Grid, GridCell

_MOST_COLUMNS = 1000
"""The standard's limit of a column span."""
_HAIR = 0.015
"""Share of a table's width below which what lies between two boundaries is no column."""


class Draft(NamedTuple):
    """A cell as its row lists it; a `row_span` of 0 reaches to the end of its row group."""

    blocks: tuple[Block, ...]
    row_span: int = 1
    column_span: int = 1
    picture: bool = False
    struck: bool = False


Rows = Sequence[Sequence[Draft]]


def lay(groups: Iterable[Rows]) -> Grid:
    """Place the cells of all row groups; rows and columns in which none begins are left out."""
    cells: list[GridCell] = []
    top = 0
    for rows in groups:
        cells += _placed(rows, top)
        top += len(rows)
    return tight(cells)


def _placed(rows: Rows, top: int) -> list[GridCell]:
    """Place the cells of one row group, whose first row is `top`; no cell reaches beyond it."""
    cells: list[GridCell] = []
    covered_until: dict[int, int] = {}  # column → the first row of the group that is free there
    for at, row in enumerate(rows):
        column = 0
        for draft in row:
            while covered_until.get(column, 0) > at:
                column += 1
            wanted = min(draft.column_span, max(1, _MOST_COLUMNS - column))
            across = _free(covered_until, column, at, wanted)
            down = min(draft.row_span or len(rows), len(rows) - at)
            for taken in range(column, column + across):
                covered_until[taken] = at + down
            cells.append(
                GridCell(
                    row=top + at,
                    column=column,
                    row_span=down,
                    column_span=across,
                    blocks=draft.blocks,
                    picture=draft.picture,
                    struck=draft.struck,
                )
            )
            column += across
    return cells


def _free(covered_until: dict[int, int], column: int, row: int, wanted: int) -> int:
    """Return over how many columns a cell can reach before one from above stands in its way."""
    for across in range(1, wanted):
        if covered_until.get(column + across, 0) > row:
            return across
    return max(1, wanted)


def tight(cells: Sequence[GridCell]) -> Grid:
    """Leave out rows and columns in which no cell begins: spans too large made them."""
    rows = sorted({cell.row for cell in cells})
    columns = sorted({cell.column for cell in cells})
    if len(rows) == 1 + max(rows, default=0) and len(columns) == _width(cells):
        return Grid(cells=tuple(cells))
    return Grid(
        cells=tuple(
            cell._replace(
                row=bisect_left(rows, cell.row),
                column=bisect_left(columns, cell.column),
                row_span=_between(rows, cell.row, cell.row_span),
                column_span=_between(columns, cell.column, cell.column_span),
            )
            for cell in cells
        )
    )


def _width(cells: Sequence[GridCell]) -> int:
    return max((cell.column + cell.column_span for cell in cells), default=0)


def snapped(cells: Sequence[GridCell], widths: Sequence[float]) -> Grid:
    """Bring together column boundaries that lie a hair apart; `widths` in any unit, left to right.

    Rows drawn by hand do not quite meet: a header would stand beside its column.
    """
    columns = _width(cells)
    if len(widths) < columns or sum(widths[:columns]) <= 0:
        return tight(cells)
    slivers = {cell.column for cell in cells if cell.column_span == 1 and cell.blocks}
    least = _HAIR * sum(widths[:columns])
    place, begun, places = 0, 0.0, [0]
    for column, width in enumerate(widths[:columns]):
        begun += width
        if begun >= least or column in slivers:
            place, begun = place + 1, 0.0
        places.append(place)
    if len(set(places)) == len(places):
        return tight(cells)
    moved = [
        cell._replace(
            column=places[cell.column],
            column_span=places[cell.column + cell.column_span] - places[cell.column],
        )
        for cell in cells
    ]
    return tight([cell for cell in moved if cell.column_span])


def _between(starts: Sequence[int], first: int, span: int) -> int:
    return bisect_left(starts, first + span) - bisect_left(starts, first)
