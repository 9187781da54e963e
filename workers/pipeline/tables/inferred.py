"""Doubt in a table whose cells follow from white space alone."""

from schemas.table import Cell, Table
from workers.pipeline.tables.labels import lettered

_INFERRED = 0.9
"""Most confidence of a cell whose place no lines confirm."""
_WORDS = 0.85
"""And of one with words, which may be parted: no report is blamed for those."""


def inferred(table: Table, *, counted: frozenset[int] = frozenset()) -> Table:
    """Doubt every cell of a table: its place follows from white space, no line confirms it.

    In the rows where the places of texts were told by `counted` texts numbers are as sure as they
    were read. An empty cell is doubted still: what belongs there may have gone to its neighbour;
    and words are, since their columns may part them.
    """
    cells = (
        cell
        if cell.text and not lettered(cell.text) and cell.row_span == 1 and cell.row in counted
        else _doubted(cell)
        for cell in table.cells
    )
    return table.model_copy(update={"cells": tuple(cells)})


def _doubted(cell: Cell) -> Cell:
    most = _WORDS if lettered(cell.text) else _INFERRED if cell.text else 0.0
    return cell.model_copy(
        update={
            "confidence": min(cell.confidence, most),
            "ink": True,
            "candidates": tuple(
                one.model_copy(update={"probability": _INFERRED * one.probability})
                for one in cell.candidates
            ),
        }
    )
