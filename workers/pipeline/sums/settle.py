"""Rows that may stand for several values → what the sums of the form settle, and what stays open.

The text may be wrong, too: a report that breaks a sum is not bent to keep it. What is taken is the
smallest fault that explains the digits: none at all; else one number; else one row. A value counts
as settled only where all readings with so small a fault agree on it; two faults settle nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from schemas.form import Relation
from workers.pipeline.sums.options import RowOptions, number, sums_broken
from workers.pipeline.sums.search import Effects, solve
from workers.pipeline.sums.splits import Numbers


@dataclass(frozen=True, kw_only=True)
class OpenRow:
    """A row of the form and what it may hold; `pointers` name its values from left to right."""

    pointers: tuple[str, ...]
    options: RowOptions


class Settled(NamedTuple):
    """What one value may be: settled when it is one thing only, an empty text being a blank."""

    texts: tuple[str, ...]
    certain: bool
    """The text prints it so: nothing had to be inferred."""


def settle(rows: Sequence[OpenRow], relations: Sequence[Relation]) -> dict[str, Settled]:
    """Say of every value of some rows what it may be, all sums over them taken together."""
    if all(row.options.certain for row in rows):
        kept: Sequence[Sequence[Numbers]] | None = [row.options.summing or () for row in rows]
    else:
        kept = _readings(rows, _equations(rows, relations))
    found: dict[str, Settled] = {}
    for at, row in enumerate(rows):
        for place, pointer in enumerate(row.pointers):
            texts = row.options.possible[place]
            if kept is not None and kept[at]:
                texts = tuple(dict.fromkeys(reading[place] for reading in kept[at]))
            found[pointer] = Settled(texts=texts, certain=row.options.certain)
    return found


_Equation = Mapping[tuple[int, int], int]
"""What the values of rows at places count in a sum that must come to nothing: 1 or -1."""


def _equations(rows: Sequence[OpenRow], relations: Sequence[Relation]) -> list[_Equation]:
    """Return the sums over several rows, of those all of whose values are there."""
    where = {
        pointer: (at, place)
        for at, row in enumerate(rows)
        for place, pointer in enumerate(row.pointers)
    }
    found: list[_Equation] = []
    for relation in relations:
        if not all(pointer in where for pointer in relation.pointers):
            continue
        signs = dict.fromkeys((where[p] for p in relation.terms), 1)
        signs |= dict.fromkeys((where[p] for p in relation.totals), -1)
        if len({at for at, _ in signs}) > 1:
            found.append(signs)
    return found


def _readings(
    rows: Sequence[OpenRow], equations: Sequence[_Equation]
) -> list[tuple[Numbers, ...]] | None:
    """Return the readings of each row under the smallest fault that explains all rows; or None."""
    listed = [row.options.summing for row in rows]
    if any(own is None for own in listed):
        return None
    summing = [own or () for own in listed]
    known: _Known = {}
    for hypotheses in (_no_fault, _one_number, _one_row):
        together: list[dict[Numbers, None]] = [{} for _ in rows]
        for options, kept in hypotheses(rows, summing, equations):
            if any(readings is None for readings in options):
                return None
            all_of = [readings or () for readings in options]
            solution = solve(_effects(all_of, equations, kept, known))
            if solution is None:
                return None
            for own, readings, taken in zip(together, all_of, solution, strict=True):
                own.update((readings[at], None) for at in sorted(taken))
        if all(together):
            return [tuple(own) for own in together]
    return None


_Hypothesis = tuple[Sequence[Sequence[Numbers] | None], Sequence[_Equation]]
"""The readings of each row that a kind of fault allows, and the equations it leaves."""


def _no_fault(
    rows: Sequence[OpenRow],
    summing: Sequence[Sequence[Numbers]],
    equations: Sequence[_Equation],
) -> Iterator[_Hypothesis]:
    del rows
    if all(summing):
        yield summing, equations


def _one_number(
    rows: Sequence[OpenRow],
    summing: Sequence[Sequence[Numbers]],
    equations: Sequence[_Equation],
) -> Iterator[_Hypothesis]:
    """One number is false: its row does not keep its sum, nor do the sums down its column."""
    for at in _at_fault(rows, summing):
        options = [*summing[:at], rows[at].options.breaking, *summing[at + 1 :]]
        for place in range(len(rows[at].pointers)):
            yield options, [e for e in equations if (at, place) not in e]


def _one_row(
    rows: Sequence[OpenRow],
    summing: Sequence[Sequence[Numbers]],
    equations: Sequence[_Equation],
) -> Iterator[_Hypothesis]:
    """One row is false in any way: no sum over it holds."""
    for at in _at_fault(rows, summing):
        options = [*summing[:at], rows[at].options.every, *summing[at + 1 :]]
        yield options, [e for e in equations if all(row != at for row, _ in e)]


def _at_fault(rows: Sequence[OpenRow], summing: Sequence[Sequence[Numbers]]) -> list[int]:
    """Return the rows that may be the one at fault: the one that cannot keep its sums, or any."""
    broken = [
        at
        for at, (row, own) in enumerate(zip(rows, summing, strict=True))
        if not own or (row.options.certain and sums_broken(own[0], row.options.sizes))
    ]
    return broken[:1] if len(broken) == 1 else [] if broken else list(range(len(rows)))


_Known = dict[tuple[int, int], tuple[Sequence[Numbers], Effects]]
"""Effects on all equations by row and identity of its readings, which are kept with them."""


def _effects(
    options: Sequence[Sequence[Numbers]],
    equations: Sequence[_Equation],
    kept: Sequence[_Equation],
    known: _Known,
) -> list[Effects]:
    """Return what each reading of each row adds to the equations that are kept."""
    columns = [at for at, equation in enumerate(equations) if equation in kept]
    effects = []
    for at, readings in enumerate(options):
        key = at, id(readings)
        if key not in known:
            known[key] = readings, _effects_of(readings, at, equations)
        effects.append(known[key][1][:, columns or [-1]])
    return effects


def _effects_of(readings: Sequence[Numbers], row: int, equations: Sequence[_Equation]) -> Effects:
    """Return what each reading of a row adds to each equation; the last column is nothing's."""
    values = np.array([[number(text) for text in reading] for reading in readings], np.int64)
    effects = np.zeros((len(readings), len(equations) + 1), np.int64)
    for column, equation in enumerate(equations):
        for (at, place), sign in equation.items():
            if at == row and len(readings):
                effects[:, column] += sign * values[:, place]
    return effects
