"""Straighten a table: what lens, paper and hand bent is bent back along the table's own rulings.

Lines across follow y = Y + s(Y)·u + q(Y)·u² + w(Y, u), and lines down the same in x; (X, Y) is
the straightened place, u the distance from the middle of the region, s and q are linear and w the
waves that are left, where there are any (`waves`).
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from workers.pipeline.read.clean import Mask
from workers.pipeline.read.recognition import Gray
from workers.pipeline.tables.rulings import Region, Rulings
from workers.pipeline.tables.waves import Floats, Samples, Waves, fit_waves, trace

_STRAIGHT_ENOUGH_PX = 0.8
_WAVY_PX = 0.5
"""What slope and bend must leave of a quarter of all samples for waves to be fitted."""
_PIECE, _LONG, _WHOLE = 0.03, 0.25, 0.6
"""Share of the longer side from which a piece of a line is traced; shares of its own direction
from which its slope counts, and its bend."""
_KNOT_PX = 16
"""Pixels between the places at which shifts are computed, linear in between."""


@dataclass(frozen=True, kw_only=True)
class Field:
    """How lines of one direction slope and bend: (constant, per pixel) of s and of q; and waves."""

    slope: tuple[float, float]
    bend: tuple[float, float]
    waves: Waves | None = None

    def shift(self, place: Floats, along: Floats) -> Floats:
        """Return by how many pixels a line at `place` is displaced at distance `along`."""
        slope = self.slope[0] + self.slope[1] * place
        bend = self.bend[0] + self.bend[1] * place
        shift = np.asarray(slope * along + bend * along * along, np.float64)
        return shift if self.waves is None else shift + self.waves.shift(place, along)


LEVEL = Field(slope=(0.0, 0.0), bend=(0.0, 0.0))
"""Lines that neither slope nor bend."""


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
        x, y = self.region.left, self.region.top
        if self.across == LEVEL == self.down:
            return float(left) + x, float(top) + y, float(right) + x, float(bottom) + y
        u = np.array([left, right, left, right], np.float64)
        v = np.array([top, top, bottom, bottom], np.float64)
        page_y = v + self.across.shift(v - self._middle_y, u - self._middle_x)
        page_x = u + self.down.shift(u - self._middle_x, v - self._middle_y)
        return (
            float(page_x.min()) + x,
            float(page_y.min()) + y,
            float(page_x.max()) + x,
            float(page_y.max()) + y,
        )

    def outline_on_page(self, left: float, top: float, right: float, bottom: float) -> Floats:
        """Return the bent sides (points × x, y) on the page of a straight rectangle."""
        x = np.linspace(left, right, 2 + int((right - left) // _KNOT_PX))
        y = np.linspace(top, bottom, 2 + int((bottom - top) // _KNOT_PX))
        across = np.concatenate([x, np.full(y.size, right), x[::-1], np.full(y.size, left)])
        down = np.concatenate([np.full(x.size, top), y, np.full(x.size, bottom), y[::-1]])
        u, v = across - self._middle_x, down - self._middle_y
        return np.stack(
            [
                across + self.down.shift(u, v) + self.region.left,
                down + self.across.shift(v, u) + self.region.top,
            ],
            axis=1,
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
    part = np.ascontiguousarray(flat[window])
    shortest = _PIECE * max(part.shape)
    rows = trace(rulings.across[window], shortest)
    columns = trace(np.ascontiguousarray(rulings.down[window].T), shortest)
    return _bent_back(part, cut, rows, columns)


def straighten_anew(
    flat: Gray, level: Straightened, across: Mask, columns: Samples
) -> Straightened:
    """Straighten a region of a page, of which only lines across were straightened, once more.

    By what is seen in its level image: its lines across, where steep ones are found to their ends,
    and samples of lines down.
    """
    cut = level.region
    part = np.ascontiguousarray(flat[cut.top : cut.bottom, cut.left : cut.right])
    rows = trace(across, _PIECE * max(part.shape))
    rows = replace(rows, place=rows.place + level.across.shift(rows.place, rows.along))
    steep = level.across.shift(columns.along, columns.place)
    return _bent_back(part, cut, rows, replace(columns, along=columns.along + steep))


def _bent_back(part: Gray, cut: Region, rows: Samples, columns: Samples) -> Straightened:
    across, down = _fields(rows, columns, *part.shape)
    if _largest_shift(across, down, *part.shape) < _STRAIGHT_ENOUGH_PX:
        return Straightened(flat=part, region=cut, across=LEVEL, down=LEVEL)
    return Straightened(flat=_remap(part, across, down), region=cut, across=across, down=down)


def _fields(rows: Samples, columns: Samples, height: int, width: int) -> tuple[Field, Field]:
    """Fit both fields; waves twice, at places that the other field has straightened."""
    across, down = _fit(rows, width), _fit(columns, height)
    if not (_wavy(rows, across) or _wavy(columns, down)):
        return across, down
    for _ in range(2):
        down = _waved(columns, across, down, width, height)
        across = _waved(rows, down, across, height, width)
    return across, down


_POINTS = 3
"""Samples of a line that say how it slopes; more say how it bends."""


def _fit(lines: Samples, width: int) -> Field:
    """Fit slope and bend of lines across, each as a linear function of height."""
    found: list[tuple[float, float, float, float]] = []
    for line in range(int(lines.line.max(initial=-1)) + 1):
        own = lines.line == line
        along = lines.along[own]
        wide = float(np.ptp(along))
        points = np.unique(along).size
        if wide < _LONG * width or points < _POINTS:
            continue
        degree = 2 if wide > _WHOLE * width and points > _POINTS else 1
        fitted = np.polynomial.polynomial.polyfit(along, lines.place[own], degree)
        bend = float(fitted[2]) if degree == 2 else float("nan")
        found.append((float(fitted[0]), float(fitted[1]), bend, wide))
    return _field(np.array(found, np.float64).reshape(-1, 4))


def _wavy(lines: Samples, field: Field) -> bool:
    """Say whether lines are not straight once their slope and bend are taken away."""
    if lines.along.size == 0:
        return False
    rest = lines.place - field.shift(lines.place, lines.along)
    astray = np.abs(rest - lines.means(rest, np.ones(rest.size)))
    return float(np.percentile(astray, 75)) > _WAVY_PX


def _waved(lines: Samples, other: Field, field: Field, height: int, width: int) -> Field:
    """Fit what slope and bend leave, along lines whose samples the other field has moved."""
    along = lines.along - other.shift(lines.along, lines.place)
    place = lines.place - field.shift(lines.place, lines.along)
    guess = replace(field, waves=None)
    moved = replace(lines, along=along)
    return replace(field, waves=fit_waves(moved, guess.shift(place, along), height, width))


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


def _knots(across: Field, down: Field, height: int, width: int) -> tuple[Floats, Floats]:
    """Return by how much pixels move across and down, at the middles of coarse squares."""
    high, wide = -(-height // _KNOT_PX), -(-width // _KNOT_PX)
    v = (np.arange(high) + 0.5)[:, None] * height / high - 0.5 - height / 2
    u = (np.arange(wide) + 0.5)[None, :] * width / wide - 0.5 - width / 2
    v, u = np.broadcast_arrays(v, u)
    return down.shift(u, v), across.shift(v, u)


def _largest_shift(across: Field, down: Field, height: int, width: int) -> float:
    return float(max(np.abs(shift).max() for shift in _knots(across, down, height, width)))


def _remap(flat: Gray, across: Field, down: Field) -> Gray:
    height, width = flat.shape
    shifts = _knots(across, down, height, width)
    right, below = (cv2.resize(shift.astype(np.float32), (width, height)) for shift in shifts)
    x = right + np.arange(width, dtype=np.float32)
    y = below + np.arange(height, dtype=np.float32)[:, None]
    moved = cv2.remap(flat, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.uint8)
