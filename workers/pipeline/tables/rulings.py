"""Ink → rulings: the long straight lines, and the regions of a page that they make tables of."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from workers.pipeline.read.clean import Mask
from workers.pipeline.read.recognition import Gray
from workers.pipeline.tables.parts import sides
from workers.pipeline.tables.runs import bent_lines, lines
from workers.pipeline.tables.shining import shine_through

RULING_GRAY = 205
"""Grey below which a pixel may belong to a ruling: hair lines are lighter than letters."""
_RIDGE_DEPTH = 7
"""Shades by which a light line is darker than both its sides."""
_PAPER = 236
"""Mean grey from which both sides of a light line count as paper: letters have letters beside."""
_MOSTLY_LIGHT = 1.3
"""How much more must be ruled at the lighter level for that to be taken."""
_FRAME_AT_MOST = 0.35
"""Share of all that is ruled that is more than a frame."""
_LEAST_ACROSS = 2.8
"""Letters from which what is ruled across is a line."""
_GOES_ON_ACROSS, _GOES_ON_DOWN = 3.0, 1.7
"""Longest gap in letters after which a line goes on in the same table; headings part two tables."""
_RIM, _RIM_SHARE = 0.06, 0.03
"""Depth of a frame's rim as a share of its sides, and most share of its lines that lie inside."""
_SHEET, _SHEET_RIM = 0.85, 0.11
"""Share of the page's sides from which a rim may be what lies around a sheet, and its depth."""
_FEW_ACROSS, _STRIP = 5, 6.0
"""Lines across below which each, being bent, may cover the heights of its neighbours; and letters
of width over which they are level."""
_GAP_ACROSS, _GAP_DOWN = 1.0, 0.5
"""Longest gap in a ruling that is bridged, in letters; downwards letters stand closer."""


@dataclass(frozen=True, kw_only=True)
class Region:
    """A rectangle of a page in pixels: left, top included; right, bottom not."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """Pixels across."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """Pixels down."""
        return self.bottom - self.top


@dataclass(frozen=True, kw_only=True)
class Rulings:
    """The horizontal and vertical rulings of an image, as masks of its size."""

    across: Mask
    down: Mask
    flat: Gray | None = None
    """The image they were found in; None for rulings drawn from a text layer, which are exact."""

    def within(self, region: Region) -> "Rulings":
        """Cut out what lies in a region."""
        window = np.s_[region.top : region.bottom, region.left : region.right]
        across, down = (np.ascontiguousarray(mask[window]) for mask in (self.across, self.down))
        flat = None if self.flat is None else np.ascontiguousarray(self.flat[window])
        return Rulings(across=across, down=down, flat=flat)


def letter_size(ink: Mask) -> float:
    """Return a typical character's side in pixels: the 70th percentile of letter-like blobs."""
    _, _, wide, high = sides(ink).T
    sizes, shortest = np.maximum(wide, high), np.minimum(wide, high)
    side = max(ink.shape)
    letters = sizes[(sizes > 0.005 * side) & (sizes < 0.03 * side) & (shortest > 2)]
    return float(np.percentile(letters, 70)) if letters.size > 20 else 0.012 * side


@dataclass(frozen=True, kw_only=True)
class _Part:
    """What hangs together in a mask, pixels touching at corners too: its place and outlines.

    Outlines are far cheaper than labels where little of a page is set. That of the part itself
    comes first, those of its holes follow.
    """

    box: Region
    outlines: list[NDArray[np.int32]]


def _parts(mask: Mask) -> list[_Part]:
    """Return the parts of a mask, from top to bottom."""
    found, tree = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    parts: dict[int, _Part] = {}
    parents = tree[0, :, 3].tolist() if len(found) else []
    outlines = [np.asarray(outline, np.int32) for outline in found]
    for at, (outline, parent) in enumerate(zip(outlines, parents, strict=True)):
        if parent < 0:
            left, top, wide, high = cv2.boundingRect(outline)
            box = Region(left=left, top=top, right=left + wide, bottom=top + high)
            parts[at] = _Part(box=box, outlines=[outline])
    for outline, parent in zip(outlines, parents, strict=True):
        if parent >= 0:
            parts[parent].outlines.append(outline)
    return sorted(parts.values(), key=lambda part: (part.box.top, part.box.left))


def _painted(mask: Mask, parts: list[_Part], value: int, corner: tuple[int, int] = (0, 0)) -> None:
    """Paint parts into a mask, in place; `corner` is the left and top of the mask on the page."""
    outlines = [outline for part in parts for outline in part.outlines]
    if outlines:
        left, top = corner
        cv2.drawContours(mask, outlines, -1, (value,), cv2.FILLED, offset=(-left, -top))


def find_rulings(flat: Gray, letter: float) -> Rulings:
    """Find lines longer than letters are; short ones down only where they join two lines across.

    Light lines are looked for only where they make up much of what is ruled: taken always, they
    would let blurred letters pass for lines.
    """
    turned = np.asarray(cv2.transpose(flat), np.uint8)  # filters run faster down than across
    strict = _long_lines(_dark(turned), _dark(flat), letter, least_down=1.3)
    light = _long_lines(_ridges(turned, letter), _ridges(flat, letter), letter, least_down=2.6)
    least = _MOSTLY_LIGHT * _ruled_length(strict)
    mostly_light = _ruled_length(light) > least and not _stand_for_back(flat, light, strict)
    return replace(light if mostly_light else strict, flat=flat)


def _stand_for_back(flat: Gray, light: Rulings, strict: Rulings) -> bool:
    """Say whether light lines are of the sheet's back; hair lines in a dark frame are not."""
    framed = _ruled_length(strict) < _FRAME_AT_MOST * _ruled_length(light)
    firm = strict.across, strict.down
    return not framed and shine_through(flat, (light.across, light.down), firm)


def _dark(flat: Gray) -> Mask:
    mask = cv2.threshold(flat, RULING_GRAY - 1, 255, cv2.THRESH_BINARY_INV)[1]
    return np.asarray(mask, np.uint8)


def _long_lines(turned: Mask, down: Mask, letter: float, least_down: float) -> Rulings:
    """Keep the long lines of what may be ruled across and down (there of `least_down` letters).

    What may be ruled across comes transposed.
    """
    across = bent_lines(turned, letter, _GAP_ACROSS, _LEAST_ACROSS)
    across = np.asarray(cv2.transpose(across), np.uint8)
    down = lines(down, letter, _GAP_DOWN, least_down)
    return Rulings(across=across, down=joined(down, across, letter))


def _ridges(flat: Gray, letter: float) -> Mask:
    """Find thin lines down that are darker than both their sides, averaged along their direction.

    Averaging over a letter lifts lines a shade darker than the paper out of its noise. What lies
    outside of the image is paper.
    """
    along, aside = max(3, round(letter)), max(2, round(0.2 * letter))
    level = np.asarray(cv2.blur(flat, (1, along)), np.uint8)
    wide = cv2.copyMakeBorder(level, 0, 0, aside, aside, cv2.BORDER_CONSTANT, value=(255,))
    sides = cv2.min(wide[:, : -2 * aside], wide[:, 2 * aside :])
    deep = cv2.threshold(cv2.subtract(sides, level), _RIDGE_DEPTH - 1, 255, cv2.THRESH_BINARY)[1]
    paper = cv2.threshold(sides, _PAPER - 1, 255, cv2.THRESH_BINARY)[1]
    return np.asarray(cv2.bitwise_and(deep, paper), np.uint8)


def _ruled_length(rulings: Rulings) -> int:
    """Return how many pixel columns and rows of the page the lines cover, line by line."""
    across = sum(part.box.width for part in _parts(rulings.across))
    return across + sum(part.box.height for part in _parts(rulings.down))


def joined(down: Mask, across: Mask, letter: float, ends: int = 2) -> Mask:
    """Drop short vertical runs (strokes of letters) that have fewer `ends` at lines across."""
    short = [part for part in _parts(down) if part.box.height < 2.6 * letter]
    if not short:
        return down
    reach = max(2, round(0.35 * letter))
    near = np.asarray(cv2.dilate(across, np.ones((2 * reach + 1,) * 2, np.uint8)), np.uint8)
    kept = down.copy()
    _painted(kept, [part for part in short if _ends_at(near, part.box) < ends], 0)
    return kept


def _ends_at(near: Mask, box: Region) -> int:
    """Return at how many of its ends a run is near lines across."""
    return int((near[[box.top, box.bottom - 1], box.left + box.width // 2] > 0).sum())


def stretches(lines: Mask) -> list[Region]:
    """Return where the lines of a mask lie, each that hangs together, from top to bottom."""
    return [part.box for part in _parts(lines)]


def find_regions(rulings: Rulings, letter: float) -> list[Region]:
    """Return the rectangles in which rulings hang together, from top to bottom.

    A frame around others is no region, nor the edge of the sheet in a photograph. Parts that lie in
    one another are one table whose rulings are broken. Without an outer frame a row across the
    whole width parts a table in two; such parts are put together again.
    """
    width = rulings.across.shape[1]
    both = np.asarray(cv2.bitwise_or(rulings.across, rulings.down), np.uint8)
    regions = []
    for part in _parts(_hung_together(rulings, letter)):
        box = part.box
        if box.width < 0.15 * width:
            continue
        own = np.zeros((box.height, box.width), np.uint8)
        _painted(own, [part], 255, (box.left, box.top))
        cells = _parts_cells(rulings, box, own, letter)
        if not _is_rim(both, part, own) and (cells or _of_page(box, both) <= _SHEET):
            regions.append((_tight(both, box), cells))
    found = _frameless_joined(_overlaps_joined(regions, letter), rulings, letter)
    outer = [r for r in found if any(r is not other and _holds(r, other) for other in found)]
    return sorted((r for r in found if r not in outer), key=lambda r: r.top)


def _hung_together(rulings: Rulings, letter: float) -> Mask:
    """Bring near each other what is one table: what nearly touches, and lines that go on."""
    across, down = round(_GOES_ON_ACROSS * letter), round(_GOES_ON_DOWN * letter)
    lines = cv2.bitwise_or(closed(rulings.across, across), closed(rulings.down.T, down).T)
    gap = max(3, round(0.8 * letter))
    return np.asarray(cv2.dilate(lines, np.ones((gap, gap), np.uint8)), np.uint8)


def closed(mask: Mask, gap: int) -> Mask:
    """Close gaps of up to `gap` pixels in each row of a mask; most rows have nothing in them."""
    filled = np.zeros_like(mask)
    set_rows = np.flatnonzero(mask.any(axis=1))
    if set_rows.size:
        kernel = np.ones((1, max(3, gap)), np.uint8)
        filled[set_rows] = cv2.morphologyEx(mask[set_rows], cv2.MORPH_CLOSE, kernel)
    return filled


def _is_rim(both: Mask, part: _Part, own: Mask) -> bool:
    """Say whether nearly all lines of a part lie along its sides, with paper in the middle.

    The sides of a sheet seen at an angle lean: they are those of the part's hull.
    """
    box = part.box
    lines = cv2.bitwise_and(both[box.top : box.bottom, box.left : box.right], own)
    hull = cv2.convexHull(part.outlines[0]).reshape(-1, 2) - (box.left, box.top)
    middle = np.array([box.width, box.height]) / 2
    inner = np.zeros_like(lines)
    rim = _SHEET_RIM if _of_page(box, both) > _SHEET else _RIM
    shrunk = np.rint(middle + (1 - 2 * rim) * (hull - middle)).astype(np.int32)
    cv2.fillConvexPoly(inner, shrunk, (255,))
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


def boundaries(mask: NDArray[np.uint8], shortest: float, letter: float) -> tuple[float, ...]:
    """Return where lines run down a mask: clusters of columns ruled over `shortest` pixels."""
    weights = _counts(mask)
    ruled = np.flatnonzero(weights >= shortest)
    if ruled.size == 0:
        return ()
    groups = np.split(ruled, np.flatnonzero(np.diff(ruled) > max(3.0, 0.35 * letter)) + 1)
    return tuple(_weighed(group, weights[group]) for group in groups)


def _weighed(places: NDArray[np.int64], weights: NDArray[np.float64]) -> float:
    """Return the weighted mean of some places; `np.average` takes several times as long for few."""
    return float((places * weights).sum() / weights.sum())


def turned(mask: Mask) -> Mask:
    """Return a mask with rows and columns exchanged, its rows in one piece."""
    if mask.T.flags.c_contiguous:
        return mask.T
    return np.asarray(cv2.transpose(mask), np.uint8)


def _counts(mask: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return how many pixels of each column are set.

    A row is counted eight pixels at a time; turning a mask costs less than counting its columns.
    """
    bits = np.bitwise_count(np.packbits(turned(mask), axis=1))
    return np.asarray(bits.sum(axis=1, dtype=np.int64), np.float64)


def _tight(mask: NDArray[np.uint8], box: Region) -> Region:
    part = mask[box.top : box.bottom, box.left : box.right]
    rows, columns = np.flatnonzero(part.any(axis=1)), np.flatnonzero(part.any(axis=0))
    return Region(
        left=box.left + int(columns[0]),
        top=box.top + int(rows[0]),
        right=box.left + int(columns[-1]) + 1,
        bottom=box.top + int(rows[-1]) + 1,
    )
