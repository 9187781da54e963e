"""Ink → lines: what is printed inside a cell, cut out tightly for recognition."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from workers.pipeline.read.clean import Mask, percentile
from workers.pipeline.read.recognition import Gray

Filled = NDArray[np.bool_]

_SPECK = 0.12
"""Blobs below this share of a letter's side, both ways, are dirt."""
_CRUMB, _FAR = 0.3, 1.5
"""Side in letters up to which a blob is a crumb, and distance from which it belongs to nothing."""
WHITE = 245
"""Grey of paper with its noise; half way to it from the threshold of ink, ink is pale."""
STEMS = 5
"""Per cent of a line's pixels, the darkest, that are surely of its stems."""
_PALE_STEMS = 140
"""Grey of stems from which a hairline, a quarter as dark, may be lost among the paper's grain."""
_HAIRLINE = 0.5
"""Length in letters of a hairline beside dark ink, at most."""
_NARROW = 0.8
"""Widest glyph of a number, in line heights; Chinese characters are as wide as high."""
_SLOPE, _STRAIGHT = 0.2, 0.5
"""Least lean of a slash, and most that its ink strays from a straight line, in stroke widths.

A straight stroke strays by 0.29; “1” leans by 0.16 at most, “7” strays by 0.55 and more. A slash
whose ink is damaged may be neither, but it still leans: no 1 does.
"""
_NEAR_SIDE, _THIN = 0.25, 0.25
"""Letters from a cell's side within which a stroke, thin for its height, may be a ruling."""
_APART = 0.9
"""White between two digits of a number, in line heights, at most."""
_CENTRAL = 0.3
"""Share of a cell's height above and below in which a dash may be a piece of a ruling."""
_SIGN_NEAR, _SIGN_WIDE = 0.9, 0.2
"""Letters before a number within which its sign stands, and that it is wide at least."""
_HALF, _ONE_LINE = 0.6, 1.15
"""Height in letters below which a run of ink is no whole line, and that of one line with a gap."""
_TWO_LINES, _HARDLY = 1.7, 0.15
"""Height in letters from which a run may be two lines, and the share of its rows' usual ink below
which a row parts them."""
_LINE_HEIGHT = 0.8
"""A crop is at least this share of a letter high, so that a dash stays a dash."""


@dataclass(frozen=True, kw_only=True)
class InkLine:
    """One line of ink in a cell: its crop, its place in the cell's image, its blobs side by side.

    `blobs` counts the glyphs parted by white from top to bottom, at most as many as digits fit into
    the width (a broken 0 is one glyph); `widest` is the widest of them in line heights; `mark` is
    “—” or “/” where the ink is one straight stroke; `leans` says that it leans as no “1” does,
    `lean` how much (pixels to the right per pixel up); `clipped` says that ink runs into the edge
    of its cell and may be cut off, or may be of the edge itself; `pale` says that its stems are so
    light that its hairlines may be lost among the grain of the paper; `room` is how many pixels
    wide its cell's image is; `obstructed` says whether it is hidden or cut: “perhaps” where its
    glyphs and its place would show that, “beside” where it only lies right at its cell's side;
    `frayed` says that strokes of it may be lost to the rulings above or below: words so read prove
    no misprint; `ghost` says that far lighter ink lies where strokes of its glyphs would be.
    """

    crop: Gray
    left: int
    top: int
    right: int
    bottom: int
    blobs: int
    widest: float
    mark: str
    leans: bool
    lean: float
    clipped: bool
    pale: bool
    room: int
    obstructed: Literal["", "beside", "perhaps", "surely"] = ""
    frayed: bool = False
    ghost: bool = False


@dataclass(frozen=True, kw_only=True)
class Print:
    """The ink of a cell below a grey, dirt left out, and the rows from which to which lines go."""

    threshold: int
    ink: Filled
    spans: list[tuple[int, int]]

    def boxes(self) -> Iterator[tuple[int, int, int, int]]:
        """Return left, top, right and bottom of each line."""
        for top, bottom in self.spans:
            columns = np.flatnonzero(self.ink[top:bottom].any(axis=0))
            yield int(columns[0]), top, int(columns[-1]) + 1, bottom


def may_be_number(lines: Sequence[InkLine]) -> bool:
    """Say whether a cell's lines are one line of narrow glyphs, or a stroke for no number."""
    return len(lines) == 1 and (bool(lines[0].mark) or lines[0].widest <= _NARROW)


def lines_of(cell: Gray, ruled: Filled, threshold: int, letter: float) -> list[InkLine]:
    """Find the lines of ink in a cell's image; `ruled` is where rulings and their rims lie."""
    return cut_out(find_print(cell, ruled, threshold, letter), cell, ruled, letter)


def find_print(cell: Gray, ruled: Filled, threshold: int, letter: float) -> Print:
    """Find where the lines of ink in a cell's image lie, without looking at what they are."""
    ink = _without_specks((cell < threshold) & ~ruled, letter)
    spans = _spans(_profile(ink, axis=1), gap=max(1, round(0.1 * letter)))
    spans = [part for span in spans for part in _parted(ink, span, letter)]
    spans = _with_crumbs_joined(spans, round(0.35 * letter))
    spans = _with_halves_joined(spans, letter)
    return Print(threshold=threshold, ink=ink, spans=spans)


def cut_out(found: Print, cell: Gray, ruled: Filled, letter: float) -> list[InkLine]:
    """Cut the lines out of the cell in which they were found."""
    if not found.spans:
        return []
    ink = found.ink
    whitened = np.where(ruled & ~ink, np.uint8(255), cell)
    light = (cell < (found.threshold + WHITE) / 2) & ~ruled
    pale = _pale(ink, light)
    lines = [_line(whitened, ink, pale, top, bottom, letter) for top, bottom in found.spans]
    loose = light & ~pale
    return [
        replace(line, blobs=line.blobs + 1) if _sign_before(loose, line, letter) else line
        for line in lines
    ]


def _sign_before(loose: Filled, line: InkLine, letter: float) -> bool:
    """Say whether a stroke too light for ink stands before a line, level with its middle.

    It may be a number's sign, and counts as a glyph that was not read.
    """
    high = line.bottom - line.top
    top, bottom = line.top + round(0.25 * high), line.bottom - round(0.15 * high)
    before = loose[top:bottom, max(0, line.left - round(_SIGN_NEAR * letter)) : line.left]
    if not before.any():
        return False
    _, _, stats, _ = cv2.connectedComponentsWithStats(before.astype(np.uint8), connectivity=8)
    return bool((stats[1:, cv2.CC_STAT_WIDTH] >= max(3.0, _SIGN_WIDE * letter)).any())


def _pale(ink: Filled, light: Filled) -> Filled:
    """Return ink together with the lighter ink that hangs on to it: hairlines."""
    count, labels = cv2.connectedComponents((light | ink).astype(np.uint8), connectivity=8)
    kept = np.zeros(count, bool)
    kept[labels[ink]] = True
    return np.asarray(kept[labels], bool)


def rims(rulings: Mask) -> Filled:
    """Return where rulings lie, with a rim of a pixel."""
    return np.asarray(cv2.dilate(rulings, np.ones((3, 3), np.uint8)) > 0, bool)


def _without_specks(ink: NDArray[np.bool_], letter: float) -> NDArray[np.bool_]:
    """Drop dirt, and thin slivers along the cell's edge (what is left of a ruling)."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8), connectivity=8)
    height, width = ink.shape
    left, top = stats[:, cv2.CC_STAT_LEFT], stats[:, cv2.CC_STAT_TOP]
    wide, high = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    speck = max(2.0, _SPECK * letter)
    kept = (wide > speck) | (high > speck)
    at_side = (left == 0) | (left + wide == width)
    at_end = (top == 0) | (top + high == height)
    thin = max(3.0, 0.14 * letter)
    kept &= ~(at_side & (wide <= thin)) & ~(at_end & (high <= thin))
    kept[0] = False
    kept &= ~_far_crumbs(np.asarray(stats, np.int64), kept, letter)
    return np.asarray(kept[labels], bool)


def _far_crumbs(stats: NDArray[np.int64], kept: Filled, letter: float) -> Filled:
    """Mark small blobs far from all larger ones: dirt, not a point or a part of a character."""
    small = kept & (stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1) < _CRUMB * letter)
    large = kept & ~small
    if not small.any() or not large.any():
        return np.zeros_like(kept)
    left, top, wide, high = stats[:, :4].T
    apart = np.maximum(
        np.maximum(left[None] - (left + wide)[:, None], left[:, None] - (left + wide)[None]),
        np.maximum(top[None] - (top + high)[:, None], top[:, None] - (top + high)[None]),
    )
    return np.asarray(small & (apart[:, large].min(axis=1) > _FAR * letter), bool)


def _spans(filled: Filled, gap: int) -> list[tuple[int, int]]:
    """Return the runs of a profile as start, end (not included); gaps up to `gap` are closed."""
    at = np.flatnonzero(filled)
    if not at.size:
        return []
    breaks = np.flatnonzero(at[1:] - at[:-1] > gap)
    starts, ends = at[breaks + 1].tolist(), (at[breaks] + 1).tolist()
    return list(zip([int(at[0]), *starts], [*ends, int(at[-1]) + 1], strict=True))


def _profile(ink: Filled, axis: int) -> Filled:
    return np.asarray(ink.any(axis=axis), bool)


def _parted(ink: Filled, span: tuple[int, int], letter: float) -> list[tuple[int, int]]:
    """Part a run as high as two lines where hardly any ink joins them: lines set close."""
    top, bottom = span
    if bottom - top <= _TWO_LINES * letter:
        return [span]
    inked = ink[top:bottom].sum(axis=1)
    parts = [(top + a, top + b) for a, b in _spans(inked > _HARDLY * inked.mean(), gap=1)]
    return parts if min(b - a for a, b in parts) >= _HALF * letter else [span]


def _with_crumbs_joined(spans: list[tuple[int, int]], least: int) -> list[tuple[int, int]]:
    """Join runs lower than `least` (dots, parts of 二 or 三) to the nearer neighbour."""
    joined = list(spans)
    while len(joined) > 1:
        low = [at for at, (top, bottom) in enumerate(joined) if bottom - top < least]
        if not low:
            break
        at = low[0]
        before = joined[at][0] - joined[at - 1][1] if at else 10**9
        after = joined[at + 1][0] - joined[at][1] if at + 1 < len(joined) else 10**9
        first = at - 1 if before <= after else at
        joined[first : first + 2] = [(joined[first][0], joined[first + 1][1])]
    return joined


def _with_halves_joined(spans: list[tuple[int, int]], letter: float) -> list[tuple[int, int]]:
    """Join runs that together are no higher than one line: characters parted by white (审, 结, 三).

    As high as the cell's other lines, or as a letter where none is whole. Several low runs alone
    are lines of small print.
    """
    joined = list(spans)
    while len(joined) > 1:
        heights = [bottom - top for top, bottom in joined]
        whole = max(heights) >= _HALF * letter
        if not whole and len(joined) > 2:
            break
        most = _ONE_LINE * (min(max(heights), letter) if whole else letter)
        found = [
            (below[1] - above[0], at)
            for at, (above, below) in enumerate(pairwise(joined))
            if min(heights[at : at + 2]) < _HALF * letter and below[1] - above[0] <= most
        ]
        if not found:
            break
        _, at = min(found)
        joined[at : at + 2] = [(joined[at][0], joined[at + 1][1])]
    return joined


def _line(cell: Gray, ink: Filled, pale: Filled, top: int, bottom: int, letter: float) -> InkLine:
    inside = ink[top:bottom]
    blobs = _spans(_profile(inside, axis=0), gap=1)
    left, right = blobs[0][0], blobs[-1][1]
    high, wide = bottom - top, right - left
    widest = max(end - start for start, end in blobs) / high
    pad = max(2, round(0.1 * max(high, letter)))
    missing = max(0, round(_LINE_HEIGHT * letter) - high) // 2
    first, last = _reach(pale[top:bottom], left, right, round(_HAIRLINE * letter))
    cut = _is_cut(blobs, high, cell.shape[1], letter)
    stray = _may_be_ruling(top, bottom, cell, letter) or (
        widest <= _NARROW and _is_apart(blobs, high)
    )
    crop = _padded(cell, first - pad, top - pad - missing, last + pad, bottom + pad + missing)
    leans, strays = _lean(inside[:, left:right])
    return InkLine(
        crop=crop,
        left=left,
        top=top,
        right=right,
        bottom=bottom,
        blobs=min(len(blobs), max(1, round((wide - 0.6 * high) / (0.8 * high)) + 1)),
        widest=widest,
        mark=_mark(high, wide, letter, slash=leans >= _SLOPE and strays <= _STRAIGHT),
        leans=leans >= _SLOPE,
        lean=leans,
        clipped=cut or stray,
        pale=percentile(cell[top:bottom, left:right], STEMS) > _PALE_STEMS,
        room=cell.shape[1],
        obstructed="surely" if stray else "beside" if cut else "",
    )


def _reach(pale: Filled, left: int, right: int, most: int) -> tuple[int, int]:
    """Return how far pale ink reaches to both sides of a line's dark ink, at most some pixels."""
    columns = np.flatnonzero(pale.any(axis=0))
    near = columns[(columns >= left - most) & (columns < right + most)]
    return min(left, int(near[0])), max(right, int(near[-1]) + 1)


def _is_cut(blobs: Sequence[tuple[int, int]], high: int, width: int, letter: float) -> bool:
    """Say whether the first or last blob runs into the cell's side, or may be a ruling's there."""
    (left, first), (last, right) = blobs[0], blobs[-1]
    if left == 0 or right == width:
        return True
    near = _NEAR_SIDE * letter
    thin = _THIN * high
    return (left <= near and first - left <= thin) or (
        width - right <= near and right - last <= thin
    )


def _is_apart(blobs: Sequence[tuple[int, int]], high: int) -> bool:
    """Say whether a glyph stands too far from the next for digits of one number.

    A piece of a broken ruling beside a 0 makes a clear 10 with it.
    """
    return any(after[0] - before[1] >= _APART * high for before, after in pairwise(blobs))


def _may_be_ruling(top: int, bottom: int, cell: Gray, letter: float) -> bool:
    """Say whether flat ink lies so near a cell's upper or lower edge that it may be a ruling's."""
    middle = (top + bottom) / 2 / cell.shape[0]
    return bottom - top < 0.3 * letter and not _CENTRAL < middle < 1.0 - _CENTRAL


def _mark(high: int, wide: int, letter: float, *, slash: bool) -> str:
    """Return “—” for a dash, “/” for ink that is one straight leaning stroke, else nothing."""
    if high < 0.3 * letter:
        return "—" if wide > 1.5 * high and wide > 0.25 * letter else ""
    if not 0.15 * high < wide < 1.3 * high or high < 0.5 * letter:
        return ""
    return "/" if slash else ""


def _lean(ink: Filled) -> tuple[float, float]:
    """Return by how much ink leans to the right, and how far it strays from a straight line.

    The lean is pixels to the right per pixel up; straying is in stroke widths.
    """
    if ink.shape[0] < 3:
        return 0.0, 0.0
    down, right = np.nonzero(ink)
    y, x = down - down.mean(), right - right.mean()
    slope = float(y @ x) / float(y @ y)
    rest = x - slope * y
    strays = (float(rest @ rest) / x.size) ** 0.5
    return -slope, strays * ink.shape[0] / x.size


def _padded(cell: Gray, left: int, top: int, right: int, bottom: int) -> Gray:
    """Cut out a rectangle that may reach over the edges; what lies outside is paper."""
    height, width = cell.shape
    inside = cell[max(0, top) : min(height, bottom), max(0, left) : min(width, right)]
    padded = cv2.copyMakeBorder(
        inside,
        max(0, -top),
        max(0, bottom - height),
        max(0, -left),
        max(0, right - width),
        cv2.BORDER_CONSTANT,
        value=(255,),
    )
    return np.asarray(padded, np.uint8)
