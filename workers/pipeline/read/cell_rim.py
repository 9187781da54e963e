"""What of a cell is ruled: its rim, and not the strokes of letters that look like a ruling."""

import cv2
import numpy as np

from workers.pipeline.read.ink import Filled
from workers.pipeline.read.pale import LIGHT_INK
from workers.pipeline.read.recognition import Gray

_FROM_EDGE = 0.85
"""Share of a cell's width or height from which a ruling runs through it."""
_END = 0.12
"""Letters from a cell's edges within which ink may be of the ruling there."""
_LOW = 1.6
"""Height in letters of a cell whose letters nearly fill it."""
_STROKE = 0.3
"""Letters from which what is ruled near a cell's upper or lower edge runs down: rulings lean."""
_ALONG = 0.6
"""Letters from which what is ruled along a cell's upper or lower edge runs across, not down."""


def is_low(cell: Gray, letter: float) -> bool:
    """Say whether the letters of a cell nearly fill its height."""
    return bool(cell.shape[0] <= _LOW * letter)


def rim_of(ruled: Filled, part: Gray, deep: int, letter: float, ink: Filled | None) -> Filled:
    """Keep the rulings along a cell's edges, `deep` pixels, and those from edge to edge.

    What else seems a ruling in the middle of a cell is a stroke of a number; so is what has ink
    for a part of its way only, as zeros one below the other have. In a low cell letters themselves
    go from edge to edge: there nothing inside is a ruling, or, of a number whose `ink` is handed
    in, only what is ink without a gap.
    """
    inner = inside(ruled, deep, letter)
    if not inner.any():
        return ruled
    end = max(2, round(_END * letter))
    if is_low(part, letter):
        kept = np.zeros(ruled.shape[1], bool) if ink is None else _without_gap(ink, end)
        return np.asarray(ruled & ~(inner & ~kept[None, :]), bool)
    height, width = ruled.shape
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ruled.astype(np.uint8), connectivity=8)
    across = stats[:, cv2.CC_STAT_WIDTH] >= _FROM_EDGE * width
    down = stats[:, cv2.CC_STAT_HEIGHT] >= _FROM_EDGE * height
    kept = np.asarray((across | down)[labels] & ruled, bool)
    light = part < LIGHT_INK
    reaching = reach_down(light, letter)[None, :] | reach_down(light.T, letter)[:, None]
    return np.asarray(ruled & ~(inner & ~(kept & reaching)), bool)


def inside(ruled: Filled, deep: int, letter: float) -> Filled:
    """Return what seems ruled beside a cell's rim, `deep` pixels; a low cell is all rim by height.

    There, above and below, only what runs across is of the rim: strokes of digits run down.
    """
    inner = np.zeros_like(ruled)
    if not ruled[:, deep:-deep].any():
        return inner
    seen = ruled.astype(np.uint8)
    across = np.ones((1, max(3, round(_ALONG * letter))), np.uint8)
    down = np.ones((max(3, round(_STROKE * letter)), 1), np.uint8)
    runs = cv2.morphologyEx(seen, cv2.MORPH_OPEN, across)
    strokes = (cv2.morphologyEx(seen, cv2.MORPH_OPEN, down) > 0) & (runs == 0) & ruled
    strokes[deep:-deep] = ruled[deep:-deep]
    inner[:, deep:-deep] = strokes[:, deep:-deep]
    return inner


def reach_down(ink: Filled, letter: float) -> Filled:
    """Say of each column whether ink in or beside it goes from top to bottom, with gaps at most.

    What lies across at either end is left out.
    """
    end = max(2, round(_END * letter))
    near = cv2.dilate(np.ascontiguousarray(ink, np.uint8), np.ones((1, 5), np.uint8))[end:-end] > 0
    if not near.size:
        return np.ones(ink.shape[1], np.bool_)
    first, last = near.argmax(axis=0), near[::-1].argmax(axis=0)
    extent = np.where(near.any(axis=0), len(near) - first - last, 0)
    return np.asarray(extent >= _FROM_EDGE * len(near), bool)


def _without_gap(ink: Filled, end: int) -> Filled:
    """Say of each column whether ink fills it, but for `end` rows at either end."""
    return np.asarray(ink[end:-end].all(axis=0), bool)
