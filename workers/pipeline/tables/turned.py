"""A statutory table of a document without pages whose rows stand as columns, laid back.

Only where it then is the form's own, cell by cell: every value in its place, every label and header
the form's. Anything less stays as it is printed, and what it lacks is told.
"""

from schemas.form import FormTable
from schemas.table import Cell, Table
from workers.pipeline.tables.fit import lay

_ODD = 2
"""Rows and columns a table may have more or less than the form has."""


def laid_back(table: Table, form_table: FormTable) -> Table:
    """Return a table with rows and columns exchanged where that makes it the form's."""
    turned = abs(table.columns - form_table.rows) <= _ODD >= abs(table.rows - form_table.columns)
    if not turned or any(cell.box is not None or cell.inferred for cell in table.cells):
        return table
    cells = sorted(map(_exchanged, table.cells), key=lambda cell: (cell.row, cell.column))
    exchanged = table.model_copy(
        update={"rows": table.columns, "columns": table.rows, "cells": tuple(cells)}
    )
    fit = lay(exchanged, form_table)
    against = fit.unheaded | fit.contradicted | fit.parted
    return exchanged if len(fit.values) == len(form_table.values) and not against else table


def _exchanged(cell: Cell) -> Cell:
    return cell.model_copy(
        update={
            "row": cell.column,
            "column": cell.row,
            "row_span": cell.column_span,
            "column_span": cell.row_span,
        }
    )
