"""Strokes of digits at the sides of a cell: a side without a ruling may cut a number there.

A ruling runs on above and below a line of print, where a stroke ends. A column of 1s that was taken
for a ruling is told from one so, whatever lies between its digits in a mask of lines.
"""

import numpy as np
from numpy.typing import NDArray

from workers.pipeline.read.recognition import Gray
from workers.pipeline.tables.cells import Grid, GridCell

_BAND = 0.15
"""Letters beside a side, more than its thickness, within which ink may be cut by it."""
_STROKE = 0.45, 1.3
"""Height in letters of a digit's stroke, at least and at most."""
_ON = 0.4
"""Letters above and below a stroke within which a ruling must go on."""
_SOFT_PX = 1
"""Pixels at both ends of a stroke that its blur may darken."""
_DEPTH = 16
"""Shades by which a ruling is darker than the paper beside it."""


def has_stroke_at_side(
    flat: Gray, grid: Grid, cell: GridCell, threshold: int, letter: float
) -> bool:
    """Say whether a stroke as high as a digit stands on a cell's side where no ruling goes on."""
    left, top, right, bottom = grid.box(cell)
    rim = grid.thickness + round(_BAND * letter)
    inset = 0.5 * grid.thickness + 1
    first, last = max(0, round(top + inset)), round(bottom - inset) + 1
    for side in (left, right):
        band = flat[first:last, max(0, round(side) - rim) : round(side) + rim + 1]
        if band.size and _has_loose_stroke(band, threshold, letter):
            return True
    return False


def _has_loose_stroke(band: Gray, threshold: int, letter: float) -> bool:
    """Say whether a run of ink down a band ends where no ruling goes on, above nor below.

    What reaches the upper or lower edge of the cell is a ruling's.
    """
    inked = (band < threshold).any(axis=1)
    at = np.flatnonzero(np.diff(np.concatenate([[False], inked, [False]]).astype(np.int8)))
    for top, bottom in at.reshape(-1, 2).tolist():
        whole = top <= _SOFT_PX or bottom >= len(band) - _SOFT_PX
        if not whole and _STROKE[0] * letter <= bottom - top <= _STROKE[1] * letter:
            on = round(_ON * letter)
            above = band[max(0, top - _SOFT_PX - on) : max(0, top - _SOFT_PX)]
            below = band[bottom + _SOFT_PX : bottom + _SOFT_PX + on]
            if not (_is_ruled(above) or _is_ruled(below)):
                return True
    return False


def _is_ruled(part: NDArray[np.uint8]) -> bool:
    """Say whether a line runs down a part on the whole: darker than the paper in it."""
    return part.size > 0 and float(np.ptp(part.mean(axis=0))) >= _DEPTH
