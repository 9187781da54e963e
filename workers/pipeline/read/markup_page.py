"""What every reader of a document without pages yields: one Page, without boxes or a picture."""

from collections.abc import Iterable

from schemas.page import Page, TextLine
from schemas.table import Cell, Table
from workers.pipeline.read.encoding import REPLACEMENT

_BROKEN = 0.5
"""Confidence of a text some of which could not be decoded."""


def page_of(lines: Iterable[str], tables: Iterable[Table], *, pictures: int = 0) -> Page:
    """Make the page of a document: its paragraphs in order, one a line, and its tables in order.

    `pictures`: how many pictures stand in the document that may hold text or a table.
    """
    return Page(
        number=1,
        width=1,
        height=1,
        source="markup",
        lines=tuple(
            TextLine(text=text, confidence=_confidence(text), box=None)
            for text in lines
            if text.strip()
        ),
        tables=tuple(tables),
        pictures=pictures,
    )


def cell_of(text: str, *, row: int, column: int, row_span: int = 1, column_span: int = 1) -> Cell:
    """Make a cell of markup: what stands in it is certain, and nothing in it is blank."""
    shown = text.strip()
    return Cell(
        row=row,
        column=column,
        row_span=row_span,
        column_span=column_span,
        text=shown,
        confidence=_confidence(shown),
        page=1,
        box=None,
        ink=bool(shown),
    )


def table_of(cells: Iterable[Cell]) -> Table:
    """Make a table of its cells, as large as they reach."""
    listed = tuple(sorted(cells, key=lambda cell: (cell.row, cell.column)))
    return Table(
        pages=(1,),
        rows=max((cell.row + cell.row_span for cell in listed), default=0),
        columns=max((cell.column + cell.column_span for cell in listed), default=0),
        cells=listed,
        box=None,
    )


def _confidence(text: str) -> float:
    return _BROKEN if REPLACEMENT in text else 1.0
