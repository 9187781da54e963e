"""What a grid is: boundaries and the cells between them."""

from dataclasses import dataclass


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
