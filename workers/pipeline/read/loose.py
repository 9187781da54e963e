"""Tables without a frame on a page: found where no ruled table lies, bent straight by their lines.

Where nothing is bent they are taken as they lie: an upright page's lines of text are level.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from workers.pipeline.read.cell_ink import RuledTable, Sheet
from workers.pipeline.read.ink import rims
from workers.pipeline.read.recognition import Gray
from workers.pipeline.tables.ends import sides_of
from workers.pipeline.tables.grid import Grid
from workers.pipeline.tables.rulings import Region, Rulings, find_rulings
from workers.pipeline.tables.straighten import LEVEL, Straightened, straighten, straighten_anew
from workers.pipeline.tables.unruled import Unruled, find_unruled
from workers.pipeline.tables.unruled_words import inked, rules_of

_LONG = 0.3
"""Share of the page's width from which a line may be a table's."""
_FEWEST = 4
"""So many of them tell how a page is bent."""
_RIM = 0.02
"""Share of the page's width along its sides where no table is: there the desk shows."""


@dataclass(frozen=True, kw_only=True)
class LooseTable:
    """A table without a frame, with the rows in which no text's place is a guess."""

    ruled: RuledTable
    counted: frozenset[int]


def find_loose(sheet: Sheet, rulings: Rulings, bare: Gray) -> tuple[list[LooseTable], Gray]:
    """Return such tables of a page, and the page without them.

    `bare` is the page without its ruled tables.
    """
    tables, rest = [], bare
    region = _lined(sheet, rulings, bare)
    if region is not None:
        straight = _straight(rulings, region, bare, sheet.letter)
        if not straight.across == LEVEL == straight.down:
            tables = _bent(sheet, straight)
            rest = _without(bare, [table.ruled for table in tables])
    rim = _RIM * bare.shape[1]
    found = find_unruled(rest, rulings, sheet.threshold, sheet.letter, rim)
    level = [
        LooseTable(ruled=_level(sheet, rulings, table), counted=table.counted) for table in found
    ]
    both = sorted([*tables, *level], key=lambda table: _top(table.ruled))
    return both, _without(rest, [table.ruled for table in level])


def _top(table: RuledTable) -> float:
    return table.straight.box_on_page(0, table.grid.rows[0], 1, table.grid.rows[-1])[1]


def _lined(sheet: Sheet, rulings: Rulings, bare: Gray) -> Region | None:
    """Return the part of a page over which long lines run that are of no ruled table."""
    height, width = bare.shape
    across = inked(rulings.across, bare)
    mask = cv2.dilate(across, np.ones((1, 3), np.uint8))
    lines = rules_of(np.asarray(mask, np.uint8), _LONG * width, sheet.letter)
    if len(lines) < _FEWEST:
        return None
    room = round(3 * sheet.letter)
    rim = round(_RIM * width)
    return Region(
        left=max(rim, round(min(line.start for line in lines)) - room),
        top=max(0, round(lines[0].at) - room),
        right=min(width - rim, round(max(line.end for line in lines)) + room),
        bottom=min(height, round(lines[-1].at) + room),
    )


def _straight(rulings: Rulings, region: Region, bare: Gray, letter: float) -> Straightened:
    """Bend a region straight along its lines across; there are too few down.

    Where those end is its sides: found once the lines are level, for where they were steep they
    may not have been found to their ends.
    """
    across = inked(rulings.across, bare)
    only = replace(rulings, across=across, down=np.zeros_like(rulings.down))
    level = straighten(bare, only, region, margin=0)
    found = find_rulings(level.flat, letter).across
    sides = sides_of(found, _LONG * bare.shape[1] / 2, letter)
    return straighten_anew(bare, level, found, sides) if sides.line.size else level


def _bent(sheet: Sheet, straight: Straightened) -> list[LooseTable]:
    rulings = find_rulings(straight.flat, sheet.letter)
    both = np.asarray(cv2.bitwise_or(rulings.across, rulings.down), np.uint8)
    ruled = rims(both)
    return [
        LooseTable(
            ruled=RuledTable(straight=straight, ruled=ruled, grid=_in_place(table)),
            counted=table.counted,
        )
        for table in find_unruled(straight.flat, rulings, sheet.threshold, sheet.letter)
    ]


def _in_place(table: Unruled) -> Grid:
    """Return a table's grid by its places in the image in which it was found."""
    left, top = table.region.left, table.region.top
    return replace(
        table.grid,
        rows=tuple(at + top for at in table.grid.rows),
        columns=tuple(at + left for at in table.grid.columns),
    )


def _level(sheet: Sheet, rulings: Rulings, table: Unruled) -> RuledTable:
    cut = table.region
    window = np.s_[cut.top : cut.bottom, cut.left : cut.right]
    both = cv2.bitwise_or(rulings.across[window], rulings.down[window])
    straight = Straightened(flat=sheet.flat[window], region=cut, across=LEVEL, down=LEVEL)
    return RuledTable(straight=straight, ruled=rims(np.asarray(both, np.uint8)), grid=table.grid)


def _without(page: Gray, tables: Sequence[RuledTable]) -> Gray:
    """Return a page from which tables are taken out, along their bent sides."""
    bare = page.copy()
    for table in tables:
        columns, rows = table.grid.columns, table.grid.rows
        outline = table.straight.outline_on_page(columns[0], rows[0], columns[-1], rows[-1])
        cv2.fillPoly(bare, [np.rint(outline).astype(np.int32)], (255,))
    return bare
