"""Stand a page upright: quarter turns by how its text lies and reads, skew by its long lines."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from workers.pipeline.read.clean import Mask, binarise, ink_threshold
from workers.pipeline.read.recognition import Gray, LineReading, Recogniser
from workers.pipeline.tables.parts import sides
from workers.pipeline.tables.rulings import Region

Quarter = Literal[0, 90, 180, 270]

MAX_SKEW_DEGREES = 12.0
_LEVEL = 0.04
"""Degrees below which a page is left as it lies."""
_WORKING_SIDE = 1400
"""Longest side in pixels at which direction and skew are measured."""
_POINTS = 20_000
"""Points of ink by which the skew is measured."""
_CHAINING = (0.45, 0.7)
"""Letters of white over which letters chain into lines: from letter to letter, and at most."""
_DOWN = 2.0
"""Weight of what stands one below the other beside what lies level."""
_LONGEST, _TALLEST = 4, 4
"""Lines by which head and foot are told: words are taller than numbers, whole rows of which may run
together into longer lines."""
_WORDS = re.compile(r"[\u4e00-\u9fff]{2}")
_CLEARLY_READ, _READ = 0.85, 0.5
"""Confidence of a line read clearly, and letters it reads as, at least, for its height in width."""
_THINNEST = 6.0
"""Times its breadth that a letter is long at most."""
_ENOUGH_CLEAR = 2
"""Lines read clearly that prove the side: one may be a label set downwards in its cell."""


@dataclass(frozen=True, kw_only=True)
class Attitude:
    """How a page lies: by how many degrees clockwise it is to be turned, then its skew."""

    rotation: Quarter
    skew_degrees: float


@dataclass(frozen=True, kw_only=True)
class _Trial:
    """A page laid on one of its sides: its skew, which way up, how many lines read clearly."""

    angle: float
    head_down: bool
    clear: int


def attitude(flat: Gray, recogniser: Recogniser) -> Attitude:
    """Measure how a flattened page is to be turned so that its text reads from left to right.

    How letters chain says on which side it lies; where hardly a line reads so, the other is tried.
    """
    flat = _small(flat)
    ink = binarise(flat, ink_threshold(flat))
    letters, size = _letters(ink)
    on_side = _lies_on_its_side(letters, size)
    found = _try((flat, letters, ink), size, on_side, recogniser)
    if found.clear < _ENOUGH_CLEAR:
        other = _try((flat, letters, ink), size, not on_side, recogniser)
        if other.clear > found.clear:
            found, on_side = other, not on_side
    quarters: dict[tuple[bool, bool], Quarter] = {
        (False, False): 0,
        (True, False): 90,
        (False, True): 180,
        (True, True): 270,
    }
    rotation = quarters[on_side, found.head_down]
    return Attitude(rotation=rotation, skew_degrees=round(found.angle, 3))


def _try(
    images: tuple[Gray, Mask, Mask], size: float, on_side: bool, recogniser: Recogniser
) -> _Trial:
    """Lay a page (its grey, its letters, its ink) on its side or not, and read some lines."""
    if on_side:
        flat, letters, ink = (np.ascontiguousarray(np.rot90(image, -1)) for image in images)
    else:
        flat, letters, ink = images
    angle = skew(ink)
    level = rotate(letters, angle, paper=0, method=cv2.INTER_NEAREST)
    lines = [_turned_part(flat, angle, box) for box in _trial_lines(level, size)]
    head_down, clear = _upside_down(lines, recogniser)
    return _Trial(angle=angle, head_down=head_down, clear=clear)


def stand(
    image: NDArray[np.uint8], lies: Attitude, *, paper: int = 255, method: int = cv2.INTER_CUBIC
) -> NDArray[np.uint8]:
    """Turn an image of a page upright; `paper` fills the corners."""
    turned = np.ascontiguousarray(np.rot90(image, -(lies.rotation // 90)))
    return rotate(turned, lies.skew_degrees, paper=paper, method=method)


def skew(ink: Mask) -> float:
    """Return the angle in degrees by which a page is turned; turning by it makes lines level.

    The sharpest projections over all angles, across and down: rulings peak in both, lines of text
    in the first. A bent page has no sharp one across but where some part of it happens to be level.
    """
    points = cv2.findNonZero(ink)
    if points is None or len(points) < 200:
        return 0.0
    x, y = points[:: max(1, len(points) // _POINTS), 0].T.astype(np.float32)
    best = 0.0
    for width, pitch in ((MAX_SKEW_DEGREES, 0.5), (0.6, 0.1), (0.12, 0.02)):
        angles = np.arange(best - width, best + width + pitch / 2, pitch)
        best = float(angles[int(np.argmax([_sharpness(y, x, float(angle)) for angle in angles]))])
    return best


def rotate(
    image: NDArray[np.uint8], angle: float, *, paper: int = 255, method: int = cv2.INTER_CUBIC
) -> NDArray[np.uint8]:
    """Turn an image (grey or colour) anticlockwise by a small angle in degrees, growing it."""
    if abs(angle) < _LEVEL:
        return image
    matrix, (wide, high) = _turn(image.shape, angle)
    if paper == 0 and image.ndim == 2 and not cv2.countNonZero(image):
        return np.zeros((high, wide), np.uint8)
    turned = cv2.warpAffine(
        image,
        matrix,
        (wide, high),
        flags=method,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=(paper, paper, paper),
    )
    return np.asarray(turned, np.uint8)


def _turn(shape: tuple[int, ...], angle: float) -> tuple[NDArray[np.float64], tuple[int, int]]:
    """Return the matrix that turns an image into one grown to hold it, and that one's size."""
    height, width = shape[:2]
    matrix = np.asarray(cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0), np.float64)
    cos, sin = abs(matrix[0, 0]), abs(matrix[0, 1])
    wide, high = round(height * sin + width * cos), round(height * cos + width * sin)
    matrix[:, 2] += (wide - width) / 2, (high - height) / 2
    return matrix, (wide, high)


def _turned_part(flat: Gray, angle: float, box: Region) -> Gray:
    """Return a part of a page as `rotate` turns it; all of it would take ten times as long."""
    if abs(angle) < _LEVEL:
        return flat[box.top : box.bottom, box.left : box.right]
    matrix, _ = _turn(flat.shape, angle)
    matrix[:, 2] -= box.left, box.top
    size, border = (box.width, box.height), cv2.BORDER_CONSTANT
    part = cv2.warpAffine(
        flat, matrix, size, flags=cv2.INTER_CUBIC, borderMode=border, borderValue=(255,)
    )
    return np.asarray(part, np.uint8)


def _sharpness(y: NDArray[np.float32], x: NDArray[np.float32], angle: float) -> float:
    radians = np.deg2rad(angle)
    level = (y * np.float32(np.cos(radians)) - x * np.float32(np.sin(radians))).astype(np.int32)
    counts = np.bincount(level - level.min()).astype(np.float64)
    upright = (x * np.float32(np.cos(radians)) + y * np.float32(np.sin(radians))).astype(np.int32)
    beside = np.bincount(upright - upright.min()).astype(np.float64)
    return float((counts * counts).sum() + _DOWN * (beside * beside).sum())


def _small(flat: Gray) -> Gray:
    scale = _WORKING_SIDE / max(flat.shape)
    if scale >= 1.0:
        return flat
    size = (round(flat.shape[1] * scale), round(flat.shape[0] * scale))
    return np.asarray(cv2.resize(flat, size, interpolation=cv2.INTER_AREA), np.uint8)


def _lies_on_its_side(letters: Mask, size: float) -> bool:
    """Say whether letters chain into longer lines downwards than across.

    Over two gaps: rows of numbers set close chain down over the wider one, glyphs in pieces over
    the narrower one.
    """
    across = down = 1.0
    for gap in (max(2, round(share * size)) for share in _CHAINING):
        across *= 1.0 + _chained(letters, np.ones((1, gap), np.uint8), size)
        down *= 1.0 + _chained(letters, np.ones((gap, 1), np.uint8), size)
    return down > across


def _letters(mask: Mask) -> tuple[Mask, float]:
    """Return the ink of letter size alone (no rulings, no specks) and the median letter size.

    Hair lines that lean come in pieces as long as letters: what is so thin is none.
    """
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    wide, high = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    sizes, thinnest = np.maximum(wide, high), np.minimum(wide, high)
    side = max(mask.shape)
    kept = (sizes > 0.004 * side) & (sizes < 0.04 * side) & (sizes < _THINNEST * thinnest)
    kept[0] = False
    if not kept.any():
        return np.zeros_like(mask), 10.0
    letters = np.where(kept, np.uint8(255), np.uint8(0))[labels]
    return letters, float(np.percentile(sizes[kept], 70))


def _chained(letters: Mask, kernel: NDArray[np.uint8], size: float) -> float:
    closed = cv2.morphologyEx(letters, cv2.MORPH_CLOSE, kernel)
    extents = sides(np.asarray(closed, np.uint8))[:, 2:].max(axis=1)
    long = extents[extents > 3 * size].astype(np.float64)
    return float((long * long).sum())


def _upside_down(lines: Sequence[Gray], recogniser: Recogniser) -> tuple[bool, int]:
    """Say whether some long or tall lines of the page read better when turned by 180°.

    Words tell; numbers only where there is nothing else, for 0, 6, 8 and 9 read either way.
    Return with it how many lines read clearly, either way up: all of them, if the longest does.
    """
    if not lines:
        return False, 0
    upright = recogniser.skim(lines[:1])
    if _is_clear(upright[0], lines[0]):
        return False, len(lines)
    upright += recogniser.skim(lines[1:])
    turned = recogniser.skim([np.ascontiguousarray(np.rot90(line, 2)) for line in lines])
    both = list(zip(upright, turned, strict=True))
    worded = [pair for pair in both if any(_WORDS.search(reading.text) for reading in pair)]
    gains = [after.confidence - before.confidence for before, after in worded or both]
    clear = [
        any(_is_clear(reading, line) for reading in pair)
        for pair, line in zip(both, lines, strict=True)
    ]
    return float(np.mean(gains)) > 0.05, sum(clear)


def _is_clear(reading: LineReading, line: Gray) -> bool:
    """Say whether words were read with confidence, and over most of the line.

    Of a line head down the model may read two letters alone, with confidence.
    """
    wide = line.shape[1] / line.shape[0]
    sure = reading.confidence > _CLEARLY_READ and len(reading.text) >= _READ * wide
    return sure and _WORDS.search(reading.text) is not None


def _trial_lines(letters: Mask, size: float) -> list[Region]:
    """Return where a few well-formed lines of text are, about ten characters of each."""
    kernel = np.ones((1, max(2, round(0.7 * size))), np.uint8)
    closed = np.asarray(cv2.morphologyEx(letters, cv2.MORPH_CLOSE, kernel), np.uint8)
    lines = [
        (w, x, y, h)
        for x, y, w, h in sides(closed).tolist()
        if w > 4 * h and 0.7 * size < h < 2.5 * size
    ]
    lines.sort(reverse=True)
    tallest = sorted(lines[_LONGEST:], key=lambda line: -line[3])[:_TALLEST]
    pad = max(2, round(0.15 * size))
    height, width = letters.shape
    return [
        Region(
            left=max(0, x - pad),
            top=max(0, y - pad),
            right=min(width, min(x + w, x + 12 * h) + pad),
            bottom=min(height, y + h + pad),
        )
        for w, x, y, h in (*lines[:_LONGEST], *tallest)
    ]
