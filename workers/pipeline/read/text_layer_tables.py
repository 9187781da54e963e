"""The tables of a text layer: its rulings drawn into a mask, which goes the way of a scan's."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from schemas.table import Cell, Table
from workers.pipeline.read.clean import Mask
from workers.pipeline.read.text_layer_characters import Character, Edges, TextLayer
from workers.pipeline.read.text_layer_lines import numbers, printed
from workers.pipeline.tables.grid import Grid, GridCell, build_grid
from workers.pipeline.tables.hanging import hanging_rows
from workers.pipeline.tables.inferred import inferred
from workers.pipeline.tables.regions import find_regions
from workers.pipeline.tables.rulings import Region, Rulings, joined
from workers.pipeline.tables.unruled import find_unruled_text
from workers.pipeline.tables.unruled_words import Word

SCALE = 2.0
"""Pixels a point at which rulings are drawn."""
_LONG, _FURNITURE = 0.1, 2
"""Share of a page's width from which a line is none of a letter; so many of them make no table."""
_ABOVE, _BELOW = 0.8, 0.08
"""Share of its em that a character's ink rises above its baseline, and hangs below it."""


def read_tables(layer: TextLayer, number: int) -> tuple[list[Table], NDArray[np.bool_]]:
    """Return a page's tables, and for each character whether it stands in one."""
    letter = _letter(layer)
    rulings, regions = _drawn(layer, letter)
    tables, taken = [], np.zeros(len(layer.characters), bool)
    ruled: list[Region] = []
    for region in regions:
        table = _table(layer, rulings, region, letter, number, taken)
        if table is not None:
            ruled.append(region)
            tables.append(table)
    glyphs, em = _glyphs(layer, taken)
    for found in find_unruled_text(glyphs, rulings, ruled, em):
        filled = _filled(layer, found.region, found.grid, number, taken)
        tables.append(inferred(filled, counted=found.counted))
    return tables, taken


def is_ruled(layer: TextLayer) -> bool:
    """Say whether more lines are drawn on a page than those of its head and foot."""
    long = (max(box[2] - box[0], box[3] - box[1]) for box in layer.rulings)
    return sum(length >= _LONG * layer.width for length in long) > _FURNITURE


def _letter(layer: TextLayer) -> float:
    """Return the side of a character in pixels: its em, since fonts differ in room above it."""
    sizes = [c.size for c in layer.characters]
    return SCALE * float(np.median(sizes)) if sizes else SCALE * 12.0


def _drawn(layer: TextLayer, letter: float) -> tuple[Rulings, list[Region]]:
    """Draw thin boxes as rulings across and down, and find the tables they make.

    Only the rows of the page with rulings, and room for a letter around, are looked at.
    """
    shape = (round(layer.height * SCALE) + 2, round(layer.width * SCALE) + 2)
    rulings = Rulings(across=np.zeros(shape, np.uint8), down=np.zeros(shape, np.uint8))
    boxes = np.maximum(0.0, SCALE * np.array(layer.rulings, np.float64).reshape(-1, 4))
    wide, high = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    thin = 0.2 * letter
    level, upright = boxes[(high <= thin) & (wide > thin)], boxes[(wide <= thin) & (high > thin)]
    across = _painted(rulings.across, level)
    down = _painted(rulings.down, upright)
    hanging = hanging_rows(level, upright, shape[1], letter)
    first, last = min(across[0], down[0]), max(across[1], down[1])
    if first >= last:
        return rulings, []
    room = round(2 * letter)
    above = max(0, first - room)
    ruled = np.s_[above : last + room]
    window = Rulings(across=rulings.across[ruled], down=rulings.down[ruled])
    # A table without a frame is open below: there its last lines down end nowhere.
    window.down[:] = joined(window.down, window.across, letter, ends=1)
    found = [
        replace(r, top=r.top + above, bottom=r.bottom + above) for r in find_regions(window, letter)
    ]
    return rulings, [*found, *(row for row in hanging if not any(_meet(row, r) for r in found))]


def _meet(one: Region, other: Region) -> bool:
    return one.top < other.bottom and other.top < one.bottom


def _painted(mask: Mask, boxes: NDArray[np.float64]) -> tuple[int, int]:
    """Paint boxes into a mask, two pixels thick or more; return their first and last row."""
    if not len(boxes):
        return mask.shape[0], 0
    edges = np.rint(boxes).astype(np.int64)
    edges[:, 2:] = np.maximum(edges[:, 2:], edges[:, :2] + 2)
    for left, top, right, bottom in {*map(tuple, edges.tolist())}:  # cells share their lines
        mask[top:bottom, left:right] = 255
    return int(edges[:, 1].min()), int(edges[:, 3].max())


def _table(
    layer: TextLayer,
    rulings: Rulings,
    region: Region,
    letter: float,
    number: int,
    taken: NDArray[np.bool_],
) -> Table | None:
    window = np.s_[region.top : region.bottom, region.left : region.right]
    own = Rulings(
        across=np.ascontiguousarray(rulings.across[window]),
        down=np.ascontiguousarray(rulings.down[window]),
    )
    grid = build_grid(own, None, letter)  # drawn rulings do not wear
    return None if grid is None else _filled(layer, region, grid, number, taken)


def _glyphs(layer: TextLayer, taken: NDArray[np.bool_]) -> tuple[list[Word], float]:
    """Return the boxes of the characters outside tables, whole numbers in one; a letter's side."""
    free = [c for c, used in zip(layer.characters, taken, strict=True) if not used]
    whole = numbers(free)
    used = {character for run in whole for character in run}
    glyphs = [_box(c, c, number=False) for c in free if c not in used]
    glyphs += [_box(run[0], run[-1], number=True) for run in whole]
    return glyphs, SCALE * 0.9 * float(np.median([c.size for c in free])) if free else SCALE * 10


def _box(first: Character, last: Character, *, number: bool) -> Word:
    """Return what characters side by side take up as drawn."""
    return Word(
        left=SCALE * first.left,
        top=SCALE * (first.baseline - _ABOVE * first.size),
        right=SCALE * last.right,
        bottom=SCALE * (first.baseline + _BELOW * first.size),
        number=number,
    )


def _filled(
    layer: TextLayer, region: Region, grid: Grid, number: int, taken: NDArray[np.bool_]
) -> Table:
    inside = _inside(layer, region, grid, taken)
    cells = [
        _cell(layer, region, grid, cell, number, inside[at]) for at, cell in enumerate(grid.cells)
    ]
    outline = (grid.columns[0], grid.rows[0], grid.columns[-1], grid.rows[-1])
    return Table(
        pages=(number,),
        rows=len(grid.rows) - 1,
        columns=len(grid.columns) - 1,
        cells=tuple(cells),
        box=layer.shares(_in_points(region, outline)),
    )


def _inside(
    layer: TextLayer, region: Region, grid: Grid, taken: NDArray[np.bool_]
) -> list[list[Character]]:
    """Return the characters of each cell of a grid, and mark them as taken."""
    slots = np.full((len(grid.rows) + 1, len(grid.columns) + 1), -1)
    for at, cell in enumerate(grid.cells):
        down = slice(cell.row + 1, cell.row + cell.row_span + 1)
        slots[down, cell.column + 1 : cell.column + cell.column_span + 1] = at
    x, y = layer.middles
    columns = (np.array(grid.columns) + region.left) / SCALE
    rows = (np.array(grid.rows) + region.top) / SCALE
    place = slots[np.searchsorted(rows, y, "right"), np.searchsorted(columns, x, "right")]
    inside: list[list[Character]] = [[] for _ in grid.cells]
    for at, character in zip(place.tolist(), layer.characters, strict=True):
        if at >= 0:
            inside[at].append(character)
    taken |= place >= 0
    return inside


def _in_points(region: Region, box: Edges) -> Edges:
    left, top, right, bottom = box
    x, y = region.left, region.top
    return (left + x) / SCALE, (top + y) / SCALE, (right + x) / SCALE, (bottom + y) / SCALE


def _cell(
    layer: TextLayer,
    region: Region,
    grid: Grid,
    cell: GridCell,
    number: int,
    characters: list[Character],
) -> Cell:
    text = printed(characters)
    return Cell(
        row=cell.row,
        column=cell.column,
        row_span=cell.row_span,
        column_span=cell.column_span,
        text=text,
        confidence=1.0,
        page=number,
        box=layer.shares(_in_points(region, grid.box(cell))),
        ink=bool(text),
    )
