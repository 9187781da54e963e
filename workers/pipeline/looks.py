"""Cells of markup that print the same and stand as surely: they are decided once.

A report prints some 200 numbers, most of them 0. What is decided of a cell without pixels hangs on
its text and on how sure its place is, and on nothing else but its sums.
"""

from typing import NamedTuple

from schemas.table import Cell
from workers.pipeline.tables.register import Registration


class Look(NamedTuple):
    """All that the decision of a count hangs on, its sums apart."""

    text: str
    confidence: float
    ink: bool
    page: int
    shared: bool
    """Its cell is not surely one value's."""
    uncertain: bool
    contradicted: bool


def look_of(
    cell: Cell | None, pointer: str, registration: Registration, shared: frozenset[str]
) -> Look | None:
    """Return the look of a cell of markup; None where there is more to it: it is decided alone."""
    if cell is None or cell.box is not None or cell.inferred or cell.candidates or cell.obstructed:
        return None
    return Look(
        cell.text,
        cell.confidence,
        cell.ink,
        cell.page,
        pointer in shared,
        pointer in registration.uncertain,
        pointer in registration.contradicted or pointer in registration.guessed,
    )
