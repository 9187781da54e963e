"""Rows of a form laid along the possible row boundaries of a table, by dynamic programming."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

NEVER = -1e9
"""What a step costs that is not to be taken."""
_BEGUN, _AFTER_HEAD = 1, 2
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

    `gains` (slots − 1 × lower boundary × row): a row of so many slots, NEVER where there are not as
    many; `inner` (boundary × boundary of the form); by boundary: `ends`, when it is the first or
    last, `above` and `below`, what is left out there then. Only `allowed` rows may come; after the
    first `heads` any (0: only the next).
    """

    gains: Floats
    inner: Floats
    ends: Floats
    above: Floats
    below: Floats
    allowed: Flags
    heads: int


def best_chains(trials: Sequence[Scores]) -> list[Chain]:
    """Return the best chain of rows of each trial; all have the same possible boundaries.

    They go side by side through one pass, forms of fewer rows filled up with rows that never come.
    """
    if not trials:
        return []
    height = max(len(trial.allowed) for trial in trials)
    gains = _stacked([np.where(trial.allowed, trial.gains, NEVER) for trial in trials], height)
    inner = _stacked([trial.inner for trial in trials], height + 1)
    begins = np.array([trial.ends - trial.above for trial in trials])
    may_begin = _stacked([trial.allowed for trial in trials], height + 1) == 1
    heads = np.array([trial.heads for trial in trials])
    after_head = may_begin & (np.arange(height + 1) > heads[:, None]) & (heads[:, None] > 0)
    count, slots = inner.shape[1], gains.shape[1]
    every = np.arange(len(trials))
    reached = np.full((len(trials), count, height + 1), NEVER)
    came = np.zeros(reached.shape, np.int64)
    way = np.zeros(reached.shape, np.int64)
    ready = np.full((len(trials), slots + count, height + 1), NEVER)  # `slots` more come first
    for at in range(count):
        total = ready[:, at : at + slots, :-1][:, ::-1] + gains[:, :, at]
        best = total.argmax(axis=1)
        reached[:, at, 1:] = total.max(axis=1)
        came[:, at, 1:] = at - 1 - best
        own = ready[:, at + slots]
        own[:] = reached[:, at] + inner[:, at]
        begun = may_begin & (own < begins[:, at, None])
        np.copyto(own, begins[:, at, None], where=begun)
        way[:, at][begun] = _BEGUN
        repeated = own[every, heads][:, None] - _REPEATED
        jumped = after_head & (own < repeated)
        np.copyto(own, repeated, where=jumped)
        way[:, at][jumped] = _AFTER_HEAD
    ends = np.array([trial.ends - trial.below for trial in trials])
    totals = reached + ends[:, :, None]
    return [_traced(came[at], way[at], totals[at], trial.heads) for at, trial in enumerate(trials)]


def _stacked(parts: Sequence[NDArray[np.generic]], wide: int) -> Floats:
    """Stack arrays, the last axis of each filled up with steps that are never taken."""
    stack = np.full((len(parts), *parts[0].shape[:-1], wide), NEVER)
    for own, part in zip(stack, parts, strict=True):
        own[..., : part.shape[-1]] = part
    return stack


def _traced(came: NDArray[np.int64], way: NDArray[np.int64], totals: Floats, heads: int) -> Chain:
    """Go the best way back from its last boundary."""
    at, row = (int(v) for v in np.unravel_index(int(totals.argmax()), totals.shape))
    score = float(totals[at, row])
    bounds, rows = [at], list[int]()
    while score > NEVER / 2:
        at, row = int(came[at, row]), row - 1
        bounds.append(at)
        rows.append(row)
        if way[at, row] == _BEGUN:
            break
        if way[at, row] == _AFTER_HEAD:
            row = heads
    return Chain(bounds=tuple(bounds[::-1]), rows=tuple(rows[::-1]), score=score)
