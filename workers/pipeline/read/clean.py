"""Paper to white: seals, stamps and uneven light taken out, ink kept."""

import cv2
import numpy as np
from numpy.typing import NDArray

from workers.pipeline.read.recognition import Gray

Pixels = NDArray[np.uint8]
Mask = NDArray[np.uint8]
"""Height × width, 255 where something is, 0 elsewhere."""

_BACKGROUND_SCALE = 8
_BRIGHT = 150
"""Lowest brightness taken for that of a seal itself."""


def flatten(pixels: Pixels, colour: Mask) -> Gray:
    """Return the page as grey on white paper (height × width); `colour` is where it is coloured.

    The brightest channel drops coloured ink (a red seal is bright in red) and keeps black; the
    paper is estimated by a local maximum at an eighth of the scale and divided out, which takes
    shadows and vignetting with it.
    """
    blue, green, red = _channels(pixels)
    gray = cv2.max(cv2.max(blue, green), red)
    height, width = gray.shape
    small = cv2.resize(
        gray,
        (max(1, width // _BACKGROUND_SCALE), max(1, height // _BACKGROUND_SCALE)),
        interpolation=cv2.INTER_AREA,
    )
    paper = cv2.medianBlur(cv2.dilate(small, np.ones((7, 7), np.uint8)), 7)
    paper = cv2.GaussianBlur(paper, (0, 0), 3)
    paper = cv2.resize(paper, (width, height), interpolation=cv2.INTER_LINEAR)
    lit = cv2.max(paper, np.full_like(paper, 40))
    flat = np.asarray(cv2.divide(gray, lit, scale=255), np.uint8)
    return _without_seals(flat, colour)


def _channels(pixels: Pixels) -> list[Gray]:
    """Return blue, green and red; `cv2.split` takes six times as long for it."""
    return [np.asarray(cv2.extractChannel(pixels, at), np.uint8) for at in range(3)]


def _without_seals(flat: Gray, colour: Mask) -> Gray:
    """Take coloured ink for paper: divide it by its own brightness, what is black beneath stays."""
    if cv2.countNonZero(colour) < _BACKGROUND_SCALE**2:
        return flat
    level = max(_BRIGHT, int(percentile(flat[colour > 0], 40)))
    around = cv2.dilate(colour, np.ones((3, 3), np.uint8)) > 0
    lifted = np.asarray(cv2.convertScaleAbs(flat, alpha=255.0 / level), np.uint8)
    return np.where(around, lifted, flat)


def coloured(pixels: Pixels) -> Mask:
    """Return where strongly coloured ink lies: seals, stamps, pens."""
    blue, green, red = _channels(pixels)
    brightest = cv2.max(cv2.max(blue, green), red)
    spread = cv2.subtract(brightest, cv2.min(cv2.min(blue, green), red))
    _, mask = cv2.threshold(spread, 60, 255, cv2.THRESH_BINARY)
    if not cv2.countNonZero(mask):
        return np.asarray(mask, np.uint8)
    opened = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
    return np.asarray(opened, np.uint8)


def ink_threshold(flat: Gray) -> int:
    """Return the grey below which a pixel is ink.

    Otsu's threshold over all that is not paper, but at least half way from the darkest ink to
    paper: heavy rulings must not make thin strokes pass for paper.
    """
    dark = flat[flat < 235]
    if dark.size < 50:
        return 128
    level, _ = cv2.threshold(dark.reshape(1, -1), 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    half_way = (percentile(dark, 10) + 255) / 2
    return int(np.clip(max(level, half_way), 110, 200))


def binarise(flat: Gray, threshold: int) -> Mask:
    """Return the ink as a mask."""
    return np.asarray(cv2.threshold(flat, threshold - 1, 255, cv2.THRESH_BINARY_INV)[1], np.uint8)


def percentile(greys: NDArray[np.uint8], per_cent: int) -> float:
    """Return numpy's percentile of some greys, from how often each occurs: far quicker."""
    upto = np.bincount(greys.ravel(), minlength=256).cumsum()
    at = (greys.size - 1) * (per_cent / 100)
    below = int(at)
    low, high = np.searchsorted(upto, (below, below + 1), side="right").tolist()
    share = at - below
    if share >= 0.5:
        return float(high - (high - low) * (1 - share))
    return float(low + (high - low) * share)
