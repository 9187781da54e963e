"""Ink → rulings: the long straight lines, and the regions of a page that they make tables of."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from workers.pipeline.read.clean import Mask
from workers.pipeline.read.recognition import Gray

RULING_GRAY = 205
"""Grey below which a pixel may belong to a ruling: hair lines are lighter than letters."""
_RIDGE_DEPTH = 7
"""Shades by which a light line is darker than both its sides."""
_PAPER = 236
"""Mean grey from which both sides of a light line count as paper: letters have letters beside."""
_MOSTLY_LIGHT = 1.3
"""How much more must be ruled at the lighter level for that to be taken."""
_GAP_ACROSS, _GAP_DOWN = 1.0, 0.5
"""Longest gap in a ruling that is bridged, in letters; downwards letters stand closer."""


@dataclass(frozen=True, kw_only=True)
class Rulings:
    """The horizontal and vertical rulings of an image, as masks of its size."""

    across: Mask
    down: Mask
    flat: Gray | None = None
    """The image they were found in; None for rulings drawn from a text layer, which are exact."""


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
    """Find lines longer than letters are; short ones down only where they join two lines across.

    Light lines are looked for only where they make up much of what is ruled: taken always, they
    would let blurred letters pass for lines.
    """
    dark = np.where(flat < RULING_GRAY, np.uint8(255), np.uint8(0))
    strict = _long_lines(dark, dark, letter, least_down=1.3)
    light = _long_lines(
        _ridges(flat, letter, horizontal=True),
        _ridges(flat, letter, horizontal=False),
        letter,
        least_down=2.6,
    )
    mostly_light = _ruled_length(light) > _MOSTLY_LIGHT * _ruled_length(strict)
    return replace(light if mostly_light else strict, flat=flat)


def _long_lines(across: Mask, down: Mask, letter: float, least_down: float) -> Rulings:
    """Keep the long lines of what may be ruled across and down (there of `least_down` letters)."""
    across = _lines(across, letter, least=1.3, whole=2.8, horizontal=True)
    down = _lines(down, letter, least=1.3, whole=least_down, horizontal=False)
    return Rulings(across=across, down=joined(down, across, letter))


def _ridges(flat: Gray, letter: float, *, horizontal: bool) -> Mask:
    """Find thin lines darker than what lies on both sides, averaged along their direction.

    Averaging over a letter lifts lines a shade darker than the paper out of its noise.
    """
    along, aside = max(3, round(letter)), max(2, round(0.2 * letter))
    level = np.asarray(cv2.blur(flat, (along, 1) if horizontal else (1, along)), np.uint8)
    shift = (0, aside) if horizontal else (aside, 0)
    sides = cv2.min(_shifted(level, *shift), _shifted(level, -shift[0], -shift[1]))
    ridge = (cv2.subtract(sides, level) >= _RIDGE_DEPTH) & (sides >= _PAPER)
    return np.where(ridge, np.uint8(255), np.uint8(0))


def _shifted(image: Gray, right: int, down: int) -> Gray:
    """Move an image by whole pixels; what comes in from outside is paper."""
    matrix = np.array([[1, 0, right], [0, 1, down]], np.float64)
    size = (image.shape[1], image.shape[0])
    moved = cv2.warpAffine(image, matrix, size, flags=cv2.INTER_NEAREST, borderValue=(255,))
    return np.asarray(moved, np.uint8)


def _ruled_length(rulings: Rulings) -> int:
    """Return how many pixel columns and rows of the page the lines cover, line by line."""
    _, _, across, _ = cv2.connectedComponentsWithStats(rulings.across)
    _, _, down, _ = cv2.connectedComponentsWithStats(rulings.down)
    return int(across[1:, cv2.CC_STAT_WIDTH].sum() + down[1:, cv2.CC_STAT_HEIGHT].sum())


def _lines(dark: Mask, letter: float, *, least: float, whole: float, horizontal: bool) -> Mask:
    """Find lines in two steps: pieces of `least` letters, linked over gaps to `whole` letters.

    A line may slope by a pixel or two within a piece.
    """
    thick = np.ones((3, 1) if horizontal else (1, 3), np.uint8)
    pieces = cv2.morphologyEx(
        cv2.dilate(dark, thick), cv2.MORPH_OPEN, _run(least * letter, horizontal)
    )
    gap = (_GAP_ACROSS if horizontal else _GAP_DOWN) * letter
    linked = cv2.morphologyEx(pieces, cv2.MORPH_CLOSE, _run(gap, horizontal))
    lines = cv2.morphologyEx(linked, cv2.MORPH_OPEN, _run(whole * letter, horizontal))
    return np.asarray(cv2.erode(lines, thick), np.uint8)


def _run(length: float, horizontal: bool) -> NDArray[np.uint8]:
    pixels = max(3, round(length))
    return np.ones((1, pixels) if horizontal else (pixels, 1), np.uint8)


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

    A frame around others (the edge of the sheet in a photograph) is no region. Without an outer
    frame a row across the whole width parts a table in two; such parts are put together again.
    """
    width = rulings.across.shape[1]
    gap = max(3, round(0.8 * letter))
    both = np.asarray(cv2.bitwise_or(rulings.across, rulings.down), np.uint8)
    near = cv2.dilate(both, np.ones((gap, gap), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(np.asarray(near, np.uint8))
    regions = []
    for label, (left, top, wide, high, _) in enumerate(stats):
        if label == 0 or wide < 0.15 * width:
            continue
        box = Region(left=int(left), top=int(top), right=int(left + wide), bottom=int(top + high))
        own = labels[box.top : box.bottom, box.left : box.right] == label
        regions.append((_tight(both, box), _parts_cells(rulings, box, own, letter)))
    found = _frameless_joined(regions, rulings, letter)
    outer = [r for r in found if any(r is not other and _holds(r, other) for other in found)]
    return sorted((r for r in found if r not in outer), key=lambda r: r.top)


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
            whole = Region(
                left=min(above[0].left, region.left),
                top=above[0].top,
                right=max(above[0].right, region.right),
                bottom=max(above[0].bottom, region.bottom),
            )
            kept[-1] = (whole, above[1] or parts)
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
