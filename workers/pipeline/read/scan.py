"""A scanned page → Page: upright, tables by their rulings, every line of ink read once."""

from dataclasses import dataclass

import cv2
import numpy as np

from schemas.page import Page, TextLine
from schemas.table import Cell, Table
from schemas.value import Box
from workers.pipeline.read.cells import CellReading, read_cells
from workers.pipeline.read.clean import Mask, Pixels, binarise, coloured, flatten, ink_threshold
from workers.pipeline.read.ink import Filled, InkLine, lines_of, rims, traces
from workers.pipeline.read.prose import read_prose
from workers.pipeline.read.recognition import Gray, Recogniser
from workers.pipeline.read.upright import Attitude, attitude, stand
from workers.pipeline.tables.grid import Grid, GridCell, build_grid
from workers.pipeline.tables.rulings import (
    Region,
    Rulings,
    find_regions,
    find_rulings,
    letter_size,
)
from workers.pipeline.tables.straighten import Straightened, straighten
from workers.pipeline.tables.unruled import LEVEL, Unruled, find_unruled, inferred

_RIM = 0.35
"""Depth in letters of a cell's rim, in which rulings lie."""
_FROM_EDGE = 0.85
"""Share of a cell's width or height from which a ruling runs through it."""
_LIGHT_INK = 215
"""Grey below which pale ink is looked for in a cell that seems empty."""


@dataclass(frozen=True, kw_only=True)
class ScanReading:
    """A page, and its pixels as they came with how they lie."""

    page: Page
    given: Pixels
    lies: Attitude

    def upright(self) -> Pixels:
        """Return the page's pixels upright, as its boxes refer to them."""
        return stand(self.given, self.lies, method=cv2.INTER_LINEAR)


@dataclass(frozen=True, kw_only=True)
class _Sheet:
    """An upright page prepared for reading."""

    flat: Gray
    colour: Mask
    threshold: int
    letter: float

    def box(self, left: float, top: float, right: float, bottom: float) -> Box:
        height, width = self.flat.shape
        x0, x1 = (min(1.0, max(0.0, x / width)) for x in (left, right))
        y0, y1 = (min(1.0, max(0.0, y / height)) for y in (top, bottom))
        return (round(x0, 5), round(y0, 5), round(x1, 5), round(y1, 5))


@dataclass(frozen=True, kw_only=True)
class _Ruled:
    """A straightened table with its grid, before its cells are read."""

    straight: Straightened
    ruled: Filled
    """Where its rulings lie, with their rims."""
    grid: Grid


def read_scan(pixels: Pixels, number: int, recogniser: Recogniser) -> ScanReading:
    """Read a page of pixels (height × width × 3, blue-green-red)."""
    colour = coloured(pixels)
    flat = flatten(pixels, colour)
    lies = attitude(flat, recogniser)
    flat = stand(flat, lies)
    threshold = ink_threshold(flat)
    ink = binarise(flat, threshold)
    letter = letter_size(ink)
    seals = stand(colour, lies, paper=0, method=cv2.INTER_NEAREST)
    sheet = _Sheet(flat=flat, colour=seals, threshold=threshold, letter=letter)
    rulings = find_rulings(flat, letter)
    regions = find_regions(rulings, letter)
    ruled = [r for r in (_ruled(sheet, rulings, region) for region in regions) if r is not None]
    bare = _without_tables(flat, [table.straight.region for table in ruled])
    loose = find_unruled(bare, rulings, threshold, letter)
    bare = _without_tables(bare, [table.region for table in loose])
    tables = [_read_table(sheet, table, number, recogniser) for table in ruled]
    for found in loose:
        table = _level(sheet, rulings, found)
        tables.append(inferred(_read_table(sheet, table, number, recogniser)))
    lines = _read_lines(sheet, bare, recogniser)
    page = Page(
        number=number,
        width=flat.shape[1],
        height=flat.shape[0],
        source="ocr",
        rotation=lies.rotation,
        skew_degrees=lies.skew_degrees,
        lines=tuple(lines),
        tables=tuple(tables),
    )
    return ScanReading(page=page, given=pixels, lies=lies)


def _ruled(sheet: _Sheet, rulings: Rulings, region: Region) -> _Ruled | None:
    straight = straighten(sheet.flat, rulings, region, margin=round(0.5 * sheet.letter))
    level = straight.across == LEVEL == straight.down  # only cut out: so are its rulings
    own = rulings.within(straight.region) if level else find_rulings(straight.flat, sheet.letter)
    ink = binarise(straight.flat, sheet.threshold)
    grid = build_grid(own, ink, sheet.letter)
    if grid is None:
        return None
    both = np.asarray(cv2.bitwise_or(own.across, own.down), np.uint8)
    return _Ruled(straight=straight, ruled=rims(both), grid=grid)


def _level(sheet: _Sheet, rulings: Rulings, table: Unruled) -> _Ruled:
    """Take a table without a frame as it lies: an upright page's lines of text are level."""
    cut = table.region
    window = np.s_[cut.top : cut.bottom, cut.left : cut.right]
    both = cv2.bitwise_or(rulings.across[window], rulings.down[window])
    straight = Straightened(flat=sheet.flat[window], region=cut, across=LEVEL, down=LEVEL)
    return _Ruled(straight=straight, ruled=rims(np.asarray(both, np.uint8)), grid=table.grid)


def _read_table(sheet: _Sheet, table: _Ruled, number: int, recogniser: Recogniser) -> Table:
    found = [(cell, *_lines_in(sheet, table, cell)) for cell in table.grid.cells]
    readings = read_cells([lines for _, lines, _ in found], sheet.letter, recogniser)
    cells = [
        _cell(sheet, table, cell, lines, read, number, hidden)
        for (cell, lines, hidden), read in zip(found, readings, strict=True)
    ]
    grid = table.grid
    outline = table.straight.box_on_page(
        grid.columns[0], grid.rows[0], grid.columns[-1], grid.rows[-1]
    )
    return Table(
        pages=(number,),
        rows=len(grid.rows) - 1,
        columns=len(grid.columns) - 1,
        cells=tuple(cells),
        box=sheet.box(*outline),
    )


def _lines_in(sheet: _Sheet, table: _Ruled, cell: GridCell) -> tuple[list[InkLine], bool]:
    """Return the lines of ink in a cell, and whether something hides or may be more than them.

    A cell without ink at the page's threshold is looked at again at a lighter one of its own.
    """
    left, top, right, bottom = table.grid.box(cell)
    inset = 0.5 * table.grid.thickness + 1
    x0, y0 = round(left + inset), round(top + inset)
    x1, y1 = round(right - inset) + 1, round(bottom - inset) + 1
    window = np.s_[max(0, y0) : max(y0 + 1, y1), max(0, x0) : max(x0 + 1, x1)]
    part = table.straight.flat[window]
    if min(part.shape) < 4:
        return [], False
    ruled = _rim(table.ruled[window], round(table.grid.thickness + _RIM * sheet.letter))
    lines = lines_of(part, ruled, sheet.threshold, sheet.letter)
    if lines:
        return lines, _coloured_over(sheet, table, x0, y0, lines)
    if traces(part, ruled, sheet.letter):
        return lines_of(part, ruled, _LIGHT_INK, sheet.letter), True
    return [], _coloured_inside(sheet, table, cell)


def _rim(ruled: Filled, deep: int) -> Filled:
    """Keep the rulings along a cell's edges, and those from edge to edge.

    What else seems a ruling in the middle of a cell is a stroke of a number.
    """
    inside = np.s_[deep:-deep, deep:-deep]
    if not ruled[inside].any():
        return ruled
    height, width = ruled.shape
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ruled.astype(np.uint8), connectivity=8)
    across = stats[:, cv2.CC_STAT_WIDTH] >= _FROM_EDGE * width
    down = stats[:, cv2.CC_STAT_HEIGHT] >= _FROM_EDGE * height
    kept = np.asarray((across | down)[labels] & ruled, bool)
    rim = ruled.copy()
    rim[inside] = kept[inside]
    return rim


def _coloured_inside(sheet: _Sheet, table: _Ruled, cell: GridCell) -> bool:
    """Say whether coloured ink of a letter's size lies wholly inside a cell: not a seal's line."""
    left, top, right, bottom = (round(v) for v in table.straight.box_on_page(*table.grid.box(cell)))
    inset = table.grid.thickness + 2
    part = sheet.colour[max(0, top) + inset : bottom - inset, max(0, left) + inset : right - inset]
    if part.size == 0 or not part.any():
        return False
    _, _, stats, _ = cv2.connectedComponentsWithStats(np.ascontiguousarray(part), connectivity=8)
    height, width = part.shape
    return any(
        x > 0 and y > 0 and x + wide < width and y + high < height and high > 0.35 * sheet.letter
        for x, y, wide, high, _ in stats[1:]
    )


def _coloured_over(sheet: _Sheet, table: _Ruled, x0: int, y0: int, lines: list[InkLine]) -> bool:
    for line in lines:
        box = table.straight.box_on_page(
            x0 + line.left, y0 + line.top, x0 + line.right, y0 + line.bottom
        )
        left, top, right, bottom = (max(0, round(edge)) for edge in box)
        if (sheet.colour[top : bottom + 1, left : right + 1] > 0).mean() > 0.01:
            return True
    return False


def _cell(
    sheet: _Sheet,
    table: _Ruled,
    cell: GridCell,
    lines: list[InkLine],
    reading: CellReading,
    number: int,
    hidden: bool,
) -> Cell:
    place = {
        "row": cell.row,
        "column": cell.column,
        "row_span": cell.row_span,
        "column_span": cell.column_span,
        "page": number,
        "box": sheet.box(*table.straight.box_on_page(*table.grid.box(cell))),
    }
    if not lines:
        unseen = {"text": "", "confidence": 0.0 if hidden else 1.0, "ink": hidden}
        return Cell.model_validate({**place, **unseen})
    only = lines[0] if len(lines) == 1 and not lines[0].mark else None
    return Cell.model_validate(
        {
            **place,
            "text": reading.text,
            "confidence": round(reading.confidence, 4),
            "candidates": reading.candidates,
            "seconded": reading.seconded,
            "glyphs": only.blobs if only is not None else None,
            "obstructed": hidden or any(line.clipped for line in lines),
        }
    )


def _without_tables(flat: Gray, regions: list[Region]) -> Gray:
    bare = flat.copy()
    for region in regions:
        bare[region.top : region.bottom, region.left : region.right] = 255
    return bare


def _read_lines(sheet: _Sheet, bare: Gray, recogniser: Recogniser) -> list[TextLine]:
    return [
        TextLine(
            text=line.text,
            confidence=round(line.confidence, 4),
            box=sheet.box(*line.place),
            indent=round(line.indent, 1),
        )
        for line in read_prose(bare, sheet.threshold, sheet.letter, recogniser)
    ]
