"""Columns of a form among the possible boundaries of a table: strong ones, values about even."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from workers.pipeline.tables.pattern import Pattern
from workers.pipeline.tables.sight import Sight

Ints = NDArray[np.int64]
Block = tuple[float, list[int]]
"""Score and boundaries of columns about equally wide."""
_FEW, _TRIALS = 3, 6
"""Tables with so few even columns are tried with so many choices of columns."""
_REACHES, _FIRM_TRIALS = 0.9, 2
"""How far a boundary must reach the lines across to be hardly a stroke, and how many choices of
such alone are tried besides."""
_OTHERS, _WEAKER = 2, 3
"""How many of the best choices are tried with other boundaries between the labels, and how many
weaker ones are looked at."""
_EVEN = 0.6
"""What a column as wide again as it should be costs, in strengths of a boundary."""


def choose_columns(sight: Sight, even: int, columns: int, blocks: dict[int, Block]) -> list[Ints]:
    """Choose column boundaries: strong ones, the last `even` about equally wide; best first.

    A table of few columns is tried in several ways: strokes of letters may seem as strong.
    """
    places = sight.columns
    before = columns - even
    found: list[tuple[float, list[int]]] = []
    for first in blocks:
        if before and places[first] - places[0] < 2 * sight.letter:
            continue
        strongest = _strongest(sight, first, before - 1)
        if len(strongest) < before - 1:
            continue
        labels = sorted(strongest[: max(0, before - 1)])
        score, block = blocks[first]
        score += float(sight.strengths[[first, *labels]].sum())
        found.append((score, [*([0] if before else []), *labels, *block]))
    found.sort(reverse=True)
    trials = _TRIALS if even <= _FEW or sight.white is not None else 1
    return [np.array(places, np.int64) for score, places in found[:trials] if score > 0]


def reaching_columns(sight: Sight, even: int, columns: int, chosen: Sequence[Ints]) -> list[Ints]:
    """Choose among boundaries alone that reach the lines across: strokes hardly do, in low rows.

    Only where columns are few, and what was not chosen already.
    """
    if even > _FEW or sight.white is not None:
        return []
    firm = replace(sight, strengths=sight.strengths * (sight.reaching >= _REACHES))
    found = choose_columns(firm, even, columns, even_blocks(firm, even, columns > even))
    known = {one.tobytes() for one in chosen}
    return [one for one in found[:_FIRM_TRIALS] if one.tobytes() not in known]


def relabelled(sight: Sight, even: int, columns: int, chosen: Sequence[Ints]) -> list[Ints]:
    """Choose other boundaries between the labels: one may be lost, and its white is weak.

    Only where white counts, for the best of what was chosen already, where labels take two columns
    or more.
    """
    found: list[Ints] = []
    if sight.white is None:
        return found
    for labels, block in ((one[1 : -even - 1], one[-even - 1 :]) for one in chosen[:_OTHERS]):
        if columns > even + 1:
            strongest = _strongest(sight, int(block[0]), len(labels) + _WEAKER)
            ways = combinations(strongest, len(labels))
            found += [np.array([0, *sorted(way), *block], np.int64) for way in ways]
    known = {one.tobytes() for one in chosen}
    return [one for one in found if one.tobytes() not in known]


def _strongest(sight: Sight, first: int, wanted: int) -> list[int]:
    """Return the strongest boundaries between the left side and the first value column."""
    kept: list[int] = []
    for at in sorted(range(1, first), key=lambda at: -sight.strengths[at]):
        near = [abs(sight.columns[at] - sight.columns[k]) for k in (0, first, *kept)]
        if len(kept) < wanted and min(near) > 1.2 * sight.letter:
            kept.append(at)
    return kept


def even_blocks(sight: Sight, even: int, labelled: bool) -> dict[int, Block]:
    """Part the width from a boundary to the right side into `even` columns about as wide.

    Return score and boundaries by the first one; where no labels come before, that is the left
    side.
    """
    places = sight.columns
    refs = (places[-1] - places) / even
    starts = np.flatnonzero((refs >= sight.letter) & (np.arange(len(places)) < len(places) - even))
    starts = starts if labelled else starts[starts == 0]
    refs = refs[starts, None, None]
    width = places[:, None] - places[None, :]  # to × from
    step = sight.strengths[:, None] - _EVEN * np.abs(width - refs) / refs
    step[width < 0.5 * refs] = -1e6
    best = np.full((len(starts), len(places)), -1e9)
    best[np.arange(len(starts)), starts] = 0.0
    came = []
    for _ in range(even):
        total = best[:, None, :] + step
        came.append(total.argmax(axis=2))
        best = total.max(axis=2)
    blocks = {}
    for at, start in enumerate(starts.tolist()):
        block = [len(places) - 1]
        for before in reversed(came):
            block.append(int(before[at, block[-1]]))
        blocks[start] = float(best[at, -1]), block[::-1]
    return blocks


def unevenness(sight: Sight, pattern: Pattern, columns: Ints) -> float:
    """Return by how much the value columns are wider or narrower than usual, in usual widths."""
    widths = np.diff(sight.columns[columns[-pattern.even - 1 :]])
    return float(np.abs(widths / widths.mean() - 1).sum())
