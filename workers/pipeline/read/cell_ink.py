"""The ink of a table's cells: what is printed in one, and what may hide it, cut it or add to it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import cv2
import numpy as np

from schemas.value import Box
from workers.pipeline.read.cell_rim import inside, is_low, reach_down, rim_of
from workers.pipeline.read.clean import Mask
from workers.pipeline.read.cut_strokes import has_stroke_at_side
from workers.pipeline.read.ink import (
    Filled,
    InkLine,
    cut_out,
    find_print,
    lines_of,
    may_be_number,
)
from workers.pipeline.read.pale import (
    LIGHT_INK,
    has_ghost,
    has_paler_glyph,
    own_threshold,
    paler_beyond,
    traces,
)
from workers.pipeline.read.recognition import Gray
from workers.pipeline.tables.grid import Grid, GridCell
from workers.pipeline.tables.straighten import Straightened

_RIM = 0.35
"""Depth in letters of a cell's rim, in which rulings lie."""
_BESIDE = 0.25, 1.2
"""Distance in letters from a table's side, nearest and farthest, where a number may go on."""
_FRAME = 0.5
"""Letters above and below a line of print to which a line of the frame beside it goes on."""
_STROKE_NEAR, _MOSTLY = 0.6, 0.8
"""Letters from a number within which another of its digits stands; share of the line's height."""
_ACROSS, _TOUCHING = 0.5, 0.12
"""Share of a line's width over which a stroke goes across it, and letters above or below it where
one still touches its ink."""
_DIGIT_WIDE, _HIDING = 0.6, 0.1
"""Letters beside a line within which its next digit stands, and the share of that place that
coloured ink takes up from which it may hide one."""
_OPEN_SIDE, _DRAWN = 0.3, 0.5
"""Letters from a side within which it may cut a number where no ruling runs along it, and the share
of the number's height along which one must."""
_SOME_INK = 0.2
"""Side in letters of a patch of ink that is more than dirt."""


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """An upright page prepared for reading."""

    flat: Gray
    colour: Mask
    threshold: int
    letter: float

    @cached_property
    def sealed(self) -> bool:
        """Say whether anything on the page is coloured."""
        return cv2.countNonZero(self.colour) > 0

    def box(self, left: float, top: float, right: float, bottom: float) -> Box:
        """Return a rectangle in pixels as shares of the page."""
        height, width = self.flat.shape
        x0, x1 = (min(1.0, max(0.0, x / width)) for x in (left, right))
        y0, y1 = (min(1.0, max(0.0, y / height)) for y in (top, bottom))
        return (round(x0, 5), round(y0, 5), round(x1, 5), round(y1, 5))


@dataclass(frozen=True, kw_only=True)
class RuledTable:
    """A straightened table with its grid, before its cells are read."""

    straight: Straightened
    ruled: Filled
    """Where its rulings lie, with their rims."""
    grid: Grid


def ink_of(sheet: Sheet, table: RuledTable, cell: GridCell) -> tuple[list[InkLine], bool]:
    """Return the lines of ink in a cell, and whether something hides or may be more than them.

    A cell whose print is paler than the page's is looked at again at a lighter threshold of its
    own; so is one without ink at the page's, but what is found there is in doubt.
    """
    left, top, right, bottom = table.grid.box(cell)
    inset = 0.5 * table.grid.thickness + 1
    x0, y0 = round(left + inset), round(top + inset)
    x1, y1 = round(right - inset) + 1, round(bottom - inset) + 1
    window = np.s_[max(0, y0) : max(y0 + 1, y1), max(0, x0) : max(x0 + 1, x1)]
    part = table.straight.flat[window]
    if min(part.shape) < 4:
        return [], True  # nothing that is printed fits in: its boundaries are wrong
    deep = round(table.grid.thickness + _RIM * sheet.letter)
    seen = table.ruled[window]
    ruled = rim_of(seen, part, deep, sheet.letter, None)
    lines, doubt = _print_in(part, ruled, sheet)
    strokes = seen & ~ruled
    if strokes.any() and is_low(part, sheet.letter) and may_be_number(lines):
        ruled = rim_of(seen, part, deep, sheet.letter, part < sheet.threshold)
        lines, doubt = _print_in(part, ruled, sheet)
        strokes = seen & ~ruled
    stroke = (not lines or may_be_number(lines)) and has_stroke_at_side(
        table.straight.flat, table.grid, cell, sheet.threshold, sheet.letter
    )
    if not lines:
        may_hide = _ruled_inside(ruled, deep, sheet.letter) or _coloured_inside(sheet, table, cell)
        return [], doubt or may_hide or stroke
    perhaps = doubt or stroke or _coloured_over(sheet, table, x0, y0, lines)
    surely = (
        any(_beside_a_stroke(ruled, deep, line, sheet.letter) for line in lines)
        or any(_struck_through(ruled, deep, line, sheet.letter) for line in lines)
        or _may_be_rulings(strokes, part, lines, sheet)
        or _is_cut_number(ruled, part < sheet.threshold, lines)
        or _at_an_open_side(sheet, table, cell, y0, x0, lines)
        or _goes_on_outside(sheet, table, cell, y0, lines)
    )
    lines = [
        replace(
            line,
            frayed=_is_frayed(ruled, strokes, line),
            ghost=has_ghost(part, ruled, line, sheet.threshold, sheet.letter),
            obstructed=_obstruction(line, perhaps=perhaps, surely=surely),
        )
        for line in lines
    ]
    return lines, perhaps or surely


def _obstruction(
    line: InkLine, *, perhaps: bool, surely: bool
) -> Literal["", "beside", "perhaps", "surely"]:
    """Return the gravest of what is known of a line and of its cell."""
    if surely or line.obstructed == "surely":
        return "surely"
    return "perhaps" if perhaps else line.obstructed


def _print_in(part: Gray, ruled: Filled, sheet: Sheet) -> tuple[list[InkLine], bool]:
    """Find the lines of ink at the lightest threshold they need, and say whether more may be there.

    Where ink lighter than a threshold goes on beyond its lines, or none is darker, it is looked at
    at a lighter one. What shines through the sheet is then as dark as ink: glyphs much paler than
    the others leave doubt, and so do lines without any dark ink.
    """
    found = find_print(part, ruled, sheet.threshold, sheet.letter)
    if not found.spans:
        if not traces(part, ruled, sheet.letter):
            return [], False
        return lines_of(part, ruled, LIGHT_INK, sheet.letter), True
    doubt = False
    own = own_threshold(part, ruled, found)
    if own > sheet.threshold:
        lighter = find_print(part, ruled, own, sheet.letter)
        lines = cut_out(lighter if lighter.spans else found, part, ruled, sheet.letter)
        doubt = has_paler_glyph(part, ruled, lines, own, sheet.letter)
    else:
        lines = cut_out(found, part, ruled, sheet.letter)
    if paler_beyond(part, ruled, lines, sheet.letter):
        lines = lines_of(part, ruled, LIGHT_INK, sheet.letter) or lines
        doubt = doubt or has_paler_glyph(part, ruled, lines, LIGHT_INK, sheet.letter)
    return lines, doubt or paler_beyond(part, ruled, lines, sheet.letter)


def _ruled_inside(ruled: Filled, deep: int, letter: float) -> bool:
    """Say whether a seeming ruling runs through an empty cell: it may be strokes of digits."""
    return bool(inside(ruled, deep, letter).any())


def _beside_a_stroke(ruled: Filled, deep: int, line: InkLine, letter: float) -> bool:
    """Say whether what seems a ruling runs down a cell's middle, right beside its ink.

    Strokes of numbers that stand one below the other seem one: the first 1 of each is lost then.
    """
    near = round(_STROKE_NEAR * letter)
    first, last = max(deep, line.left - near), min(ruled.shape[1] - deep, line.right + near)
    band = ruled[line.top : line.bottom, first:last]
    return band.size > 0 and bool((band.mean(axis=0) > _MOSTLY).any())


def _struck_through(ruled: Filled, deep: int, line: InkLine, letter: float) -> bool:
    """Say whether what seems a ruling runs across a line inside a cell: a pen's stroke does.

    It was taken for no ink, so that digits are read as if their strokes beneath it were not there.
    """
    near = max(1, round(_TOUCHING * letter))
    top, bottom = max(deep, line.top - near), min(ruled.shape[0] - deep, line.bottom + near)
    band = ruled[max(0, top) : max(0, bottom), line.left : line.right]
    return band.size > 0 and float(band.any(axis=0).mean()) >= _ACROSS


def _at_an_open_side(
    sheet: Sheet, table: RuledTable, cell: GridCell, y0: int, x0: int, lines: list[InkLine]
) -> bool:
    """Say whether ink lies right at a side of the cell that nobody drew: it may be cut there."""
    left, _, right, _ = table.grid.box(cell)
    near = table.grid.thickness + _OPEN_SIDE * sheet.letter
    sides = [
        (side, line)
        for line in lines
        for side in (
            *([left] if x0 + line.left - left < near else []),
            *([right] if right - x0 - line.right < near else []),
        )
    ]
    return any(
        not _is_drawn(sheet, table, side, y0 + line.top, y0 + line.bottom) for side, line in sides
    )


def _is_drawn(sheet: Sheet, table: RuledTable, x: float, top: int, bottom: int) -> bool:
    """Say whether a ruling runs along a side, beside a line's height."""
    rim = table.grid.thickness + round(0.15 * sheet.letter)
    band = table.ruled[max(0, top) : bottom, max(0, round(x) - rim) : round(x) + rim + 1]
    return band.size > 0 and float(band.any(axis=1).mean()) >= _DRAWN


def _goes_on_outside(
    sheet: Sheet, table: RuledTable, cell: GridCell, y0: int, lines: list[InkLine]
) -> bool:
    """Say whether ink level with a line stands beside the table: its side may cut a number.

    Asked only where the cell lies at the left or right side of the table, which ends there too
    early if a part of it was not found.
    """
    left, _, right, _ = table.grid.box(cell)
    near, far = table.grid.thickness + _BESIDE[0] * sheet.letter, _BESIDE[1] * sheet.letter
    strips = []
    if cell.column == 0:
        strips.append((left - far, left - near))
    if cell.column + cell.column_span == len(table.grid.columns) - 1:
        strips.append((right + near, right + far))
    return any(
        _has_ink(sheet, table, start, y0 + line.top, end, y0 + line.bottom)
        for start, end in strips
        for line in lines
    )


def _has_ink(
    sheet: Sheet, table: RuledTable, left: float, top: float, right: float, bottom: float
) -> bool:
    """Say whether a place of the straight image, perhaps outside of it, has ink on the page.

    What runs on above it and below is a line of the table's frame, or the dark rim of a copy.
    """
    more = _FRAME * sheet.letter
    x0, y0, x1, y1 = (
        round(edge) for edge in table.straight.box_on_page(left, top - more, right, bottom + more)
    )
    part = sheet.flat[max(0, y0) : max(0, y1), max(0, x0) : max(0, x1)]
    if part.size == 0:
        return False
    ink = np.ascontiguousarray(part < sheet.threshold, np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    own = stats[:, cv2.CC_STAT_HEIGHT] < len(ink)
    own[0] = False
    level = own[labels][round(more) : len(ink) - round(more)]
    return bool(level.sum() > (_SOME_INK * sheet.letter) ** 2)


def _may_be_rulings(strokes: Filled, part: Gray, lines: Sequence[InkLine], sheet: Sheet) -> bool:
    """Say whether strokes taken for no ruling, in a number or beside it, may be one after all.

    They are if they reach both edges.
    """
    if not strokes.any() or not may_be_number(lines):
        return False
    reaching = reach_down(part < sheet.threshold, sheet.letter)
    strokes = np.asarray(strokes & reaching[None, :], bool)
    near = round(_STROKE_NEAR * sheet.letter)
    return any(
        strokes[line.top : line.bottom, max(0, line.left - near) : line.right + near].any()
        for line in lines
    )


def _is_frayed(ruled: Filled, strokes: Filled, line: InkLine) -> bool:
    """Say whether words touch a ruling above or below, or had strokes taken for one."""
    return bool(
        strokes[line.top : line.bottom, line.left : line.right].any()
        or ruled[max(0, line.top - 1), line.left : line.right].any()
        or ruled[min(line.bottom, len(ruled) - 1), line.left : line.right].any()
    )


def _is_cut_number(ruled: Filled, ink: Filled, lines: Sequence[InkLine]) -> bool:
    """Say whether a number's ink goes over into a ruling beside it: a 6 without its back is a 5."""
    return may_be_number(lines) and any(
        bool((ruled[line.top : line.bottom, outer] & ink[line.top : line.bottom, inner]).any())
        for line in lines
        for outer, inner in ((line.left - 1, line.left), (line.right, line.right - 1))
        if 0 <= outer < ruled.shape[1]
    )


def _coloured_inside(sheet: Sheet, table: RuledTable, cell: GridCell) -> bool:
    """Say whether coloured ink of a letter's size lies wholly inside a cell: not a seal's line."""
    if not sheet.sealed:
        return False
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


def _coloured_over(sheet: Sheet, table: RuledTable, x0: int, y0: int, lines: list[InkLine]) -> bool:
    """Say whether coloured ink lies over a line, or right beside it where it may hide a digit."""
    if not sheet.sealed:
        return False
    beside = round(_DIGIT_WIDE * sheet.letter)
    for line in lines:
        top, bottom = y0 + line.top, y0 + line.bottom
        left, right = x0 + line.left, x0 + line.right
        places = ((left, right, 0.01), (left - beside, left, _HIDING))
        for start, end, most in (*places, (right, right + beside, _HIDING)):
            if _share_coloured(sheet, table, start, top, end, bottom) > most:
                return True
    return False


def _share_coloured(
    sheet: Sheet, table: RuledTable, left: int, top: int, right: int, bottom: int
) -> float:
    """Return how much of a rectangle of the straight image coloured ink takes up on the page."""
    box = table.straight.box_on_page(left, top, right, bottom)
    x0, y0, x1, y1 = (max(0, round(edge)) for edge in box)
    part = sheet.colour[y0 : y1 + 1, x0 : x1 + 1]
    return float((part > 0).mean()) if part.size else 0.0
