"""Value cells as wide as their column: one that is not may hold a part of a number, or of two."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from schemas.form import FormTable
from schemas.table import Cell

_NEIGHBOURS = 7
"""Cells of a column, above and below, whose edges say where the column lies at a place."""
_ASTRAY = 0.25
"""Share of a column's width by which a cell's edge may stray from the column's."""


def uneven(printed: Mapping[str, Cell | None], form_table: FormTable) -> frozenset[str]:
    """Return the pointers whose cells do not keep to the edges of their column on their page."""
    columns: dict[tuple[int, int], list[tuple[str, Cell]]] = defaultdict(list)
    for wanted in form_table.values:
        cell = printed.get(wanted.pointer or "")
        if wanted.pointer and cell is not None and cell.box is not None:
            columns[wanted.column, cell.page].append((wanted.pointer, cell))
    return frozenset().union(*(_astray(cells) for cells in columns.values()))


def _astray(cells: Sequence[tuple[str, Cell]]) -> frozenset[str]:
    if len(cells) < _NEIGHBOURS:
        return frozenset()
    boxes = np.array([cell.box for _, cell in cells], np.float64)
    ordered = np.argsort(boxes[:, 1], kind="stable")
    found = set()
    for place, at in enumerate(ordered):
        first = min(max(0, place - _NEIGHBOURS // 2), len(ordered) - _NEIGHBOURS)
        near = boxes[ordered[first : first + _NEIGHBOURS]]
        left, right = np.median(near[:, 0]), np.median(near[:, 2])
        off = max(abs(boxes[at, 0] - left), abs(boxes[at, 2] - right))
        if off > _ASTRAY * (right - left):
            found.add(cells[at][0])
    return frozenset(found)
