"""Boundaries that no line shows: the white between the rows and the columns of what is printed.

A whole ruling may be lost on a weak copy. Where the rest of a table tells its form, the white that
runs between numbers tells where the lost ruling was; nothing printed may lie across it.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from workers.pipeline.read.clean import Mask
from workers.pipeline.tables.evidence import Floats, Lines, shares

_NUMBERS = 0.28
"""Share of a table's width, at its right, that holds nothing but numbers: one line of them a row,
while labels have several and reach over rows."""
_LINE_DOWN, _LINE_ACROSS = 1.35, 2.0
"""Letters from which a line is a ruling."""
_BAND = 0.25
"""Letters to both sides of a lost boundary that must be white."""
_LEAST_GAP = 0.35
"""Letters of white between two rows; lines of one label stand closer."""
_LEAST_INK = 0.12
"""Letters of ink across that make a line of print."""
_CROSSED = (0.03, 0.1, 0.25)
"""Shares of the height on which print may lie across white that runs down, the least first: words
of headers and labels over several columns do."""
_LINED, _PRINTED = 0.35, 0.03
"""Share of the width on which a row boundary is lined, or else printed over at most, to be one."""
_ASIDE = 0.3
"""Letters to both sides of white within which a boundary that is seen is the one it shows."""


@dataclass(frozen=True, kw_only=True)
class White:
    """Possible boundaries that are not seen, with what is printed along each of them."""

    printed: Floats
    """By pixel across: the share of the height on which something is printed there or near."""
    rows: Floats
    columns: Floats
    along_rows: NDArray[np.bool_]
    """Rows × pixels across: where something is printed on the boundary or near it."""
    along_columns: NDArray[np.bool_]
    """Columns × pixels down."""

    def across(self, ends: Floats) -> Floats:
        """Return the printed share of each row boundary between columns: rows × (ends − 1)."""
        return printed_share(self.along_rows, ends)

    def down(self, ends: Floats) -> Floats:
        """Return the printed share of each column boundary between rows: (ends − 1) × columns."""
        return printed_share(self.along_columns, ends).T


def find_white(
    print_only: Mask, across: Lines, rows: Floats, columns: Floats, letter: float
) -> White:
    """Find the white between what is printed where no boundary (`rows`, `columns`) is seen.

    The columns handed in are those surely seen.
    """
    reach = max(1, round(_BAND * letter))
    rows = _sure_rows(print_only, across, rows, columns)
    lost_rows = np.zeros(0)
    for share in (_NUMBERS, 1.0):
        seen = np.sort(np.concatenate([rows, lost_rows]))
        blank = ~_inked(print_only, columns, share, letter)
        more = _middles(blank, seen, _LEAST_GAP * letter, _ASIDE * letter)
        lost_rows = np.sort(np.concatenate([lost_rows, more]))
    near = cv2.dilate(print_only, np.ones((1, 2 * reach + 1), np.uint8))
    printed = (near[round(rows[0]) : round(rows[-1])] > 0).mean(axis=0)
    lost_columns = np.zeros(0)
    for crossed in _CROSSED:
        seen = np.sort(np.concatenate([columns, lost_columns]))
        more = _middles(printed <= crossed, seen, 1.0, 2 * _ASIDE * letter)
        lost_columns = np.sort(np.concatenate([lost_columns, more]))
    return White(
        printed=np.asarray(printed, np.float64),
        rows=lost_rows,
        columns=lost_columns,
        along_rows=_near(print_only.T, lost_rows, reach),
        along_columns=_near(print_only, lost_columns, reach),
    )


def numbers_inked(print_only: Mask, columns: Floats, letter: float) -> NDArray[np.bool_]:
    """Return at which heights something is printed where a table's numbers stand."""
    return _inked(print_only, columns, _NUMBERS, letter)


def _inked(print_only: Mask, columns: Floats, share: float, letter: float) -> NDArray[np.bool_]:
    first = round(columns[-1] - share * (columns[-1] - columns[0]))
    counts = np.count_nonzero(print_only[:, first : round(columns[-1])], axis=1)
    return np.asarray(counts >= max(2.0, _LEAST_INK * letter), np.bool_)


def without_lines(ink: Mask, across: Lines, down: Lines, letter: float) -> Mask:
    """Take out what is lined for longer than digits and strokes of letters are."""
    shortest = np.ones((max(3, round(_LINE_DOWN * letter)), 1), np.uint8)
    lined = cv2.morphologyEx(down.mask, cv2.MORPH_OPEN, shortest)
    shortest = np.ones((max(3, round(_LINE_ACROSS * letter)), 1), np.uint8)
    level = cv2.morphologyEx(across.mask, cv2.MORPH_OPEN, shortest)
    lined = cv2.dilate(cv2.bitwise_or(lined, cv2.transpose(level)), np.ones((3, 3), np.uint8))
    return np.asarray(cv2.subtract(ink, 255 * np.asarray(lined, np.uint8)), np.uint8)


def _sure_rows(
    print_only: NDArray[np.uint8], across: Lines, rows: Floats, columns: Floats
) -> Floats:
    """Leave out boundaries that are strokes of letters: hardly lined, and printed over."""
    ends = columns[[0, -1]]
    lined = across.cover(rows, ends)[0]
    printed = printed_share(_near(print_only.T, rows, 1), ends)[:, 0]
    sure = (lined >= _LINED) | (printed <= _PRINTED)
    sure[[0, -1]] = True
    return np.asarray(rows[sure], np.float64)


def _middles(blank: NDArray[np.bool_], seen: Floats, least: float, aside: float) -> Floats:
    """Return the middles of blank runs between the first and last boundary that hold no other."""
    at = np.flatnonzero(np.diff(np.concatenate([[False], blank, [False]]).astype(np.int8)))
    found = []
    for first, last in at.reshape(-1, 2).tolist():
        inside = seen[0] < first and last < seen[-1]
        known = ((seen > first - aside) & (seen < last + aside)).any()
        if inside and not known and last - first >= least:
            found.append((first + last - 1) / 2)
    return np.array(found, np.float64)


def _near(ink: NDArray[np.uint8], places: Floats, reach: int) -> NDArray[np.bool_]:
    """Return for each column of pixels in which rows ink lies near it."""
    at = [round(place) for place in places.tolist()]
    lines = [ink[:, max(0, one - reach) : one + reach + 1].any(axis=1) for one in at]
    return np.array(lines, bool).reshape(len(at), len(ink))


def printed_share(along: NDArray[np.bool_], ends: Floats) -> Floats:
    """Return the set share of lines between ends, those left out: lines × (ends − 1)."""
    first = np.rint(ends[:-1]).astype(np.int64) + 3
    last = np.maximum(np.rint(ends[1:]).astype(np.int64) - 2, first + 1)
    return shares(along, first, last)
