"""A part of a form laid on the boundaries of a table, and whether what is seen bears it out."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workers.pipeline.read.clean import Mask
from workers.pipeline.tables.chain import Chain
from workers.pipeline.tables.evidence import Floats
from workers.pipeline.tables.pattern import Pattern
from workers.pipeline.tables.sight import REACHING, Sight, certainty
from workers.pipeline.tables.white import numbers_inked, printed_share

Ints = NDArray[np.int64]
_RULED = 0.9
"""Share of an edge from which it is surely ruled."""
_LEAST_SLOTS = 20
"""Rows times columns of a part from which its rulings tell what it is."""
_GOOD, _WEAKEST, _CLEAR = 0.6, 0.3, 0.5
"""How ruled the form's edges must be on average, along each boundary, and more than others are."""
_MOST_LOST, _MOST_LOST_ONE_WAY = 0.4, 0.7
"""Share of all inner boundaries, and of those of one direction, that may be lost altogether."""
_CLEARLY, _CLEARLY_DOWN, MANY = 0.6, 0.85, 8
"""Ruled shares from which a boundary is one of the table, whatever the form says; the latter in
tables of more boundaries across than that, since letters stand one below the other."""
_MOSTLY, _FEW_FALSE, _FEW_EDGES = 0.8, 0.15, 4
"""If so large a share of the form's edges is ruled, none larger where it has none, and no boundary
lost, a row of a large table counts by itself only with so many edges down: few may be broken."""
_WHOLLY = 0.9
"""Ruled share from which a column boundary runs from the first row of a part to its last."""
_DOUBLE = 0.8
"""Letters up to which two lines are one double ruling: no row or column is as narrow."""
UNSEEN, CROSSED = 0.3, 0.06
"""Lined share below which an edge is not seen, and inked share from which letters lie across."""
_BEYOND = (0.15, 0.45)
"""Letters beyond a side between which nothing of the table may be printed."""
_NUMBER = 0.4
"""Letters of height from which ink is a line of numbers."""


@dataclass(frozen=True, kw_only=True)
class Match:
    """A part of a pattern laid on boundaries: which rows of the form lie between which of them."""

    pattern: Pattern
    columns: Ints
    chain: Chain


def bears_out(sight: Sight, match: Match) -> bool:
    """Say whether the form's edges are ruled, each of its boundaries in part, and few others."""
    pattern, rows = match.pattern, list(match.chain.rows)
    if is_small(match):
        return False
    across, down = covers(sight, match)
    below, beside = pattern.below[rows[1:]], pattern.beside[rows, 1:-1]
    lost_rows, lost_columns = lost_in(sight, match, across)
    most = _MOST_LOST_ONE_WAY if len(rows) >= MANY else _MOST_LOST
    if np.concatenate([lost_rows, lost_columns]).mean() > _MOST_LOST:
        return False
    if lost_rows.mean() > _MOST_LOST_ONE_WAY or lost_columns.mean() > most:
        return False
    below, beside = below & ~lost_rows[:, None], beside & ~lost_columns
    sure_across, sure_down = certainty(across), certainty(down)
    ruled = float(np.concatenate([sure_across[below], sure_down[beside]]).mean())
    others = np.concatenate([across[~below], down[~beside]])  # what is lost is not ruled either
    false = float((others > _RULED).mean()) if others.size else 0.0
    if ruled < _GOOD or ruled - false < _CLEAR:
        return False
    clear = ruled >= _MOSTLY and false <= _FEW_FALSE
    large = len(rows) >= MANY <= pattern.columns
    clear &= large and not (lost_rows.any() or lost_columns.any())
    firm = beside.sum(axis=1) >= (_FEW_EDGES if clear else 1)
    weakest = min(_means(sure_across, below), _means(sure_down[firm], beside[firm]))
    if min(weakest, _means(sure_down.T, beside.T)) < _WEAKEST:
        return False
    return not _leaves_out(sight, match)


def is_small(match: Match) -> bool:
    """Say whether a part has too few rows and columns for its rulings to tell what it is."""
    return len(match.chain.rows) * match.pattern.columns < _LEAST_SLOTS


def is_ruled_wholly(sight: Sight, match: Match) -> bool:
    """Say whether all column boundaries of a match are ruled to the end, and no other as much."""
    others = np.setdiff1d(np.arange(len(sight.columns)), match.columns)
    others = _apart(others, sight.columns, match.columns.tolist(), sight)
    least = columns_ruled(sight, match).min(initial=1.0)
    return bool(least >= _WHOLLY and not (sight.strengths[others] >= _WHOLLY).any())


def lost_in(
    sight: Sight, match: Match, across: Floats
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which inner boundaries of a match no line shows, where that is allowed for at all.

    A stroke of a letter may lie where a ruling was lost.
    """
    bounds, rows = list(match.chain.bounds), list(match.chain.rows)
    lost_rows, lost_columns = sight.lost_rows[bounds[1:-1]], sight.lost_columns[match.columns[1:-1]]
    if sight.white is None:
        return lost_rows, lost_columns
    below = match.pattern.below[rows[1:]]
    unseen_rows = _line_means(certainty(across), below) < _WEAKEST
    unseen_columns = columns_ruled(sight, match) < _WEAKEST
    return lost_rows | unseen_rows, lost_columns | unseen_columns


def _means(sure: Floats, there: NDArray[np.bool_]) -> float:
    """Return how ruled the least ruled line of edges is, of the edges the form has on it."""
    return float(_line_means(sure, there).min(initial=1.0))


def _line_means(sure: Floats, there: NDArray[np.bool_]) -> Floats:
    """Return how ruled each line of edges is, of the edges the form has on it; 1 where none."""
    counts = there.sum(axis=1)
    sums = np.where(there, sure, 0.0).sum(axis=1)
    return np.asarray(np.where(counts > 0, sums / np.maximum(counts, 1), 1.0), np.float64)


def _leaves_out(sight: Sight, match: Match) -> bool:
    """Say whether a boundary is clearly ruled that the form does not have, or a row goes on."""
    bounds, columns = list(match.chain.bounds), match.columns
    every = sight.across.cover(sight.rows, sight.columns[columns]).T
    left_out = _apart(np.setdiff1d(np.arange(len(sight.rows)), bounds), sight.rows, bounds, sight)
    if ((certainty(every[left_out]) > 0.5).mean(axis=1) > _CLEARLY).any():
        return True
    outside = np.r_[0 : bounds[0], bounds[-1] : len(sight.rows) - 1]
    if (certainty(sight.beside[outside][:, columns[1:-1]]).mean(axis=1) > 0.5).any():
        return True
    others = np.setdiff1d(np.arange(len(sight.columns)), columns)
    others = _apart(others, sight.columns, columns.tolist(), sight)
    return len(bounds) > MANY and bool((sight.strengths[others] > _CLEARLY_DOWN).any())


def _apart(others: Ints, places: Floats, taken: list[int], sight: Sight) -> Ints:
    """Leave out boundaries so near one that is taken that both are one double ruling."""
    near = np.abs(places[others][:, None] - places[taken]).min(axis=1, initial=np.inf)
    return np.asarray(others[near > _DOUBLE * sight.letter], np.int64)


def covers(sight: Sight, match: Match) -> tuple[Floats, Floats]:
    """Return the lined shares of the inner edges: row boundaries × columns, rows × boundaries."""
    bounds, columns = sight.rows[list(match.chain.bounds)], sight.columns[match.columns]
    across = sight.across.cover(bounds[1:-1], columns).T
    return across, sight.down.cover(columns[1:-1], bounds)


def overflows(sight: Sight, match: Match, print_only: Mask) -> bool:
    """Say whether something is printed beyond a side of the table that is not ruled."""
    bounds, places = sight.rows[list(match.chain.bounds)], sight.columns[match.columns]
    near, far = round(_BEYOND[0] * sight.letter), round(_BEYOND[1] * sight.letter)
    left, right = round(places[0]), round(places[-1])
    outside = (
        print_only[:, max(0, left - far) : max(0, left - near)],
        print_only[:, right + near : right + far],
    )
    over = printed_share(np.array([part.any(axis=1) for part in outside]), bounds).T
    unseen = sight.down.cover(places[[0, -1]], bounds) < UNSEEN
    return bool((unseen & (over > CROSSED)).any())


def passes_white(match: Match, sight: Sight, closer: Sight, print_only: Mask) -> bool:
    """Say whether two lines of numbers stand in a row of values: a ruling was lost between them."""
    bounds = sight.rows[list(match.chain.bounds)]
    inked = numbers_inked(print_only, sight.columns[match.columns], sight.letter)
    least = _NUMBER * sight.letter
    for place in closer.rows[closer.lost_rows].tolist():
        at = int(np.searchsorted(bounds, place, side="right")) - 1
        if 0 <= at < len(match.chain.rows) and match.chain.rows[at] >= match.pattern.heads:
            above = inked[round(bounds[at]) + 3 : round(place)]
            below = inked[round(place) : round(bounds[at + 1]) - 2]
            if min(above.sum(), below.sum()) >= least:
                return True
    return False


def columns_ruled(sight: Sight, match: Match) -> Floats:
    """Return how ruled each inner column boundary is, of the edges the form has on it.

    Strokes that do not reach the lines across are no ruling.
    """
    beside = match.pattern.beside[list(match.chain.rows), 1:-1]
    ruled = _line_means(certainty(covers(sight, match)[1]).T, beside.T)
    return np.where(sight.reaching[match.columns[1:-1]] >= REACHING, ruled, 0.0)
