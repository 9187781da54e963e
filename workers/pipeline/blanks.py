"""Blanks that a table has by habit, and blanks that are more likely a number not seen."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from schemas.form import Form, FormTable, Relation
from schemas.table import Cell

_SMALL, _MOST, _MANY = 20, 0.5, 0.1
"""Share of a table's values that must be blank for blanks to be its habit: of one with fewer values
than the first, and of a larger one."""
_ROW = 3
"""Values of a row from which all of them blank are a row left blank."""
_FEW = 2
"""Rows left blank up to which that is no habit of a report's."""
_ASKING = 3
"""Values of such a row that sums must ask for, where a fault of the report may be among them."""


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


def rows_asked_for(
    printed: Mapping[str, Cell | None], counts: Mapping[str, int | None], form: Form
) -> frozenset[str]:
    """Return the pointers of blank rows for which the sums ask: many, or for what would add up.

    Such a row was printed, and cut out beside its numbers. `counts` are the values decided: 0
    where nothing or a stroke is printed, None where there is ink that was not read.
    """
    bound: dict[str, list[Relation]] = defaultdict(list)
    for relation in form.relations:
        for pointer in relation.pointers:
            bound[pointer].append(relation)
    return frozenset(
        pointer
        for table in form.tables
        for row in _blank_rows(printed, table)
        if _is_asked_for(row, bound, counts)
        for pointer in row
    )


def _blank_rows(printed: Mapping[str, Cell | None], table: FormTable) -> list[list[str]]:
    """Return the rows of which every value is blank; none where leaving rows out is a habit."""
    rows: dict[str, list[str]] = defaultdict(list)
    for pointer in _pointers(table):
        rows[pointer.rpartition("/")[0]].append(pointer)
    blank = [
        row
        for row in rows.values()
        if len(row) >= _ROW and all(_is_blank(printed.get(each)) for each in row)
    ]
    return blank if len(blank) <= _FEW else []


def _is_asked_for(
    row: Sequence[str], bound: Mapping[str, Sequence[Relation]], counts: Mapping[str, int | None]
) -> bool:
    own = [relation for relation in bound[row[0]] if set(row).issuperset(relation.pointers)]
    lacking = {
        (pointer, lack)
        for pointer in row
        for relation in bound[pointer]
        if relation not in own and (lack := _lack(relation, pointer, counts)) is not None
    }
    lacks = dict(lacking)
    if len(lacks) < len(lacking) or min(lacks.values(), default=0) < 0 or not any(lacks.values()):
        return False  # two sums ask for two numbers, or one for less than nothing, or none asks
    return sum(lack > 0 for lack in lacks.values()) >= _ASKING or all(
        sum(lacks[at] for at in relation.terms) == sum(lacks[at] for at in relation.totals)
        for relation in own
        if lacks.keys() >= set(relation.pointers)
    )


def _lack(relation: Relation, pointer: str, counts: Mapping[str, int | None]) -> int | None:
    """Return the number at a pointer for which a relation would hold; None if others are unread."""
    sides = [[counts.get(at) for at in side] for side in (relation.terms, relation.totals)]
    if any(count is None for side in sides for count in side):
        return None
    terms, totals = (sum(count or 0 for count in side) for side in sides)
    return totals - terms if pointer in relation.terms else terms - totals


def _pointers(table: FormTable) -> Iterable[str]:
    return (cell.pointer for cell in table.values if cell.pointer)


def _is_blank(cell: Cell | None) -> bool:
    return cell is not None and not cell.ink


def _is_zero(cell: Cell | None) -> bool:
    return cell is not None and bool(cell.candidates) and cell.candidates[0].text == "0"
