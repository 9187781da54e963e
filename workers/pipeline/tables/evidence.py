"""Thin dark lines of a straight table, however faint or broken, and how much of an edge they cover.

A line is darker than both its sides; that holds for grey and hair-thin rulings alike, and for
strokes of letters too: only the form tells them apart (`formgrid`).
"""

from dataclasses import dataclass
from statistics import median

import cv2
import numpy as np
from numpy.typing import NDArray

from workers.pipeline.read.clean import Mask
from workers.pipeline.read.recognition import Gray

Floats = NDArray[np.float64]

DEPTH = 16
"""Shades by which a line is darker than both its sides."""
_FIRM, _PALE, _MANY = 0.5, 0.33, 0.3
"""Shares of the usual depth of lines from which one is as dark as others, and up to which it is far
paler; share of all that is lined that is so where a page's back shines through."""
_ALONG, _ASIDE = 0.4, 0.28
"""Letters over which a line is averaged along its direction, and to what is beside it."""
_SHORTEST = 0.9
"""Letters from which a piece of a line counts: most strokes are shorter."""
_DRIFT = 1
"""Pixels by which a piece of a ruling may lie beside its place."""
_TIP = (2.0, 5.0)
"""Pixels from the end of an edge between which a ruling is told from a stroke."""
_BEND = 3
"""Pixels by which a ruling of a bent page may lie beside its place at the end of an edge."""
_WORN_PX = 3
"""Pixels to both sides of an edge within which ink is a piece of its ruling."""


@dataclass(frozen=True, kw_only=True)
class Lines:
    """The thin lines of one direction, running down the image (transposed for lines across)."""

    mask: Mask
    total: NDArray[np.int32]
    """The mask's integral: how many pixels are lined in the first y rows and x columns."""
    dark: NDArray[np.int32]
    """The integral of all pixels darker than both their sides, not averaged along the line."""
    depths: NDArray[np.int64]
    """How many of the mask's pixels are so many shades darker than both their sides."""

    def cover(self, places: Floats, ends: Floats) -> Floats:
        """Return the lined share of each edge: (ends − 1) × places, each from end to end.

        The crossing lines at both ends are left out.
        """
        inset = np.minimum(3.0, 0.2 * np.diff(ends))
        return _shares_down(self.total, places, ends[:-1] + inset, ends[1:] - inset, _DRIFT)

    def reach(self, places: Floats, ends: Floats) -> Floats:
        """Return how dark each edge is just within both its ends: (ends − 1) × places.

        A ruling reaches the crossing lines; a stroke of a letter or digit between them does not,
        however much of a low row it fills.
        """
        near, far = _TIP
        upper = _shares_down(self.dark, places, ends[:-1] + near, ends[:-1] + far, _BEND)
        lower = _shares_down(self.dark, places, ends[1:] - far, ends[1:] - near, _BEND)
        return (upper + lower) / 2


def _shares_down(
    total: NDArray[np.int32], places: Floats, first: Floats, last: Floats, drift: int
) -> Floats:
    """Return the share set, by its integral, of lines down from `first` to `last` that drift."""
    height, width = total.shape[0] - 1, total.shape[1] - 1
    tops = np.rint(first).astype(np.int64)
    bottoms = np.maximum(np.rint(last).astype(np.int64), tops + 1)
    tops, bottoms = np.clip(tops, 0, height - 1), np.clip(bottoms, 1, height)
    shifts = np.arange(-drift, drift + 1)
    at = np.clip(np.rint(places).astype(np.int64)[:, None] + shifts, 0, width - 1)
    lined = np.diff(total[bottoms] - total[tops], axis=1)[:, at]
    return np.asarray(lined.max(axis=2) / np.maximum(bottoms - tops, 1)[:, None], np.float64)


def lines_down(flat: Gray, letter: float, least: int = DEPTH) -> Lines:
    """Find the thin lines that run down an image; hand in its transpose for those across.

    `least`: shades by which a line is darker than both its sides.
    """
    along, aside = max(3, round(_ALONG * letter)), max(3, round(_ASIDE * letter))
    depth = _depth(flat, along, aside)
    mask = _from(depth, least)
    shortest = np.ones((max(3, round(_SHORTEST * letter)), 1), np.uint8)
    near = np.asarray(cv2.morphologyEx(mask, cv2.MORPH_OPEN, shortest), np.uint8)
    dark = _from(_depth(flat, 1, aside), least)
    core = cv2.erode(near, np.ones((1, 3), np.uint8))
    return Lines(
        mask=near,
        total=np.asarray(cv2.integral(near), np.int32),
        dark=np.asarray(cv2.integral(dark), np.int32),
        depths=cv2.calcHist([depth], [0], core, [256], [0, 256])[:, 0].astype(np.int64),
    )


def firm_depth(across: Lines, down: Lines) -> int | None:
    """Return the depth in shades from which lines are the sheet's own; None where all are.

    What shines through a sheet, or is left of an older print, is far paler than most of its lines.
    """
    counts = (across.depths + down.depths).cumsum()
    usual = int(np.searchsorted(counts, 0.75 * counts[-1]))
    return round(_FIRM * usual) if counts[round(_PALE * usual)] >= _MANY * counts[-1] else None


def _from(depth: Gray, least: int) -> Mask:
    """Mark what is so many shades darker than both its sides."""
    mask = cv2.threshold(depth, least - 1, 1, cv2.THRESH_BINARY)[1]
    return np.asarray(cv2.dilate(mask, np.ones((1, 3), np.uint8)), np.uint8)


def _depth(flat: Gray, along: int, aside: int) -> Gray:
    """Return by how many shades each pixel, averaged so far along, is darker than both sides."""
    level = np.asarray(cv2.blur(flat, (1, along), borderType=cv2.BORDER_REPLICATE), np.uint8)
    wide = cv2.copyMakeBorder(level, 0, 0, aside, aside, cv2.BORDER_CONSTANT, value=(255,))
    sides = cv2.min(wide[:, : -2 * aside], wide[:, 2 * aside :])
    return np.asarray(cv2.subtract(sides, level), np.uint8)


def peaks(strength: Floats, least: float, apart: float) -> NDArray[np.int64]:
    """Return where a profile is highest, at least `least`, no two nearer than `apart`."""
    left = strength.copy()
    found: list[int] = []
    while True:
        at = int(left.argmax())
        if left[at] < least:
            return np.array(sorted(found), np.int64)
        same = np.flatnonzero(strength[max(0, at - 2) : at + 3] >= 0.9 * strength[at])
        found.append(max(0, at - 2) + round(float(same.mean())))
        left[max(0, at - round(apart)) : at + round(apart) + 1] = -1.0


def shares(lines: NDArray[np.bool_], first: NDArray[np.int64], last: NDArray[np.int64]) -> Floats:
    """Return the share that is set of each stretch (`last` not included): lines × stretches."""
    length = lines.shape[1]
    total = np.zeros((len(lines), length + 1), np.int64)
    np.cumsum(lines, axis=1, out=total[:, 1:])
    first, last = np.clip(first, 0, length), np.clip(last, 0, length)
    counts = total[:, np.maximum(first, last)] - total[:, first]
    return np.asarray(counts / np.maximum(last - first, 1), np.float64)


def thickness(ink: Mask, rows: Floats) -> int:
    """Return how many pixels a line across is thick, where it is inked."""
    filled = [(ink[max(0, round(row) - 5) : round(row) + 6] > 0).sum(axis=0) for row in rows]
    counts = [usual_count(own[own > 0]) for own in filled if own.any()]
    return max(1, round(median(counts))) if counts else 1


def usual_count(counts: NDArray[np.integer]) -> float:
    """Return the median of some counts; `np.median` takes several times as long for few."""
    ordered, half = np.sort(counts), len(counts) // 2
    return float(ordered[half] if len(counts) % 2 else (ordered[half - 1] + ordered[half]) / 2)


def crossed(ink: Mask, places: Floats, ends: Floats, reach: int) -> Floats:
    """Return the inked share beside the edges of lines down, on both sides: edges × places.

    Two digits of one number stand closer than `reach`, so a number cut between them is noticed.
    What lies on the line itself is a piece of a worn ruling.
    """
    at = np.rint(places).astype(np.int64)
    turned = cv2.transpose(ink)
    reach = max(reach, _WORN_PX + 2)
    lines = [
        turned[max(0, one - reach) : max(0, one - _WORN_PX)].any(axis=0)
        | turned[one + _WORN_PX + 1 : one + reach + 1].any(axis=0)
        for one in at
    ]
    first = np.rint(ends[:-1]).astype(np.int64) + 3
    last = np.maximum(np.rint(ends[1:]).astype(np.int64) - 2, first + 1)
    return shares(np.array(lines).reshape(len(at), len(ink)), first, last).T
