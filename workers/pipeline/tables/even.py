"""Value cells as wide as their column: one that is not may hold a part of a number, or of two."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from statistics import median

import numpy as np

from schemas.form import FormTable
from schemas.table import Cell

_NEIGHBOURS = 7
"""Cells of a column, above and below, whose edges say where the column lies at a place."""
_LEAST = 3
"""Cells of a column on a page from which the others say where it lies."""
_UNLIKE = 0.15
"""Share of the usual width by which a cell of a single row may be wider or narrower."""
_ASTRAY = 0.25
"""Share of a column's width by which a cell's edge may stray from the column's."""


def uneven(printed: Mapping[str, Cell | None], form_table: FormTable) -> frozenset[str]:
    """Return the pointers whose cells do not keep to the edges of their column on their page."""
    columns: dict[tuple[int, int, int], list[tuple[str, Cell]]] = defaultdict(list)
    for wanted in form_table.values:
        cell = printed.get(wanted.pointer or "")
        if wanted.pointer and cell is not None and cell.box is not None and not cell.loose:
            place = wanted.column, wanted.column_span, cell.page
            columns[place].append((wanted.pointer, cell))
    astray = frozenset().union(*(_astray(cells) for cells in columns.values()))
    return astray | (_wide_or_narrow(printed, form_table) if _is_one_row(form_table) else set())


def _is_one_row(form_table: FormTable) -> bool:
    return len({cell.row for cell in form_table.values}) == 1


def _wide_or_narrow(printed: Mapping[str, Cell | None], form_table: FormTable) -> frozenset[str]:
    """Return the pointers of a single row whose cells are wider or narrower than the others.

    No other row says where its columns lie. Columns of the same name in other blocks say as well
    how wide one is.
    """
    widths = {
        wanted.pointer: cell.box[2] - cell.box[0]
        for wanted in form_table.values
        if wanted.pointer and (cell := printed.get(wanted.pointer)) is not None
        if cell.box and not cell.loose
    }
    if len(widths) < _NEIGHBOURS:
        return frozenset()
    usual = median(widths.values())
    found = set()
    for pointer, width in widths.items():
        name = pointer.rsplit("/", 1)[1]
        alike = median(w for p, w in widths.items() if p.endswith(f"/{name}"))
        if min(abs(width - usual), abs(width - alike)) > _UNLIKE * usual:
            found.add(pointer)
    return frozenset(found)


def _astray(cells: Sequence[tuple[str, Cell]]) -> frozenset[str]:
    if len(cells) < _LEAST:
        return frozenset()
    around = min(_NEIGHBOURS, len(cells))
    boxes = np.array([cell.box for _, cell in cells], np.float64)
    ordered = np.argsort(boxes[:, 1], kind="stable")
    edges = boxes[ordered][:, [0, 2]]
    windows = np.sort(np.lib.stride_tricks.sliding_window_view(edges, around, axis=0), axis=-1)
    near = (windows[..., (around - 1) // 2] + windows[..., around // 2]) / 2  # medians, sooner
    first = np.clip(np.arange(len(cells)) - around // 2, 0, len(cells) - around)
    off = np.abs(edges - near[first]).max(axis=1)
    astray = off > _ASTRAY * (near[first, 1] - near[first, 0])
    return frozenset(cells[at][0] for at in ordered[astray])
