"""Doubt in a table whose cells follow from white space alone."""

from schemas.table import Cell, Table

_INFERRED = 0.9
"""Most confidence of a cell whose place no lines confirm."""


def inferred(table: Table) -> Table:
    """Doubt every cell of a table: its place follows from white space, no line confirms it.

    An empty cell is not surely blank either: what belongs there may have gone to its neighbour.
    """
    return table.model_copy(update={"cells": tuple(_doubted(cell) for cell in table.cells)})


def _doubted(cell: Cell) -> Cell:
    most = _INFERRED if cell.text else 0.0
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
