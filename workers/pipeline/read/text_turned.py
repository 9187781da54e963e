"""The table of requests with its rows as columns: a form of its own to be looked for in a text.

What is found so is set as it is printed; `tables.turned` lays it back, where it is wholly the
form's.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from schemas.form import CellKind, FormCell, FormTable
from workers.pipeline.tables.headed import leaf_names

_KINDS: Mapping[CellKind, CellKind] = {"label": "header", "group": "header", "header": "group"}
"""What a cell becomes; the header right over values becomes the label of a row."""


@cache
def turned(form_table: FormTable) -> FormTable | None:
    """Return a table with rows and columns exchanged; None where rows have headers of their own."""
    leaves = leaf_names(form_table)
    if not leaves or form_table.value_rows[0][0] is None:
        return None
    bottom = min(cell.row for cell in form_table.values)
    cells = [_exchanged(cell, bottom) for cell in form_table.cells]
    return FormTable(
        name=form_table.name,
        section=form_table.section,
        rows=form_table.columns,
        columns=form_table.rows,
        cells=tuple(sorted(cells, key=lambda cell: (cell.row, cell.column))),
    )


def _exchanged(cell: FormCell, bottom: int) -> FormCell:
    """Exchange a cell's place and span; `bottom`: the first row of values."""
    leaf = cell.kind == "header" and cell.column_span == 1 and cell.row + cell.row_span == bottom
    return replace(
        cell,
        row=cell.column,
        column=cell.row,
        row_span=cell.column_span,
        column_span=cell.row_span,
        kind="label" if leaf else _KINDS.get(cell.kind, cell.kind),
    )
