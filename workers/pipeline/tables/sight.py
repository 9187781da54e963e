"""What is seen of a straight table: every possible boundary, and what speaks for a ruling there."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from workers.pipeline.read.clean import Mask
from workers.pipeline.read.recognition import Gray
from workers.pipeline.tables.evidence import DEPTH, Floats, Lines, lines_down, peaks
from workers.pipeline.tables.white import White, find_white

_LEAST_ACROSS, _LEAST_DOWN = 0.12, 0.06
"""Share of the width, of the height, that a possible boundary must be ruled over."""
_DASHED, _RULED = 0.5, 0.9
"""Shares of an edge from which a line down counts, and counts in full, as a column's boundary."""
REACHING = 0.4
"""How far a boundary must reach the lines across, where it is lined, to be no stroke."""
_NEUTRAL = 0.4
"""Lined share of an edge that speaks neither for nor against a ruling."""
_PRINTED = 0.3
"""Share of a lost edge along which something is printed from which it is surely none."""
_PASSED = 0.3
"""What speaks for a boundary along white, by edge, when it is passed over."""
_WHITE_COLUMN = 0.3
"""Strength of a boundary that only white shows."""
_SURELY, _SURELY_OF_FEW, _FEW_ROWS = 0.5, 0.85, 6
"""Strength from which a boundary is no stroke of letters, and that in tables of so few boundaries
across that strokes may stand in all their rows."""


@dataclass(frozen=True, kw_only=True)
class Sight:
    """All possible boundaries of a table and what is seen of their edges."""

    rows: Floats
    columns: Floats
    strengths: Floats
    """Of the columns: the share of the height they are ruled over."""
    across: Lines
    down: Lines
    beside: Floats
    """Slots (between rows) × columns: lined shares."""
    reaching: Floats
    """Of the columns: how far they reach the lines across, where they are lined, 0 to 1."""
    letter: float
    lost_rows: NDArray[np.bool_]
    lost_columns: NDArray[np.bool_]
    """Which boundaries no line shows, only white."""
    white: White | None = None

    def across_evidence(self, columns: Floats) -> Floats:
        """Return what is seen for a ruling on each row boundary, −1 to 1: rows × (columns − 1).

        White says nothing for one, print on it all against.
        """
        found = evidence(self.across.cover(self.rows, columns).T)
        if self.white is not None and self.lost_rows.any():
            found[self.lost_rows] = -np.clip(self.white.across(columns) / _PRINTED, 0, 1)
        return found

    def down_evidence(self, upper: NDArray[np.int64]) -> Floats:
        """Return the same for what lies between each boundary and an upper one: … × columns."""
        found = evidence(self._mean_between(self.beside, upper))
        if self.white is not None and self.lost_columns.any():
            printed = self._mean_between(self.white.down(self.rows), upper)
            found[..., self.lost_columns] = -np.clip(printed / _PRINTED, 0, 1)
        return found

    def passed_over(self, across: Floats) -> Floats:
        """Return by row boundary what speaks against leaving it out."""
        ruled = np.maximum(across, 0).sum(axis=1)
        return np.asarray(ruled + _PASSED * across.shape[1] * self.lost_rows, np.float64)

    def _mean_between(self, shares: Floats, upper: NDArray[np.int64]) -> Floats:
        heights = np.diff(self.rows)[:, None]
        total = np.vstack([np.zeros((1, shares.shape[1])), shares * heights]).cumsum(axis=0)
        at = np.arange(len(self.rows))
        high = (self.rows[at] - self.rows[upper])[..., None]
        return np.asarray((total[at] - total[upper]) / np.maximum(high, 1e-9), np.float64)


def look(flat: Gray, letter: float, least: int = DEPTH) -> Sight | None:
    """Find the boundaries that lines of at least that depth show; None where there are too few."""
    down = lines_down(flat, letter, least)
    across = lines_down(np.asarray(cv2.transpose(flat), np.uint8), letter, least)
    runs = cv2.morphologyEx(
        across.mask,
        cv2.MORPH_OPEN,
        np.ones((max(3, round(1.5 * letter)), 1), np.uint8),
    )
    seen = peaks(np.asarray(runs.mean(axis=0), np.float64), _LEAST_ACROSS, 0.35 * letter)
    if len(seen) < 3:
        return None
    if not down.mask.any():
        return None
    lined = np.flatnonzero(runs[:, seen].mean(axis=1) > 0.06)
    left, right = float(lined[0]), float(lined[-1])
    rows = seen.astype(np.float64)
    high = np.flatnonzero(down.mask.any(axis=1))
    rows = _with_ends(rows, float(high[0]), float(high[-1]), 0.75 * letter)
    every = down.cover(np.arange(flat.shape[1], dtype=np.float64), rows)
    strength = (np.diff(rows) / (rows[-1] - rows[0])) @ (certainty(every))
    columns = peaks(strength, _LEAST_DOWN, 0.6 * letter).astype(np.float64)
    columns = _with_ends(columns, left, right, 0.7 * letter)
    columns = columns[(columns >= left - 0.8 * letter) & (columns <= right + 0.8 * letter)]
    beside = down.cover(columns, rows)
    return Sight(
        rows=rows,
        columns=columns,
        strengths=strength[np.rint(columns).astype(np.int64)],
        across=across,
        down=down,
        beside=beside,
        reaching=reaching(down.reach(columns, rows), beside),
        letter=letter,
        lost_rows=np.zeros(len(rows), bool),
        lost_columns=np.zeros(len(columns), bool),
    )


def look_closer(sight: Sight, print_only: Mask) -> Sight | None:
    """Add the boundaries that only white shows; None where there are none."""
    white = find_white(print_only, sight.across, sight.rows, _sure(sight), sight.letter)
    if not white.rows.size and not white.columns.size:
        return None
    rows, lost_rows = _with_lost(sight.rows, white.rows)
    columns, lost_columns = _with_lost(sight.columns, white.columns)
    strengths = np.full(len(columns), _WHITE_COLUMN)
    strengths[~lost_columns] = sight.strengths * (sight.reaching >= REACHING)
    reach = np.zeros(len(columns))
    reach[~lost_columns] = sight.reaching
    at = np.clip(np.rint(columns).astype(np.int64), 0, len(white.printed) - 1)
    strengths *= 1 - white.printed[at]
    return replace(
        sight,
        rows=rows,
        columns=columns,
        strengths=strengths,
        beside=sight.down.cover(columns, rows),
        reaching=reach,
        lost_rows=lost_rows,
        lost_columns=lost_columns,
        white=white,
    )


def _sure(sight: Sight) -> Floats:
    """Return the columns that are no strokes of letters: ruled mostly, or the table's sides."""
    sure = sight.strengths >= (_SURELY if len(sight.rows) > _FEW_ROWS else _SURELY_OF_FEW)
    sure &= sight.reaching >= REACHING
    sure[[0, -1]] = True
    return sight.columns[sure]


def reaching(reach: Floats, beside: Floats) -> Floats:
    """Return how far boundaries reach the lines across, where they are lined."""
    lined = beside >= _DASHED
    counts = lined.sum(axis=0)
    return np.asarray(np.where(lined, reach, 0.0).sum(axis=0) / np.maximum(counts, 1), np.float64)


def _with_lost(seen: Floats, lost: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    places = np.concatenate([seen, lost])
    order = np.argsort(places, kind="stable")
    return places[order], order >= len(seen)


def certainty(cover: Floats) -> Floats:
    """Return how surely lined shares are a ruling's, 0 to 1."""
    return np.asarray(np.clip((cover - _DASHED) / (_RULED - _DASHED), 0, 1), np.float64)


def evidence(cover: Floats) -> Floats:
    """Return what lined shares say for a ruling, −1 to 1."""
    over = cover - _NEUTRAL
    return np.where(over > 0, over / (1 - _NEUTRAL), over / _NEUTRAL)


def _with_ends(places: Floats, first: float, last: float, reach: float) -> Floats:
    """Add the sides of a table where no boundary is near them."""
    before = [first] if places.size == 0 or places[0] - first > reach else []
    after = [last] if places.size == 0 or last - places[-1] > reach else []
    return np.array([*before, *places, *after], np.float64)
