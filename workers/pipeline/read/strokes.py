"""Strokes that may be digits: a table's slashes beside its 1s, and 1s that touch each other.

Each is held against the other strokes of its own table, whose font and damage it shares.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from workers.pipeline.read.ink import InkLine
from workers.pipeline.read.recognition import LineReading

_TALL, _LEVEL, _SLASHES = 1.15, 1.1, 5
"""Times the height of a table's digits that its slashes have at least, where they tell themselves
from any digit, and that a digit has at most; and of how many of each to say so."""
_AS_TALL, _AS_LEANING, _UPRIGHT = 0.12, 0.08, 0.08
"""Share by which a slash's height differs from that of the table's others, at most, and by how much
its lean; and lean of a 1 that is none of them, at most."""
_ABOUT = 0.3
"""Share of a digit's width about its end, where it may touch the next one."""


@dataclass(frozen=True, kw_only=True)
class Slash:
    """The slash of a table whose slashes tower above its digits: no digit is taken for one.

    Heights are in pixels, the lean in pixels to the right per pixel up.
    """

    height: float
    lean: float
    digits: float

    def is_like(self, line: InkLine) -> bool:
        """Say whether a stroke is as high as the table's slashes, and leans as they do."""
        high = line.bottom - line.top
        near = abs(high - self.height) <= _AS_TALL * self.height
        tall = high >= _TALL * self.digits
        return near and tall and abs(line.lean - self.lean) <= _AS_LEANING

    def is_unlike(self, line: InkLine) -> bool:
        """Say whether ink is as low as the table's digits, and stands as upright as a 1."""
        return line.bottom - line.top <= _LEVEL * self.digits and line.lean <= _UPRIGHT


def tall_slash(numbers: Sequence[InkLine], readings: Sequence[LineReading]) -> Slash | None:
    """Return the slash of a table, where it has some and they are higher than its digits."""
    slashes = [line for line in numbers if line.mark == "/"]
    digits = [
        line.bottom - line.top
        for line, reading in zip(numbers, readings, strict=True)
        if not line.mark and reading.text.isdecimal()
    ]
    if min(len(slashes), len(digits)) < _SLASHES:
        return None
    height = float(np.median([line.bottom - line.top for line in slashes]))
    usual = float(np.median(digits))
    lean = float(np.median([line.lean for line in slashes]))
    return Slash(height=height, lean=lean, digits=usual) if height >= _TALL * usual else None


def broadest(line: InkLine, ones: str) -> float:
    """Return the width of the widest of a line's ones in line heights, parted where they touch."""
    high = line.bottom - line.top
    if line.blobs >= len(ones):
        return line.widest
    inked = (line.crop < _midway(line.crop)).sum(axis=0)
    columns = np.flatnonzero(inked)
    if not columns.size:
        return line.widest
    first, last = int(columns[0]), int(columns[-1]) + 1
    each = (last - first) / len(ones)
    cuts = [first, *(_thinnest(inked, first + at * each, each) for at in range(1, len(ones))), last]
    return min(line.widest, max(after - before for before, after in pairwise(cuts)) / high)


def _midway(crop: NDArray[np.uint8]) -> float:
    """Return the grey half way between a crop's darkest and its paper."""
    return (float(crop.min()) + float(crop.max())) / 2


def _thinnest(inked: NDArray[np.int_], near: float, each: float) -> int:
    """Return the column with the least ink about a place where two digits may touch."""
    start, end = round(near - _ABOUT * each), round(near + _ABOUT * each) + 1
    return start + int(inked[start:end].argmin())
