"""What machines do to a page: scanners, faxes, copiers and cameras.

Every function takes a page (height × width × 3, RGB, 8 bit), a generator and a strength between
0 and 1, and returns a new page.
"""

import cv2
import numpy as np
import numpy.typing as npt

from tests.corpus.marks import Image

Floats = npt.NDArray[np.float32]

_WHITE = (255, 255, 255)


def office(image: Image, rng: np.random.Generator, strength: float) -> Image:
    """Scan on a sound office machine: off-white paper, fine noise, half a degree of skew."""
    out = rotate(image, float(rng.uniform(-0.6, 0.6)) * strength)
    paper = np.array([rng.uniform(244, 253), rng.uniform(243, 252), rng.uniform(238, 250)])
    return _noise(_tint(out, paper), rng, 2.0 + 5.0 * strength)


def skew(image: Image, rng: np.random.Generator, strength: float) -> Image:
    """Feed the sheet at an angle of up to ten degrees, and of at least half of what is asked."""
    angle = 10 * strength * float(rng.uniform(0.5, 1.0))
    return rotate(image, angle if rng.random() < 0.5 else -angle)


def rotate(image: Image, degrees: float, paper: float = 255.0) -> Image:
    """Rotate counter-clockwise on a canvas of one grey, grown to hold the whole sheet."""
    if not degrees:
        return image.copy()
    height, width = image.shape[:2]
    matrix = np.asarray(cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0), np.float64)
    cos, sin = abs(matrix[0, 0]), abs(matrix[0, 1])
    wide, high = round(height * sin + width * cos), round(height * cos + width * sin)
    matrix[:, 2] += np.array([(wide - width) / 2, (high - height) / 2])
    out = cv2.warpAffine(
        image, matrix, (wide, high), flags=cv2.INTER_CUBIC, borderValue=(paper,) * 3
    )
    return np.asarray(out, np.uint8)


def lid_open(image: Image, rng: np.random.Generator, strength: float) -> Image:
    """Scan with the lid open: a dark surround, the sheet askew on it and cut by its shadow."""
    border = int(0.05 * strength * min(image.shape[:2]))
    dark = float(rng.uniform(15, 60))
    framed = cv2.copyMakeBorder(
        image, border, border, border, border, cv2.BORDER_CONSTANT, value=(dark, dark, dark)
    )
    turned = rotate(np.asarray(framed, np.uint8), float(rng.uniform(-2, 2)), paper=dark)
    return _noise(turned, rng, 5)


def curl(image: Image, rng: np.random.Generator, strength: float) -> Image:
    """Bend the sheet as a bound or folded page bends: straight rules come out as waves."""
    height, width = image.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    reach = 0.012 * strength * min(height, width)
    phase, turns = rng.uniform(0, 2 * np.pi), rng.uniform(0.6, 1.3)
    y += (reach * np.sin(2 * np.pi * turns * x / width + phase)).astype(np.float32)
    x += (reach * 0.5 * np.sin(2 * np.pi * turns * y / height)).astype(np.float32)
    out = cv2.remap(image, x, y, cv2.INTER_CUBIC, borderValue=_WHITE)
    return np.asarray(out, np.uint8)


def upside(image: Image, rng: np.random.Generator, strength: float) -> Image:
    """Turn the sheet by half a circle."""
    return np.ascontiguousarray(image[::-1, ::-1])


def side(image: Image, rng: np.random.Generator, strength: float) -> Image:
    """Turn the sheet by a quarter: counter-clockwise up to strength 0.5, else clockwise."""
    return np.ascontiguousarray(np.rot90(image, 1 if strength <= 0.5 else 3))


def fax(image: Image, rng: np.random.Generator, strength: float) -> Image:
    """Send by fax: half the lines, black or white only, specks and a few lost lines."""
    height, width = image.shape[:2]
    lines = max(1, round(height * (1 - 0.35 * strength)))
    gray = np.asarray(cv2.resize(_gray(image), (width, lines), interpolation=cv2.INTER_AREA))
    gray = gray + (12 + 18 * strength) * rng.standard_normal(gray.shape, np.float32)
    black = (gray < rng.uniform(150, 190)) ^ (rng.random(gray.shape) < 0.0012 * strength)
    for line in rng.integers(0, lines, round(3 * strength)):
        black[line] = False
    sent = np.where(black, 0, 255).astype(np.uint8)
    out = cv2.resize(sent, (width, height), interpolation=cv2.INTER_NEAREST)
    return np.repeat(np.asarray(out, np.uint8)[..., None], 3, axis=2)


def faint(image: Image, rng: np.random.Generator, strength: float) -> Image:
    """Print with the last of the toner, unevenly across the page."""
    width = image.shape[1]
    across = 0.5 + 0.5 * np.sin(np.linspace(0, float(rng.uniform(3, 7)), width) + rng.uniform(0, 6))
    keep = (1 - strength * (0.55 + 0.22 * across)).astype(np.float32)[None, :, None]
    return _noise((255 - (255 - image.astype(np.float32)) * keep), rng, 3)


def jpeg(image: Image, rng: np.random.Generator, strength: float) -> Image:
    """Compress as hard as quality 12 at full strength, 60 at none."""
    quality = round(60 - 48 * strength)
    _, data = cv2.imencode(".jpg", image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.ascontiguousarray(
        np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)[..., ::-1]
    )


def copy(image: Image, rng: np.random.Generator, strength: float) -> Image:
    """Photocopy: ink spreads and clogs, greys are lost, dust and a dark margin come in."""
    scale = min(image.shape[:2]) / 1240
    gray = _soften(_gray(image), scale * (0.5 + 0.6 * strength))
    gray = gray + _soften(26 * rng.standard_normal(gray.shape, np.float32), 1.1)
    out = 255 / (1 + np.exp(-(gray - 168) / (34 - 18 * strength)))
    margin = int(min(gray.shape) * 0.012 * strength * rng.random())
    if margin:
        out[:, -margin:] *= 0.35
    for _ in range(round(60 * strength)):
        y, x = int(rng.integers(gray.shape[0])), int(rng.integers(gray.shape[1]))
        cv2.circle(out, (x, y), int(rng.integers(1, 3)), (40.0,), -1)
    return np.repeat(out.clip(0, 255).astype(np.uint8)[..., None], 3, axis=2)


def copies(image: Image, rng: np.random.Generator, strength: float) -> Image:
    """Copy a copy: three times over, a little askew each time."""
    for _ in range(3):
        image = copy(rotate(image, float(rng.uniform(-0.4, 0.4))), rng, 0.7 * strength)
    return image


def bilevel(image: Image, rng: np.random.Generator, strength: float) -> Image:
    """Scan in black and white at a fixed threshold, the darker the stronger."""
    gray = _gray(image) + 4 * rng.standard_normal(image.shape[:2], np.float32)
    black = gray < rng.uniform(120, 140) + 50 * strength
    return np.repeat(np.where(black, 0, 255).astype(np.uint8)[..., None], 3, axis=2)


def dim(image: Image, rng: np.random.Generator, strength: float) -> Image:
    """Take the page in poor, uneven light: grey all over, with the grain of a small sensor."""
    light = _light(rng, image.shape[:2], strength) * (1 - 0.5 * strength)
    return _noise(image.astype(np.float32) * light[..., None], rng, 2 + 5 * strength)


def tilt(image: Image, rng: np.random.Generator, strength: float) -> Image:
    """View the sheet from the side: the far edge is up to a seventh shorter than the near one."""
    height, width = image.shape[:2]
    inset = 0.07 * strength * float(rng.uniform(0.6, 1.0)) * np.array((width, height))
    moved = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    side, (across, down) = int(rng.integers(4)), inset
    shrink = np.array([(across, 0), (-across, 0)] if side % 2 == 0 else [(0, down), (0, -down)])
    moved[[side, (side + 1) % 4]] += shrink if side < 2 else -shrink
    matrix = cv2.getPerspectiveTransform(
        np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32),
        moved.astype(np.float32),
    )
    out = cv2.warpPerspective(
        image, matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=(235, 235, 235)
    )
    return np.asarray(out, np.uint8)


def photo(image: Image, rng: np.random.Generator, strength: float) -> Image:
    """Photograph on a desk: perspective, light from one side, a soft focus and warm colour."""
    height, width = image.shape[:2]
    border = int(0.04 * min(height, width))
    high, wide = height + 2 * border, width + 2 * border
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    moved = corners + border + rng.uniform(-1, 1, (4, 2)) * strength * 0.045 * min(height, width)
    matrix = cv2.getPerspectiveTransform(corners, moved.astype(np.float32))
    desk = _noise(np.full((high, wide, 3), rng.uniform(60, 120) + rng.uniform(-12, 12, 3)), rng, 6)
    out = cv2.warpPerspective(
        image, matrix, (wide, high), dst=desk.copy(), flags=cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_TRANSPARENT,
    )  # fmt: skip
    soft = cv2.GaussianBlur(np.asarray(out, np.uint8), (0, 0), 0.4 + 0.5 * strength)
    lit = np.asarray(soft, np.float32) * _light(rng, (high, wide), strength)[..., None]
    return _noise(lit * np.array((1.0, 0.975, 0.92), np.float32), rng, 2 + 4 * strength)


def _light(rng: np.random.Generator, shape: tuple[int, int], strength: float) -> Floats:
    """Return a light field: a slope across the page, and one soft shadow."""
    y, x = np.mgrid[0 : 1 : shape[0] * 1j, 0 : 1 : shape[1] * 1j].astype(np.float32)
    turn = rng.uniform(0, 2 * np.pi)
    slope = (np.cos(turn) * (x - 0.5) + np.sin(turn) * (y - 0.5)) * 0.45 * strength
    at = rng.uniform(0, 1, 2)
    shadow = np.exp(-(((x - at[0]) / 0.35) ** 2 + ((y - at[1]) / 0.25) ** 2))
    return np.asarray(0.92 + slope - 0.3 * strength * shadow, np.float32).clip(0.25, 1.1)


def _gray(image: Image) -> Floats:
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.float32)


def _soften(image: Floats, deviation: float) -> Floats:
    return np.asarray(cv2.GaussianBlur(image, (0, 0), deviation), np.float32)


def _tint(image: Image, paper: npt.NDArray[np.float64]) -> Image:
    table = np.stack([np.arange(256) * shade / 255 for shade in paper], axis=1)
    return np.asarray(cv2.LUT(image, table.astype(np.uint8)[None]), np.uint8)


def _noise(
    image: npt.NDArray[np.generic],
    rng: np.random.Generator,
    deviation: float,
) -> Image:
    grain = rng.standard_normal(image.shape[:2], dtype=np.float32) * np.float32(deviation)
    out = np.asarray(image, np.float32) + grain[..., None]
    return out.clip(0, 255).astype(np.uint8)
