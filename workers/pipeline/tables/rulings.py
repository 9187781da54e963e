"""Ink → rulings: the long straight lines, and the regions of a page that they make tables of."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from workers.pipeline.read.clean import Mask
from workers.pipeline.read.recognition import Gray

RULING_GRAY = 205
"""Grey below which a pixel may belong to a ruling: hair lines are lighter than letters."""


@dataclass(frozen=True, kw_only=True)
class Rulings:
    """The horizontal and vertical rulings of an image, as masks of its size."""

    across: Mask
    down: Mask


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


def letter_size(ink: Mask) -> float:
    """Return a typical character's side in pixels: the 70th percentile of letter-like blobs."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    sizes = np.maximum(stats[1:, cv2.CC_STAT_WIDTH], stats[1:, cv2.CC_STAT_HEIGHT])
    shortest = np.minimum(stats[1:, cv2.CC_STAT_WIDTH], stats[1:, cv2.CC_STAT_HEIGHT])
    side = max(ink.shape)
    letters = sizes[(sizes > 0.005 * side) & (sizes < 0.03 * side) & (shortest > 2)]
    return float(np.percentile(letters, 70)) if letters.size > 20 else 0.012 * side


def find_rulings(flat: Gray, letter: float) -> Rulings:
    """Find lines longer than letters are; short ones down only where they join two lines across."""
    dark = np.where(flat < RULING_GRAY, np.uint8(255), np.uint8(0))
    across = _lines(dark, round(2.8 * letter), horizontal=True)
    down = _lines(dark, round(1.3 * letter), horizontal=False)
    return Rulings(across=across, down=joined(down, across, letter))


def _lines(dark: Mask, length: int, *, horizontal: bool) -> Mask:
    """Keep runs of at least `length` pixels, tolerant of a slope of a pixel or two in that run."""
    thick = np.ones((3, 1) if horizontal else (1, 3), np.uint8)
    run = np.ones((1, length) if horizontal else (length, 1), np.uint8)
    opened = cv2.morphologyEx(cv2.dilate(dark, thick), cv2.MORPH_OPEN, run)
    return np.asarray(cv2.erode(opened, thick), np.uint8)


def joined(down: Mask, across: Mask, letter: float) -> Mask:
    """Drop short vertical runs (strokes of letters) that do not end at lines across."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(down, connectivity=8)
    reach = max(2, round(0.35 * letter))
    near = cv2.dilate(across, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8))
    kept = np.zeros(count, bool)
    for at in range(1, count):
        left, top, width, height = stats[at, :4]
        if height >= 2.6 * letter:
            kept[at] = True
            continue
        middle, last = left + width // 2, top + height - 1
        kept[at] = bool(near[top, middle]) and bool(near[last, middle])
    return np.where(kept[labels], np.uint8(255), np.uint8(0))


def find_regions(rulings: Rulings, letter: float) -> list[Region]:
    """Return the rectangles in which rulings hang together, from top to bottom.

    A frame around others (the edge of the sheet in a photograph) is no region.
    """
    width = rulings.across.shape[1]
    gap = max(3, round(0.8 * letter))
    both = np.asarray(cv2.bitwise_or(rulings.across, rulings.down), np.uint8)
    joined = cv2.dilate(both, np.ones((gap, gap), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(np.asarray(joined, np.uint8))
    regions = []
    for label, (left, top, wide, high, _) in enumerate(stats):
        if label == 0 or wide < 0.15 * width or high < 1.5 * letter:
            continue
        box = Region(left=int(left), top=int(top), right=int(left + wide), bottom=int(top + high))
        own = labels[box.top : box.bottom, box.left : box.right] == label
        if _parts_cells(rulings, box, own, letter):
            regions.append(_tight(both, box))
    outer = [r for r in regions if any(r is not other and _holds(r, other) for other in regions)]
    return sorted((r for r in regions if r not in outer), key=lambda r: r.top)


def _parts_cells(rulings: Rulings, box: Region, own: NDArray[np.bool_], letter: float) -> bool:
    """Say whether a component's own lines part its rectangle into two cells or more."""
    window = np.s_[box.top : box.bottom, box.left : box.right]
    across = boundaries((rulings.across[window] * own).T, 2.5 * letter, letter)
    down = boundaries(rulings.down[window] * own, 1.2 * letter, letter)
    return len(across) >= 2 and len(down) >= 2 and len(across) + len(down) >= 5


def _holds(outer: Region, inner: Region) -> bool:
    return (
        outer.left <= inner.left
        and outer.top <= inner.top
        and outer.right >= inner.right
        and outer.bottom >= inner.bottom
    )


def boundaries(mask: NDArray[np.uint8], shortest: float, letter: float) -> tuple[float, ...]:
    """Return where lines run down a mask: clusters of columns ruled over `shortest` pixels."""
    weights = (mask > 0).sum(axis=0).astype(np.float64)
    ruled = np.flatnonzero(weights >= shortest)
    if ruled.size == 0:
        return ()
    groups = np.split(ruled, np.flatnonzero(np.diff(ruled) > max(3.0, 0.35 * letter)) + 1)
    return tuple(float(np.average(group, weights=weights[group])) for group in groups)


def _tight(mask: NDArray[np.uint8], box: Region) -> Region:
    part = mask[box.top : box.bottom, box.left : box.right]
    rows, columns = np.flatnonzero(part.any(axis=1)), np.flatnonzero(part.any(axis=0))
    return Region(
        left=box.left + int(columns[0]),
        top=box.top + int(rows[0]),
        right=box.left + int(columns[-1]) + 1,
        bottom=box.top + int(rows[-1]) + 1,
    )
