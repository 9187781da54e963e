"""Straighten a table: what lens, paper and hand bent is bent back along the table's own rulings.

Lines across follow y = Y + s(Y)·u + q(Y)·u², lines down x = X + s(X)·v + q(X)·v², with (X, Y) the
straightened place, u and v the distance from the middle of the region, and s, q linear. Slopes
stay below a tenth, so the inverse is taken to first order.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from workers.pipeline.read.recognition import Gray
from workers.pipeline.tables.rulings import Region, Rulings

Floats = NDArray[np.float64]

_STRAIGHT_ENOUGH_PX = 0.8


@dataclass(frozen=True, kw_only=True)
class Field:
    """How lines of one direction slope and bend: (constant, per pixel) of s and of q."""

    slope: tuple[float, float]
    bend: tuple[float, float]

    def shift(self, place: Floats, along: Floats) -> Floats:
        """Return by how many pixels a line at `place` is displaced at distance `along`."""
        slope = self.slope[0] + self.slope[1] * place
        bend = self.bend[0] + self.bend[1] * place
        return np.asarray(slope * along + bend * along * along, np.float64)


@dataclass(frozen=True, kw_only=True)
class Straightened:
    """A region's straight image, with the way back to the page."""

    flat: Gray
    region: Region
    across: Field
    down: Field

    def box_on_page(
        self, left: float, top: float, right: float, bottom: float
    ) -> tuple[float, float, float, float]:
        """Return the page rectangle (pixels) around a rectangle of the straight image."""
        x = np.array([left, right, left, right], np.float64)
        y = np.array([top, top, bottom, bottom], np.float64)
        page_y = y + self.across.shift(y - self._middle_y, x - self._middle_x)
        page_x = x + self.down.shift(x - self._middle_x, y - self._middle_y)
        return (
            float(page_x.min()) + self.region.left,
            float(page_y.min()) + self.region.top,
            float(page_x.max()) + self.region.left,
            float(page_y.max()) + self.region.top,
        )

    @property
    def _middle_x(self) -> float:
        return float(self.flat.shape[1]) / 2

    @property
    def _middle_y(self) -> float:
        return float(self.flat.shape[0]) / 2


def straighten(flat: Gray, rulings: Rulings, region: Region, margin: int) -> Straightened:
    """Cut a region with a margin out of a page and bend its rulings straight."""
    height, width = flat.shape
    cut = Region(
        left=max(0, region.left - margin),
        top=max(0, region.top - margin),
        right=min(width, region.right + margin),
        bottom=min(height, region.bottom + margin),
    )
    window = np.s_[cut.top : cut.bottom, cut.left : cut.right]
    across = _fit(rulings.across[window])
    down = _fit(np.ascontiguousarray(rulings.down[window].T))
    part = np.ascontiguousarray(flat[window])
    straight = Straightened(flat=part, region=cut, across=across, down=down)
    if _largest_shift(straight) < _STRAIGHT_ENOUGH_PX:
        level = Field(slope=(0.0, 0.0), bend=(0.0, 0.0))
        return Straightened(flat=part, region=cut, across=level, down=level)
    return Straightened(flat=_remap(straight), region=cut, across=across, down=down)


def _fit(mask: NDArray[np.uint8]) -> Field:
    """Fit slope and bend of the horizontal lines of a mask, each as a linear function of height."""
    height, width = mask.shape
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    lines: list[tuple[float, float, float, float]] = []
    for at, (left, top, wide, high, _) in enumerate(stats):
        if at == 0 or wide < 0.25 * width or high > 0.2 * wide:
            continue
        part = labels[top : top + high, left : left + wide] == at
        columns = np.flatnonzero(part.any(axis=0))
        rows = np.arange(high)[:, None]
        centers = (part * rows).sum(axis=0)[columns] / part.sum(axis=0)[columns] + top
        degree = 2 if wide > 0.6 * width else 1
        fitted = np.polynomial.polynomial.polyfit(columns + left - width / 2, centers, degree)
        bend = float(fitted[2]) if degree == 2 else float("nan")
        lines.append((float(fitted[0]) - height / 2, float(fitted[1]), bend, float(wide)))
    return _field(np.array(lines, np.float64).reshape(-1, 4))


def _field(lines: Floats) -> Field:
    place, slope, bend, weight = lines.T
    known = ~np.isnan(bend)
    return Field(
        slope=_line_through(place, slope, weight),
        bend=_line_through(place[known], bend[known], weight[known]),
    )


def _line_through(place: Floats, value: Floats, weight: Floats) -> tuple[float, float]:
    """Fit value ≈ a + b·place by weight, outliers (lines of letters) left out once."""
    if place.size == 0:
        return 0.0, 0.0
    if place.size < 4 or float(np.ptp(place)) < 40:
        return float(np.median(value)), 0.0
    for _ in range(2):
        b, a = np.polyfit(place, value, 1, w=weight)
        rest = np.abs(value - (a + b * place))
        kept = rest <= max(3 * float(np.median(rest)), 1e-5)
        if kept.all() or kept.sum() < 4:
            break
        place, value, weight = place[kept], value[kept], weight[kept]
    return float(a), float(b)


def _grid(straight: Straightened) -> tuple[Floats, Floats]:
    height, width = straight.flat.shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    u, v = x - width / 2, y - height / 2
    return x + straight.down.shift(u, v), y + straight.across.shift(v, u)


def _largest_shift(straight: Straightened) -> float:
    height, width = straight.flat.shape
    v = np.array([-height / 2, -height / 2, height / 2, height / 2])
    u = np.array([-width / 2, width / 2, -width / 2, width / 2])
    return float(
        max(np.abs(straight.across.shift(v, u)).max(), np.abs(straight.down.shift(u, v)).max())
    )


def _remap(straight: Straightened) -> Gray:
    x, y = _grid(straight)
    moved = cv2.remap(
        straight.flat,
        x.astype(np.float32),
        y.astype(np.float32),
        cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(moved, np.uint8)
