"""Double and clogged rulings → single thin ones, in the middle of what they were.

A ruling drawn double, or clogged by copying copies, is a band as broad as strokes of letters are
apart: its two sides pass for two lines, its ink for print beside a line. What runs on for longer
than letters, or down from one line across to another (a frame around each cell ends at its
corners), is drawn anew, thin; print is left as it is.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from workers.pipeline.read.clean import Mask, binarise
from workers.pipeline.read.recognition import Gray
from workers.pipeline.tables.parts import kept_parts

_LONG = 2.2
"""Letters from which what runs on is a ruling."""
_BETWEEN = 0.3
"""Letters of white between the lines of a double ruling, at most."""
_THICK, _THICKEST = 0.24, 0.8
"""Letters from which a ruling is a band, and up to which it is one."""
_MOSTLY = 0.3
"""Share of all that is ruled that must be bands for anything to be drawn anew."""
_PIECE, _SPECK, _ENDS = 0.95, 0.12, 0.1
"""Letters of a piece of a line down that may be a ruling if it ends at lines across: a double frame
around each cell is no longer than its row; what a piece may lack, and how near its ends must be."""
_HIGHER = 1.15
"""Letters of white between two lines down from which they are no strokes of one letter."""
_CROSSING = 0.5
"""Letters over which the lines go on where double rulings cross."""
_EDGE_PX = 2
"""Pixels beside a band that are its grey edge."""
_INK = 0

Ints = NDArray[np.int64]


def thinned(flat: Gray, threshold: int, letter: float) -> Gray | None:
    """Return a straight table with thin single rulings; None where it has few broad ones."""
    ink = binarise(flat, threshold)
    level = _lines(np.ascontiguousarray(ink.T), letter)
    upright = np.maximum(_lines(ink, letter), _pieces(ink, level.T, letter))
    down, across = _runs(_bands(upright, letter)), _runs(_bands(level, letter))
    widths = np.concatenate([down[2] - down[1], across[2] - across[1]])
    broad = widths >= _THICK * letter
    if not widths.size or broad.mean() < _MOSTLY:
        return None
    most = _THICKEST * letter
    thin = flat.copy()
    for image, runs in ((thin, down), (thin.T, across)):
        image[_spread(runs, image.shape, most, _EDGE_PX)] = 255
    for image, (rows, first, end) in ((thin, down), (thin.T, across)):
        own = end - first <= most
        middle = (first[own] + end[own] - 1) // 2
        for aside in (-1, 0, 1):
            image[rows[own], np.clip(middle + aside, 0, image.shape[1] - 1)] = _INK
    return thin


def _lines(ink: Mask, letter: float) -> Mask:
    """Keep what runs down for longer than letters do."""
    return _opened(ink, _LONG * letter)


def _pieces(ink: Mask, across: Mask, letter: float) -> Mask:
    """Keep what runs down for a letter at least, from one line across to another or double."""
    whole = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, _down(_SPECK * letter))
    pieces = _opened(np.asarray(whole, np.uint8), _PIECE * letter)
    near = cv2.dilate(np.ascontiguousarray(across), _down(2 * max(_ENDS * letter, _EDGE_PX) + 1))
    double = _double(pieces, ink, letter)

    def of_ruling(boxes: NDArray[np.int32]) -> NDArray[np.bool_]:
        left, top, wide, high = boxes.T
        middle = left + wide // 2
        at_lines = (near[top, middle] > 0) & (near[top + high - 1, middle] > 0)
        return np.asarray(at_lines | (double[top + high // 2, middle] > 0), bool)

    return kept_parts(pieces, of_ruling)


def _double(pieces: Mask, ink: Mask, letter: float) -> Mask:
    """Mark the lines of double rulings: between them is white, higher than within any letter."""
    across = _aside(_BETWEEN * letter)
    between = cv2.subtract(cv2.morphologyEx(pieces, cv2.MORPH_CLOSE, across), ink)
    white = _opened(np.asarray(between, np.uint8), _HIGHER * letter)
    return np.asarray(cv2.dilate(white, across), np.uint8)


def _opened(ink: Mask, length: float) -> Mask:
    return np.asarray(cv2.morphologyEx(ink, cv2.MORPH_OPEN, _down(length)), np.uint8)


def _down(length: float) -> Mask:
    return np.ones((max(3, round(length)), 1), np.uint8)


def _aside(length: float) -> Mask:
    return np.ones((1, max(3, round(length) | 1)), np.uint8)


def _bands(lines: Mask, letter: float) -> Mask:
    """Make lines close side by side one, and let them go on where they are crossed."""
    bands = cv2.morphologyEx(lines, cv2.MORPH_CLOSE, _aside(_BETWEEN * letter))
    return np.asarray(cv2.morphologyEx(bands, cv2.MORPH_CLOSE, _down(_CROSSING * letter)), np.uint8)


def _runs(mask: Mask) -> tuple[Ints, Ints, Ints]:
    """Return the row, first column and end (not included) of every run of a mask's rows."""
    apart = cv2.copyMakeBorder(mask, 0, 0, 1, 1, cv2.BORDER_CONSTANT, value=(0,))
    rows, columns = np.divmod(
        np.flatnonzero(apart.ravel()[1:] != apart.ravel()[:-1]), apart.shape[1]
    )
    return rows[::2], columns[::2], columns[1::2]


def _spread(
    runs: tuple[Ints, Ints, Ints], shape: tuple[int, ...], most: float, edge: int
) -> NDArray[np.bool_]:
    """Mark the runs of at most so many pixels, with an edge to both sides."""
    rows, first, end = (each[runs[2] - runs[1] <= most] for each in runs)
    marks = np.zeros((shape[0], shape[1] + 1), np.int32)
    np.add.at(marks, (rows, np.maximum(first - edge, 0)), 1)
    np.add.at(marks, (rows, np.minimum(end + edge, shape[1])), -1)
    return np.asarray(marks.cumsum(axis=1)[:, :-1] > 0, np.bool_)
