"""What stands over the values of a row: the headers that the form puts there, or others."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache, lru_cache

from schemas.form import FormCell, FormTable
from schemas.table import Cell
from workers.pipeline.tables.headed import leaf_names
from workers.pipeline.tables.labels import plain, resemblance

_HEADED = 0.6
"""Share of a row's value cells that must stand below the form's header for the row to be sure."""
_ALIKE = 0.6

Places = Mapping[FormCell, Cell]
"""The printed cell of each value of a row."""


class Worded:
    """The cells of a table that may be headers, by the columns they cover."""

    def __init__(self, count: int, cells: Sequence[Cell]) -> None:
        self.columns: list[list[Cell]] = [[] for _ in range(count)]
        for cell in cells:
            for column in self.columns[cell.column : cell.column + cell.column_span]:
                column.append(cell)
        self._alike: dict[tuple[int, str], list[Cell]] = {}

    def above(self, row: int, cell: Cell) -> Iterator[Cell]:
        """Yield the cells above a row in the column where a cell begins."""
        return (other for other in self.columns[cell.column] if other.row + other.row_span <= row)

    def named(self, cell: Cell, row: int, name: str) -> Iterator[Cell]:
        """Yield those of them that print a header."""
        key = cell.column, name
        alike = self._alike.get(key)
        if alike is None:  # asked for each row anew
            column = self.columns[cell.column]
            alike = self._alike[key] = [c for c in column if resemblance(c.text, name) >= _ALIKE]
        return (other for other in alike if other.row + other.row_span <= row)


def headed(places: Places, without: Collection[str]) -> bool:
    """Say whether enough value cells of a row stand below the header the form puts there.

    `without`: the values that do not.
    """
    return bool(places) and len(places) - len(without) >= _HEADED * len(places)


def bare(worded: Worded, places: Places, at: int, form_table: FormTable) -> frozenset[str]:
    """Return the values of a row that do not stand below the header the form puts there."""
    names = headers_over(form_table)
    return frozenset(
        wanted.pointer
        for wanted, cell in places.items()
        if wanted.pointer
        and next(worded.named(cell, at, names[wanted.column, wanted.row]), None) is None
    )


def headed_on_page(worded: Worded, places: Places, at: int, form_table: FormTable) -> bool:
    """Say whether all values of a row of the form stand below its headers on their own page."""
    names = headers_over(form_table)
    return len(places) == len({c.column for c in form_table.values}) and all(
        any(
            header.page == cell.page
            for header in worded.named(cell, at, names[wanted.column, wanted.row])
        )
        for wanted, cell in places.items()
    )


def wider_than_header(
    worded: Worded, places: Places, at: int, form_table: FormTable
) -> Iterator[str]:
    """Yield the values whose cell reaches below another header too, or whose header names two."""
    names = leaf_names(form_table)
    for wanted, cell in places.items():
        own = names.get(wanted.column)
        if own is None or wanted.pointer is None:
            continue
        header = max(worded.named(cell, at, own), key=lambda c: c.row, default=None)
        two = header is not None and _names_another(header.text, own, form_table)
        beside = (c for column in worded.columns[cell.column + 1 : _end(cell)] for c in column)
        if two or any(_is_another(c.text, own, form_table) for c in beside):
            yield wanted.pointer


@lru_cache(maxsize=4096)  # reports print the same headers, document after document
def _names_another(text: str, own: str, form_table: FormTable) -> bool:
    return any(name in plain(text) for name in _others(own, form_table))


@lru_cache(maxsize=4096)
def _is_another(text: str, own: str, form_table: FormTable) -> bool:
    return any(resemblance(text, name) >= _ALIKE for name in _others(own, form_table))


def _others(own: str, form_table: FormTable) -> Iterator[str]:
    return (name for name in leaf_names(form_table).values() if name not in own)


def _end(cell: Cell) -> int:
    return cell.column + cell.column_span


@cache
def headers_over(form_table: FormTable) -> dict[tuple[int, int], str]:
    """Return the header over each value cell of the form, by its column and row."""
    return {(cell.column, cell.row): _header_over(cell, form_table) for cell in form_table.values}


def _header_over(value: FormCell, form_table: FormTable) -> str:
    """Return the plain text of the header directly over a value cell of the form."""
    over = [
        header
        for header in form_table.cells
        if header.kind == "header"
        and header.row < value.row
        and header.column <= value.column < header.column + header.column_span
    ]
    return plain(max(over, key=lambda header: header.row).text)
