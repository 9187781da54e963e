"""What stands behind the labels of a statutory table → its values, blanks and borders told.

A row with as many cells as its form is read as it stands. Else blanks are gone, or borders, or the
row begins in another column: then it is what the sums say, or open.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise

from schemas.form import Relation
from workers.pipeline.read.text_cells import Piece
from workers.pipeline.read.text_entries import Row
from workers.pipeline.sums.options import (
    LONGEST_NUMBER,
    RowOptions,
    extra,
    glued,
    gone_blank,
    printed,
    shifted,
    unknown,
)
from workers.pipeline.sums.settle import OpenRow, Settled, settle

_MOST_EXTRA = 3
"""Numbers more than places in a row, up to which some may be none of the table's."""

_LAST = 3
"""Letters at the end of a label among which digits may be a value: 12①."""
_PAIR = 2


def any_apart(found: Sequence[Piece], rows: Sequence[Row]) -> bool:
    """Say whether some row of several values has its cells apart."""
    return any(_is_apart(row, _cells(found, row)) for row in rows)


def _is_apart(row: Row, cells: Sequence[str]) -> bool:
    """Say whether a row of several values has its cells apart; marks are told anyhow."""
    return len(cells) >= len(row.wanted) > 1 and any(map(str.isdecimal, "".join(cells)))


def read_values(
    found: Sequence[Piece],
    rows: Sequence[Row],
    relations: Sequence[Relation],
    *,
    apart: bool,
    continued: Sequence[int | None],
) -> dict[str, Settled]:
    """Return what every value of some rows may be; `apart`: the text keeps cells apart.

    `continued`: how many cells merged from above open the row behind each, where that is known.
    """
    cells = [_cells(found, row) for row in rows]
    own = any(_is_apart(row, row_cells) for row, row_cells in zip(rows, cells, strict=True))
    long = any(len(cell) > LONGEST_NUMBER for c in cells for cell in c)
    is_glued = not own and (long or not apart)
    blanks = is_glued and any(
        len("".join(c)) < len(r.wanted) for r, c in zip(rows, cells, strict=True)
    )
    starts = _starts(found, rows, cells)
    openings = _openings(found, rows)
    filled = _filled(found, rows, cells)
    lacking = _lacking(found, rows, cells, continued)
    listed = []
    for at, (row, row_cells) in enumerate(zip(rows, cells, strict=True)):
        pointers = tuple(str(cell.pointer) for cell in row.wanted)
        sizes = _sizes(pointers, relations)
        key = _column(found, row)
        within = at + 1 < len(rows) and _within_group(row, rows[at + 1])
        opens_next = within and _gap_before_blank(found, row) in openings
        if row.disturbed or opens_next or at in lacking or holds_number(row):
            options = unknown(len(pointers), sizes)
        elif is_glued and len(pointers) > 1:
            options = glued([c for c in row_cells if c], len(pointers), sizes, blanks=blanks)
        else:
            options = _options(row_cells, row, sizes, key, starts, _parted(found, row))
            if key is not None and _begins_beside(options, row_cells, key, filled):
                options = unknown(len(pointers), sizes)
        listed.append(OpenRow(pointers=pointers, options=options))
    return settle(listed, relations)


def _cells(found: Sequence[Piece], row: Row) -> list[str]:
    return [piece.text for piece in _pieces(found, row)]


def _pieces(found: Sequence[Piece], row: Row) -> list[Piece]:
    """Return the cells behind a label: those of its own printed row, where the text tells rows."""
    behind = [found[at] for at in row.values]
    if behind and row.words and (own := found[row.words.stop - 1].row) is not None:
        same = [piece for piece in behind if piece.row == own]
        behind = same or behind
    return behind


def _parted(found: Sequence[Piece], row: Row) -> list[int]:
    """Return the places of a row's numbers that one blank alone parts from the next."""
    numbers = [piece for piece in _pieces(found, row) if piece.text]
    return [
        at
        for at, (one, other) in enumerate(pairwise(numbers))
        if one.line == other.line and one.start < one.end == other.start - 1 < other.end - 1
        if one.text.isdecimal() and other.text.isdecimal()
    ]


def holds_number(row: Row) -> bool:
    """Say whether a label ends in digits that its form's has not: a value may be among them."""
    if row.label is None:
        return False
    printed, wanted = row.text[-_LAST:], row.label.text[-_LAST:]
    return any(map(str.isdigit, printed)) and not any(map(str.isdigit, wanted))


def _within_group(row: Row, following: Row) -> bool:
    """Say whether a row without cells to spare stands in a group that goes on."""
    labels = (row.label, following.label)
    inside = all(label is not None and label.column > 0 for label in labels)
    return inside and len(row.values) == len(row.wanted)


def _gap_before_blank(found: Sequence[Piece], row: Row) -> int | None:
    """Return the lines between a row's last two cells where the last is blank on its own line."""
    if len(row.values) < _PAIR:
        return None
    before, last = found[row.values[-2]], found[row.values[-1]]
    return last.line - before.line if last.kind == "blank" and last.row is None else None


def _openings(found: Sequence[Piece], rows: Sequence[Row]) -> set[int]:
    """Return by how many lines blanks that open the next row stand apart from the cells before.

    They are known by rows with one cell more than places, the last of them blank.
    """
    gaps = (
        _gap_before_blank(found, row)
        for row in rows
        if len(row.values) == len(row.wanted) + 1 > _PAIR
    )
    return {gap for gap in gaps if gap}


def _lacking(
    found: Sequence[Piece],
    rows: Sequence[Row],
    cells: Sequence[Sequence[str]],
    continued: Sequence[int | None],
) -> set[int]:
    """Return the rows that end in blanks and have fewer cells than others in the same place.

    Where the text marks the cells that open the next row as blanks, such a row's last blanks may
    be those: a cell of its own is missing, and its numbers may stand in other columns.
    """
    free = {
        at: opening
        for at, (row, opening) in enumerate(zip(rows, continued, strict=True))
        if opening is not None and len(row.wanted) > 1 and not _is_told(found, row)
    }
    usual: dict[int, Counter[int]] = {}
    for at, opening in free.items():
        if sum(map(bool, cells[at])) == len(rows[at].wanted):
            usual.setdefault(opening, Counter())[len(cells[at])] += 1
    expected = {opening: counts.most_common(1)[0][0] for opening, counts in usual.items()}
    ends = {len(cells[at]) - opening for at, opening in free.items()}
    if not expected and len(ends) == 1 and len({*free.values()}) > 1:
        expected = {opening: len(rows[at].wanted) + opening for at, opening in free.items()}
    return {
        at
        for at, opening in free.items()
        if cells[at] and not cells[at][-1] and len(cells[at]) < expected.get(opening, 0)
    }


def _is_told(found: Sequence[Piece], row: Row) -> bool:
    """Say whether the text tells in which printed row the cells of a row stand."""
    return bool(row.words) and found[row.words.stop - 1].row is not None


def _filled(
    found: Sequence[Piece], rows: Sequence[Row], cells: Sequence[Sequence[str]]
) -> set[int]:
    """Return the columns in which some row holds something, where the text tells rows."""
    return {
        key + at
        for row, own in zip(rows, cells, strict=True)
        if (key := _column(found, row)) is not None
        for at, cell in enumerate(own)
        if cell
    }


def _begins_beside(
    options: RowOptions, cells: Sequence[str], key: int, filled: Collection[int]
) -> bool:
    """Say whether a row is read as beginning with a blank in a column where no row holds anything.

    Such a blank may be left of a merged label, and a value lack at the row's end instead.
    """
    if not options.certain or options.every is None or not any(cells):
        return False
    own = options.every[0]
    start = next(at for at in range(len(cells)) if tuple(cells[at : at + len(own)]) == own)
    return len(own) > 1 and not own[0] and key + start not in filled


def _sizes(pointers: Sequence[str], relations: Sequence[Relation]) -> tuple[int, ...]:
    """Return the numbers of each block of a row whose last is the sum of its others."""
    sizes: list[int] = []
    own = {relation.totals: relation for relation in relations if len(relation.totals) == 1}
    start = 0
    for at, pointer in enumerate(pointers, start=1):
        relation = own.get((pointer,))
        if relation is not None and set(relation.pointers) == set(pointers[start:at]):
            sizes.append(at - start)
            start = at
    return tuple(sizes) if start == len(pointers) else ()


def _options(
    cells: Sequence[str],
    row: Row,
    sizes: Sequence[int],
    key: int | None,
    starts: Mapping[int | None, frozenset[int]],
    parted: Sequence[int],
) -> RowOptions:
    numbers = [cell for cell in cells if cell]
    count = len(row.wanted)
    if len(cells) == count:
        return printed(cells, sizes)
    if len(numbers) > count + _MOST_EXTRA:
        return unknown(count, sizes)
    if len(numbers) > count:
        return extra(numbers, count, sizes, parted)
    if len(cells) < count:
        return gone_blank(numbers, count, sizes)
    offset = key or 0
    windows = _windows(cells, count)
    if not windows:  # wider apart than the row is: which of the blanks are cells is open
        return gone_blank(numbers, count, sizes)
    told = [start for start in windows if start + offset in starts.get(key, ())]
    if key is None and row.label is not None and not told:
        told = windows[:1]  # nothing stands between a label and its cells
    chosen = [tuple(cells[start : start + count]) for start in told or windows]
    one = dict.fromkeys(chosen)
    return printed(chosen[0], sizes) if len(one) == 1 else shifted(list(one), sizes)


def _windows(cells: Sequence[str], count: int) -> list[int]:
    """Return where a row of `count` cells may begin so that all that is printed is in it."""
    return [
        start
        for start in range(len(cells) - count + 1)
        if not any(cells[:start]) and not any(cells[start + count :])
    ]


def _starts(
    found: Sequence[Piece], rows: Sequence[Row], cells: Sequence[Sequence[str]]
) -> dict[int | None, frozenset[int]]:
    """Return in which columns rows surely begin, by the column of their labels."""
    seen: dict[int | None, frozenset[int]] = {}
    for row, own in zip(rows, cells, strict=True):
        windows = _windows(own, len(row.wanted)) if len(row.wanted) > 1 else []
        if len(windows) == 1:
            key = _column(found, row)
            seen[key] = seen.get(key, frozenset()) | {windows[0] + (key or 0)}
    return seen


def _column(found: Sequence[Piece], row: Row) -> int | None:
    """Return the column of a row's label, where the text tells rows."""
    if not row.words or not row.values:
        return None
    last = row.words.stop - 1
    own = found[last].row
    if own is None:
        return None
    first = last
    while first > 0 and found[first - 1].row == own:
        first -= 1
    return last - first
