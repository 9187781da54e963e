"""Rulings → grid: boundaries, the edges between slots that are really ruled, cells with spans."""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

import cv2
import numpy as np
from numpy.typing import NDArray

from workers.pipeline.read.clean import Mask
from workers.pipeline.tables.cells import Grid as Grid
from workers.pipeline.tables.cells import GridCell as GridCell
from workers.pipeline.tables.cells import cells_of
from workers.pipeline.tables.evidence import shares, usual_count
from workers.pipeline.tables.formgrid import form_grid
from workers.pipeline.tables.rulings import Rulings, boundaries, closed, turned

_RULED = 0.7
"""Share of an edge that must be ruled for it to part two cells."""
_HALF_SEEN = 0.4
"""Share from which an edge between two ruled ones, or pieces of a thin line, count as ruled."""
_WORN = 0.8
"""Share of unbroken edges among the ruled ones below which a table's rulings count as worn."""
_MOST_WORN = 3
"""Most edges in a row that may have worn away."""
_PIECES, _BESIDE = 0.25, 0.15
"""Share of an edge on which pieces of a line must lie, and most ink to either side of them."""
_CROSSED = 0.05
"""Share of such an edge up to which what lies on it is dirt, not letters."""
_MAYBE_RULED = 0.3
"""The same where the cells would not be rectangles otherwise."""
_OVERHANG, _OVERHANG_DRAWN = 1.2, 0.6
"""Letters by which lines go on beyond the last one they cross if a row or column follows: on a scan
and where rulings are drawn, which end where they are meant to."""


def build_grid(rulings: Rulings, ink: Mask | None, letter: float) -> Grid | None:
    """Build the grid of a straight table; None where the rulings make no table.

    A statutory table is given its form's cells, any other those of its rulings alone.

    `ink` is all that is printed: a ruling may have worn away where nothing crosses its line.
    Rulings drawn from a text layer have none (or, which is the same, all is set).
    """
    if ink is not None and ink.all():
        ink = None
    if rulings.flat is not None and ink is not None:
        grid = form_grid(rulings.flat, ink, letter)
        if grid is not None:
            return grid
    rows = boundaries(rulings.across.T, 2.5 * letter, letter)
    columns = boundaries(rulings.down, 1.2 * letter, letter)
    if not rows or not columns:
        return None
    reach = (_OVERHANG if rulings.flat is not None else _OVERHANG_DRAWN) * letter
    rows = _with_open_ends(rows, rulings.down.T, reach)
    columns = _with_open_ends(columns, rulings.across, reach)
    if len(rows) < 2 or len(columns) < 2:
        return None
    gap = round(0.8 * letter)
    across, down = closed(rulings.across, gap), closed(rulings.down.T, gap)
    upright = None if ink is None else ink.T
    below = _bridged(across.T, upright, rows, columns, letter)  # [column][row boundary]
    beside = _bridged(down.T, ink, columns, rows, letter)  # [row][column boundary]
    cells = _cells(below.T, beside)
    if len(cells) < 2:
        return None
    grid = Grid(rows=rows, columns=columns, cells=cells, thickness=_thickness(rulings.across, rows))
    return _without_idle_boundaries(grid)


def _without_idle_boundaries(grid: Grid) -> Grid:
    """Drop boundaries at which no cell begins (strokes of letters, dirt)."""
    rows = sorted({cell.row for cell in grid.cells})
    columns = sorted({cell.column for cell in grid.cells})
    cells = []
    for cell in grid.cells:
        row, column = bisect_left(rows, cell.row), bisect_left(columns, cell.column)
        row_span = bisect_left(rows, cell.row + cell.row_span) - row
        column_span = bisect_left(columns, cell.column + cell.column_span) - column
        cells.append(GridCell(row=row, column=column, row_span=row_span, column_span=column_span))
    return Grid(
        rows=(*(grid.rows[row] for row in rows), grid.rows[-1]),
        columns=(*(grid.columns[column] for column in columns), grid.columns[-1]),
        cells=tuple(cells),
        thickness=grid.thickness,
    )


def _with_open_ends(
    places: tuple[float, ...], crossing: NDArray[np.uint8], reach: float
) -> tuple[float, ...]:
    """Add the sides of a table without an outer frame: where the crossing lines end.

    They go on for more than `reach` pixels there.
    """
    ends = np.flatnonzero((crossing > 0).any(axis=0))
    if ends.size == 0:
        return places
    first, last = float(ends[0]), float(ends[-1])
    before = (first,) if places[0] - first > reach else ()
    after = (last,) if last - places[-1] > reach else ()
    return (*before, *places, *after)


def _bridged(
    mask: NDArray[np.uint8],
    ink: NDArray[np.uint8] | None,
    places: tuple[float, ...],
    ends: tuple[float, ...],
    letter: float,
) -> NDArray[np.float64]:
    """Return the ruled share of each edge; those between two ruled edges may have worn away.

    They count as ruled when they are ruled in part, when pieces of a thin line lie on them, or, in
    a table whose rulings are worn, when no letter lies across their line. Drawn rulings (no `ink`)
    do not wear.
    """
    seen = _coverage(mask, places, ends, letter)
    may_be = seen >= _HALF_SEEN
    if ink is not None:
        pieces = _thin_pieces(ink, places, ends, letter)
        seen[pieces >= _HALF_SEEN] = 1.0
        letters = np.asarray(cv2.subtract(ink, mask), np.uint8)
        bare = _coverage(letters, places, ends, 0.4 * letter) <= _CROSSED
        whole = _coverage(ink, places, ends, 0.4 * letter)[seen >= _RULED]
        worn = bool(whole.size > 0 and (whole > 0.97).mean() < _WORN)
        may_be |= (pieces >= _PIECES) | (bare & worn)
    ruled = seen >= _RULED
    for place in range(seen.shape[1]):
        for first, last in _between_ruled(ruled[:, place]):
            if may_be[first:last, place].all():
                seen[first:last, place] = 1.0
    return seen


def _thin_pieces(
    ink: NDArray[np.uint8], places: tuple[float, ...], ends: tuple[float, ...], letter: float
) -> NDArray[np.float64]:
    """Return the share of each edge on which ink lies with white to both sides: a ruling's rest."""
    aside = max(5.0, 0.3 * letter)
    on = _coverage(ink, places, ends, 0.4 * letter)
    left = _coverage(ink, tuple(place - aside for place in places), ends, 0.4 * letter)
    right = _coverage(ink, tuple(place + aside for place in places), ends, 0.4 * letter)
    return np.asarray(np.where(np.maximum(left, right) <= _BESIDE, on, 0.0), np.float64)


def _between_ruled(ruled: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return the runs of edges (first, last not included) that lie between ruled ones."""
    at = np.flatnonzero(ruled)
    return [
        (int(one) + 1, int(other))
        for one, other in pairwise(at)
        if 1 < other - one <= _MOST_WORN + 1
    ]


def _coverage(
    mask: NDArray[np.uint8], places: tuple[float, ...], ends: tuple[float, ...], letter: float
) -> NDArray[np.float64]:
    """Return the ruled share of each edge of the lines running down a mask.

    `places` are the lines' columns, `ends` the rows at which edges begin and end; the result is
    edges × lines.
    """
    reach = max(2, round(0.25 * letter))
    upright = turned(mask)
    lines = [
        upright[max(0, round(place) - reach) : max(0, round(place) + reach + 1)].any(axis=0)
        for place in places
    ]
    inner = 0.12 * np.diff(ends)
    first = np.rint(np.array(ends[:-1]) + inner).astype(np.int64)
    last = np.maximum(np.rint(np.array(ends[1:]) - inner).astype(np.int64), 1)
    return shares(np.array(lines), first, last).T


def _cells(below: NDArray[np.float64], beside: NDArray[np.float64]) -> tuple[GridCell, ...]:
    """Join slots over edges that are not ruled.

    `below` is row boundaries × columns, `beside` rows × column boundaries: ruled shares.
    """
    height, width = below.shape[0] - 1, beside.shape[1] - 1
    labels = _joined(below, beside, np.full((height, width), _RULED))
    for _ in range(3):
        ragged = _ragged(labels)
        if not ragged.any():
            break
        labels = _joined(below, beside, np.where(ragged, _MAYBE_RULED, _RULED))
    ragged = _ragged(labels)
    labels = np.where(
        ragged, labels.max() + 1 + np.arange(labels.size).reshape(labels.shape), labels
    )
    return cells_of(labels)


def _joined(
    below: NDArray[np.float64], beside: NDArray[np.float64], needed: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Label slots; neighbours share a label where the edge between is ruled less than needed."""
    slots = np.arange(needed.size).reshape(needed.shape)
    up = below[1:-1] < np.minimum(needed[1:], needed[:-1])
    left = beside[:, 1:-1] < np.minimum(needed[:, 1:], needed[:, :-1])
    pairs = [
        *zip(slots[1:][up].tolist(), slots[:-1][up].tolist(), strict=True),
        *zip(slots[:, 1:][left].tolist(), slots[:, :-1][left].tolist(), strict=True),
    ]
    labels = list(range(needed.size))
    for pair in pairs:
        low, high = sorted(_first(labels, slot) for slot in pair)
        labels[high] = low
    return np.array([_first(labels, slot) for slot in labels]).reshape(needed.shape)


def _first(labels: Sequence[int], slot: int) -> int:
    """Follow labels to the first slot of those that are one cell."""
    while labels[slot] != slot:
        slot = labels[slot]
    return slot


def _ragged(labels: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Mark the slots of cells that are no rectangles."""
    slots = labels.ravel()
    row, column = np.divmod(np.arange(slots.size), labels.shape[1])
    first, last = np.full((2, slots.max() + 1), slots.size), np.zeros((2, slots.max() + 1), int)
    for at, places in enumerate((row, column)):
        np.minimum.at(first[at], slots, places)
        np.maximum.at(last[at], slots, places)
    rectangle = np.prod(last - first + 1, axis=0)
    return np.asarray((np.bincount(slots) != rectangle)[labels], np.bool_)


def _thickness(across: Mask, rows: tuple[float, ...]) -> int:
    counts = []
    for row in rows:
        part = across[max(0, round(row) - 6) : round(row) + 7] > 0
        filled = part.sum(axis=0)
        counts.append(usual_count(filled[filled > 0]) if filled.any() else 1.0)
    return max(1, round(median(counts)))
