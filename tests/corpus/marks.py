"""What people and time put on paper: seals, pen strokes, ink from the other side, broken rules.

Every function takes a page (height × width × 3, RGB, 8 bit), a generator and a strength between
0 and 1, and returns a new page. Sizes follow the paper: the short side counts as 210 mm.
"""

import math

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from tests.corpus.fonts import fallback_font

Image = npt.NDArray[np.uint8]

_SEAL_TEXT = "政务公开工作专用章"
_SEAL_RED = (214, 32, 38)


def stamp(image: Image, rng: np.random.Generator, strength: float) -> Image:
    """Press a red seal of 42 mm somewhere on the middle of the page, over what stands there."""
    seal = _seal(int(42 * _px_per_mm(image)), float(rng.uniform(-25, 25)))
    size = seal.shape[0]
    height, width = image.shape[:2]
    top = int(rng.uniform(0.25, 0.75) * (height - size))
    left = int(rng.uniform(0.35, 0.95) * (width - size))
    worn = cv2.GaussianBlur(rng.uniform(0.35, 1.0, (size, size)).astype(np.float32), (0, 0), 2.5)
    ink = (seal.astype(np.float32) / 255 * worn * (0.45 + 0.55 * strength))[..., None]
    out = image.copy()
    place = out[top : top + size, left : left + size].astype(np.float32)
    red = np.array(_SEAL_RED, np.float32) / 255
    out[top : top + size, left : left + size] = (place * (1 - ink * (1 - red))).astype(np.uint8)
    return out


def _seal(size: int, angle: float) -> Image:
    """Draw the ink of a seal: size × size, 255 where it prints."""
    canvas = Pillow.new("L", (size, size), 0)
    draw = ImageDraw.Draw(canvas)
    edge = max(2, size // 28)
    draw.ellipse((edge, edge, size - edge, size - edge), outline=255, width=edge)
    middle, points = size / 2, []
    for corner in range(10):
        reach = size * (0.15 if corner % 2 == 0 else 0.06)
        turn = math.radians(36 * corner - 90)
        points.append((middle + reach * math.cos(turn), middle + reach * math.sin(turn)))
    draw.polygon(points, fill=255)
    font = ImageFont.truetype(fallback_font(), max(8, size // 8))
    step = 250 / (len(_SEAL_TEXT) - 1)
    for index, char in enumerate(_SEAL_TEXT):
        turn = -125 + step * index
        glyph = Pillow.new("L", (size, size), 0)
        ImageDraw.Draw(glyph).text((middle, size * 0.17), char, 255, font, anchor="mm")
        canvas.paste(255, (0, 0), glyph.rotate(-turn, Pillow.Resampling.BICUBIC))
    return np.asarray(canvas.rotate(angle, Pillow.Resampling.BICUBIC), np.uint8)


def pen(image: Image, rng: np.random.Generator, strength: float) -> Image:
    """Draw ticks, circles and underlines in blue or black ink."""
    out = image.copy()
    height, width = out.shape[:2]
    unit = _px_per_mm(image)
    color = (30, 50, 150) if rng.random() < 0.6 else (40, 40, 45)
    for _ in range(2 + round(8 * strength)):
        at = np.array((rng.uniform(0.3, 0.9) * width, rng.uniform(0.15, 0.85) * height))
        path = at + unit * _stroke(rng)
        points = np.round(path * 16).astype(np.int32)
        thickness = max(1, round(0.45 * unit))
        cv2.polylines(out, [points], False, color, thickness, cv2.LINE_AA, 4)
    return out


def _stroke(rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Return a stroke as points in millimetres, x right and y down."""
    along = np.linspace(0, 1, 24)
    wobble = np.cumsum(rng.normal(0, 0.08, 24))
    kind = rng.integers(3)
    if kind == 0:
        return np.stack([28 * along, wobble], axis=1)
    if kind == 1:
        turn = along * 2.15 * math.pi
        return np.stack([6 * np.cos(turn) + wobble, 3.4 * np.sin(turn) + wobble], axis=1)
    return np.stack([9 * along, np.where(along < 0.3, 9 * along, 3.6 - 9 * along) + wobble], axis=1)


def bleed(image: Image, rng: np.random.Generator, strength: float) -> Image:
    """Let the mirrored print of a back page shine through, a little blurred and displaced."""
    back = cv2.GaussianBlur(image[:, ::-1], (0, 0), 0.25 * _px_per_mm(image))
    shift = rng.integers(-25, 25, 2)
    back = np.roll(back, tuple(int(each) for each in shift), axis=(0, 1))
    share = 0.1 + 0.25 * strength
    return np.minimum(image, (255 - share * (255.0 - back)).astype(np.uint8))


def broken_rules(image: Image, rng: np.random.Generator, strength: float) -> Image:
    """Rub gaps into the rules of the tables, leaving the print in the cells alone."""
    ink = (image.min(axis=2) < 150).astype(np.uint8)
    length = int(12 * _px_per_mm(image))
    out = image.copy()
    for size in ((length, 1), (1, length)):
        rules = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones(size, np.uint8))
        rules = cv2.dilate(rules, np.ones((3, 3), np.uint8))
        out[(rules > 0) & _gaps(rng, image.shape[:2], strength, _px_per_mm(image))] = 255
    return out


def lost_rules(image: Image, rng: np.random.Generator, strength: float) -> Image:
    """Lose whole rules of the tables, up to every fourth, as weak copies and bad exports do."""
    ink = (image.min(axis=2) < 170).astype(np.uint8)
    length = int(12 * _px_per_mm(image))
    out = image.copy()
    for size in ((length, 1), (1, length)):
        rules = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones(size, np.uint8))
        rules = cv2.dilate(rules, np.ones((3, 3), np.uint8))
        across = size[0] == 1
        lines = np.flatnonzero(rules.any(axis=1 if across else 0))
        for line in np.split(lines, np.flatnonzero(np.diff(lines) > 1) + 1):
            if line.size and rng.random() < 0.25 * strength:
                place = (line, slice(None)) if across else (slice(None), line)
                out[place] = np.where(rules[place][..., None] > 0, 255, out[place])
    return out


def seals(image: Image, rng: np.random.Generator, strength: float) -> Image:
    """Press three seals on the page, so that numbers of the tables lie under them."""
    for _ in range(3):
        image = stamp(image, rng, strength)
    return image


def _gaps(
    rng: np.random.Generator, shape: tuple[int, ...], strength: float, unit: float
) -> npt.NDArray[np.bool_]:
    """Return patches of a few millimetres that cover up to a fifth of the page."""
    cell = max(2, int(2.2 * unit))
    coarse = rng.random((shape[0] // cell + 1, shape[1] // cell + 1)) < 0.04 + 0.16 * strength
    fine = np.kron(coarse, np.ones((cell, cell), bool))
    return np.asarray(fine[: shape[0], : shape[1]], np.bool_)


def _px_per_mm(image: Image) -> float:
    return float(min(image.shape[:2])) / 210
