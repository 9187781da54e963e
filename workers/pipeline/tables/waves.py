"""Rulings → waves: by how much lines of one direction leave their place, as a smooth surface.

A bound or curled sheet bends lines as no parabola does, and alike for lines that are neighbours.
So one surface of cubic B-splines over the place of a line and the distance along it is fitted to
what is seen of all lines at once. Only the shape of a line counts, not its height: pieces of a
broken ruling help like whole ones, and strokes of letters are outvoted.

Lines across are meant throughout; for lines down hand in the transpose.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from workers.pipeline.tables.parts import filled_rows

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_BINS = 72
"""Samples along a line as long as an image's longer side."""
_SPANS, _LAYERS = 12, 5
"""Spans of the surface along the longer side of an image, and most from line to line."""
_ALONG, _PLACE, _LEVEL, _SMALL = 0.05, 0.5, 0.05, 0.002
"""Costs of a bend along lines, of a bend and of a slope from line to line, and of any shift."""
_ROUNDS = 2
_NOISE_PX = 0.3
"""Least scale of what is left over from which a sample counts as astray."""
_ASTRAY = 2.5
"""Scales of what is left over at which a sample counts half."""
_SAME_LINE_PX = 4.0
"""Within which pieces lie, once bent straight, that are one ruling."""
_LEAST_SAMPLES = 24


@dataclass(frozen=True, kw_only=True, eq=False)
class Samples:
    """Points on lines: distances from the middle of the image, and whose line each is of."""

    along: Floats
    place: Floats
    line: Ints

    def means(self, values: Floats, weight: Floats) -> Floats:
        """Return for every sample the weighted mean of its line."""
        total = np.bincount(self.line, weight)
        return np.asarray(
            (np.bincount(self.line, weight * values) / np.maximum(total, 1e-9))[self.line],
            np.float64,
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class Waves:
    """A surface of shifts in pixels: cubic B-splines over place and along, level outside."""

    weights: Floats
    """Of the splines: place × along."""
    reach: tuple[float, float]
    """Half the extent of place and of along, in pixels from the middle."""

    def shift(self, place: Floats, along: Floats) -> Floats:
        """Return by how many pixels a line at `place` is displaced at distance `along`."""
        layers = splines(place / self.reach[0], self.weights.shape[0] - 3)
        spans = splines(along / self.reach[1], self.weights.shape[1] - 3)
        return np.asarray(np.einsum("...i,ij,...j->...", layers, self.weights, spans), np.float64)


def splines(at: Floats, spans: int) -> Floats:
    """Return the values of the uniform cubic B-splines over −1…1 there, clipped: … × spans + 3."""
    scaled = (np.clip(at, -1.0, 1.0) + 1.0) * spans / 2.0
    first = np.minimum(scaled.astype(np.int64), spans - 1)
    t = (scaled - first)[..., None]
    four = np.concatenate(
        [(1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, -3 * t**3 + 3 * t**2 + 3 * t + 1, t**3], axis=-1
    )
    values = np.zeros((*scaled.shape, spans + 3))
    np.put_along_axis(values, first[..., None] + np.arange(4), four / 6.0, axis=-1)
    return values


def trace(mask: NDArray[np.uint8], shortest: float) -> Samples:
    """Sample the lines across of a mask that are at least `shortest` pixels long."""
    height, width = mask.shape
    none = Samples(along=np.zeros(0), place=np.zeros(0), line=np.zeros(0, np.int64))
    filled = filled_rows(mask)
    if not filled.size:
        return none
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask[filled], connectivity=8)
    wide, high = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    kept = (wide >= shortest) & (high <= 0.2 * wide)
    kept[0] = False
    rows, columns = np.nonzero(kept[labels])
    own = labels[rows, columns]
    rows = filled[rows]
    size = max(4, round(max(height, width) / _BINS))
    bins = width // size + 1
    key, inverse = np.unique(own * bins + columns // size, return_inverse=True)
    count = np.bincount(inverse).astype(np.float64)
    if not count.size:
        return none
    y, x = np.bincount(inverse, rows) / count, np.bincount(inverse, columns) / count
    spread = np.bincount(inverse, (rows - y[inverse]) ** 2) / count
    thin = (spread <= 4 * np.median(spread) + 0.5) & (count >= size / 2)
    _, line = np.unique(key[thin] // bins, return_inverse=True)
    return Samples(
        along=x[thin] - width / 2, place=y[thin] - height / 2, line=line.astype(np.int64)
    )


def fit_waves(samples: Samples, first: Floats, height: int, width: int) -> Waves | None:
    """Fit the surface that, with a first guess of every sample's shift, bends lines straight.

    Least squares over the shapes of all lines, samples astray counting less; pieces that lie on
    one height when bent by the fit so far are then taken for one line. None: too little is seen.
    """
    if samples.along.size < _LEAST_SAMPLES:
        return None
    longer = max(height, width)
    spans = max(2, round(_SPANS * width / longer))
    layers = max(1, round(_LAYERS * height / longer))
    cost = _cost(layers + 3, spans + 3)
    along = splines(samples.along / (width / 2), spans)
    weight, waved = np.ones_like(samples.along), np.zeros_like(samples.along)
    wanted = samples.place - first
    solved = np.zeros_like(cost[0])
    for done in range(_ROUNDS):
        if done:
            samples = _united(samples, wanted - waved, weight)
        place = samples.means(wanted - waved, weight)
        basis = splines(place / (height / 2), layers)[:, :, None] * along[:, None, :]
        basis = basis.reshape(samples.along.size, -1)
        shape = basis - _line_means(samples, basis, weight)
        level = wanted - samples.means(wanted, weight)
        solved = np.linalg.solve(
            shape.T @ (shape * weight[:, None]) + cost, shape.T @ (weight * level)
        )
        rest = np.abs(level - shape @ solved)
        scale = max(_NOISE_PX, 1.5 * float(np.median(rest)))
        weight = 1.0 / (1.0 + (rest / (_ASTRAY * scale)) ** 2)
        waved = basis @ solved
    return Waves(weights=solved.reshape(layers + 3, spans + 3), reach=(height / 2, width / 2))


def _line_means(samples: Samples, values: Floats, weight: Floats) -> Floats:
    """Return for every sample the weighted means of its line, column by column."""
    order = np.argsort(samples.line, kind="stable")
    starts = np.flatnonzero(np.diff(samples.line[order], prepend=-1))
    sums = np.add.reduceat((values * weight[:, None])[order], starts, axis=0)
    return np.asarray((sums / np.add.reduceat(weight[order], starts)[:, None])[samples.line])


def _united(samples: Samples, straight: Floats, weight: Floats) -> Samples:
    """Make one line of the pieces whose samples lie on one height once bent straight."""
    total = np.bincount(samples.line, weight)
    heights = np.bincount(samples.line, weight * straight) / total
    order = np.argsort(heights)
    group = np.zeros(len(order), np.int64)
    group[order] = np.cumsum(np.diff(heights[order], prepend=-np.inf) > _SAME_LINE_PX) - 1
    lowest, highest = np.full(len(order), np.inf), np.full(len(order), -np.inf)
    np.minimum.at(lowest, group, heights)
    np.maximum.at(highest, group, heights)
    alone = (highest - lowest)[group] > 2 * _SAME_LINE_PX
    group[alone] = len(order) + np.flatnonzero(alone)
    _, group = np.unique(group, return_inverse=True)
    return replace(samples, line=group[samples.line].astype(np.int64))


def _cost(layers: int, spans: int) -> Floats:
    """Return the matrix of what bends, slopes and shifts of the surface cost."""
    flat, level = np.eye(spans), np.eye(layers)
    along = np.diff(np.eye(spans), 2, axis=0)
    slope = np.diff(np.eye(layers), 1, axis=0)
    place = np.diff(np.eye(layers), 2, axis=0)
    return np.asarray(
        _ALONG * np.kron(level, along.T @ along)
        + np.kron(_PLACE * place.T @ place + _LEVEL * slope.T @ slope, flat)
        + _SMALL * np.eye(layers * spans),
        np.float64,
    )
