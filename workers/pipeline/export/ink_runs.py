"""Where on a page's picture each piece of read text stands: runs of characters on their ink.

A reader yields boxes of lines and of whole cells; what is selected on a searchable page should lie
on the letters themselves, line by line.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from schemas.page import Page
from schemas.value import Box

Gray = NDArray[np.uint8]
_Mask = NDArray[np.bool_]

_CONTRAST = 40
"""Difference between paper and ink (of 255) below which nothing is printed."""
_SPECK = 0.12
"""Side of a blob as a share of the highest one's, up to which it is dirt."""
_MARGIN = 0.2
"""Share of a table's usual cell beside its frame in which only pieces of rulings lie."""
_HALF_WIDTH = 0.5
"""Width of letters and digits in characters: Chinese ones are as wide as high."""
_LINE = 1.2
"""Height in characters up to which pieces of ink above one another are one line."""
_APART = 0.35
"""Gap in characters from which they are two."""


@dataclass(frozen=True, kw_only=True)
class InkRun:
    """Characters in a row and the box of their ink on the page."""

    text: str
    box: Box


def ink_runs(page: Page, picture: Gray) -> Iterator[InkRun]:
    """Yield all text of a page on its ink; `picture` (height × width) shows the page upright."""
    for line in page.lines:
        if line.box is not None:
            yield from _fitted(line.text, line.box, picture, margin=None)
    for table in page.tables:
        own = [(c.text, c.box) for c in table.cells if c.box is not None and c.page == page.number]
        heights = [box[3] - box[1] for _, box in own]
        margin = _MARGIN * float(np.median(heights)) * picture.shape[0] if heights else 0.0
        for text, box in own:
            yield from _fitted(text, box, picture, margin=margin)


def width_of(text: str) -> float:
    """Return the width of text in characters."""
    return sum(_HALF_WIDTH if character < "\x7f" else 1.0 for character in text)


def _fitted(text: str, box: Box, picture: Gray, *, margin: float | None) -> list[InkRun]:
    """Lay a text on the ink in its box, or over the whole box where no ink is seen.

    `margin`: pixels beside the frame of a cell, which may hold several lines; None for one line.
    """
    text = " ".join(text.split())
    height, width = picture.shape
    left, right = max(0, int(box[0] * width)), int(np.ceil(box[2] * width))
    top, bottom = max(0, int(box[1] * height)), int(np.ceil(box[3] * height))
    cut = picture[top:bottom, left:right]
    if not text or cut.size == 0:
        return []
    ink = _ink(cut, margin)
    bands = _bands(ink, width_of(text) if margin is not None else None)
    bands = bands or [(0, 0, cut.shape[1], cut.shape[0])]
    pieces = _spread(text, [band[2] - band[0] for band in bands])
    placed = [
        ((left + x) / width, (top + y) / height, (left + u) / width, (top + v) / height)
        for x, y, u, v in bands
    ]
    return [
        InkRun(text=piece, box=place)
        for piece, place in zip(pieces, placed, strict=True)
        if piece.strip()
    ]


def _ink(cut: Gray, margin: float | None) -> _Mask:
    """Return what is printed in a cut: no dirt and, in a cell, nothing of its frame."""
    dark, light = int(cut.min()), int(np.percentile(cut[::2, ::2], 90))
    if light - dark < _CONTRAST:
        return np.zeros(cut.shape, np.bool_)
    mask = np.asarray(cut < (dark + light) / 2, np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    left, top, wide, high = stats[:, :4].T
    right, bottom = left + wide, top + high
    kept = np.ones(len(stats), np.bool_)
    kept[0] = False
    if margin is not None:
        kept &= (left > 0) & (top > 0) & (right < cut.shape[1]) & (bottom < cut.shape[0])
        kept &= (right > margin) & (left < cut.shape[1] - margin)
        kept &= (bottom > margin) & (top < cut.shape[0] - margin)
    if not kept.any():
        return np.zeros(cut.shape, np.bool_)
    sizes = np.maximum(wide, high)
    kept &= sizes > _SPECK * sizes[kept].max()
    return np.asarray(kept[labels], np.bool_)


def _bands(ink: _Mask, characters: float | None) -> list[tuple[int, int, int, int]]:
    """Return the lines of ink from the top as left, top, right, bottom in pixels.

    Without a number of characters all is one line. Their size follows from the width of all lines:
    pieces of one line, as in 二, only make it seem larger, and are joined for that.
    """
    seen = np.flatnonzero(ink.any(axis=1))
    if characters is None and seen.size:
        return [_across(ink, int(seen[0]), int(seen[-1]) + 1)]
    rows = np.flatnonzero(np.diff(ink.any(axis=1).astype(np.int8), prepend=0, append=0))
    bands = [_across(ink, int(top), int(bottom)) for top, bottom in rows.reshape(-1, 2)]
    while len(bands) > 1 and characters is not None:
        size = sum(right - left for left, _, right, _ in bands) / characters
        for at, (above, below) in enumerate(pairwise(bands)):
            near = below[1] - above[3] < _APART * size
            if near and below[3] - above[1] <= _LINE * size:
                bands[at : at + 2] = [_across(ink, above[1], below[3])]
                break
        else:
            break
    return bands


def _across(ink: _Mask, top: int, bottom: int) -> tuple[int, int, int, int]:
    columns = np.flatnonzero(ink[top:bottom].any(axis=0))
    return int(columns[0]), top, int(columns[-1]) + 1, bottom


def _spread(text: str, widths: Sequence[int]) -> list[str]:
    """Spread text over lines by their widths, each character as wide as it is printed."""
    scale = width_of(text) / max(1, sum(widths))
    pieces, start = [], 0
    for number, width in enumerate(widths, start=1):
        end, filled = start, 0.0
        while end < len(text) and (number == len(widths) or filled < width * scale - 0.5):
            filled += width_of(text[end])
            end += 1
        pieces.append(text[start:end])
        start = end
    return pieces
