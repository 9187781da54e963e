"""Level lines of text found by their ink alone: what ordinary print needs no model for."""

from collections.abc import Sequence

import cv2
import numpy as np

from workers.pipeline.read.clean import Mask
from workers.pipeline.read.recognition import DetectedLine

_SPECK = 0.15
"""Side of a blob, in letters, up to which it is dirt or punctuation: no line is made of those."""
_HIGH, _LONG = 3.5, 8.0
"""Height and length of a blob, in letters, from which it is no letter: pictures, strokes, seals."""
_GAP = 2.2
"""Widest gap within a line, in letters: a blank character and a margin."""
_LOWEST = 0.45
"""Least height of a line in letters."""
_APART = 3.0
"""Distance in letters up to which a flat piece belongs to the line beside it."""
_OWN_LETTERS = 0.55
"""Size of a line's own letters as a share of its height: less, and it is two lines run together."""
_IRREGULAR = 0.12
"""Share of ink outside of proper lines from which a stretch is no ordinary print."""


def level_lines(ink: Mask, letter: float) -> list[DetectedLine] | None:
    """Find the lines of a stretch of upright text; None where its ink does not lie in lines.

    `ink` is its mask (height × width), `letter` the side of a character in pixels.
    """
    _, labels, stats, centers = cv2.connectedComponentsWithStats(ink, connectivity=8)
    wide, high = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    sizes = np.maximum(wide, high)
    seen = sizes > _SPECK * letter
    seen[0] = False
    letters = seen & (high < _HIGH * letter) & (wide < _LONG * letter)
    smeared = _smeared(np.where(letters, np.uint8(255), np.uint8(0))[labels], letter)
    _, lines, places, _ = cv2.connectedComponentsWithStats(smeared)
    at = np.flatnonzero(letters)
    line_of = np.zeros(len(stats), np.int64)
    x, y = centers[at].round().astype(np.int64).T
    line_of[at] = lines[y, x]
    found: list[DetectedLine] = []
    low: list[DetectedLine] = []
    lined = 0
    for line, (left, top, width, height, _) in enumerate(places):
        own = line_of == line
        if line == 0 or not own.any():
            continue
        place = DetectedLine(
            left=int(left), top=int(top), right=int(left + width), bottom=int(top + height)
        )
        if height < _LOWEST * letter:
            low.append(place)
        elif np.percentile(sizes[own], 80) >= _OWN_LETTERS * height:
            lined += int(stats[own, cv2.CC_STAT_AREA].sum())
            found.append(place)
    whole = int(stats[seen, cv2.CC_STAT_AREA].sum())
    if lined < (1.0 - _IRREGULAR) * whole:
        return None
    return [_with_low_pieces(line, low, letter) for line in found]


def _with_low_pieces(
    line: DetectedLine, low: Sequence[DetectedLine], letter: float
) -> DetectedLine:
    """Grow a line by flat pieces level with it: 一 and strokes are no line of their own."""
    left, right = line.left, line.right
    for piece in sorted(
        low, key=lambda piece: min(abs(piece.left - right), abs(piece.right - left))
    ):
        level = line.top < (piece.top + piece.bottom) / 2 < line.bottom
        if level and left - piece.right < _APART * letter and piece.left - right < _APART * letter:
            left, right = min(left, piece.left), max(right, piece.right)
    return DetectedLine(left=left, top=line.top, right=right, bottom=line.bottom)


def _smeared(letters: Mask, letter: float) -> Mask:
    gap = np.ones((1, max(3, round(_GAP * letter))), np.uint8)
    return np.asarray(cv2.morphologyEx(letters, cv2.MORPH_CLOSE, gap), np.uint8)


def padded(line: DetectedLine, letter: float) -> DetectedLine:
    """Grow a line by the margin that a recogniser expects around it."""
    aside, above = round(0.25 * letter), max(2, round(0.12 * letter))
    return DetectedLine(
        left=max(0, line.left - aside),
        top=max(0, line.top - above),
        right=line.right + aside,
        bottom=line.bottom + above,
    )
