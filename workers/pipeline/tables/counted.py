"""Whose values stand between known rows and columns: what counting proves of a printed table.

A label or a header that cannot be read leaves open whose numbers stand beside or below it, were it
not for the order of the form. Between two rows whose labels are read there are as many printed rows
as the form has, each with its own number in every cell: were one of them lost, one that the form
does not have would have to print as many numbers. Two rows run together hold two lines a cell, a
row cut in two halves of digits, a gap between double rulings none. So it is with columns between
two headers, where the rows keep their sums: numbers run together or cut in two break them. Why each
proof holds, and what it was measured on: docs/decisions/0056.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from schemas.form import FormCell
from schemas.table import Cell

_LEAST_ROWS = 4
"""Rows of a page from which their sums tell whether columns are parted as they are printed."""
_KEPT = 2 / 3
"""Share of those that must keep their sums: the report may break some."""
_MOST_OBSTRUCTED = 0.34
"""Share of a row's cells whose ink may be hidden or cut: more may be a row cut in two."""
_TOTAL = "/total"
_NUMBER = re.compile(r"(0|[1-9]\d*)$")


@dataclass(frozen=True, kw_only=True)
class Laid:
    """A printed row laid on a row of the form."""

    at: int
    """Which row of the table it is."""
    place: int
    """Which row of the form."""
    places: Mapping[FormCell, Cell]
    named: bool
    """Nothing leaves open which row of the form it is: its own label alone stands beside it."""
    labelled: bool
    """Its label ends where its values begin."""
    complete: bool
    """It has a cell for each value of its row of the form."""
    headed: frozenset[str]
    """The pointers of its values that stand below the form's header."""

    @cached_property
    def page(self) -> int:
        """The page on which its values stand."""
        return next(iter(self.places.values())).page

    @cached_property
    def edges(self) -> tuple[int, ...]:
        """The boundaries between which its values stand; none where they do not adjoin."""
        cells = sorted(self.places.values(), key=lambda cell: cell.column)
        if any(_end(one) != other.column for one, other in pairwise(cells)):
            return ()
        return (*(cell.column for cell in cells), _end(cells[-1]))


_Frame = tuple[int, tuple[int, ...]]
"""The page and the boundaries between which the values of a row stand."""


@dataclass(frozen=True, kw_only=True)
class _Alike:
    """What rows in one frame that keep their sums tell: where values begin, and which is a total.

    `labelled`: one of them has a label that ends where its values begin.
    """

    labelled: bool
    total: bool


@dataclass(frozen=True, kw_only=True)
class Proven:
    """Pointers whose rows counting proves, and those whose rows and columns it proves.

    `alone`: those of them for which no header need be asked.
    """

    rows: frozenset[str]
    places: frozenset[str]
    alone: frozenset[str]


def proven(rows: Sequence[Laid], width: int) -> Proven:
    """Say whose rows counting proves, and whose columns as well, in a table of `width` columns."""
    whole = [row for row in rows if row.complete and _is_whole(row)]
    between = list(_between(rows, whole))
    named = [row for row in rows if row.named and row.complete]
    alike: dict[_Frame, list[Laid]] = defaultdict(list)
    for row in whole:
        alike[_frame(row)].append(row)
    beside = Counter(_frame(row) for row in rows if row.complete)
    telling = {
        frame: _Alike(labelled=any(row.labelled for row in own), total=_tell_total(own))
        for frame, own in alike.items()
        if 2 * len(own) >= beside[frame] and _keep_their_sums(own)
    }
    places: set[str] = set()
    alone: set[str] = set()
    for row in (*named, *between):
        own = telling.get(_frame(row))
        if row.edges and own is not None:
            places |= _columns(row, own, width)
            alone |= _pointers(row) if own.labelled else set()
    return Proven(
        rows=frozenset().union(*map(_pointers, between)),
        places=frozenset(places),
        alone=frozenset(alone),
    )


def _pointers(row: Laid) -> frozenset[str]:
    return frozenset(wanted.pointer for wanted in row.places if wanted.pointer)


def _frame(row: Laid) -> _Frame:
    """Return where the values of a row stand: rows that agree in it confirm each other."""
    return row.page, row.edges


def _is_whole(row: Laid) -> bool:
    """Say whether each cell of a row prints one number of its own.

    One that numbers the columns, or prints the same stroke in each, is none of the form's.
    """
    cells = row.places.values()
    hidden = sum(cell.obstructed for cell in cells)
    if len({cell.page for cell in cells}) > 1 or hidden > _MOST_OBSTRUCTED * len(cells):
        return False
    numbers = list(map(_number, cells))
    strokes = len(set(numbers)) == 1 and numbers[0] != 0
    numbering = numbers == list(range(1, len(cells) + 1))
    return not (strokes or numbering) and all(map(_prints_number, cells))


def _prints_number(cell: Cell) -> bool:
    """Say whether a ruled cell of one row prints one number, of as many glyphs as it has digits."""
    number = _number(cell)
    if number is None or cell.box is None or cell.loose or cell.inferred:
        return False
    return cell.row_span == 1 and cell.glyphs is not None and cell.glyphs <= len(str(number))


def _number(cell: Cell) -> int | None:
    """Return the number that the pixels of a cell say best; None where they say no number."""
    best = max(cell.candidates, key=lambda one: one.probability, default=None)
    text = "" if best is None else best.text.strip(".")
    return int(text) if _NUMBER.match(text) else None


def _between(rows: Sequence[Laid], whole: Sequence[Laid]) -> Iterator[Laid]:
    """Yield the rows between two that are named, on one page, as many as the form has there."""
    by_place = {row.place: row for row in whole}
    named = [row for row in sorted(rows, key=lambda row: row.place) if row.named and row.places]
    for upper, lower in pairwise(named):
        inner = [by_place.get(place) for place in range(upper.place + 1, lower.place)]
        found = [row for row in inner if row is not None]
        in_order = all(row.at - upper.at == row.place - upper.place for row in (*found, lower))
        whole_page = upper.page == lower.page
        if len(found) == len(inner) and in_order and (whole_page or _keep_all_sums(found)):
            yield from found


def _keep_their_sums(rows: Sequence[Laid]) -> bool:
    """Say whether the rows of one page between the same boundaries keep their sums.

    Rows of zeros keep any sum and tell nothing, rows without a total prove nothing. A form of one
    row has several sums in it: all must hold.
    """
    if not all(any(w.pointer and w.pointer.endswith(_TOTAL) for w in row.places) for row in rows):
        return False
    if len(rows) < _LEAST_ROWS:
        sums = [check for row in rows for check in _sums(row)]
        return len(sums) > 1 and all(sums)
    telling = [all(_sums(row)) for row in rows if any(map(_number, row.places.values()))]
    return sum(telling) >= _KEPT * len(telling)


def _keep_all_sums(rows: Sequence[Laid]) -> bool:
    """Say whether no row breaks its sum: one that numbers the columns does, as does one cut."""
    return all(all(_sums(row)) for row in rows)


def _sums(row: Laid) -> Iterator[bool]:
    """Yield for each total of a row whether the numbers before it add up to it."""
    added = 0
    for wanted, cell in sorted(row.places.items(), key=_column_of):
        number = _number(cell) or 0
        if wanted.pointer and wanted.pointer.endswith(_TOTAL):
            yield added == number
            added = 0
        else:
            added += number


def _columns(row: Laid, alike: _Alike, width: int) -> set[str]:
    """Return the values of a row under headers, or counted between such or from an edge."""
    ordered = sorted(row.places, key=lambda cell: cell.column)
    known = [wanted.pointer in row.headed for wanted in ordered]
    left = alike.labelled or row.edges[0] == 0
    right = row.edges[-1] == width or alike.total
    first = 0 if left else next((at for at, own in enumerate(known) if own), len(known))
    last = max((at for at, own in enumerate(known) if own), default=-1)
    end = len(known) if right else last + 1
    return {p for at, w in enumerate(ordered) if first <= at < end and (p := w.pointer)}


def _tell_total(rows: Sequence[Laid]) -> bool:
    """Say whether the last number of enough rows is the sum of others, and of more than one."""
    telling = 0
    for row in rows:
        numbers = [_number(cell) for _, cell in sorted(row.places.items(), key=_column_of)]
        telling += all(_sums(row)) and sum(bool(number) for number in numbers[:-1]) > 1
    return telling >= _LEAST_ROWS


def _column_of(placed: tuple[FormCell, Cell]) -> int:
    return placed[0].column


def _end(cell: Cell) -> int:
    return cell.column + cell.column_span
