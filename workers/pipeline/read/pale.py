"""Print paler than its page: its own threshold, and what of it may shine through the sheet."""

from collections.abc import Iterator, Sequence

import cv2
import numpy as np

from workers.pipeline.read.clean import percentile
from workers.pipeline.read.ink import STEMS, WHITE, Filled, InkLine, Print, may_be_number
from workers.pipeline.read.recognition import Gray

LIGHT_INK = 215
"""Grey below which pale ink is looked for in a cell that seems empty, or whose print is pale."""
_PAPER = 225
"""Grey from which paper is white beyond doubt."""
_AS_DARK = 0.72
"""Share of the darkest glyph's ink that each glyph of a number has, if one print made both."""
_TRACE = 0.35
"""Height of a blob, in letters, from which it may be a pale letter rather than dirt."""
_HAIR, _HAIR_NEAR, _HAIR_SHADE = 0.2, 0.3, 0.25
"""Height in letters of what may be a hairline's rest, how near its glyph it stands, and how dark it
is beside the darkest of the print."""
_HALO = 0.2
"""Letters by which light ink lies around the dark ink it belongs to."""

_BEFORE, _BLUR = 0.45, 0.12
"""Letters before a number in which strokes of its first glyph may be lost, and around dark ink
within which lighter ink is its blur."""
_GHOST, _GHOSTLY = 0.15, 3
"""Shade of a lost stroke beside the darkest ink, and pixels of it from which it is no grain."""


def own_threshold(cell: Gray, ruled: Filled, found: Print) -> int:
    """Return the grey half way from a cell's own print to paper, below which its pixels are ink.

    Where the toner ran out, the page's threshold is that of darker places: it cuts hairlines off.
    """
    prints = [
        cell[top:bottom, left:right][~ruled[top:bottom, left:right]]
        for left, top, right, bottom in found.boxes()
    ]
    if not sum(part.size for part in prints):
        return 0
    darkest = percentile(np.concatenate(prints), STEMS)
    return int(min(LIGHT_INK, (darkest + WHITE) / 2))


def traces(cell: Gray, ruled: Filled, letter: float) -> bool:
    """Say whether a cell in which no line of ink was found holds something all the same.

    Anything of a letter's height that stands out from the paper, however light.
    """
    return next(_traces(cell, ruled, _TRACE * letter), None) is not None


def paler_beyond(cell: Gray, ruled: Filled, lines: Sequence[InkLine], letter: float) -> bool:
    """Say whether ink lighter than the threshold, yet of the same print, goes on beyond its lines.

    On faint paper a threshold leaves a glyph of a number standing and takes the next. Not asked of
    words: nobody counts by them, and lighter ink makes those of a worn print no clearer. What is
    too low for a glyph counts right beside one: the hairlines of a 4, without which it is a 1.
    """
    if not may_be_number(lines):
        return False
    around = max(2.0, _HALO * letter)
    for left, top, right, bottom, darkest in _traces(cell, ruled, _HAIR * letter):
        near = [line for line in lines if line.top < bottom and top < line.bottom]
        within = any(
            line.left - left < around
            and right - line.right < around
            and line.top - top < around
            and bottom - line.bottom < around
            for line in near
        )
        if within or not near:
            continue
        print_ = min(_darkest(cell, line) for line in near)
        if bottom - top < _TRACE * letter:
            hair = _HAIR_SHADE * (WHITE - print_) < WHITE - darkest
            if hair and any(_beside(line, left, top, right, bottom, letter) for line in near):
                return True
        elif darkest < (print_ + WHITE) / 2:
            return True
    return False


def has_ghost(cell: Gray, ruled: Filled, line: InkLine, threshold: int, letter: float) -> bool:
    """Say whether ink far lighter than a number's lies where strokes of its glyphs would be.

    Of a 4 copied pale only the stem may be left, which is a 1 in all else. What lies right around
    dark ink is its blur.
    """
    left = max(0, line.left - round(_BEFORE * letter))
    window = np.s_[line.top : line.bottom, left : line.right]
    grey, dark = cell[window], np.asarray((cell < threshold)[window] | ruled[window], np.uint8)
    if not dark.any():
        return False
    blur = cv2.dilate(dark, np.ones((2 * max(2, round(_BLUR * letter)) + 1,) * 2, np.uint8))
    shade = WHITE - _GHOST * (WHITE - float(grey.min()))
    return int(((grey < shade) & (blur == 0)).sum()) >= _GHOSTLY


def _beside(line: InkLine, left: int, top: int, right: int, bottom: int, letter: float) -> bool:
    """Say whether a box stands level with a line and so near that it may be a part of its glyph."""
    apart = max(line.left - right, left - line.right)
    return apart < _HAIR_NEAR * letter and line.top <= top and bottom <= line.bottom


def has_paler_glyph(
    cell: Gray, ruled: Filled, lines: Sequence[InkLine], threshold: int, letter: float
) -> bool:
    """Say whether a glyph of a number is much paler than the rest: it may shine through the paper.

    Asked where the threshold is a cell's own: then that alone tells print from what is behind it.
    """
    if not may_be_number(lines):
        return False
    line, ink = lines[0], (cell < threshold) & ~ruled
    place = np.s_[line.top : line.bottom, line.left : line.right]
    _, labels, stats, _ = cv2.connectedComponentsWithStats(
        np.ascontiguousarray(ink[place], np.uint8), connectivity=8
    )
    grey = cell[place]
    darkest = [
        int(grey[labels == at].min())
        for at in range(1, len(stats))
        if stats[at, cv2.CC_STAT_HEIGHT] >= _TRACE * letter
    ]
    return bool(darkest) and WHITE - max(darkest) < _AS_DARK * (WHITE - min(darkest))


def _darkest(cell: Gray, line: InkLine) -> int:
    return int(cell[line.top : line.bottom, line.left : line.right].min())


def _traces(cell: Gray, ruled: Filled, least: float) -> Iterator[tuple[int, int, int, int, int]]:
    """Find what stands out from the paper inside a cell: left, top, right, bottom, darkest grey.

    It is `least` pixels high, and has as many.
    """
    light = (cell < _PAPER) & ~ruled
    _, labels, stats, _ = cv2.connectedComponentsWithStats(light.astype(np.uint8), connectivity=8)
    height, width = cell.shape
    for at, (left, top, wide, high, area) in enumerate(stats[1:].tolist(), start=1):
        right, bottom = left + wide, top + high
        inside = left > 0 and top > 0 and right < width and bottom < height
        if inside and high >= least and area >= least:
            blob = cell[top:bottom, left:right][labels[top:bottom, left:right] == at]
            yield left, top, right, bottom, int(blob.min())
