"""The columns of one part of a table found among those of the part that bears its header.

All parts of a table are set alike: a shift and a stretch bring the boundaries of one onto those of
another, whatever a page has lost of them, or a pen stroke beside the table has added. Where no
such likeness stands out, nobody knows which column is which.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, combinations
from statistics import median

import numpy as np
from numpy.typing import NDArray

from schemas.table import Cell

Floats = NDArray[np.float64]

_STRETCH = (0.65, 1.55)
"""Least and most by which a part is wider than another, both as shares of their pages: one of them
may lie across its sheet."""
_SAME_PLACE = 0.2
"""Share of the usual column within which two boundaries are the same."""
_ELSEWHERE = 0.5
"""Share of it by which another way to lay a part must move a boundary to be another way."""
_FEWEST, _MOST = 4, 32
"""Boundaries that must be found again, and up to which a table is no other than the form's: of more
there are too many ways to lay them."""
_CLEARLY = 1.7
"""So many boundaries more than any other way of laying the parts on each other must fit; the
outermost ones, which are the frame, count twice."""

_BEYOND = 1.5
"""What it costs, in boundaries, if something is printed beyond a side of the headed frame."""
_TRIED, _NEARLY, _FREER = 80, 0.5, 0.3
"""How many of the best ways are tried bent too, share of the usual column within which boundaries
may be the same then, and what it costs: more ways fit anything better."""


@dataclass(frozen=True, kw_only=True)
class Alignment:
    """Where the boundaries of a part lie among those of the part with the header.

    `at`: by boundary, the index of the one it is, or None. `places`: where it lies, in the measure
    of the headed part. `sure`: no other way to lay them fits nearly as well.
    """

    at: tuple[int | None, ...]
    places: tuple[float, ...]
    sure: bool


def boundaries(columns: int, cells: Sequence[Cell]) -> tuple[float, ...]:
    """Return where the columns' boundaries lie across the page, in fractions of its width.

    Between texts that no ruling parts, in the middle. One that no cell shows lies where the one
    before it does; of cells without places all are 0.
    """
    starts: list[list[float]] = [[] for _ in range(columns + 1)]
    ends: list[list[float]] = [[] for _ in range(columns + 1)]
    for cell in cells:
        if cell.box is not None:
            starts[cell.column].append(cell.box[0])
            ends[cell.column + cell.column_span].append(cell.box[2])
    pairs = zip(starts, ends, strict=True)
    sides = [[median(own) for own in pair if own] for pair in pairs]
    places = [sum(own) / len(own) if own else 0.0 for own in sides]
    return tuple(accumulate(places, max))


def align_columns(
    headed: Sequence[float], part: Sequence[float], printed: tuple[int, int] | None = None
) -> Alignment | None:
    """Lay the boundaries of a part on those of the headed one; None where they are not alike.

    `printed`: the part's boundaries between which all that is printed in it stands.
    """
    one, other = np.array(headed, np.float64), np.array(part, np.float64)
    usual = float(np.median(np.diff(one))) if len(one) > 1 else 0.0
    if min(len(one), len(other)) < _FEWEST or max(len(one), len(other)) > _MOST or usual <= 0:
        return None
    ways = _ways(one, other)
    if not len(ways):
        return None
    mapped = ways[:, :1] * other + ways[:, 1:]
    scores = _scores(one, other, mapped, usual, printed)
    ranked = np.argsort(-scores, kind="stable")[:_TRIED]
    bent = np.array([_bent(one, other, mapped[at], usual) for at in ranked])
    mapped = np.concatenate([mapped, bent])
    scores = np.concatenate([scores, _scores(one, other, bent, usual, printed) - _FREER])
    places = mapped[int(scores.argmax())]
    at = _found(one, places[None], _SAME_PLACE * usual)[0][0]
    if (at >= 0).sum() < _FEWEST:
        return None
    elsewhere = np.abs(mapped - places).max(axis=1) > _ELSEWHERE * usual
    rival = float(scores[elsewhere].max(initial=0.0))
    return Alignment(
        at=tuple(int(i) if i >= 0 else None for i in at),
        places=tuple(places.tolist()),
        sure=_is_whole(at, len(one)) or float(scores.max()) - rival >= _CLEARLY,
    )


def _scores(
    one: Floats, other: Floats, mapped: Floats, usual: float, printed: tuple[int, int] | None
) -> Floats:
    """Say how well a part laid in these ways fits: boundaries, frame, and about the same place."""
    found, fitting = _found(one, mapped, _SAME_PLACE * usual)
    frame = (found == 0).any(axis=1).astype(float) + (found == len(one) - 1).any(axis=1)
    kept = np.median(np.abs(mapped - other), axis=1) < _ELSEWHERE * usual
    scores = fitting + frame + kept
    if printed is not None:
        first, last = printed
        scores -= _BEYOND * (mapped[:, first] < one[0] - _ELSEWHERE * usual)
        scores -= _BEYOND * (mapped[:, last] > one[-1] + _ELSEWHERE * usual)
    return np.asarray(scores, np.float64)


def _bent(one: Floats, other: Floats, mapped: Floats, usual: float) -> Floats:
    """Lay a part so that it fits best near a way: a tilted sheet is stretched more at one side."""
    found = _found(one, mapped[None], _NEARLY * usual)[0][0]
    there = found >= 0
    degree = 2 if there.sum() > _FEWEST else 1
    if there.sum() < _FEWEST:
        return mapped
    laid = np.polyval(np.polyfit(other[there], one[found[there]], degree), other)
    return np.asarray(laid if (np.diff(laid) > 0).all() else mapped, np.float64)


def _ways(one: Floats, other: Floats) -> Floats:
    """Return every stretch and shift that brings two boundaries onto two others."""
    here = np.array(list(combinations(one, 2)))
    there = np.array(list(combinations(other, 2)))
    wide = there[:, 1] - there[:, 0]
    there, wide = there[wide > 0], wide[wide > 0]
    stretch = (here[:, 1] - here[:, 0])[:, None] / wide
    shift = here[:, :1] - stretch * there[:, 0]
    kept = (stretch >= _STRETCH[0]) & (stretch <= _STRETCH[1])
    return np.stack([stretch[kept], shift[kept]], axis=1)


def _found(one: Floats, mapped: Floats, near: float) -> tuple[NDArray[np.int64], Floats]:
    """Return by way the boundary each mapped one is, -1 for none, and how well they fit in all.

    One that lies right on another counts as one, one that hardly reaches it as none.
    """
    middles = (one[1:] + one[:-1]) / 2
    nearest = np.searchsorted(middles, mapped)
    off = np.abs(one[nearest] - mapped) / near
    same = off <= 1
    twice = same[:, 1:] & same[:, :-1] & (nearest[:, 1:] == nearest[:, :-1])
    farther = off[:, 1:] > off[:, :-1]
    same[:, 1:] &= ~(twice & farther)
    same[:, :-1] &= ~(twice & ~farther)
    return np.where(same, nearest, -1), np.where(same, 1 - off**2, 0.0).sum(axis=1)


def _is_whole(at: NDArray[np.int64], count: int) -> bool:
    """Say whether each boundary is found again, and no other is there."""
    return len(at) == count and bool((at == np.arange(count)).all())
