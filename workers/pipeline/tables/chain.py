"""Rows of a form laid along the possible row boundaries of a table, by dynamic programming."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_NEVER = -1e9
_THROUGH, _BEGUN, _AFTER_HEAD = 0, 1, 2
_REPEATED = 12.0
"""What going on after a repeated header with another row than the next one costs."""


@dataclass(frozen=True, kw_only=True)
class Chain:
    """Rows of the form one below the other: row `rows[i]` from `bounds[i]` to `bounds[i + 1]`."""

    bounds: tuple[int, ...]
    rows: tuple[int, ...]
    score: float


@dataclass(frozen=True, kw_only=True)
class Scores:
    """What speaks for every step; boundaries are those possible, rows those of the form.

    `gains[n]` (upper boundary × row): a row of n + 1 slots; `inner` (boundary × boundary of the
    form); by boundary: `ends`, when it is the first or last, `above` and `below`, what is left out
    there then.
    """

    gains: Sequence[Floats]
    inner: Floats
    ends: Floats
    above: Floats
    below: Floats


def best_chain(scores: Scores, allowed: NDArray[np.bool_], heads: int) -> Chain:
    """Return the best chain of allowed rows; after `heads` rows any row may come (0: only one)."""
    count, height = len(scores.inner), len(allowed)
    reached = np.full((count, height + 1), _NEVER)
    came = np.zeros((count, height + 1), np.int64)
    ready = np.full((count, height + 1), _NEVER)
    way = np.zeros((count, height + 1), np.int64)
    may_begin = np.append(allowed, False)
    for at in range(count):
        for slots, gain in enumerate(scores.gains[:at], start=1):
            total = ready[at - slots, :-1] + np.where(allowed, gain[at - slots], _NEVER)
            better = np.append(False, total > reached[at, 1:])
            reached[at, better] = total[better[1:]]
            came[at, better] = at - slots
        ready[at] = reached[at] + scores.inner[at]
        begun = may_begin & (ready[at] < scores.ends[at] - scores.above[at])
        ready[at, begun] = scores.ends[at] - scores.above[at]
        way[at, begun] = _BEGUN
        if heads:
            jumped = may_begin & (ready[at] < ready[at, heads] - _REPEATED)
            jumped[: heads + 1] = False
            ready[at, jumped] = ready[at, heads] - _REPEATED
            way[at, jumped] = _AFTER_HEAD
    total = reached + (scores.ends - scores.below)[:, None]
    last, row = (int(v) for v in np.unravel_index(int(total.argmax()), total.shape))
    return _traced(came, way, last, row, heads, float(total[last, row]))


def _traced(
    came: NDArray[np.int64], way: NDArray[np.int64], last: int, row: int, heads: int, score: float
) -> Chain:
    bounds, rows = [last], []
    at = last
    while score > _NEVER / 2:
        at, row = int(came[at, row]), row - 1
        bounds.append(at)
        rows.append(row)
        if way[at, row] == _BEGUN:
            break
        if way[at, row] == _AFTER_HEAD:
            row = heads
    return Chain(bounds=tuple(bounds[::-1]), rows=tuple(rows[::-1]), score=score)
