"""Ink → rulings: the long straight lines, and the regions of a page that they make tables of."""

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
class Part:
    """What hangs together in a mask, pixels touching at corners too: its place and outlines.

    Outlines are far cheaper than labels where little of a page is set. That of the part itself
    comes first, those of its holes follow.
    """

    box: Region
    outlines: list[NDArray[np.int32]]


def parts_of(mask: Mask) -> list[Part]:
    """Return the parts of a mask, from top to bottom."""
    found, tree = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    parts: dict[int, Part] = {}
    parents = tree[0, :, 3].tolist() if len(found) else []
    outlines = [np.asarray(outline, np.int32) for outline in found]
    for at, (outline, parent) in enumerate(zip(outlines, parents, strict=True)):
        if parent < 0:
            left, top, wide, high = cv2.boundingRect(outline)
            box = Region(left=left, top=top, right=left + wide, bottom=top + high)
            parts[at] = Part(box=box, outlines=[outline])
    for outline, parent in zip(outlines, parents, strict=True):
        if parent >= 0:
            parts[parent].outlines.append(outline)
    return sorted(parts.values(), key=lambda part: (part.box.top, part.box.left))


def painted(mask: Mask, parts: list[Part], value: int, corner: tuple[int, int] = (0, 0)) -> None:
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
    across = sum(part.box.width for part in parts_of(rulings.across))
    return across + sum(part.box.height for part in parts_of(rulings.down))


def joined(down: Mask, across: Mask, letter: float, ends: int = 2) -> Mask:
    """Drop short vertical runs (strokes of letters) that have fewer `ends` at lines across."""
    short = [part for part in parts_of(down) if part.box.height < 2.6 * letter]
    if not short:
        return down
    reach = max(2, round(0.35 * letter))
    near = np.asarray(cv2.dilate(across, np.ones((2 * reach + 1,) * 2, np.uint8)), np.uint8)
    kept = down.copy()
    painted(kept, [part for part in short if _ends_at(near, part.box) < ends], 0)
    return kept


def _ends_at(near: Mask, box: Region) -> int:
    """Return at how many of its ends a run is near lines across."""
    return int((near[[box.top, box.bottom - 1], box.left + box.width // 2] > 0).sum())


def stretches(lines: Mask) -> list[Region]:
    """Return where the lines of a mask lie, each that hangs together, from top to bottom."""
    return [part.box for part in parts_of(lines)]


def closed(mask: Mask, gap: int) -> Mask:
    """Close gaps of up to `gap` pixels in each row of a mask; most rows have nothing in them."""
    filled = np.zeros_like(mask)
    set_rows = np.flatnonzero(mask.any(axis=1))
    if set_rows.size:
        kernel = np.ones((1, max(3, gap)), np.uint8)
        filled[set_rows] = cv2.morphologyEx(mask[set_rows], cv2.MORPH_CLOSE, kernel)
    return filled


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
