"""A lone row at the head of a page, too low for its lines down to be told from letters by length.

A table broken before its last row leaves one row of numbers, hardly higher than they are. Between
two lines across, as wide as each other and with no line down found between them, shorter ones are
looked for; they count when the row is closed by one at both ends.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from workers.pipeline.read.recognition import Gray
from workers.pipeline.tables.regions import find_regions
from workers.pipeline.tables.rulings import Region, Rulings, find_rulings, stretches

_LOWEST, _HIGHEST = 0.6, 1.6
"""Height of such a row between its lines, in letters."""
_HEIGHT_IN_LETTERS = 1.5
"""Height of a row in letters of the size that it is printed in, or less."""
_LONGEST = 0.3
"""Least length of its lines across, as a share of the page's width."""


@dataclass(frozen=True, kw_only=True)
class LowRow:
    """A row's place on the page, its rulings there and the size of letters they were found by."""

    region: Region
    rulings: Rulings
    letter: float


def low_rows(
    flat: Gray, rulings: Rulings, regions: Sequence[Region], letter: float
) -> Iterator[LowRow]:
    """Yield the lone rows outside of all regions, from top to bottom."""
    least = _LONGEST * flat.shape[1]
    long = [one for one in stretches(rulings.across) if one.width >= least]
    alone = [one for one in long if not any(_touch(one, region) for region in regions)]
    for upper, lower in pairwise(alone):
        height = lower.top - upper.bottom
        if _LOWEST * letter <= height <= _HIGHEST * letter and _as_wide(upper, lower, letter):
            found = _row_between(flat, upper, lower, height / _HEIGHT_IN_LETTERS)
            if found is not None:
                yield found


def _row_between(flat: Gray, upper: Region, lower: Region, letter: float) -> LowRow | None:
    """Look for lines down between two across; None where they do not close the row."""
    aside = round(letter)
    left, right = min(upper.left, lower.left) - aside, max(upper.right, lower.right) + aside
    window = np.s_[max(0, upper.top - aside) : lower.bottom + aside, max(0, left) : right]
    outside = np.full_like(flat, 255)
    outside[window] = flat[window]
    own = find_rulings(outside, letter)
    regions = find_regions(own, letter)
    if len(regions) != 1 or not _as_wide(regions[0], upper, letter):
        return None
    if not _closed(regions[0], own, letter):
        return None
    return LowRow(region=regions[0], rulings=own, letter=letter)


def _closed(row: Region, rulings: Rulings, letter: float) -> bool:
    """Say whether lines down stand at both ends of a row."""
    ruled = np.flatnonzero(rulings.down[row.top : row.bottom].any(axis=0))
    ends = (row.left, row.right - 1)
    return ruled.size > 0 and all(np.abs(ruled - end).min() < letter / 2 for end in ends)


def _as_wide(one: Region, other: Region, letter: float) -> bool:
    return abs(one.left - other.left) < letter and abs(one.right - other.right) < letter


def _touch(one: Region, other: Region) -> bool:
    return (
        one.top < other.bottom
        and other.top < one.bottom
        and (one.left < other.right and other.left < one.right)
    )
