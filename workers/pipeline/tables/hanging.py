"""A lone row at the head of a page of a table without a frame: lines down hang from its only line.

A table broken before its last row leaves it so; where rulings are drawn, not scanned, they tell it.
"""

import numpy as np
from numpy.typing import NDArray

from workers.pipeline.tables.rulings import Region

Boxes = NDArray[np.float64]
"""Thin boxes, one a row: left, top, right, bottom in pixels."""

_FEWEST = 4
"""Lines down from which what hangs from a line is a row of a table."""
_LONGEST = 0.3
"""Least length of its line across, as a share of the page's width."""
_NEAR = 0.2
"""Letters between a line and the ends of those that hang from it, at most."""


def hanging_rows(across: Boxes, down: Boxes, width: float, letter: float) -> list[Region]:
    """Return the rows below one line across that lines down part, all of one length.

    `width` is the page's. Lines that end at a second one across are of a table with more rows.
    """
    near = _NEAR * letter
    found = []
    for left, top, right, bottom in _whole(across, near):
        if right - left < _LONGEST * width:
            continue
        level = (down[:, 1] >= top - near) & (down[:, 1] <= bottom + near)
        hung = down[level & (down[:, 0] >= left - near) & (down[:, 2] <= right + near)]
        if len(hung) < _FEWEST or np.ptp(hung[:, 3]) > near:
            continue
        foot = float(hung[:, 3].max())
        closed = (np.abs(across[:, 1] - foot) <= near) & (across[:, 2] > left)
        if not closed.any() and foot - bottom > letter:
            found.append(
                Region(left=int(left), top=int(top), right=round(right) + 1, bottom=round(foot) + 1)
            )
    return found


def _whole(across: Boxes, near: float) -> list[list[float]]:
    """Join the pieces of lines across, as programs draw them cell by cell."""
    lines: list[list[float]] = []
    for left, top, right, bottom in sorted(across.tolist(), key=lambda box: (box[1], box[0])):
        last = lines[-1] if lines else None
        if last is not None and abs(top - last[1]) <= near and left <= last[2] + near:
            last[2], last[3] = max(last[2], right), max(last[3], bottom)
        else:
            lines.append([left, top, right, bottom])
    return lines
