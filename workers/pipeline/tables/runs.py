"""Long runs down a mask, in pieces linked to whole lines; on a bent page leaning ones too.

For lines across hand in the transpose.
"""

from itertools import pairwise

import cv2
import numpy as np

from workers.pipeline.read.clean import Mask

_PIECE = 1.3
"""Length of a piece of a ruling in letters."""
_LEANING = (-0.12, -0.06, 0.06, 0.12)
"""Slopes at which lines of a bent page are looked for; each finds those up to 0.03 from it."""
_TOLD, _LEANS, _OFTEN = 3.0, 0.006, 0.3
"""Letters from which a line tells how it slopes, the slope of a bent one, and such lines' share of
the length of all."""
_WHOLE = 20.0
"""Letters from which a line is whole: on a bent page its level parts alone are found, shorter."""
_ADDS = 0.1
"""How much more must be ruled when leaning lines count for them to be taken."""
_ROUGH_PX = 1.0
"""Pixels by which a level line is broader than its thickness on average."""


def lines(dark: Mask, letter: float, gap: float, whole: float) -> Mask:
    """Find lines down in two steps: pieces longer than a letter, linked over gaps to whole ones.

    `gap` and `whole` are in letters. A line may slope by a pixel or two within a piece.
    """
    thick = np.ones((1, 3), np.uint8)
    packed = np.packbits(np.asarray(cv2.dilate(dark, thick), np.uint8), axis=1)
    pieces = _opened(packed, _PIECE * letter)
    linked = _eroded(_dilated(pieces, gap * letter), gap * letter)
    runs = np.unpackbits(_opened(linked, whole * letter), axis=1, count=dark.shape[1])
    return np.asarray(cv2.erode(255 * runs, thick), np.uint8)


def bent_lines(dark: Mask, letter: float, gap: float, whole: float) -> Mask:
    """Find lines down, and on a bent page those that lean too much to be found so.

    Where a curled sheet is steepest its lines are lost otherwise, and a table is found in pieces.
    """
    found = lines(dark, letter, gap, whole)
    if _are_level(found, letter):
        return found
    more = found
    for slope in _LEANING:
        leaning = lines(_sheared(dark, slope), letter, gap, whole)
        back = _sheared(leaning, -slope)
        more = np.asarray(cv2.bitwise_or(more, cv2.bitwise_and(back, dark)), np.uint8)
    adds = cv2.countNonZero(more) > (1 + _ADDS) * cv2.countNonZero(found)
    return more if adds else _gone_on(found, more)


def _gone_on(found: Mask, more: Mask) -> Mask:
    """Keep of more lines what goes on with those found: at its steep ends a line may be lost."""
    count, labels = cv2.connectedComponents(more, connectivity=8)
    kept = np.zeros(count, bool)
    kept[labels[found > 0]] = True
    kept[0] = False
    return np.asarray(np.where(kept, np.uint8(255), np.uint8(0))[labels], np.uint8)


def _are_level(found: Mask, letter: float) -> bool:
    """Say whether most of the lines' length is of long lines, and little of it leans.

    Outlines are six times cheaper than labels where so little is set; their pixels follow from
    area and outline (Pick's theorem).
    """
    outlines, _ = cv2.findContours(found, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    sizes = []
    for outline in outlines:
        _, _, across, down = cv2.boundingRect(outline)
        if down >= _TOLD * letter:
            pixels = cv2.contourArea(outline) + len(outline) / 2 + 1
            sizes.append((across, down, pixels / down))
    wide, high, thick = np.array(sizes, np.float64).reshape(-1, 3).T
    leans = (wide - thick - _ROUGH_PX) / np.maximum(high, 1) > _LEANS
    whole = high >= _WHOLE * letter
    every = float(high.sum())
    return float(high[leans].sum()) <= _OFTEN * every < float(high[whole].sum())


def _sheared(mask: Mask, slope: float) -> Mask:
    """Move each row aside by whole pixels, so that lines of this slope stand straight."""
    moved = np.zeros_like(mask)
    width = mask.shape[1]
    shifts = np.array(_shifts(len(mask), slope))
    ends = [0, *(np.flatnonzero(np.diff(shifts)) + 1).tolist(), len(mask)]
    for first, end in pairwise(ends):
        shift = int(shifts[first])
        if 0 <= shift < width:
            moved[first:end, : width - shift] = mask[first:end, shift:]
        elif -width < shift < 0:
            moved[first:end, -shift:] = mask[first:end, : width + shift]
    return moved


def _shifts(rows: int, slope: float) -> list[int]:
    """Return by how many pixels each row moves; the opposite slope moves them back."""
    return [round(slope * (row - rows // 2)) for row in range(rows)]


def _opened(packed: Mask, length: float) -> Mask:
    """Keep the runs down of at least `length` pixels, in a mask of eight pixels a byte."""
    return _dilated(_eroded(packed, length), length)


def _eroded(packed: Mask, length: float) -> Mask:
    return _slid(np.bitwise_and, packed, length, outside=255)


def _dilated(packed: Mask, length: float) -> Mask:
    return _slid(np.bitwise_or, packed, length, outside=0)


def _slid(joining: np.ufunc, packed: Mask, length: float, outside: int) -> Mask:
    """Join each row with those around, `length` in all, twice as many at every step."""
    window = max(3, round(length))
    before = window // 2
    rows = np.pad(packed, ((before, window - 1 - before), (0, 0)), constant_values=outside)
    reach = 1
    while reach < window:
        step = min(reach, window - reach)
        rows = joining(rows[:-step], rows[step:])
        reach += step
    return rows
