"""Columns that a printed table has to the right of the form's: 备注, last year's numbers.

Offices add them. Values are counted from the right, so they are taken off before the table is laid
on its form; what they are called is told.
"""

from dataclasses import dataclass
from functools import cache

from schemas.form import FormCell, FormTable
from schemas.table import Cell, Table
from workers.pipeline.tables.labels import lettered, plain

_SURE = 0.9
"""Confidence from which words over a column say that it is none of the form's."""


@dataclass(frozen=True, kw_only=True)
class Trimmed:
    """A table without the columns beyond its form's, and the headers of those."""

    table: Table
    headers: tuple[Cell, ...] = ()


def trim(table: Table, form_table: FormTable) -> Trimmed:
    """Take off the columns right of the form's last header.

    Other words stand over them, or nothing at all is printed there.
    """
    last = {plain(cell.text) for cell in _last_headers(form_table)}
    own = [cell for cell in table.cells if plain(cell.text) in last]
    end = max((cell.column + cell.column_span for cell in own), default=table.columns)
    if not own or end >= table.columns:
        return Trimmed(table=table)
    known = {plain(cell.text) for cell in form_table.cells if cell.text}
    bottom = max(cell.row + cell.row_span for cell in own if cell.column + cell.column_span == end)
    over = [cell for cell in table.cells if cell.column >= end and cell.row < bottom]
    headers = [cell for cell in over if lettered(plain(cell.text)) and cell.confidence >= _SURE]
    void = not any(cell.ink for cell in table.cells if cell.column >= end)
    if not (headers or void) or any(plain(cell.text) in known for cell in headers):
        return Trimmed(table=table)
    kept = tuple(_clipped(cell, end) for cell in table.cells if cell.column < end)
    trimmed = table.model_copy(update={"cells": kept, "columns": end})
    return Trimmed(table=trimmed, headers=tuple(headers))


@cache
def _last_headers(form_table: FormTable) -> tuple[FormCell, ...]:
    """Return the headers that stand directly over the form's last column."""
    right = [
        cell
        for cell in form_table.cells
        if cell.kind == "header" and cell.column + cell.column_span == form_table.columns
    ]
    below = [(cell.row + cell.row_span, other.row) for cell in right for other in right]
    under = {top for top, row in below if top == row}
    return tuple(cell for cell in right if cell.row + cell.row_span not in under)


def _clipped(cell: Cell, end: int) -> Cell:
    if cell.column + cell.column_span <= end:
        return cell
    return cell.model_copy(update={"column_span": end - cell.column})
