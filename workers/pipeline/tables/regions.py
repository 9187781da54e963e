"""Rulings → regions: the rectangles of a page in which rulings hang together are its tables."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from workers.pipeline.read.clean import Mask
from workers.pipeline.tables.rulings import (
    Part,
    Region,
    Rulings,
    boundaries,
    closed,
    painted,
    parts_of,
)

_GOES_ON_ACROSS, _GOES_ON_DOWN = 3.0, 1.7
"""Longest gap in letters after which a line goes on in the same table; headings part two tables."""
_RIM, _RIM_SHARE = 0.06, 0.03
"""Depth of a frame's rim as a share of its sides, and most share of its lines that lie inside."""
_SHEET, _SHEET_RIM = 0.85, 0.11
"""Share of the page's sides from which a rim may be what lies around a sheet, and its depth."""
_EDGES = (0.03, 0.06, 0.09)
"""Depths at which a sheet's edge is looked for, if a pen's stroke leads from it to a table."""
_WIDE = 0.15
"""Share of the page's width that a table has at least."""
_FEW_ACROSS, _STRIP = 5, 6.0
"""Lines across below which each, being bent, may cover the heights of its neighbours; and letters
of width over which they are level."""


def find_regions(rulings: Rulings, letter: float) -> list[Region]:
    """Return the rectangles in which rulings hang together, from top to bottom.

    A frame around others is no region, nor the edge of the sheet in a photograph, also where a
    pen's stroke leads from it to a table. Parts that lie in one another are one table whose rulings
    are broken. Without an outer frame a row across the whole width parts a table in two; such parts
    are put together again.
    """
    both = np.asarray(cv2.bitwise_or(rulings.across, rulings.down), np.uint8)
    hung = _hung_together(rulings, letter)
    regions = []
    for part in _wide_parts(hung):
        own = _alone(part)
        cells = _parts_cells(rulings, part.box, own, letter)
        sheet = _of_page(part.box, both) > _SHEET
        tables = _within_sheet(rulings, both, hung, part, letter) if sheet else []
        if tables:
            regions += tables
        elif not _is_rim(both, part, own) and (cells or not sheet):
            regions.append((_tight(both, part.box), cells))
    found = _frameless_joined(_overlaps_joined(regions, letter), rulings, letter)
    outer = [r for r in found if any(r is not other and _holds(r, other) for other in found)]
    return sorted((r for r in found if r not in outer), key=lambda r: r.top)


def _wide_parts(hung: Mask) -> list[Part]:
    """Return what hangs together and is wide enough for a table."""
    return [part for part in parts_of(hung) if part.box.width >= _WIDE * hung.shape[1]]


def _alone(part: Part) -> Mask:
    """Return a part as a mask of its box."""
    own = np.zeros((part.box.height, part.box.width), np.uint8)
    painted(own, [part], 255, (part.box.left, part.box.top))
    return own


def _within_sheet(
    rulings: Rulings, both: Mask, hung: Mask, sheet: Part, letter: float
) -> list[tuple[Region, bool]]:
    """Return the tables that hang together with the edge of their sheet, without that edge.

    Such a table reaches the edge by a stroke at one side; one that fills its page does at all.
    """
    for depth in _EDGES:
        inner = _shrunk(sheet, hung.shape, depth)
        inked = np.asarray(cv2.bitwise_and(both, inner), np.uint8)
        parts = _wide_parts(np.asarray(cv2.bitwise_and(hung, inner), np.uint8))
        parts = [part for part in parts if _parts_cells(rulings, part.box, _alone(part), letter)]
        around = _tight(inner, sheet.box)
        if parts and all(_sides_reached(part.box, around, letter) <= 1 for part in parts):
            return [(_tight(inked, part.box), True) for part in parts]
    return []


def _sides_reached(box: Region, around: Region, letter: float) -> int:
    """Return at how many of its sides a box is within two letters of one around it."""
    apart = (
        box.left - around.left,
        box.top - around.top,
        around.right - box.right,
        around.bottom - box.bottom,
    )
    return sum(gap < 2 * letter for gap in apart)


def _shrunk(part: Part, shape: tuple[int, ...], depth: float) -> Mask:
    """Fill the hull of a part, drawn in on all sides by a share of its width and height."""
    hull = cv2.convexHull(part.outlines[0]).reshape(-1, 2)
    box = part.box
    middle = np.array([box.left + box.right, box.top + box.bottom]) / 2
    filled = np.zeros(shape, np.uint8)
    drawn_in = np.rint(middle + (1 - 2 * depth) * (hull - middle)).astype(np.int32)
    cv2.fillConvexPoly(filled, drawn_in, (255,))
    return filled


def _hung_together(rulings: Rulings, letter: float) -> Mask:
    """Bring near each other what is one table: what nearly touches, and lines that go on."""
    across, down = round(_GOES_ON_ACROSS * letter), round(_GOES_ON_DOWN * letter)
    lines = cv2.bitwise_or(closed(rulings.across, across), closed(rulings.down.T, down).T)
    gap = max(3, round(0.8 * letter))
    return np.asarray(cv2.dilate(lines, np.ones((gap, gap), np.uint8)), np.uint8)


def _is_rim(both: Mask, part: Part, own: Mask) -> bool:
    """Say whether nearly all lines of a part lie along its sides, with paper in the middle.

    The sides of a sheet seen at an angle lean: they are those of the part's hull.
    """
    box = part.box
    window = np.s_[box.top : box.bottom, box.left : box.right]
    lines = cv2.bitwise_and(both[window], own)
    rim = _SHEET_RIM if _of_page(box, both) > _SHEET else _RIM
    inner = np.ascontiguousarray(_shrunk(part, both.shape, rim)[window])
    within = cv2.countNonZero(cv2.bitwise_and(lines, inner))
    return round(_RIM * box.height) > 0 and within <= _RIM_SHARE * cv2.countNonZero(lines)


def _of_page(box: Region, both: Mask) -> float:
    """Return the share of the page's sides that a box takes, of the side where it takes less."""
    return float(min(box.height / both.shape[0], box.width / both.shape[1]))


def _overlaps_joined(
    regions: Sequence[tuple[Region, bool]], letter: float
) -> list[tuple[Region, bool]]:
    """Join parts that lie in one another, as those of a table with broken rulings do."""
    left = list(regions)
    joined_ones: list[tuple[Region, bool]] = []
    while left:
        region, parts = left.pop(0)
        mates = [other for other in left if _overlap(region, other[0], letter)]
        if not mates:
            joined_ones.append((region, parts))
            continue
        left = [other for other in left if other not in mates]
        whole = (region, *(other for other, _ in mates))
        left.insert(0, (_around(whole), parts or any(own for _, own in mates)))
    return joined_ones


def _overlap(one: Region, other: Region, letter: float) -> bool:
    """Say whether two regions lie in one another by more than a letter, or one in the other."""
    wide = min(one.right, other.right) - max(one.left, other.left)
    high = min(one.bottom, other.bottom) - max(one.top, other.top)
    return wide >= min(letter, one.width, other.width) and high >= min(
        letter, one.height, other.height
    )


def _around(regions: Sequence[Region]) -> Region:
    return Region(
        left=min(region.left for region in regions),
        top=min(region.top for region in regions),
        right=max(region.right for region in regions),
        bottom=max(region.bottom for region in regions),
    )


def _frameless_joined(
    regions: list[tuple[Region, bool]], rulings: Rulings, letter: float
) -> list[Region]:
    """Join frameless parts one below the other; keep what parts cells by itself or with others.

    Each region comes with whether its own lines part cells. A lone line across (the edge of a row
    over the whole width) belongs to the part below or above it.
    """
    kept: list[tuple[Region, bool]] = []
    for region, parts in sorted(regions, key=lambda item: item[0].top):
        above = kept[-1] if kept else None
        if above is not None and _goes_on(above[0], region, rulings, letter):
            kept[-1] = (_around((above[0], region)), above[1] or parts)
        else:
            kept.append((region, parts))
    return [region for region, parts in kept if parts]


def _goes_on(above: Region, below: Region, rulings: Rulings, letter: float) -> bool:
    """Say whether a part without side frames goes on below with the same sides."""
    same_sides = abs(above.left - below.left) < letter and abs(above.right - below.right) < letter
    near = 0 <= below.top - above.bottom < 2.6 * letter
    return same_sides and near and not (_framed(above, rulings) and _framed(below, rulings))


def _framed(region: Region, rulings: Rulings) -> bool:
    """Say whether a line runs down the region's left side."""
    if region.height < 6:
        return False
    side = rulings.down[region.top : region.bottom, max(0, region.left - 3) : region.left + 6]
    return bool((side > 0).any(axis=1).mean() > 0.6)


def _parts_cells(rulings: Rulings, box: Region, own: Mask, letter: float) -> bool:
    """Say whether a part's own lines divide its rectangle into two cells or more."""
    window = np.s_[box.top : box.bottom, box.left : box.right]
    lines = rulings.across[window] & own
    down = len(boundaries(rulings.down[window] & own, 1.2 * letter, letter))
    across = len(boundaries(lines.T, 2.5 * letter, letter))
    if across < _FEW_ACROSS:
        across = max(across, _across_in_strips(lines, letter))
    return across >= 2 and down >= 2 and across + down >= 5


def _across_in_strips(lines: Mask, letter: float) -> int:
    """Return how many lines across half of all strips have, so narrow that bent ones are level."""
    wide = round(_STRIP * letter)
    strips = [lines[:, left : left + wide] for left in range(0, lines.shape[1] - wide + 1, wide)]
    return int(np.median([len(boundaries(strip.T, 2.5 * letter, letter)) for strip in strips] or 0))


def _holds(outer: Region, inner: Region) -> bool:
    wide = outer.left <= inner.left and outer.right >= inner.right
    return wide and outer.top <= inner.top and outer.bottom >= inner.bottom


def _tight(mask: NDArray[np.uint8], box: Region) -> Region:
    part = mask[box.top : box.bottom, box.left : box.right]
    rows, columns = np.flatnonzero(part.any(axis=1)), np.flatnonzero(part.any(axis=0))
    return Region(
        left=box.left + int(columns[0]),
        top=box.top + int(rows[0]),
        right=box.left + int(columns[-1]) + 1,
        bottom=box.top + int(rows[-1]) + 1,
    )
