"""The columns of a printed table by its own headers, and what stands in a row under each of them.

A stroke beside a table, a ruling too many or one lost change how many cells a row has, and counting
them from the right then ends in other columns. The headers do not move.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import groupby, pairwise

from schemas.form import FormTable
from schemas.table import Cell, Table
from workers.pipeline.tables.align import align
from workers.pipeline.tables.labels import plain, resemblance

_ALIKE = 0.6
_LEAST = 0.5
"""Share of the form's columns whose headers must be read."""
_MOST_UNREAD = 4
"""Headers that may be unread where they repeat: fewer than it takes to say the same again."""

_PIECES = 4
"""Pieces into which a label may be cut."""

Span = tuple[int, int]
"""The first column of a header and the one behind its last."""


def header_columns(table: Table, form_table: FormTable) -> Mapping[int, Span]:
    """Return where each column of the form stands in a table; none where too little says so.

    Of forms with the same headers over all rows only.
    """
    names = leaf_names(form_table)
    bottom = _first_numbers(table)
    printed = sorted((c for c in table.cells if c.row < bottom and c.text), key=lambda c: c.column)
    scores = [[resemblance(cell.text, name) for name in names.values()] for cell in printed]
    kept = [at for at, own in enumerate(scores) if max(own, default=0.0) >= _ALIKE]
    columns = list(names)
    found = {
        columns[name]: (printed[kept[at]].column, _end(printed[kept[at]]))
        for at, name in align([scores[at] for at in kept]).items()
        if scores[kept[at]][name] >= _ALIKE
    }
    twice = len(set(names.values())) < len(names)
    least = len(names) - _MOST_UNREAD if twice else _LEAST * len(names)
    if not found or len(found) < least or not _in_order(found):
        return {}
    return found | _between(found, columns, table.columns)


@cache
def leaf_names(form_table: FormTable) -> Mapping[int, str]:
    """Return the name over each column of values; none where rows have headers of their own."""
    columns = {cell.column for cell in form_table.values}
    top = min(cell.row for cell in form_table.values)
    headers = [cell for cell in form_table.cells if cell.kind == "header"]
    if any(header.row >= top for header in headers) or len(columns) < 2:
        return {}
    names = {}
    for column in sorted(columns):
        over = [h for h in headers if h.column <= column < h.column + h.column_span]
        names[column] = plain(max(over, key=lambda header: header.row).text)
    return names


def under(row: Sequence[Cell], columns: Mapping[int, Span]) -> dict[int, Cell]:
    """Return the cells of a row that stand under a header and nowhere else.

    Of several, the only one in which something is printed.
    """
    found = {}
    for column, (first, end) in columns.items():
        there = [c for c in row if c.column < end and c.column + c.column_span > first]
        within = [c for c in there if first <= c.column and c.column + c.column_span <= end]
        printed = [cell for cell in within if cell.ink]
        if len(within) == len(there) and len(printed) <= 1 and within:
            found[column] = (printed or within)[0]
    return found


def before(row: Sequence[Cell], columns: Mapping[int, Span]) -> Cell | None:
    """Return the cell left of a row's values."""
    first = min(span[0] for span in columns.values())
    return next((c for c in row if c.column < first <= c.column + c.column_span), None)


def pieces_before(row: Sequence[Cell], columns: Mapping[int, Span]) -> list[str]:
    """Return what is printed left of a row's values: the last cell, the last two and so on.

    False rulings cut labels into pieces.
    """
    first = min(span[0] for span in columns.values())
    texts = [cell.text for cell in row if _end(cell) <= first and cell.text]
    return ["".join(texts[-count:]) for count in range(1, min(len(texts), _PIECES) + 1)]


def _first_numbers(table: Table) -> int:
    """Return the first row in which most cells may hold numbers."""
    for row in range(table.rows):
        cells = [cell for cell in table.cells if cell.row == row and cell.text]
        numbers = sum(bool(cell.candidates) or cell.text.isdigit() for cell in cells)
        if numbers >= 2 and 2 * numbers >= len(cells):
            return row
    return table.rows


def _in_order(found: Mapping[int, Span]) -> bool:
    spans = [span for _, span in sorted(found.items())]
    return all(one[1] <= other[0] for one, other in pairwise(spans))


def _between(found: Mapping[int, Span], columns: Sequence[int], width: int) -> dict[int, Span]:
    """Return where columns without a header must be, next to those that have one."""
    added: dict[int, Span] = {}
    for read, group in groupby(columns, key=lambda column: column in found):
        run = list(group)
        if read:
            continue
        left = max((found[c][1] for c in found if c < run[0]), default=None)
        right = min((found[c][0] for c in found if c > run[-1]), default=None)
        if left is None and right is not None and right >= 1 == len(run):
            left = right - 1
        elif right is None:
            right = width
        if left is not None and right is not None and right - left == len(run):
            added |= {column: (left + at, left + at + 1) for at, column in enumerate(run)}
        elif left is not None and right is not None and right > left and len(run) == 1:
            added[run[0]] = left, right
    return added


def _end(cell: Cell) -> int:
    return cell.column + cell.column_span
