"""Which readings of many rows keep all sums over the rows together: an exact search.

Bounds and, after them, a meeting in the middle: nothing is guessed, and what would take too long is
said to be unknown.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Effects = NDArray[np.int64]
"""What each reading of a row (first axis) adds to each equation (second axis)."""

_MOST_HALVES = 60_000
"""Combinations of one half of the rows that are still tried."""


def solve(rows: Sequence[Effects]) -> list[frozenset[int]] | None:
    """Return for each row the readings that some solution takes; all empty when there is none.

    A solution takes one reading of each row so that their effects add up to nothing in every
    equation. None when finding out would take too long.
    """
    nothing = [frozenset[int]() for _ in rows]
    kept = _within_bounds(rows)
    if kept is None:
        return nothing
    taken = _meet(rows, kept)
    return taken if taken is None or all(taken) else nothing


def _within_bounds(rows: Sequence[Effects]) -> list[NDArray[np.int64]] | None:
    """Return the readings which the others, at their least and most, can make up for."""
    kept = [np.arange(len(row)) for row in rows]
    while True:
        if any(not len(own) for own in kept):
            return None
        low = np.array([row[own].min(axis=0) for row, own in zip(rows, kept, strict=True)])
        high = np.array([row[own].max(axis=0) for row, own in zip(rows, kept, strict=True)])
        least, most = low.sum(axis=0), high.sum(axis=0)
        fewer = []
        for at, (row, own) in enumerate(zip(rows, kept, strict=True)):
            effects = row[own]
            fits = (effects + least - low[at] <= 0) & (effects + most - high[at] >= 0)
            fewer.append(own[fits.all(axis=1)])
        if all(len(new) == len(old) for new, old in zip(fewer, kept, strict=True)):
            return kept
        kept = fewer


def _meet(
    rows: Sequence[Effects], kept: Sequence[NDArray[np.int64]]
) -> list[frozenset[int]] | None:
    """Return the readings of each row that meet with readings of the others; None if too many."""
    bound = [at for at, row in enumerate(rows) if row[kept[at]].any()]
    halves = _halves(bound, [len(own) for own in kept])
    if halves is None:
        return None
    left, right = halves
    here, there = _sums(rows, kept, left), -_sums(rows, kept, right)
    met = np.intersect1d(_keys(here), _keys(there))
    taken = [frozenset(own.tolist()) if len(met) else frozenset[int]() for own in kept]
    for half, sums in ((left, here), (right, there)):
        chosen = np.flatnonzero(np.isin(_keys(sums), met))
        places = np.unravel_index(chosen, [len(kept[at]) for at in half] or [1])
        for at, own in zip(half, places, strict=False):
            taken[at] = frozenset(kept[at][np.unique(own)].tolist())
    return taken


def _halves(rows: Sequence[int], counts: Sequence[int]) -> tuple[list[int], list[int]] | None:
    """Part the rows into two halves of about equally many combinations, neither too many."""
    parts: tuple[list[int], list[int]] = ([], [])
    sizes = [1, 1]
    for at in sorted(rows, key=lambda at: -counts[at]):
        smaller = sizes.index(min(sizes))
        parts[smaller].append(at)
        sizes[smaller] *= counts[at]
    return parts if max(sizes) <= _MOST_HALVES else None


def _sums(
    rows: Sequence[Effects], kept: Sequence[NDArray[np.int64]], places: Sequence[int]
) -> Effects:
    """Return what every choice of a reading for each of some rows adds up to."""
    sums = np.zeros((1, rows[0].shape[1]), np.int64)
    for at in places:
        sums = (sums[:, None, :] + rows[at][kept[at]][None, :, :]).reshape(-1, sums.shape[1])
    return sums


def _keys(sums: Effects) -> NDArray[np.void]:
    """Return each row of numbers as one value that can be compared."""
    whole = np.ascontiguousarray(sums)
    return whole.view(np.dtype((np.void, whole.dtype.itemsize * whole.shape[1]))).ravel()
