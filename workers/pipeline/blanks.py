"""Blanks that a table has by habit, and blanks that are more likely a number not seen."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from schemas.form import Form, FormTable
from schemas.table import Cell

_SMALL, _MOST, _MANY = 20, 0.5, 0.1
"""Share of a table's values that must be blank for blanks to be its habit: of one with fewer values
than the first, and of a larger one."""
_ROW = 3
"""Values of a row from which all of them blank are a row left blank."""


def unlikely_blanks(printed: Mapping[str, Cell | None], form: Form) -> frozenset[str]:
    """Return the pointers of cells without ink where the table prints zeros rather than nothing.

    An office that leaves zeros out leaves out most of them, or whole rows. A single gap among
    printed zeros is as likely ink that was lost, or a cell that is none.
    """
    return frozenset().union(*(_unlikely(printed, table) for table in form.tables))


def _unlikely(printed: Mapping[str, Cell | None], table: FormTable) -> frozenset[str]:
    blank = {pointer for pointer in _pointers(table) if _is_blank(printed.get(pointer))}
    zeros = sum(_is_zero(printed.get(pointer)) for pointer in _pointers(table))
    share = _MOST if len(table.values) < _SMALL else _MANY
    if len(blank) >= max(zeros, share * len(table.values)):
        return frozenset()
    rows: dict[int, list[str]] = defaultdict(list)
    for cell in table.values:
        if cell.pointer:
            rows[cell.row].append(cell.pointer)
    left_out = {
        pointer
        for row in rows.values()
        if len(row) >= _ROW and blank.issuperset(row)
        for pointer in row
    }
    return frozenset(blank - left_out)


def _pointers(table: FormTable) -> Iterable[str]:
    return (cell.pointer for cell in table.values if cell.pointer)


def _is_blank(cell: Cell | None) -> bool:
    return cell is not None and not cell.ink


def _is_zero(cell: Cell | None) -> bool:
    return cell is not None and bool(cell.candidates) and cell.candidates[0].text == "0"
