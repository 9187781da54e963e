"""Statutory tables as patterns of ruled edges: what a grid must look like to be one of them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from schemas.form import FormTable
from schemas.forms import FORMS

_LEAST_ROWS = 3
"""A part of fewer rows tells too little to be known by its rulings."""


@dataclass(frozen=True, kw_only=True)
class Pattern:
    """The edges of a statutory table, or of those rows of it that need only some columns.

    `slots` (rows × columns) says which cell covers a slot; `beside` (rows × column boundaries) and
    `below` (row boundaries × columns) which edges part two cells or lie outside. `rows` marks the
    rows that have no edge at a boundary left out. The last `even` columns are about equally wide.
    """

    slots: NDArray[np.int64]
    beside: NDArray[np.bool_]
    below: NDArray[np.bool_]
    rows: NDArray[np.bool_]
    heads: int
    """Rows of headers at the top."""
    repeats: bool
    """The header may be printed again on the next page: it stands over all rows."""
    even: int

    @property
    def columns(self) -> int:
        """How many columns the pattern has."""
        return int(self.slots.shape[1])


@cache
def patterns() -> tuple[Pattern, ...]:
    """Return the patterns of all statutory tables and of their parts with fewer columns.

    What two forms rule alike is one pattern.
    """
    every = (
        pattern
        for form in FORMS.values()
        for table in form.tables
        for printed in _as_printed(table)
        for pattern in _variants(printed)
    )
    return tuple({_look(pattern): pattern for pattern in every}.values())


def _look(pattern: Pattern) -> tuple[bytes, ...]:
    """Return what tells one pattern from another."""
    ruled = pattern.beside, pattern.below, pattern.rows
    return str(pattern.slots.shape).encode(), *(edges.tobytes() for edges in ruled)


def _as_printed(table: FormTable) -> Iterator[FormTable]:
    """Yield the table, and with a first header over two rows where the form's takes one."""
    yield table
    low = next((c for c in table.cells if (c.row, c.column, c.row_span) == (0, 0, 1)), None)
    if low is None or low.column_span == table.columns:
        return
    below = [c for c in table.cells if c.row == 1 and c.column < low.column_span]
    if not all(c.kind == "header" and c.row_span == 2 for c in below):
        return
    moved = {id(low): replace(low, row_span=2)}
    moved |= {id(c): replace(c, row=2, row_span=1) for c in below}
    yield replace(table, cells=tuple(moved.get(id(c), c) for c in table.cells))


def _variants(table: FormTable) -> Iterator[Pattern]:
    slots = np.zeros((table.rows, table.columns), np.int64)
    for at, cell in enumerate(table.cells):
        rows = slice(cell.row, cell.row + cell.row_span)
        slots[rows, cell.column : cell.column + cell.column_span] = at
    values = np.zeros(table.rows, bool)
    values[[cell.row for cell in table.values]] = True
    first_value = min(cell.column for cell in table.values)
    heads = int(np.flatnonzero(values)[0])
    beside = _edges(slots)
    for boundaries in sorted(_boundaries_in_use(beside, values), key=len, reverse=True):
        own = slots[:, boundaries[:-1]]
        left_out = np.setdiff1d(np.arange(beside.shape[1]), boundaries)
        yield Pattern(
            slots=own,
            beside=_edges(own),
            below=_edges(own.T).T,
            rows=np.asarray(~beside[:, left_out].any(axis=1), bool),
            heads=heads,
            repeats=all(cell.kind != "header" or cell.row < heads for cell in table.cells),
            even=sum(boundary > first_value for boundary in boundaries),
        )


def _boundaries_in_use(
    beside: NDArray[np.bool_], values: NDArray[np.bool_]
) -> set[tuple[int, ...]]:
    """Return every set of column boundaries that the rows of some part with values need."""
    height = len(values)
    return {
        tuple(np.flatnonzero(beside[first:end].any(axis=0)).tolist())
        for first in range(height - _LEAST_ROWS + 1)
        for end in range(first + _LEAST_ROWS, height + 1)
        if values[first:end].any()
    }


def _edges(slots: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return rows × (columns + 1): where two cells meet, and the outside."""
    edges = np.ones((slots.shape[0], slots.shape[1] + 1), bool)
    edges[:, 1:-1] = slots[:, 1:] != slots[:, :-1]
    return edges
