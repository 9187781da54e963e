"""The same glyph printed again need not be read again.

A page of an annual report prints “0” a hundred times. Glyphs whose pictures, laid centre on centre,
differ nowhere and on the whole no more than print and scanner differ on one glyph are read once;
light hairlines count as much as stems, since they alone tell a 4 from a 1 in some fonts. Measured
over fonts and degradations (docs/decisions/0018), different digits never came nearer than twice
what is allowed here; most prints of one digit do.
"""

from collections.abc import Callable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from workers.pipeline.read.clean import percentile
from workers.pipeline.read.recognition import Gray, LineReading

Picture = NDArray[np.float32]

_SIDE, _LETTER = 32, 22
"""Pixels of a normalised picture's side, and of a letter in it."""
_ANYWHERE, _WHOLE = 0.25, 0.17
"""Largest difference of ink between prints of one glyph: at any place, and of the whole (norm)."""
_FULL = 0.4
"""Share of the darkest ink from which ink counts as full."""
_PAPER = 25
"""Shades below white that are still paper."""


def read_once(
    crops: Sequence[Gray],
    letter: float,
    read: Callable[[Sequence[Gray]], list[LineReading]],
    is_sure: Callable[[LineReading], bool],
) -> list[LineReading]:
    """Read each crop of a single glyph, in order; sure readings hold for all prints of the glyph.

    `letter` is the side of a character in pixels.
    """
    readings: list[LineReading] = []
    known: list[tuple[Picture, LineReading]] = []
    for crop in crops:
        picture = picture_of(crop, letter)
        again = next((reading for other, reading in known if _same(picture, other)), None)
        if again is None:
            again = read([crop])[0]
            if is_sure(again):
                known.append((picture, again))
        readings.append(again)
    return readings


def picture_of(crop: Gray, letter: float) -> Picture:
    """Return a glyph's ink (0 to 1) with its centre of mass in the middle, slightly blurred."""
    dark = np.asarray(cv2.subtract(np.full_like(crop, 255 - _PAPER), crop), np.uint8)
    full = _FULL * percentile(dark, 97) + 1e-3
    ink = np.minimum(dark.astype(np.float32) / np.float32(full), np.float32(1.0))
    whole = float(ink.sum()) + 1e-6
    x = float(ink.sum(axis=0) @ np.arange(ink.shape[1])) / whole
    y = float(ink.sum(axis=1) @ np.arange(ink.shape[0])) / whole
    scale, middle = _LETTER / letter, _SIDE / 2 - 0.5
    matrix = np.array(
        [[scale, 0.0, middle - scale * x], [0.0, scale, middle - scale * y]], np.float64
    )
    laid = cv2.warpAffine(ink, matrix, (_SIDE, _SIDE), flags=cv2.INTER_LINEAR)
    return np.asarray(cv2.GaussianBlur(laid, (0, 0), 0.8), np.float32)


def _same(one: Picture, other: Picture) -> bool:
    apart = np.abs(one - other)
    if float(apart.max()) >= _ANYWHERE:
        return False
    least = min(float(np.linalg.norm(one)), float(np.linalg.norm(other)))
    return float(np.linalg.norm(apart)) < _WHOLE * least
