"""A row of a statutory table as a text leaves it → every row of values it may stand for."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from itertools import accumulate, chain, combinations, islice
from math import comb

from workers.pipeline.counts import read_count
from workers.pipeline.sums.splits import (
    Numbers,
    TooManyError,
    count_splits,
    readings,
    splits,
    summing_splits,
)

LONGEST_NUMBER = 12
"""Digits of the longest number a report may state."""
_MOST = 20_000
"""Readings of one row that are still listed; a row with more stays open."""


@dataclass(frozen=True, kw_only=True)
class RowOptions:
    """The values a row may hold, place by place; an empty text is a blank place.

    `summing` are the readings that keep the row's own sums, `every` all of them: None where there
    are too many to list. `possible` are, for each place, all numbers it may hold. `certain`: the
    text prints the row cell by cell, so that its one reading stands whatever the sums say.
    `sizes` count the numbers of each block whose last is the sum of its others.
    """

    sizes: tuple[int, ...]
    summing: tuple[Numbers, ...] | None
    possible: tuple[tuple[str, ...], ...]
    listing: Callable[[], Iterator[Numbers]] = field(repr=False)
    certain: bool = False

    @cached_property
    def every(self) -> tuple[Numbers, ...] | None:
        """All readings of the row, sums or not."""
        return _few(self.listing())

    @property
    def breaking(self) -> tuple[Numbers, ...] | None:
        """The readings that a single false number explains: all blocks but one keep their sum."""
        if self.every is None or self.certain:
            return self.every
        return tuple(row for row in self.every if sums_broken(row, self.sizes) <= 1)


def printed(values: Sequence[str], sizes: Sequence[int]) -> RowOptions:
    """Return the one reading of a row whose cells stand apart."""
    row = tuple(values)
    return RowOptions(
        sizes=tuple(sizes),
        summing=(row,),
        possible=tuple((value,) for value in row),
        listing=lambda: iter((row,)),
        certain=True,
    )


def unknown(count: int, sizes: Sequence[int]) -> RowOptions:
    """Return a row of which nothing can be said."""
    return RowOptions(
        sizes=tuple(sizes), summing=None, possible=((),) * count, listing=lambda: iter(())
    )


def gone_blank(values: Sequence[str], count: int, sizes: Sequence[int]) -> RowOptions:
    """Return the readings of a row from which blank cells are gone: which they were is open."""
    return _listed(_placed(values, count), count, sizes)


def extra(
    values: Sequence[str], count: int, sizes: Sequence[int], parted: Sequence[int] = ()
) -> RowOptions:
    """Return the readings of a row with more numbers than places: some are none of the table's.

    `parted`: places in `values` whose number may go on with the next one, but for a blank: 1 2.
    """
    joined = ((*values[:at], values[at] + values[at + 1], *values[at + 2 :]) for at in parted)
    whole = (row for row in joined if len(row) == count)
    return _listed(chain(whole, combinations(values, count)), count, sizes)


def shifted(windows: Sequence[Sequence[str]], sizes: Sequence[int]) -> RowOptions:
    """Return the readings of a row that may begin in one column or another."""
    return _listed((tuple(window) for window in windows), len(windows[0]), sizes)


def glued(parts: Sequence[str], count: int, sizes: Sequence[int], *, blanks: bool) -> RowOptions:
    """Return the readings of digits without borders; `parts` keep the borders that are left.

    `blanks`: the table leaves cells blank, so that a place may hold nothing.
    """
    digits = "".join(parts)
    if len(digits) > LONGEST_NUMBER * count:
        return unknown(count, sizes)
    if not digits.isdecimal():
        return unknown(count, sizes) if digits else gone_blank((), count, sizes)
    within = _within(parts)
    possible = readings(digits, count, blanks=blanks)
    if _are_too_many(digits, parts, count, sizes, blanks=blanks):
        return replace(unknown(count, sizes), possible=possible)
    if blanks:
        return _listed(_spread(digits, count), count, sizes, possible)
    summing = summing_splits(digits, sizes) if sizes else splits(digits, count)
    return RowOptions(
        sizes=tuple(sizes),
        summing=_few(within(summing)),
        possible=possible,
        listing=lambda: within(splits(digits, count)),
    )


def _within(parts: Sequence[str]) -> Callable[[Iterator[Numbers]], Iterator[Numbers]]:
    """Return what keeps of rows those that have a border wherever `parts` have one."""
    if len(parts) == 1:
        return lambda rows: rows
    borders = _borders(parts)
    return lambda rows: (row for row in rows if borders <= _borders(row))


def _borders(parts: Sequence[str]) -> frozenset[int]:
    return frozenset(accumulate(len(part) for part in parts))


def _few(found: Iterator[Numbers]) -> tuple[Numbers, ...] | None:
    try:
        rows = tuple(dict.fromkeys(islice(found, _MOST + 1)))
    except TooManyError:
        return None
    return rows if len(rows) <= _MOST else None


def _are_too_many(
    digits: str, parts: Sequence[str], count: int, sizes: Sequence[int], *, blanks: bool
) -> bool:
    """Say, where it can be counted, that a row has more readings than are listed."""
    if blanks:
        return _count_spread(digits, count) > _MOST
    return not sizes and len(parts) == 1 and count_splits(digits, count)[count] > _MOST


def _listed(
    found: Iterator[Numbers],
    count: int,
    sizes: Sequence[int],
    possible: tuple[tuple[str, ...], ...] | None = None,
) -> RowOptions:
    rows = tuple(dict.fromkeys(islice(found, _MOST + 1)))
    summing = tuple(row for row in rows if not sums_broken(row, sizes))
    few = len(rows) <= _MOST
    return RowOptions(
        sizes=tuple(sizes),
        summing=summing if few else None,
        possible=possible
        or tuple(tuple(dict.fromkeys(row[at] for row in rows)) for at in range(count)),
        listing=lambda: iter(rows),
    )


def _placed(values: Sequence[str], count: int) -> Iterator[Numbers]:
    """Yield the values in order over the places, blanks between them."""
    for places in combinations(range(count), len(values)):
        row = [""] * count
        for place, value in zip(places, values, strict=True):
            row[place] = value
        yield tuple(row)


def _spread(digits: str, count: int) -> Iterator[Numbers]:
    for numbers in range(1, min(count, len(digits)) + 1):
        for row in splits(digits, numbers):
            yield from _placed(row, count)


def _count_spread(digits: str, count: int) -> int:
    ways = count_splits(digits, min(count, len(digits)))
    return sum(comb(count, numbers) * found for numbers, found in enumerate(ways))


def sums_broken(row: Sequence[str], sizes: Sequence[int]) -> int:
    """Count the blocks whose last number is not the sum of its others; a blank adds nothing."""
    values = list(map(number, row))
    broken, start = 0, 0
    for size in sizes:
        last = start + size - 1
        broken += sum(values[start:last]) != values[last]
        start = last + 1
    return broken


@lru_cache(maxsize=16384)  # the readings of a row share their few numbers
def number(value: str) -> int:
    """Return what a cell adds to a sum: a blank or a mark adds nothing."""
    if value.isdecimal():
        return int(value)
    otherwise = read_count(value)
    return int(otherwise.figures or 0) if otherwise is not None else 0
