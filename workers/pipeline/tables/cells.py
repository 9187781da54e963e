"""What a grid is: boundaries and the cells between them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True)
class GridCell:
    """A rectangle of slots; `row`, `column` of its first slot, spans in slots."""

    row: int
    column: int
    row_span: int
    column_span: int


@dataclass(frozen=True, kw_only=True)
class Grid:
    """A table's boundaries (pixels of the straight image, ascending) and its cells."""

    rows: tuple[float, ...]
    columns: tuple[float, ...]
    cells: tuple[GridCell, ...]
    thickness: int
    """Pixels a ruling is thick."""

    def box(self, cell: GridCell) -> tuple[float, float, float, float]:
        """Return left, top, right, bottom of a cell, on its boundaries."""
        return (
            self.columns[cell.column],
            self.rows[cell.row],
            self.columns[cell.column + cell.column_span],
            self.rows[cell.row + cell.row_span],
        )


def cells_of(labels: NDArray[np.int64]) -> tuple[GridCell, ...]:
    """Return the cells of slots (rows × columns) that bear the same label, in reading order."""
    spans: dict[int, list[int]] = {}
    for (row, column), label in np.ndenumerate(labels):
        span = spans.setdefault(int(label), [row, column, row, column])
        span[1], span[2], span[3] = min(span[1], column), row, max(span[3], column)
    return tuple(
        GridCell(row=top, column=left, row_span=bottom - top + 1, column_span=right - left + 1)
        for top, left, bottom, right in spans.values()
    )
